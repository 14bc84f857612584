/* Finding the parts of a checkpoint, and opening them. */
#include "core/build_info.h"
#include "core/config.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "kernels/device.h"
#include "model/decoder/engine_impl.h"
#include "model/decoder/memory_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_SLOTS = 64, DEFAULT_CONTEXT = 1024, SMALLEST_PASS = 512, SMALL_MEMORY = 256 << 20, TEXT_LIMIT = 1 << 20 };

/* What the files say before weights are read. */
typedef struct parts {
    cad_model_config model;
    cad_lora_config lora; /* rank 0: no adapter */
    cad_weights weights;
    bool double_quant;
    bool bos;
    const char *recorded_base; /* model.path of the run's config.ini, or NULL */
} parts;

static cad_status join(cad_arena *a, const char *dir, const char *name, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&b, "%s/%s", dir, name);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, out);
    cad_buf_deinit(&b);
    return s;
}

static cad_status has(cad_arena *a, const char *dir, const char *name, bool *out)
{
    const char *path;
    CAD_TRY(join(a, dir, name, &path));
    *out = cad_fs_exists(path);
    return CAD_OK;
}

cad_status cad_engine_default_path(cad_buf *out)
{
    return cad_share_find("models/tiny", out);
}

/* A run directory stands for its best checkpoint, else its latest. */
static cad_status inside_run(cad_arena *a, const char **path)
{
    static const char *const names[] = {"ckpt/best", "ckpt/latest", "best", "latest"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found;
        CAD_TRY(has(a, *path, names[i], &found));
        if (found)
            return join(a, *path, names[i], path);
    }
    return CAD_OK;
}

static cad_status find_checkpoint(cad_engine *e, const char *ckpt)
{
    bool model = false, adapter = false, state = false, finished = false;
    if (ckpt) {
        CAD_TRY(cad_arena_strdup(e->arena, ckpt, strlen(ckpt), &e->path));
    } else {
        cad_buf b = CAD_BUF_INIT;
        cad_status s = cad_engine_default_path(&b);
        if (s == CAD_OK)
            s = cad_arena_strdup(e->arena, b.data, b.len, &e->path);
        cad_buf_deinit(&b);
        CAD_TRY(s);
    }
    if (!*e->path)
        CAD_FAIL(CAD_EUSAGE,
                 "--ckpt= names nothing; expected a model, a checkpoint or an adapter\nhint: without --ckpt: models/tiny");
    if (cad_fs_exists(e->path))
        CAD_TRY(cad_file_expect(e->path, CAD_FILE_model));
    if (!cad_fs_is_dir(e->path))
        CAD_FAIL(CAD_ENOTFOUND,
                 "%s: no such directory; expected a model, a checkpoint or an adapter\nhint: --ckpt=runs/NAME/ckpt/latest",
                 e->path);
    for (int round = 0; round < 2; round++) {
        CAD_TRY(has(e->arena, e->path, "config.json", &model));
        CAD_TRY(has(e->arena, e->path, "adapter_config.json", &adapter));
        if (model || adapter)
            break;
        CAD_TRY(inside_run(e->arena, &e->path));
    }
    if (!model && !adapter)
        CAD_FAIL(CAD_ENOTFOUND, "%s: neither config.json nor adapter_config.json; expected a model, a checkpoint or an adapter",
                 e->path);
    CAD_TRY(has(e->arena, e->path, "trainer_state.json", &state));
    CAD_TRY(has(e->arena, e->path, "DONE", &finished));
    if (state && !finished)
        CAD_FAIL(CAD_ENOTFOUND, "%s: a checkpoint without DONE was never finished", e->path);
    if (adapter)
        e->adapter = e->path;
    else
        e->base = e->path;
    return CAD_OK;
}

/* [model] and [prompt] of the run that wrote the checkpoint. */
static cad_status read_run_config(cad_engine *e, parts *p)
{
    const char *path;
    cad_config *c;
    CAD_TRY(join(e->arena, e->path, "config.ini", &path));
    p->bos = true;
    if (!cad_fs_exists(path))
        return CAD_OK;
    const cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = path, .only = "model prompt"};
    CAD_TRY(cad_config_load(&source, 1, e->arena, NULL, &c));
    p->bos = c->prompt.bos != CAD_PROMPT_BOS_off;
    if (!e->adapter)
        return CAD_OK;
    p->weights = (cad_weights)c->model.weights;
    p->double_quant = c->model.double_quant;
    if (c->model.init == CAD_MODEL_INIT_pretrained && c->model.path[0])
        p->recorded_base = c->model.path;
    return CAD_OK;
}

/* A tree that was moved as a whole: the end of the recorded path, two names or more, below a folder above the adapter. */
static cad_status find_moved(cad_engine *e, const char *recorded)
{
    cad_buf at = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    const char *tail = recorded && recorded[0] == '/' ? recorded + 1 : "", *next;
    for (; s == CAD_OK && !e->base && (next = strchr(tail, '/')) && next[1]; tail = next + 1) {
        cad_buf_clear(&at);
        s = cad_fs_absolute(e->adapter, &at);
        for (size_t n = at.len; s == CAD_OK && !e->base && n > 0; n--) {
            if (at.data[n - 1] != '/')
                continue;
            at.len = n;
            s = cad_buf_str(&at, tail);
            if (s == CAD_OK && cad_fs_is_dir(at.data))
                s = cad_arena_strdup(e->arena, at.data, at.len, &e->base);
        }
    }
    cad_buf_deinit(&at);
    return s;
}

