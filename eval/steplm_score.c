#include "eval/steplm_score.h"

#include "cad/mesh/distance.h"
#include "core/pool.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Sampling and distances of two meshes; NaN where they have no points. */
static cad_status measure(const cad_mesh *g, const cad_mesh *p, const char *id, const char *key, bool points_only,
                          cad_arena *arena, cad_scd *out)
{
    *out = (cad_scd){NAN, NAN, NAN, NAN};
    cad_status s = cad_scd_measure(g, cad_sample_key("reference", id, CAD_PART_PROTOCOL), p,
                                   cad_sample_key("prediction", key, CAD_PART_PROTOCOL), points_only, arena, out);
    return s == CAD_EGEOM ? CAD_OK : s;
}

cad_status cad_steplm_score_fixed(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                                  const char *prediction_key, cad_arena *arena, cad_steplm_fixed *out)
{
    cad_scd s;
    cad_worker_stage("scd");
    CAD_TRY(measure(&reference->mesh, &prediction->mesh, reference_id, prediction_key, false, arena, &s));
    *out = (cad_steplm_fixed){.s2 = s.s2, .p2s = s.p2s, .sim = s.sim, .g2p = s.g2p};
    return CAD_OK;
}

static void enter(const cad_part *p, const char *stage)
{
    char text[32];
    snprintf(text, sizeof text, "%s %.8s", p->truth ? CAD_STEPLM_REFERENCE : CAD_STEPLM_STAGE, stage);
    cad_worker_stage(text);
}

/* The solid that is looked at; *owned: to be destroyed.  NULL: none. */
static cad_status first_root(const cad_part *p, cad_solid **out, bool *owned)
{
    *owned = false;
    *out = p->kind == CAD_PART_step ? NULL : p->solid;
    if (p->kind != CAD_PART_step || !p->plain)
        return CAD_OK;
    enter(p, "read");
    cad_status s = cad_solid_read_step_root(p->plain, p->plain_len, out);
    *owned = s == CAD_OK;
    return s == CAD_ENOMEM || s == CAD_EUNSUPPORTED ? s : CAD_OK;
}

/* *out = the canonical mesh; n_tri 0: none. */
static cad_status mesh_of(const cad_solid *solid, double deflection, cad_arena *arena, cad_mesh *out)
{
    cad_mesh raw;
    *out = (cad_mesh){0};
    cad_status s = cad_solid_mesh_absolute(solid, deflection, arena, &raw);
    if (s == CAD_OK)
        s = cad_mesh_canonical(&raw, arena, out);
    if (s != CAD_OK)
        *out = (cad_mesh){0};
    return s == CAD_ENOMEM ? s : CAD_OK;
}

/* The mesh that distances are measured on; *rendered: some deflection gives triangles. */
static cad_status render(const cad_part *p, cad_arena *arena, cad_mesh *out, bool *rendered)
{
    static const double others[] = {1.0, 0.5, 2.0}; /* mm */
    cad_solid *solid;
    bool owned;
    *out = (cad_mesh){0};
    *rendered = false;
    CAD_TRY(first_root(p, &solid, &owned));
    if (!solid)
        return CAD_OK;
    enter(p, "mesh");
    cad_status s = mesh_of(solid, 0.1, arena, out);
    *rendered = out->n_tri > 0;
    for (size_t i = 0; s == CAD_OK && !*rendered && i < sizeof others / sizeof *others; i++) {
        cad_mesh m;
        s = mesh_of(solid, others[i], arena, &m);
        *rendered = m.n_tri > 0;
    }
    if (owned)
        cad_solid_destroy(solid);
    return s;
}

static bool same_mesh(const cad_mesh *a, const cad_mesh *b)
{
    return a->n_vert == b->n_vert && a->n_tri == b->n_tri && !memcmp(a->xyz, b->xyz, 3 * (size_t)a->n_vert * sizeof *a->xyz) &&
           !memcmp(a->tri, b->tri, 3 * (size_t)a->n_tri * sizeof *a->tri);
}

cad_status cad_steplm_score_official(const cad_part *reference, const cad_part *prediction, const char *reference_id,
                                     const char *prediction_key, const cad_steplm_fixed *fixed, cad_arena *arena,
                                     cad_steplm_official *out)
{
    cad_mesh g = {0}, p;
    bool reference_rendered;
    cad_scd scd = {NAN, NAN, NAN, NAN};
    *out = (cad_steplm_official){.scd = NAN};
    CAD_TRY(render(prediction, arena, &p, &out->rendered));
    if (p.n_tri > 0 && reference)
        CAD_TRY(render(reference, arena, &g, &reference_rendered));
    if (p.n_tri > 0 && g.n_tri > 0 && fixed && same_mesh(&g, &reference->mesh) && same_mesh(&p, &prediction->mesh)) {
        scd.g2p = fixed->g2p;
    } else if (p.n_tri > 0 && g.n_tri > 0) {
        cad_worker_stage(CAD_STEPLM_STAGE " scd");
        CAD_TRY(measure(&g, &p, reference_id, prediction_key, true, arena, &scd));
    }
    out->scd = scd.g2p;
    return CAD_OK;
}
