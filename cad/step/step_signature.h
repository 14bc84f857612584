/* What entities of the modelled subset look like: one table for checks of types, constrained decoding and text forms.
 *
 * A type has a group, and a signature for an instance of its own and one for its part of a complex instance.  What a reference
 * must lead to is a class: a set of groups.  Types that the table does not hold may look like anything, and belong to any group
 * but those whose types are all here (CAD_STEP_COMPLETE).
 *
 * Source: ISO 10303-42, -43, -41, -46 as AP203, AP214 and AP242 use them. */
#ifndef CADLM_CAD_STEP_STEP_SIGNATURE_H
#define CADLM_CAD_STEP_STEP_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CAD_STEP_GROUPS(X)                                                                                                     \
    X(other)                                                                                                                   \
    X(point)                                                                                                                   \
    X(direction)                                                                                                               \
    X(vector)                                                                                                                  \
    X(axis1) X(axis2) X(axis3) X(curve) X(pcurve) X(surface) X(vertex) X(edge) X(oriented_edge) X(loop) X(bound) X(face)       \
        X(open_shell) X(closed_shell) X(oriented_shell) X(solid) X(item) X(style) X(usage) X(side) X(fill) X(area)             \
            X(fill_colour) X(colour) X(rep) X(definition) X(context) X(uncertainty) X(unit) X(measure) X(dimensions)           \
                X(application) X(product_context) X(definition_context) X(product) X(formation) X(design) X(shape) X(category)

typedef enum cad_step_entity_group {
#define X(name) CAD_STEP_GROUP_##name,
    CAD_STEP_GROUPS(X)
#undef X
        CAD_STEP_GROUP_COUNT
} cad_step_entity_group;

#define CAD_STEP_ITEMS                                                                                                         \
    (G(point) | G(direction) | G(vector) | G(axis1) | G(axis2) | G(axis3) | G(curve) | G(pcurve) | G(surface) | G(vertex) |    \
     G(edge) | G(oriented_edge) | G(loop) | G(bound) | G(face) | G(open_shell) | G(closed_shell) | G(oriented_shell) |         \
     G(solid) | G(item))
/* The groups of which the standard has no other types than the table; points are Cartesian ones. */
#define CAD_STEP_COMPLETE (G(point) | G(direction) | G(vector) | G(axis1) | G(axis2) | G(axis3) | G(bound) | G(loop))
/* name, the groups it is made of as G(..) each, words for people */
#define CAD_STEP_CLASSES(X)                                                                                                    \
    X(any, ~(uint64_t)0, "an instance")                                                                                        \
    X(pt, G(point), "a Cartesian point")                                                                                       \
    X(dir, G(direction), "a direction")                                                                                        \
    X(vec, G(vector), "a vector")                                                                                              \
    X(ax1, G(axis1), "an axis")                                                                                                \
    X(ax, G(axis2) | G(axis3), "a placement")                                                                                  \
    X(ax3, G(axis3), "a placement in space")                                                                                   \
    X(curve, G(curve) | G(pcurve), "a curve")                                                                                  \
    X(on_surface, G(pcurve) | G(surface), "a curve on a surface, or a surface")                                                \
    X(surface, G(surface), "a surface")                                                                                        \
    X(vertex, G(vertex), "a vertex")                                                                                           \
    X(edge, G(edge), "an edge")                                                                                                \
    X(oedge, G(oriented_edge), "an oriented edge")                                                                             \
    X(loop, G(loop), "a loop")                                                                                                 \
    X(bound, G(bound), "a bound of a face")                                                                                    \
    X(face, G(face), "a face")                                                                                                 \
    X(shell, G(open_shell) | G(closed_shell) | G(oriented_shell), "a shell")                                                   \
    X(cshell, G(closed_shell) | G(oriented_shell), "a closed shell")                                                           \
    X(oshell, G(oriented_shell), "an oriented closed shell")                                                                   \
    X(item, CAD_STEP_ITEMS, "an item of a representation")                                                                     \
    X(styled, CAD_STEP_ITEMS | G(rep), "an item of a representation, or one")                                                  \
    X(style, G(style), "a style")                                                                                              \
    X(side, G(side), "the style of a side")                                                                                    \
    X(area, G(area), "the style of an area")                                                                                   \
    X(colour, G(colour), "a colour")                                                                                           \
    X(rep, G(rep), "a representation of a shape")                                                                              \
    X(defrep, G(definition), "a definitional representation")                                                                  \
    X(context, G(context), "the context of a representation")                                                                  \
    X(uncertainty, G(uncertainty), "an uncertainty")                                                                           \
    X(unit, G(unit), "a unit")                                                                                                 \
    X(measure, G(measure), "a measure with its unit")                                                                          \
    X(dim, G(dimensions), "the dimensions of a unit")                                                                          \
    X(appctx, G(application), "an application context")                                                                        \
    X(pctx, G(product_context), "the context of a product")                                                                    \
    X(pdc, G(definition_context), "the context of a product definition")                                                       \
    X(product, G(product), "a product")                                                                                        \
    X(pdf, G(formation), "a version of a product")                                                                             \
    X(pd, G(design), "a product definition")                                                                                   \
    X(pds, G(shape), "the shape of a product definition")                                                                      \
    X(cat, G(category), "a category of products")

