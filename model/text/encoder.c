#include "model/text/encoder.h"

#include "core/mem.h"

#include <stdatomic.h>

enum { KEPT = 16 };

struct cad_encoder_pool {
    _Atomic(cad_encoder *) idle[KEPT];
};

static void destroy(cad_encoder *e)
{
    if (!e)
        return;
    cad_mem_free(e->piece);
    cad_split_end(e->split);
    cad_form_c_deinit(&e->form);
    cad_mem_free(e->symbol);
    cad_mem_free(e->pair);
    cad_word_deinit(&e->word);
    cad_mem_free(e);
}

cad_status cad_encoder_pool_create(cad_encoder_pool **out)
{
    return cad_mem_alloc(sizeof **out, "encoders", out);
}

void cad_encoder_pool_destroy(cad_encoder_pool *p)
{
    for (size_t i = 0; p && i < KEPT; i++)
        destroy(atomic_load(&p->idle[i]));
    cad_mem_free(p);
}

cad_status cad_encoder_take(const cad_tokenizer *t, cad_encoder **out)
{
    for (size_t i = 0; i < KEPT; i++) {
        cad_encoder *e = atomic_exchange(&t->encoders->idle[i], NULL);
        if (e) {
            *out = e;
            return CAD_OK;
        }
    }
    cad_encoder *e;
    CAD_TRY(cad_mem_alloc(sizeof *e, "encoder", &e));
    cad_status s = CAD_OK;
    if (t->split)
        s = cad_split_begin(t->split, &e->split);
    if (s == CAD_OK && t->split)
        s = cad_mem_alloc(CAD_PIECE_SLOTS * sizeof *e->piece, "pieces seen", &e->piece);
    if (s != CAD_OK) {
        destroy(e);
        return s;
    }
    *out = e;
    return CAD_OK;
}

void cad_encoder_give(const cad_tokenizer *t, cad_encoder *e)
{
    for (size_t i = 0; i < KEPT; i++) {
        cad_encoder *none = NULL;
        if (atomic_compare_exchange_strong(&t->encoders->idle[i], &none, e))
            return;
    }
    destroy(e);
}