/* Where the base of an adapter lies: as recorded, beside the adapter, a shipped model of that name, or in the tree that
 * the adapter moved with. */
static cad_status find_base(cad_engine *e, const parts *p)
{
    const char *const names[] = {p->recorded_base, p->lora.base_model};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *beside;
        if (!names[i] || !names[i][0])
            continue;
        if (cad_fs_is_dir(names[i]))
            return cad_arena_strdup(e->arena, names[i], strlen(names[i]), &e->base);
        CAD_TRY(join(e->arena, e->adapter, names[i], &beside));
        if (names[i][0] != '/' && cad_fs_is_dir(beside)) {
            e->base = beside;
            return CAD_OK;
        }
        size_t len = strlen(names[i]);
        static const char tiny[] = "models/tiny";
        if (len >= sizeof tiny - 1 && !strcmp(names[i] + len - (sizeof tiny - 1), tiny)) {
            cad_buf b = CAD_BUF_INIT;
            cad_status s = cad_engine_default_path(&b);
            if (s == CAD_OK)
                s = cad_arena_strdup(e->arena, b.data, b.len, &e->base);
            cad_buf_deinit(&b);
            return s;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof *names && !e->base; i++)
        CAD_TRY(find_moved(e, names[i]));
    if (e->base)
        return CAD_OK;
    CAD_FAIL(CAD_ENOTFOUND, "%s: its base model '%s' is not there", e->adapter,
             p->recorded_base ? p->recorded_base : p->lora.base_model);
}

static cad_status read_parts(cad_engine *e, const cad_engine_opts *o, parts *p)
{
    *p = (parts){.weights = CAD_WEIGHTS_fp32};
    CAD_TRY(read_run_config(e, p));
    if (o->adapter) {
        if (e->adapter)
            CAD_FAIL(CAD_EINVAL, "%s: already an adapter; it cannot take another one", e->path);
        CAD_TRY(cad_arena_strdup(e->arena, o->adapter, strlen(o->adapter), &e->adapter));
    }
    if (e->adapter)
        CAD_TRY(cad_peft_read_config(e->adapter, e->arena, &p->lora));
    if (!e->base)
        CAD_TRY(find_base(e, p));
    return cad_model_config_load(e->base, &p->model);
}

