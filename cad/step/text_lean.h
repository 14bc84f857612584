/* The leanest text of solids whose faces are planes and cylinders between lines and circles: what text_topology.h derives is
 * left out, and of what remains the keywords.  Private to cad/step/text_*.c.
 *
 *   v10,0,2.5            a vertex; vertices count from 1
 *   c3,10,12,0           a circle: radius, centre, axis (0,0,1); circles count from 1
 *   c3,10,12,0,1,0,0     the same about another axis
 *   f1,2,3,4/<1          a face: its loops, with the material on their left, seen from outside
 *   s                    the next solid begins
 *
 * A line of text each.  In a loop a vertex stands by its number, and the next one follows on a straight edge; behind `+2` or
 * `-2` on an arc of circle 2, about its axis or against it.  `>2` and `<2` are the whole circle from the vertex that closes it,
 * which lies in the direction of the x axis that ISO 10303-42 gives a placement without one (build_axes).  The last vertex of a
 * loop leads to its first.  `/` parts loops, a comma a vertex from what stands ahead of it. */
#ifndef CADLM_CAD_STEP_TEXT_LEAN_H
#define CADLM_CAD_STEP_TEXT_LEAN_H

#include "cad/step/id_map.h"
#include "cad/step/text_impl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An edge is what it runs between, and on: a number below 2^21 each.  Lines count as circle 0. */
#define CAD_TEXT_LEAN_MOST ((1u << 21) - 1)
static inline uint64_t cad_text_lean_edge(uint32_t from, uint32_t to, uint32_t circle)
{
    return (uint64_t)from << 42 | (uint64_t)to << 21 | circle;
}

/* Circles take the x axis that their text will give them; before reduction. */
void cad_text_lean_axes(cad_text *t, const uint8_t *kept);
/* Appends the text of a reduced model; *out_lines is its number of vertices, circles and faces.  *out_lean is false, and
 * nothing is appended, where the model holds anything else than is said above, or the form asks for names or other ids. Errors:
 * CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_text_lean_print(const cad_text *t, const cad_step_form *f, cad_buf *out, uint32_t *out_lines,
                                            bool *out_lean);

/* Whether a text is a lean one: its first letter says it. */
bool cad_text_is_lean(const char *text, size_t len);
/* As cad_text_flatten. */
CAD_MUST_USE cad_status cad_text_lean_read(cad_arena *a, const char *text, size_t len, uint32_t first, cad_buf *out,
                                           uint32_t *out_n);

#ifdef __cplusplus
}
#endif
#endif
