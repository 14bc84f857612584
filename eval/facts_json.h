/* Facts of a part as JSON, and the names of surfaces that expectations, records and reports share. */
#ifndef CADLM_EVAL_FACTS_JSON_H
#define CADLM_EVAL_FACTS_JSON_H

#include "cad/occt/solid.h"
#include "core/json.h"

#ifdef __cplusplus
extern "C" {
#endif

const char *cad_surface_name(cad_surface k); /* "plane" .. "other" */
/* CAD_SURFACE_KINDS for an unknown name. */
cad_surface cad_surface_find(const char *name);

/* New references; NULL: out of memory.  JSON has no NaN and no infinity: such a number is null. */
json_t *cad_json_finite(double x);
json_t *cad_facts_kinds_json(const cad_facts *f); /* {"plane":6,..}: faces by surface */
json_t *cad_facts_box_json(const cad_facts *f);   /* [xmin, ymin, zmin, xmax, ymax, zmax] */

#ifdef __cplusplus
}
#endif
#endif
