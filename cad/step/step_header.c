/* The header of a file as a whole. */
#include "cad/step/step_read.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    uint32_t params;
} header_entity[] = {{"FILE_DESCRIPTION", 2}, {"FILE_NAME", 7}, {"FILE_SCHEMA", 1}};
enum { HEADER_ENTITIES = 3 };

/* '1', '2;1' .. '4;3'. */
static bool known_level(const cad_step *m, uint32_t p)
{
    const char *s = m->text + m->param[p].at;
    if (m->param[p].kind != CAD_STEP_STRING)
        return false;
    if (m->param[p].len == 3)
        return s[1] == '1';
    return m->param[p].len == 5 && s[1] >= '2' && s[1] <= '4' && s[2] == ';' && s[3] >= '1' && s[3] <= '3';
}

static const char *const schemas[] = {"CONFIG_CONTROL_DESIGN",
                                      "CONFIG_CONTROL_3D_DESIGN",
                                      "CONFIG_CONTROL_3D_DESIGN_ISO_TS",
                                      "AP203_CONFIGURATION_CONTROLLED_3D_DESIGN_OF_MECHANICAL_PARTS_AND_ASSEMBLIES_MIM_LF",
                                      "AUTOMOTIVE_DESIGN",
                                      "AUTOMOTIVE_DESIGN_CC1",
                                      "AUTOMOTIVE_DESIGN_CC2",
                                      "AP214E3_2010",
                                      "AP242_MANAGED_MODEL_BASED_3D_ENGINEERING_MIM_LF"};

/* The name of a schema, in front of a blank or the { of its object identifier, in any case. */
static bool known_schema(const cad_step *m, uint32_t p)
{
    const char *s = m->text + m->param[p].at + 1;
    size_t len = 0;
    if (m->param[p].kind != CAD_STEP_STRING)
        return false;
    while (!strchr(" {'", s[len])) /* its closing apostrophe ends every string */
        len++;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        if (strlen(schemas[i]) == len && !strncasecmp(schemas[i], s, len))
            return true;
    return false;
}

static cad_status check_schemas(cad_step *m, uint32_t list)
{
    for (uint32_t p = list + 1; p < cad_step_next(m, list); p = cad_step_next(m, p))
        if (!known_schema(m, p))
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_H05, m->param[p].at, m->param[p].len, 0,
                                       "unknown schema; expected one of AP203, AP214 or AP242, as 'AUTOMOTIVE_DESIGN'"));
    return CAD_OK;
}

cad_status cad_step_check_header(cad_step *m)
{
    for (uint32_t k = 0; k < HEADER_ENTITIES; k++) {
        const cad_step_entity *e = NULL;
        for (uint32_t i = 0; i < m->n_header && !e; i++)
            if (!strcmp(cad_step_name(m, m->header[i].type), header_entity[k].name))
                e = &m->header[i];
        if (!e) { /* behind the last: what is broken in the header itself comes first */
            uint32_t at = m->n_header ? m->header[m->n_header - 1].at : 0;
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_H01, at, 0, 0, "the header has no %s", header_entity[k].name));
            continue;
        }
        uint32_t n = cad_step_count(m, e->param, e->param + e->size);
        if (e != &m->header[k])
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_H02, e->at, 1, 0, "%s is not entity %u of the header",
                                       header_entity[k].name, k + 1));
        if (n != header_entity[k].params)
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_H03, e->at, 1, 0, "%s has %u parameters; expected %u",
                                       header_entity[k].name, n, header_entity[k].params));
        else if (k == 0 && !known_level(m, cad_step_next(m, e->param)))
            CAD_TRY(cad_step_diags_add(&m->diags, CAD_STEP_H04, e->at, 1, 0,
                                       "unknown implementation level; expected '2;1' or one like it"));
        else if (k == 2)
            CAD_TRY(check_schemas(m, e->param));
    }
    return CAD_OK;
}
