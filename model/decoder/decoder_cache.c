/* The end of a generation step: final norm and output layer of chosen rows, ids beyond the tokenizer masked, one draw each. */
#include "model/decoder/decoder_impl.h"

cad_status cad_decoder_draw(cad_decoder *d, const cad_pass *p, int64_t n)
{
    const cad_cache *k = &d->kv;
    const cad_input *in = p->in;
    int64_t v = d->cfg.vocab;
    cad_tensor logits = cad_f2(d->work.logits, n, v);
    CAD_TRY(cad_decoder_final(d, p, n));
    CAD_RUN(d, linear_fwd, .x = cad_s2(d, d->work.xn, n, d->cfg.width), .w = d->head.t, .y = logits, .scratch = d->scratch);
    CAD_RUN(d, logits_mask, .logits = logits, .bits = cad_tensor_1d(CAD_U32, k->mask, (v + 31) / 32));
    CAD_RUN(d, sample, .logits = logits, .temperature = cad_f1(in->temp, n), .top_k = cad_tensor_1d(CAD_I32, in->top_k, n),
            .top_p = cad_f1(in->top_p, n), .min_p = cad_f1(in->min_p, n), .seed = cad_tensor_1d(CAD_U64, in->seed, n),
            .position = cad_tensor_1d(CAD_U32, in->position, n), .id = cad_tensor_1d(CAD_U32, k->device.id, n),
            .logp = cad_f1(k->device.logp, n), .scratch = d->scratch);
    return CAD_OK;
}
