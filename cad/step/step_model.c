#include "cad/step/step_read.h"

#include "cad/step/step_text.h"
#include "core/mem.h"

void cad_step_close(cad_step *m)
{
    if (!m)
        return;
    cad_step_store *s = (cad_step_store *)m;
    void *const owned[] = {m->instance,  m->param,  m->type,     m->names, m->header,     m->section,
                           m->out.first, m->out.to, m->in.first, m->in.to, s->types.slot, s->ids.slot};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        cad_mem_free(owned[i]);
    cad_arena_destroy(m->diags.arena);
    cad_mem_free(s);
}

cad_status cad_step_string(const cad_step *m, uint32_t p, cad_buf *out)
{
    const cad_step_param *it = &m->param[p];
    return it->escaped ? cad_step_text_decode(m->text + it->at + 1, it->len - 2, out, NULL)
                       : cad_buf_add(out, m->text + it->at + 1, it->len - 2);
}
