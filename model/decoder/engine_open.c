/* Opening the parts of a checkpoint. */
#include "core/build_info.h"
#include "core/fs.h"
#include "core/mem.h"
#include "kernels/device.h"
#include "model/decoder/engine_impl.h"
#include "model/decoder/memory_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_SLOTS = 64, DEFAULT_CONTEXT = 1024, SMALLEST_PASS = 512, SMALL_MEMORY = 256 << 20 };

cad_status cad_engine_default_path(cad_buf *out)
{
    return cad_share_find("models/tiny", out);
}

const char *cad_engine_kind(const cad_ckpt_parts *p, const cad_template *t)
{
    const char *kind = p->kind ? p->kind : cad_template_kind(t);
    return kind ? kind : "ir";
}

/* The template that the checkpoint learnt with, unless another one is asked for and may be. */
static cad_status open_template(cad_engine *e, const cad_engine_opts *o)
{
    const cad_template *learnt;
    CAD_TRY(cad_ckpt_parts_template(&e->parts, e->arena, &learnt));
    if (!o->template_name && learnt) {
        e->tpl = learnt;
        return CAD_OK;
    }
    CAD_TRY(cad_template_get(o->template_name ? o->template_name : "ir", NULL, e->arena, &e->tpl));
    if (learnt && !o->other_template && strcmp(learnt->hash, e->tpl->hash) != 0)
        CAD_FAIL(CAD_ECONFIG, "template %s is %s; %s learnt with %s\nhint: --set=audit.waive=template", o->template_name,
                 e->tpl->hash, e->parts.path, learnt->hash);
    return CAD_OK;
}

static cad_status open_tokenizer(cad_engine *e)
{
    CAD_TRY(cad_ckpt_parts_tokenizer(&e->parts, e->arena, &e->own_tokenizer));
    e->tokenizer = e->own_tokenizer;
    e->bos = e->parts.bos ? cad_tokenizer_bos(e->tokenizer) : -1;
    return CAD_OK;
}

/* Before anything is taken: weights and cache as they will be. */
static cad_status check_memory(const cad_engine *e, const cad_device *device, const cad_decoder_opts *o, int64_t max_new)
{
    cad_decoder_bytes b;
    cad_memory_plan m = {0};
    char text[48];
    CAD_TRY(cad_memory_add_model(&m, &e->parts.model, device->ops, o, &b));
    if (device->total == 0 && m.total < (double)SMALL_MEMORY) /* not worth asking the machine what it has */
        return CAD_OK;
    snprintf(text, sizeof text, "decode.batch = %" PRId64, o->slots / 2);
    if (o->slots > 1)
        cad_memory_offer(&m, text, (double)b.cache / 2.0);
    int64_t half = max_new / 2;
    snprintf(text, sizeof text, "decode.max_new = %" PRId64, half);
    if (half > 0)
        cad_memory_offer(&m, text, (double)b.cache * (double)half / (double)o->context);
    return cad_memory_check(&m, device, e->parts.path);
}

/* Tokens that the longest of the prompts takes. */
static cad_status measure_prompts(const cad_engine *e, const cad_prompt *prompt, int64_t n, int64_t *out)
{
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = CAD_OK;
    *out = 0;
    for (int64_t i = 0; s == CAD_OK && i < n; i++) {
        cad_ids_clear(&ids);
        s = cad_engine_encode(e, &prompt[i], &ids);
        if ((int64_t)ids.n > *out)
            *out = (int64_t)ids.n;
    }
    cad_ids_deinit(&ids);
    return s;
}

static cad_status open_decoder(cad_engine *e, const cad_engine_opts *o)
{
    cad_device device;
    const cad_ckpt_parts *p = &e->parts;
    int64_t slots = o->slots > 0 ? o->slots : DEFAULT_SLOTS, context = o->context > 0 ? o->context : DEFAULT_CONTEXT, longest;
    CAD_TRY(measure_prompts(e, o->prompt, o->n_prompts, &longest));
    if (longest > 0)
        context = longest + o->max_new;
    if (context > p->model.max_pos)
        context = p->model.max_pos;
    cad_decoder_opts d = {.slots = slots, .context = context, .max_tokens = context > SMALLEST_PASS ? context : SMALLEST_PASS};
    cad_ckpt_parts_options(p, &d);
    CAD_TRY(cad_device_open(o->device ? o->device : "cpu", &device));
    cad_device_log(&device);
    CAD_TRY(check_memory(e, &device, &d, o->max_new < context ? o->max_new : context));
    CAD_TRY(cad_decoder_create(&p->model, device.ops, &d, &e->own_decoder));
    e->decoder = e->own_decoder;
    return cad_ckpt_parts_load(p, e->decoder);
}