typedef enum cad_step_class {
#define X(name, groups, words) CAD_STEP_CLASS_##name,
    CAD_STEP_CLASSES(X)
#undef X
        CAD_STEP_CLASS_COUNT
} cad_step_class;

/* Name, group, signature of an instance of its own, signature of its part of a complex instance; in ascending order of names.
 * NONE: it does not stand there, or may look like anything there.  Slots: S string, R real, I integer, B .T. or .F., L logical,
 * E other enumeration, M typed measure, V any value, D derived; REF(class); a 1 or 2 behind: in a list, in a list of lists; an
 * underscore behind: may be $.  REF_D(class): or derived.  LEN and DIR are R: a length, and a part of a direction or an angle.
 */
#define CAD_STEP_TYPES(X)                                                                                                      \
    X(ADVANCED_BREP_SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                                         \
    X(ADVANCED_FACE, face, SIG(S, REF1(bound), REF(surface), B), NONE)                                                         \
    X(APPLICATION_CONTEXT, application, SIG(S), NONE)                                                                          \
    X(APPLICATION_PROTOCOL_DEFINITION, other, SIG(S, S, I, REF(appctx)), NONE)                                                 \
    X(AXIS1_PLACEMENT, axis1, SIG(S, REF(pt), REF_(dir)), NONE)                                                                \
    X(AXIS2_PLACEMENT_2D, axis2, SIG(S, REF(pt), REF_(dir)), NONE)                                                             \
    X(AXIS2_PLACEMENT_3D, axis3, SIG(S, REF(pt), REF_(dir), REF_(dir)), NONE)                                                  \
    X(BEZIER_CURVE, curve, SIG(S, I, REF1(pt), E, L, L), EMPTY)                                                                \
    X(BEZIER_SURFACE, surface, SIG(S, I, I, REF2(pt), E, L, L, L), EMPTY)                                                      \
    X(BOUNDED_CURVE, curve, NONE, EMPTY)                                                                                       \
    X(BOUNDED_SURFACE, surface, NONE, EMPTY)                                                                                   \
    X(BREP_WITH_VOIDS, solid, SIG(S, REF(cshell), REF1(oshell)), NONE)                                                         \
    X(B_SPLINE_CURVE, curve, NONE, SIG(I, REF1(pt), E, L, L))                                                                  \
    X(B_SPLINE_CURVE_WITH_KNOTS, curve, SIG(S, I, REF1(pt), E, L, L, I1, R1, E), SIG(I1, R1, E))                               \
    X(B_SPLINE_SURFACE, surface, NONE, SIG(I, I, REF2(pt), E, L, L, L))                                                        \
    X(B_SPLINE_SURFACE_WITH_KNOTS, surface, SIG(S, I, I, REF2(pt), E, L, L, L, I1, I1, R1, R1, E), SIG(I1, I1, R1, R1, E))     \
    X(CARTESIAN_POINT, point, SIG(S, LEN1), NONE)                                                                              \
    X(CIRCLE, curve, SIG(S, REF(ax), LEN), NONE)                                                                               \
    X(CLOSED_SHELL, closed_shell, SIG(S, REF1(face)), NONE)                                                                    \
    X(COLOUR_RGB, colour, SIG(S, R, R, R), NONE)                                                                               \
    X(CONICAL_SURFACE, surface, SIG(S, REF(ax3), LEN, DIR), NONE)                                                              \
    X(CONVERSION_BASED_UNIT, unit, NONE, SIG(S, REF(measure)))                                                                 \
    X(CURVE, curve, NONE, EMPTY)                                                                                               \
    X(CYLINDRICAL_SURFACE, surface, SIG(S, REF(ax3), LEN), NONE)                                                               \
    X(DEFINITIONAL_REPRESENTATION, definition, SIG(S, REF1(curve), REF(context)), NONE)                                        \
    X(DEGENERATE_TOROIDAL_SURFACE, surface, SIG(S, REF(ax3), LEN, LEN, B), NONE)                                               \
    X(DIMENSIONAL_EXPONENTS, dimensions, SIG(R, R, R, R, R, R, R), NONE)                                                       \
    X(DIRECTION, direction, SIG(S, DIR1), NONE)                                                                                \
    X(EDGE_CURVE, edge, SIG(S, REF(vertex), REF(vertex), REF(curve), B), NONE)                                                 \
    X(EDGE_LOOP, loop, SIG(S, REF1(oedge)), NONE)                                                                              \
    X(ELLIPSE, curve, SIG(S, REF(ax), LEN, LEN), NONE)                                                                         \
    X(FACETED_BREP, solid, SIG(S, REF(cshell)), NONE)                                                                          \
    X(FACETED_BREP_SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                                          \
    X(FACE_BOUND, bound, SIG(S, REF(loop), B), NONE)                                                                           \
    X(FACE_OUTER_BOUND, bound, SIG(S, REF(loop), B), NONE)                                                                     \
    X(FACE_SURFACE, face, SIG(S, REF1(bound), REF(surface), B), NONE)                                                          \
    X(FILL_AREA_STYLE, area, SIG(S, REF1(any)), NONE)                                                                          \
    X(FILL_AREA_STYLE_COLOUR, fill_colour, SIG(S, REF(colour)), NONE)                                                          \
    X(GEOMETRICALLY_BOUNDED_SURFACE_SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                         \
    X(GEOMETRICALLY_BOUNDED_WIREFRAME_SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                       \
    X(GEOMETRIC_CURVE_SET, item, SIG(S, REF1(item)), NONE)                                                                     \
    X(GEOMETRIC_REPRESENTATION_CONTEXT, context, SIG(S, S, I), SIG(I))                                                         \
    X(GEOMETRIC_REPRESENTATION_ITEM, item, NONE, EMPTY)                                                                        \
    X(GEOMETRIC_SET, item, SIG(S, REF1(item)), NONE)                                                                           \
    X(GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT, context, SIG(S, S, REF1(uncertainty)), SIG(REF1(uncertainty)))                      \
    X(GLOBAL_UNIT_ASSIGNED_CONTEXT, context, SIG(S, S, REF1(unit)), SIG(REF1(unit)))                                           \
    X(HYPERBOLA, curve, SIG(S, REF(ax), LEN, LEN), NONE)                                                                       \
    X(LENGTH_MEASURE_WITH_UNIT, measure, SIG(M, REF(unit)), NONE)                                                              \
    X(LENGTH_UNIT, unit, NONE, EMPTY)                                                                                          \
    X(LINE, curve, SIG(S, REF(pt), REF(vec)), NONE)                                                                            \
    X(MANIFOLD_SOLID_BREP, solid, SIG(S, REF(cshell)), NONE)                                                                   \
    X(MANIFOLD_SURFACE_SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                                      \
    X(MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION, other, SIG(S, REF1(item), REF(context)), NONE)                  \
    X(NAMED_UNIT, unit, NONE, SIG(REF_D(dim)))                                                                                 \
    X(OPEN_SHELL, open_shell, SIG(S, REF1(face)), NONE)                                                                        \
    X(ORIENTED_CLOSED_SHELL, oriented_shell, SIG(S, D, REF(cshell), B), NONE)                                                  \
    X(ORIENTED_EDGE, oriented_edge, SIG(S, D, D, REF(edge), B), NONE)                                                          \
    X(PARABOLA, curve, SIG(S, REF(ax), LEN), NONE)                                                                             \
    X(PARAMETRIC_REPRESENTATION_CONTEXT, context, SIG(S, S), EMPTY)                                                            \
    X(PCURVE, pcurve, SIG(S, REF(surface), REF(defrep)), NONE)                                                                 \
    X(PLANE, surface, SIG(S, REF(ax3)), NONE)                                                                                  \
    X(PLANE_ANGLE_MEASURE_WITH_UNIT, measure, SIG(M, REF(unit)), NONE)                                                         \
    X(PLANE_ANGLE_UNIT, unit, NONE, EMPTY)                                                                                     \
    X(POLY_LOOP, loop, SIG(S, REF1(pt)), NONE)                                                                                 \
    X(PRESENTATION_STYLE_ASSIGNMENT, style, SIG(V1), NONE)                                                                     \
    X(PRODUCT, product, SIG(S, S, S_, REF1(pctx)), NONE)                                                                       \
    X(PRODUCT_CATEGORY, category, SIG(S, S_), NONE)                                                                            \
    X(PRODUCT_CATEGORY_RELATIONSHIP, other, SIG(S, S_, REF(cat), REF(cat)), NONE)                                              \
    X(PRODUCT_CONTEXT, product_context, SIG(S, REF(appctx), S), NONE)                                                          \
    X(PRODUCT_DEFINITION, design, SIG(S, S_, REF(pdf), REF(pdc)), NONE)                                                        \
    X(PRODUCT_DEFINITION_CONTEXT, definition_context, SIG(S, REF(appctx), S), NONE)                                            \
    X(PRODUCT_DEFINITION_FORMATION, formation, SIG(S, S_, REF(product)), NONE)                                                 \
    X(PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE, formation, SIG(S, S_, REF(product), E), NONE)                        \
    X(PRODUCT_DEFINITION_SHAPE, shape, SIG(S, S_, REF(pd)), NONE)                                                              \
    X(PRODUCT_RELATED_PRODUCT_CATEGORY, category, SIG(S, S_, REF1(product)), NONE)                                             \
    X(QUASI_UNIFORM_CURVE, curve, SIG(S, I, REF1(pt), E, L, L), EMPTY)                                                         \
    X(QUASI_UNIFORM_SURFACE, surface, SIG(S, I, I, REF2(pt), E, L, L, L), EMPTY)                                               \
    X(RATIONAL_B_SPLINE_CURVE, curve, NONE, SIG(R1))                                                                           \
    X(RATIONAL_B_SPLINE_SURFACE, surface, NONE, SIG(R2))                                                                       \
    X(REPRESENTATION_CONTEXT, context, SIG(S, S), SIG(S, S))                                                                   \
    X(REPRESENTATION_ITEM, item, NONE, SIG(S))                                                                                 \
    X(SEAM_CURVE, curve, SIG(S, REF(curve), REF1(on_surface), E), NONE)                                                        \
    X(SHAPE_DEFINITION_REPRESENTATION, other, SIG(REF(pds), REF(rep)), NONE)                                                   \
    X(SHAPE_REPRESENTATION, rep, SIG(S, REF1(item), REF(context)), NONE)                                                       \
    X(SHELL_BASED_SURFACE_MODEL, item, SIG(S, REF1(shell)), NONE)                                                              \
    X(SI_UNIT, unit, SIG(D, E_, E), SIG(E_, E))                                                                                \
    X(SOLID_ANGLE_UNIT, unit, NONE, EMPTY)                                                                                     \
    X(SPHERICAL_SURFACE, surface, SIG(S, REF(ax3), LEN), NONE)                                                                 \
    X(STYLED_ITEM, item, SIG(S, REF1(style), REF(styled)), NONE)                                                               \
    X(SURFACE, surface, NONE, EMPTY)                                                                                           \
    X(SURFACE_CURVE, curve, SIG(S, REF(curve), REF1(on_surface), E), NONE)                                                     \
    X(SURFACE_OF_LINEAR_EXTRUSION, surface, SIG(S, REF(curve), REF(vec)), NONE)                                                \
    X(SURFACE_OF_REVOLUTION, surface, SIG(S, REF(curve), REF(ax1)), NONE)                                                      \
    X(SURFACE_SIDE_STYLE, side, SIG(S, REF1(any)), NONE)                                                                       \
    X(SURFACE_STYLE_FILL_AREA, fill, SIG(REF(area)), NONE)                                                                     \
    X(SURFACE_STYLE_USAGE, usage, SIG(E, REF(side)), NONE)                                                                     \
    X(TOROIDAL_SURFACE, surface, SIG(S, REF(ax3), LEN, LEN), NONE)                                                             \
    X(TRIMMED_CURVE, curve, SIG(S, REF(curve), V1, V1, B, E), NONE)                                                            \
    X(UNCERTAINTY_MEASURE_WITH_UNIT, uncertainty, SIG(M, REF(unit), S, S_), NONE)                                              \
    X(UNIFORM_CURVE, curve, SIG(S, I, REF1(pt), E, L, L), EMPTY)                                                               \
    X(UNIFORM_SURFACE, surface, SIG(S, I, I, REF2(pt), E, L, L, L), EMPTY)                                                     \
    X(VECTOR, vector, SIG(S, REF(dir), LEN), NONE)                                                                             \
    X(VERTEX_LOOP, loop, SIG(S, REF(vertex)), NONE)                                                                            \
    X(VERTEX_POINT, vertex, SIG(S, REF(pt)), NONE)

typedef enum cad_step_entity_id {
#define X(name, group, whole, part) CAD_STEP_IS_##name,
    CAD_STEP_TYPES(X)
#undef X
        CAD_STEP_IS_UNKNOWN /* a type that the table does not hold */
} cad_step_entity_id;

typedef enum cad_step_role { CAD_STEP_ROLE_other, CAD_STEP_ROLE_length, CAD_STEP_ROLE_direction } cad_step_role;

typedef struct cad_step_slot {
    char letter;   /* S R I B L E M V D, # for a reference; 0 behind the last one */
    uint8_t depth; /* lists around it */
    bool optional, derived;
    uint8_t class_; /* cad_step_class of the referent */
    uint8_t role;   /* cad_step_role of R */
} cad_step_slot;

typedef struct cad_step_signature {
    const char *name;
    cad_step_entity_group group;
    const cad_step_slot *whole, *part; /* up to a slot with letter 0; NULL: anything */
} cad_step_signature;

/* By id, below CAD_STEP_IS_UNKNOWN. */
const cad_step_signature *cad_step_signature_at(cad_step_entity_id id);
/* CAD_STEP_IS_UNKNOWN when the table does not hold it.  Upper case. */
cad_step_entity_id cad_step_signature_find(const char *name);
/* What the numbers of parameter k of n are.  Where there are fewer parameters than slots, the first ones are missing: a name
 * that was left out, or what a part of a complex instance inherits. */
cad_step_role cad_step_role_of(cad_step_entity_id id, uint32_t k, uint32_t n);
/* The groups of a class, a bit each; and its words: "a vertex". */
uint64_t cad_step_class_groups(cad_step_class c);
/* The groups that a type may belong to, a bit each. */
uint64_t cad_step_entity_groups(cad_step_entity_id id);
const char *cad_step_class_words(cad_step_class c);

#ifdef __cplusplus
}
#endif
#endif