/* *out = template.txt of the checkpoint or of its base; NULL: there is none. */
static cad_status recorded_template(cad_engine *e, const cad_template **out)
{
    const char *path;
    *out = NULL;
    CAD_TRY(join(e->arena, e->path, "template.txt", &path));
    if (!cad_fs_exists(path))
        CAD_TRY(join(e->arena, e->base, "template.txt", &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    cad_buf text = CAD_BUF_INIT;
    cad_status s = cad_fs_read(path, TEXT_LIMIT, &text);
    if (s == CAD_OK)
        s = cad_template_parse("file", cad_buf_cstr(&text), text.len, e->arena, out);
    cad_buf_deinit(&text);
    return s;
}

/* The template that the checkpoint learnt with, unless another one is asked for and may be. */
static cad_status open_template(cad_engine *e, const cad_engine_opts *o)
{
    const cad_template *learnt;
    CAD_TRY(recorded_template(e, &learnt));
    if (!o->template_name && learnt) {
        e->tpl = learnt;
        return CAD_OK;
    }
    CAD_TRY(cad_template_get(o->template_name ? o->template_name : "ir", NULL, e->arena, &e->tpl));
    if (learnt && !o->other_template && strcmp(learnt->hash, e->tpl->hash) != 0)
        CAD_FAIL(CAD_ECONFIG, "template %s is %s; %s learnt with %s\nhint: --set=audit.waive=template", o->template_name,
                 e->tpl->hash, e->path, learnt->hash);
    return CAD_OK;
}

static cad_status open_tokenizer(cad_engine *e, const parts *p)
{
    const char *path;
    CAD_TRY(join(e->arena, e->path, "tokenizer.json", &path));
    if (!cad_fs_exists(path))
        CAD_TRY(join(e->arena, e->base, "tokenizer.json", &path));
    CAD_TRY(cad_tokenizer_load(path, &e->own_tokenizer));
    e->tokenizer = e->own_tokenizer;
    e->bos = p->bos ? cad_tokenizer_bos(e->tokenizer) : -1;
    int64_t n = cad_tokenizer_vocab_size(e->tokenizer);
    if (n > p->model.vocab)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " tokens, but the model in %s has %" PRId64 " rows", path, n, e->base,
                 p->model.vocab);
    return CAD_OK;
}

/* Before anything is taken: weights and cache as they will be. */
static cad_status check_memory(const cad_engine *e, const parts *p, const cad_device *device, const cad_decoder_opts *o,
                               int64_t max_new)
{
    cad_decoder *d;
    cad_memory_plan m = {0};
    char text[48];
    CAD_TRY(cad_decoder_sketch(&p->model, device->ops, o, &d));
    cad_decoder_bytes b = cad_decoder_plan(d);
    cad_decoder_destroy(d);
    cad_memory_add_decoder(&m, &b, CAD_TRAIN_none);
    if (device->total == 0 && m.total < (double)SMALL_MEMORY) /* not worth asking the machine what it has */
        return CAD_OK;
    snprintf(text, sizeof text, "decode.batch = %" PRId64, o->slots / 2);
    if (o->slots > 1)
        cad_memory_offer(&m, text, (double)b.cache / 2.0);
    snprintf(text, sizeof text, "decode.max_new = %" PRId64, max_new / 2);
    if (max_new > 1)
        cad_memory_offer(&m, text, (double)b.cache * (double)(max_new / 2) / (double)o->context);
    CAD_TRY(cad_memory_judge(&m, device));
    return cad_memory_verdict(&m, e->path);
}

static cad_status open_decoder(cad_engine *e, const cad_engine_opts *o, const parts *p)
{
    cad_device device;
    int64_t slots = o->slots > 0 ? o->slots : DEFAULT_SLOTS, context = o->context > 0 ? o->context : DEFAULT_CONTEXT;
    if (context > p->model.max_pos)
        context = p->model.max_pos;
    cad_decoder_opts d = {.weights = p->weights,
                          .double_quant = p->double_quant,
                          .lora = p->lora,
                          .slots = slots,
                          .context = context,
                          .max_tokens = context > SMALLEST_PASS ? context : SMALLEST_PASS};
    d.lora.dropout = 0;
    CAD_TRY(cad_device_open(o->device ? o->device : "cpu", &device));
    cad_device_log(&device);
    CAD_TRY(check_memory(e, p, &device, &d, o->max_new < context ? o->max_new : context));
    CAD_TRY(cad_decoder_create(&p->model, device.ops, &d, &e->own_decoder));
    e->decoder = e->own_decoder;
    CAD_TRY(cad_decoder_load(e->decoder, e->base));
    return e->adapter ? cad_decoder_load_adapter(e->decoder, e->adapter) : CAD_OK;
}

/* The checkpoint's name in keys of results: everything that decides its answers, beside prompt and decoding. */
static cad_status name_engine(cad_engine *e, const parts *p)
{
    cad_buf b = CAD_BUF_INIT;
    char adapter[CAD_HASH_HEX] = "";
    cad_status s = CAD_OK;
    if (e->adapter) {
        const char *path;
        CAD_TRY(join(e->arena, e->adapter, "adapter_model.safetensors", &path));
        CAD_TRY(cad_fs_hash(path, adapter));
    }
    s = cad_buf_printf(&b, "base %s adapter %s rank %" PRId64 " alpha %.17g rslora %d weights %d nested %d tokenizer %s",
                       cad_decoder_base_hash(e->decoder), adapter, p->lora.rank, p->lora.alpha, p->lora.rslora, (int)p->weights,
                       p->double_quant, cad_tokenizer_hash(e->tokenizer));
    if (s == CAD_OK && cad_decoder_ops(e->decoder)->store == CAD_BF16)
        s = cad_buf_str(&b, " stored in bf16");
    if (s == CAD_OK)
        cad_hash128_hex(b.data, b.len, e->hash);
    cad_buf_deinit(&b);
    return s;
}

static cad_status open_all(cad_engine *e, const char *ckpt, const cad_engine_opts *o)
{
    parts p;
    CAD_TRY(find_checkpoint(e, ckpt));
    CAD_TRY(read_parts(e, o, &p));
    CAD_TRY(open_template(e, o));
    CAD_TRY(open_tokenizer(e, &p));
    CAD_TRY(open_decoder(e, o, &p));
    cad_engine_set_stops(e);
    return name_engine(e, &p);
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
    cad_status s = find_checkpoint(e, ckpt);
    if (s == CAD_OK)
        s = cad_buf_str(out, e->path);
    cad_engine_close(e);
    return s;
}

cad_status cad_engine_waived(const char *ckpt, cad_buf *out)
{
    cad_engine *e;
    const char *path;
    bool there = false;
    json_t *state = NULL;
    CAD_TRY(make_engine(&e));
    cad_status s = find_checkpoint(e, ckpt);
    if (s == CAD_OK)
        s = has(e->arena, e->path, "trainer_state.json", &there);
    if (s == CAD_OK && there)
        s = join(e->arena, e->path, "trainer_state.json", &path);
    if (s == CAD_OK && there)
        s = cad_json_read(path, TEXT_LIMIT, &state);
    if (s == CAD_OK && json_is_string(json_object_get(state, "waived")))
        s = cad_buf_str(out, json_string_value(json_object_get(state, "waived")));
    json_decref(state);
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
    e->path = e->base = "";
    e->bos = bos;
    cad_engine_set_stops(e);
    *out = e;
    return CAD_OK;
}