/* The checkpoint's name in keys of results: everything that decides its answers, beside prompt and decoding. */
static cad_status name_engine(cad_engine *e)
{
    const cad_ckpt_parts *p = &e->parts;
    cad_buf b = CAD_BUF_INIT;
    char adapter[CAD_HASH_HEX] = "";
    cad_status s = CAD_OK;
    if (p->adapter) {
        s = cad_buf_printf(&b, "%s/adapter_model.safetensors", p->adapter);
        if (s == CAD_OK)
            s = cad_fs_hash(b.data, adapter);
        cad_buf_clear(&b);
    }
    if (s == CAD_OK)
        s = cad_buf_printf(&b, "base %s adapter %s rank %" PRId64 " alpha %.17g rslora %d weights %d nested %d tokenizer %s",
                           cad_decoder_base_hash(e->decoder), adapter, p->lora.rank, p->lora.alpha, p->lora.rslora,
                           (int)p->weights, p->double_quant, cad_tokenizer_hash(e->tokenizer));
    if (s == CAD_OK && p->lora.rules) {
        s = cad_buf_str(&b, " rules ");
        if (s == CAD_OK)
            s = cad_peft_print_config(&p->lora, &b);
    }
    if (s == CAD_OK && cad_decoder_ops(e->decoder)->store == CAD_BF16)
        s = cad_buf_str(&b, " stored in bf16");
    if (s == CAD_OK)
        cad_hash128_hex(b.data, b.len, e->hash);
    cad_buf_deinit(&b);
    return s;
}

static cad_status open_all(cad_engine *e, const char *ckpt, const cad_engine_opts *o)
{
    CAD_TRY(cad_ckpt_parts_find(ckpt, e->arena, &e->parts));
    CAD_TRY(cad_ckpt_parts_read(&e->parts, NULL, e->arena));
    CAD_TRY(open_template(e, o));
    CAD_TRY(open_tokenizer(e));
    CAD_TRY(open_decoder(e, o));
    e->n_stop = cad_ckpt_stops(cad_decoder_config(e->decoder), e->tokenizer, e->stop);
    return name_engine(e);
}

static cad_status make_engine(cad_engine **out)
{
    cad_engine *e;
    CAD_TRY(cad_mem_alloc(sizeof *e, "engine", &e));
    cad_status s = cad_arena_create("engine", (size_t)64 << 20, &e->arena);
    if (s != CAD_OK) {
        cad_mem_free(e);
        return s;
    }
    *out = e;
    return CAD_OK;
}

cad_status cad_engine_open(const char *ckpt, const cad_engine_opts *o, cad_engine **out)
{
    static const cad_engine_opts plain = {0};
    cad_engine *e;
    CAD_TRY(make_engine(&e));
    cad_status s = open_all(e, ckpt, o ? o : &plain);
    if (s != CAD_OK) {
        cad_engine_close(e);
        return s;
    }
    *out = e;
    return CAD_OK;
}

cad_status cad_engine_resolve(const char *ckpt, cad_buf *out)
{
    cad_engine *e;
    CAD_TRY(make_engine(&e));
    cad_status s = cad_ckpt_parts_find(ckpt, e->arena, &e->parts);
    if (s == CAD_OK)
        s = cad_buf_str(out, e->parts.path);
    cad_engine_close(e);
    return s;
}

cad_status cad_engine_peek(const char *ckpt, const char *template_name, cad_arena *a, cad_engine_facts *out)
{
    cad_ckpt_parts p;
    const cad_template *t = NULL;
    CAD_TRY(cad_ckpt_parts_find(ckpt, a, &p));
    if (!template_name)
        CAD_TRY(cad_ckpt_parts_template(&p, a, &t));
    if (!t)
        CAD_TRY(cad_template_get(template_name ? template_name : "ir", NULL, a, &t));
    *out = (cad_engine_facts){.path = p.path,
                              .kind = cad_engine_kind(&p, t),
                              .kind_recorded = p.kind || !ckpt, /* the embedded base has learnt Compact IR */
                              .rag_index = p.rag_index,
                              .waived = p.waived,
                              .has_retrieved = t->has_retrieved};
    return CAD_OK;
}

cad_status cad_engine_waived(const char *ckpt, cad_buf *out)
{
    cad_engine *e;
    CAD_TRY(make_engine(&e));
    cad_status s = cad_ckpt_parts_find(ckpt, e->arena, &e->parts);
    if (s == CAD_OK)
        s = cad_buf_str(out, e->parts.waived);
    cad_engine_close(e);
    return s;
}

cad_status cad_engine_wrap(cad_decoder *d, const cad_tokenizer *t, const cad_template *tpl, int64_t bos, cad_engine **out)
{
    cad_engine *e;
    if (cad_decoder_options(d)->slots < 1)
        CAD_FAIL(CAD_EINVAL, "engine: the decoder was opened without slots for generation");
    if (cad_tokenizer_vocab_size(t) > cad_decoder_config(d)->vocab)
        CAD_FAIL(CAD_EDATA, "engine: %" PRId64 " tokens, but the model has %" PRId64 " rows", cad_tokenizer_vocab_size(t),
                 cad_decoder_config(d)->vocab);
    CAD_TRY(make_engine(&e));
    e->decoder = d;
    e->tokenizer = t;
    e->tpl = tpl;
    e->parts.path = e->parts.base = e->parts.waived = e->parts.rag_index = "";
    e->bos = bos;
    e->n_stop = cad_ckpt_stops(cad_decoder_config(e->decoder), e->tokenizer, e->stop);
    *out = e;
    return CAD_OK;
}
