/* cad/occt in a build without the geometry kernel: every function names the option that brings it. */
#include "cad/occt/solid.h"

#define ABSENT() CAD_FAIL(CAD_EUNSUPPORTED, "built without OCCT; configure with -DCADLM_OCCT=ON")

const char *cad_solid_kernel(void)
{
    return "none";
}

const char *cad_solid_step_name(cad_solid_step i)
{
    static const char *const name[] = {
#define X(step) #step,
        CAD_SOLID_STEP_LIST(X)
#undef X
    };
    return (size_t)i < CAD_SOLID_STEPS ? name[i] : "?";
}

void cad_solid_clock(double out_seconds[CAD_SOLID_STEPS])
{
    for (int i = 0; i < CAD_SOLID_STEPS; i++)
        out_seconds[i] = 0;
}

void cad_solid_destroy(cad_solid *s)
{
    (void)s;
}

cad_status cad_solid_from_ir(const cad_ir *ir, cad_diags *diags, cad_solid **out)
{
    (void)ir, (void)diags, (void)out;
    ABSENT();
}

cad_status cad_solid_from_ir_plain(const cad_ir *ir, cad_diags *diags, cad_solid **out)
{
    (void)ir, (void)diags, (void)out;
    ABSENT();
}

cad_solid_ways cad_solid_count(void)
{
    return (cad_solid_ways){0, 0};
}

cad_status cad_solid_read_step(const char *text, size_t len, cad_solid **out)
{
    (void)text, (void)len, (void)out;
    ABSENT();
}

cad_status cad_solid_write_step(const cad_solid *s, const char *name, cad_buf *out)
{
    (void)s, (void)name, (void)out;
    ABSENT();
}

cad_status cad_solid_facts(const cad_solid *s, cad_arena *arena, cad_facts *out)
{
    (void)s, (void)arena, (void)out;
    ABSENT();
}

cad_status cad_solid_sound(const cad_solid *s, cad_sound *out)
{
    (void)s, (void)out;
    ABSENT();
}

cad_status cad_solid_open(const cad_solid *s, uint32_t *out_mask)
{
    (void)s, (void)out_mask;
    ABSENT();
}

cad_status cad_solid_read_step_root(const char *text, size_t len, cad_solid **out)
{
    (void)text, (void)len, (void)out;
    ABSENT();
}

cad_status cad_solid_mesh_absolute(const cad_solid *s, double lin, cad_arena *arena, cad_mesh *out)
{
    (void)s, (void)lin, (void)arena, (void)out;
    ABSENT();
}

cad_status cad_solid_mesh(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_mesh *out)
{
    (void)s, (void)lin_rel, (void)ang, (void)arena, (void)out;
    ABSENT();
}

cad_status cad_solid_edges(const cad_solid *s, double lin_rel, double ang, cad_arena *arena, cad_polylines *out,
                           double **out_angle)
{
    (void)s, (void)lin_rel, (void)ang, (void)arena, (void)out, (void)out_angle;
    ABSENT();
}

cad_status cad_solid_common_volume(const cad_solid *a, const cad_solid *b, double *out)
{
    (void)a, (void)b, (void)out;
    ABSENT();
}
