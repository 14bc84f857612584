#include "model/decoder/checkpoint_parts.h"

#include "core/build_info.h"
#include "core/config.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/path.h"

#include <inttypes.h>
#include <string.h>

static const char SHIPPED[] = "models/tiny";
enum { STATE_LIMIT = 1 << 20 };

static cad_status has(cad_arena *a, const char *dir, const char *name, bool *out)
{
    const char *path;
    CAD_TRY(cad_path_join(a, dir, name, &path));
    *out = cad_fs_exists(path);
    return CAD_OK;
}

static cad_status shipped(cad_arena *a, const char **out)
{
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_share_find(SHIPPED, &b);
    if (s == CAD_OK)
        s = cad_arena_strdup(a, b.data, b.len, out);
    cad_buf_deinit(&b);
    return s;
}

/* A run directory stands for its best checkpoint, else its latest. */
static cad_status inside_run(cad_arena *a, const char **path)
{
    static const char *const names[] = {"ckpt/best", "ckpt/latest", "best", "latest"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found;
        CAD_TRY(has(a, *path, names[i], &found));
        if (found)
            return cad_path_join(a, *path, names[i], path);
    }
    return CAD_OK;
}

static cad_status template_of(const char *path, cad_arena *a, const cad_template **out)
{
    cad_status s = cad_template_get("file", path, a, out);
    return s == CAD_ECONFIG ? cad_fail(s, "%s: %s", path, cad_error_text()) : s;
}

/* ---- what a run recorded ---- */

static cad_status keep_text(const json_t *state, const char *key, const char *path, cad_arena *a, const char **out)
{
    const char *text;
    if (!json_object_get(state, key))
        return CAD_OK;
    CAD_TRY(cad_json_get_string(state, key, path, &text));
    return *text ? cad_arena_strdup(a, text, strlen(text), out) : CAD_OK;
}

static cad_status keep_state(cad_ckpt_parts *p, const json_t *state, const char *path, cad_arena *a)
{
    CAD_TRY(keep_text(state, "waived", path, a, &p->waived));
    CAD_TRY(keep_text(state, "rag_index_xxh3", path, a, &p->rag_index));
    CAD_TRY(keep_text(state, "kind", path, a, &p->kind));
    if (p->kind && strcmp(p->kind, "ir") != 0 && strcmp(p->kind, "step") != 0)
        CAD_FAIL(CAD_EDATA, "%s: key 'kind': found '%.40s'; expected ir or step", path, p->kind);
    if (!p->adapter)
        return CAD_OK;
    if (!json_object_get(state, "base_hash"))
        CAD_FAIL(CAD_EDATA, "%s: key 'base_hash' is missing", path);
    return keep_text(state, "base_hash", path, a, &p->base_hash);
}

static cad_status read_state(cad_ckpt_parts *p, cad_arena *a)
{
    const char *path;
    json_t *state;
    p->waived = p->rag_index = "";
    CAD_TRY(cad_path_join(a, p->path, "trainer_state.json", &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    CAD_TRY(cad_json_read(path, STATE_LIMIT, &state));
    cad_status s = keep_state(p, state, path, a);
    json_decref(state);
    return s;
}

/* An adapter of others, or of an earlier build, that lies with a template of ours that is for one kind alone. */
static cad_status kind_of_template(cad_ckpt_parts *p, cad_arena *a)
{
    const cad_template *t;
    const char *path;
    CAD_TRY(cad_path_join(a, p->path, "template.txt", &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    CAD_TRY(template_of(path, a, &t));
    p->kind = cad_template_kind(t);
    return CAD_OK;
}

cad_status cad_ckpt_parts_find(const char *ckpt, cad_arena *a, cad_ckpt_parts *out)
{
    bool model = false, adapter = false, state = false, finished = false;
    cad_ckpt_parts found = {.path = ckpt}, *const p = &found;
    CAD_TRY(ckpt ? cad_arena_strdup(a, ckpt, strlen(ckpt), &p->path) : shipped(a, &p->path));
    if (!*p->path)
        CAD_FAIL(CAD_EUSAGE, "an empty path; expected a model, a checkpoint or an adapter\nhint: without --ckpt: models/tiny");
    if (cad_fs_exists(p->path))
        CAD_TRY(cad_file_expect(p->path, CAD_FILE_model));
    if (!cad_fs_is_dir(p->path))
        CAD_FAIL(
            CAD_ENOTFOUND,
            "%s: no such directory; expected a model, a checkpoint or an adapter\nhint: for instance runs/NAME/ckpt/latest",
            p->path);
    for (int round = 0; round < 2; round++) {
        CAD_TRY(has(a, p->path, "config.json", &model));
        CAD_TRY(has(a, p->path, "adapter_config.json", &adapter));
        if (model || adapter)
            break;
        CAD_TRY(inside_run(a, &p->path));
    }
    if (!model && !adapter)
        CAD_FAIL(CAD_ENOTFOUND, "%s: neither config.json nor adapter_config.json; expected a model, a checkpoint or an adapter",
                 p->path);
    CAD_TRY(has(a, p->path, "trainer_state.json", &state));
    CAD_TRY(has(a, p->path, "DONE", &finished));
    if (state && !finished)
        CAD_FAIL(CAD_ENOTFOUND, "%s: a checkpoint without DONE was never finished", p->path);
    if (adapter)
        p->adapter = p->path;
    else
        p->base = p->path;
    CAD_TRY(read_state(p, a));
    if (!p->kind)
        CAD_TRY(kind_of_template(p, a));
    *out = found;
    return CAD_OK;
}

/* [model] and [prompt] of the run that wrote the adapter, or the model. */
static cad_status read_run_config(cad_ckpt_parts *p, cad_arena *a)
{
    const char *path;
    cad_config *c;
    CAD_TRY(cad_path_join(a, p->adapter ? p->adapter : p->path, "config.ini", &path));
    p->bos = true;
    if (!cad_fs_exists(path))
        return CAD_OK;
    const cad_config_source source = {.kind = CAD_CONFIG_FILE, .name = path, .only = "model prompt rag"};
    CAD_TRY(cad_config_load(&source, 1, a, NULL, &c));
    p->bos = c->prompt.bos != CAD_PROMPT_BOS_off;
    if (!p->adapter)
        return CAD_OK;
    p->weights = (cad_weights)c->model.weights;
    p->double_quant = c->model.double_quant;
    if (c->model.init == CAD_MODEL_INIT_pretrained && c->model.path[0])
        p->recorded_base = c->model.path;
    return CAD_OK;
}

/* Whether a path can only lead downwards: no name in it is empty, "." or "..". */
static bool leads_down(const char *path, size_t len)
{
    for (size_t i = 0, n; i <= len; i += n + 1) {
        for (n = 0; i + n < len && path[i + n] != '/'; n++)
            ;
        if (n == 0 || (path[i] == '.' && (n == 1 || (n == 2 && path[i + 1] == '.'))))
            return false;
    }
    return true;
}

/* `tail` below a folder above the adapter, the nearest first. */
static cad_status find_tail(cad_ckpt_parts *p, const char *tail, size_t len, cad_arena *a)
{
    cad_buf at = CAD_BUF_INIT;
    cad_status s = cad_fs_absolute(p->adapter, &at);
    for (size_t n = at.len; s == CAD_OK && !p->base && n > 0; n--) {
        if (at.data[n - 1] != '/')
            continue;
        at.len = n;
        s = cad_buf_printf(&at, "%.*s", (int)len, tail);
        size_t end = at.len;
        if (s == CAD_OK)
            s = cad_buf_str(&at, "/config.json"); /* not the adapter's own ckpt/latest */
        if (s == CAD_OK && cad_fs_exists(at.data))
            s = cad_arena_strdup(a, at.data, end, &p->base);
    }
    cad_buf_deinit(&at);
    return s;
}

/* A tree that was moved as a whole: the end of the recorded path, two names or more, below a folder above the adapter. */
static cad_status find_moved(cad_ckpt_parts *p, const char *recorded, cad_arena *a)
{
    size_t len = strlen(recorded);
    const char *end = recorded + len;
    if (recorded[0] != '/' || len > CAD_PEFT_MAX_BASE)
        return CAD_OK;
    while (end[-1] == '/' && end - recorded > 1)
        end--;
    for (const char *tail = recorded; !p->base && (tail = memchr(tail, '/', (size_t)(end - tail)));) {
        tail++;
        len = (size_t)(end - tail);
        if (memchr(tail, '/', len) && leads_down(tail, len))
            CAD_TRY(find_tail(p, tail, len, a));
    }
    return CAD_OK;
}

static bool is_shipped(const char *recorded)
{
    size_t len = strlen(recorded), n = sizeof SHIPPED - 1;
    return len >= n && !strcmp(recorded + len - n, SHIPPED) && (len == n || recorded[len - n - 1] == '/');
}

/* Where the base of an adapter lies: as recorded, beside the adapter, in the tree that the adapter moved with, or a shipped
 * model of that name. */
static cad_status find_base(cad_ckpt_parts *p, cad_arena *a)
{
    const char *const names[] = {p->recorded_base ? p->recorded_base : "", p->lora.base_model};
    enum { N = sizeof names / sizeof *names };
    for (size_t i = 0; i < N; i++) {
        const char *beside;
        if (!names[i][0])
            continue;
        if (cad_fs_is_dir(names[i]))
            return cad_arena_strdup(a, names[i], strlen(names[i]), &p->base);
        CAD_TRY(cad_path_join(a, p->adapter, names[i], &beside));
        if (names[i][0] != '/' && cad_fs_is_dir(beside)) {
            p->base = beside;
            return CAD_OK;
        }
    }
    for (size_t i = 0; i < N && !p->base; i++)
        CAD_TRY(find_moved(p, names[i], a));
    for (size_t i = 0; i < N && !p->base; i++)
        if (is_shipped(names[i]))
            CAD_TRY(shipped(a, &p->base));
    return p->base ? CAD_OK : cad_ckpt_parts_no_base(p);
}

cad_status cad_ckpt_parts_no_base(const cad_ckpt_parts *p)
{
    const char *name = p->recorded_base ? p->recorded_base : p->lora.base_model;
    CAD_FAIL(CAD_ENOTFOUND,
             "%s: its base model '%s' is not there\n"
             "hint: cadtool convert merge BASE --adapter=%s -o DIR makes one model (--ckpt=DIR), cadtool logprob takes BASE "
             "--adapter too%s%s",
             p->adapter, name, p->adapter, *name ? "; or put it, or a link to it, at " : "", name);
}

/* What a model is called: the last name of its path; of models--ORGANISATION--NAME/snapshots/<revision>, as the cache of
 * huggingface_hub has it, NAME. */
static cad_status called(const char *path, cad_arena *a, const char **out)
{
    static const char above[] = "/snapshots", cached[] = "models--";
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_fs_absolute(path, &b);
    size_t len = b.len, n = strlen(above);
    while (s == CAD_OK && len > 1 && (b.data[len - 1] == '/' || (b.data[len - 1] == '.' && b.data[len - 2] == '/')))
        len--;
    if (s == CAD_OK) {
        b.data[len] = 0;
        const char *name = cad_path_base(b.data), *repository = NULL;
        char *end = b.data + (name - b.data) - 1; /* the slash before it */
        if (end - b.data > (ptrdiff_t)n && !memcmp(end - n, above, n)) {
            end[-(ptrdiff_t)n] = 0;
            repository = cad_path_base(b.data);
        }
        if (repository && !strncmp(repository, cached, strlen(cached)))
            for (const char *next = repository; (next = strstr(next, "--"));)
                name = next += 2;
        s = cad_arena_strdup(a, name, strlen(name), out);
    }
    cad_buf_deinit(&b);
    return s;
}

/* Where no hash tells, names do: the folder that adapter_config.json names is the base, or is called as it is. */
static cad_status compare_names(cad_ckpt_parts *p, cad_arena *a)
{
    const char *name = p->lora.base_model, *beside, *is, *was;
    if (!p->other_base || p->base_hash || !*name)
        return CAD_OK;
    CAD_TRY(cad_path_join(a, p->adapter, name, &beside));
    beside = name[0] == '/' ? name : beside;
    if (cad_fs_same(name, p->base) || cad_fs_same(beside, p->base))
        return CAD_OK;
    CAD_TRY(called(p->base, a, &is));
    CAD_TRY(called(name, a, &was));
    if (!cad_fs_is_dir(name) && !cad_fs_is_dir(beside) && !strcmp(is, was))
        return CAD_OK;
    p->named_base = name;
    cad_log(CAD_LOG_WARN, "%s: put on %s; its adapter_config.json names %s", p->adapter, p->base, name);
    return CAD_OK;
}

/* The adapter is the checkpoint, and the model that was named its base. */
static cad_status put_on(cad_ckpt_parts *p, const char *adapter, cad_arena *a)
{
    const char *base = p->base;
    if (p->adapter)
        CAD_FAIL(CAD_EDATA, "%s: an adapter; expected the model that the adapter %s is put on", p->path, adapter);
    CAD_TRY(cad_ckpt_parts_find(adapter, a, p));
    if (!p->adapter)
        CAD_FAIL(CAD_EDATA, "%s: a model; expected an adapter to put on %s", p->path, base);
    p->base = base;
    p->other_base = true;
    return CAD_OK;
}

cad_status cad_ckpt_parts_read(cad_ckpt_parts *p, const char *adapter, cad_arena *a)
{
    if (adapter)
        CAD_TRY(put_on(p, adapter, a));
    p->weights = CAD_WEIGHTS_fp32;
    CAD_TRY(read_run_config(p, a));
    if (p->adapter) {
        CAD_TRY(cad_peft_read_config(p->adapter, a, &p->lora));
        CAD_TRY(compare_names(p, a));
    }
    if (!p->base)
        CAD_TRY(find_base(p, a));
    CAD_TRY(cad_model_config_load(p->base, &p->model));
    if (p->model.quant.nf4)
        p->double_quant = p->model.quant.nested;
    return cad_peft_resolve(&p->lora, &p->model, a);
}

cad_status cad_ckpt_parts_file(const cad_ckpt_parts *p, const char *name, cad_arena *a, const char **out)
{
    CAD_TRY(cad_path_join(a, p->path, name, out));
    return cad_fs_exists(*out) || !p->base ? CAD_OK : cad_path_join(a, p->base, name, out);
}

cad_status cad_ckpt_parts_tokenizer(const cad_ckpt_parts *p, cad_arena *a, cad_tokenizer **out)
{
    const char *path, *merges;
    cad_tokenizer *t;
    CAD_TRY(cad_ckpt_parts_file(p, "tokenizer.json", a, &path));
    CAD_TRY(cad_path_join(a, p->base, "merges.txt", &merges));
    bool pair = !cad_fs_exists(path) && cad_fs_exists(merges); /* a folder without tokenizer.json */
    CAD_TRY(pair ? cad_tokenizer_load_dir(p->base, &t) : cad_tokenizer_load(path, &t));
    int64_t n = cad_tokenizer_vocab_size(t);
    if (n > p->model.vocab) {
        cad_tokenizer_destroy(t);
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " tokens, but the model in %s has %" PRId64 " rows", path, n, p->base,
                 p->model.vocab);
    }
    *out = t;
    return CAD_OK;
}

int64_t cad_ckpt_stops(const cad_model_config *c, const cad_tokenizer *t, uint32_t out[CAD_CKPT_STOPS])
{
    int64_t n = 0, end = cad_tokenizer_eos(t);
    for (int i = 0; i < c->n_eos; i++) {
        out[n++] = (uint32_t)c->eos[i];
        if (c->eos[i] == end)
            end = -1;
    }
    if (end >= 0)
        out[n++] = (uint32_t)end;
    return n;
}

cad_status cad_ckpt_parts_template(const cad_ckpt_parts *p, cad_arena *a, const cad_template **out)
{
    const char *path;
    *out = NULL;
    CAD_TRY(cad_ckpt_parts_file(p, "template.txt", a, &path));
    if (!cad_fs_exists(path))
        return CAD_OK;
    return template_of(path, a, out);
}

void cad_ckpt_parts_options(const cad_ckpt_parts *p, cad_decoder_opts *o)
{
    o->weights = p->weights;
    o->double_quant = p->double_quant;
    o->lora = p->lora;
    o->lora.dropout = 0;
}

const char *cad_weights_name(cad_weights w)
{
    return w == CAD_WEIGHTS_nf4 ? "nf4" : w == CAD_WEIGHTS_bf16 ? "bf16" : "fp32";
}

static cad_status check_base(const cad_ckpt_parts *p, const char *hash)
{
    if (!p->base_hash || !strcmp(p->base_hash, hash))
        return CAD_OK;
    if (!p->other_base)
        CAD_FAIL(CAD_EDATA,
                 "%s: its tensors have XXH3-128 %s; %s learnt on %s\n"
                 "hint: its base is model.path of %s/config.ini; onto another one: cadtool convert merge BASE --adapter=%s "
                 "--base=original",
                 p->base, hash, p->path, p->base_hash, p->path, p->path);
    cad_log(CAD_LOG_WARN, "%s: another base than %s learnt on: XXH3-128 %s, not %s", p->base, p->path, hash, p->base_hash);
    return CAD_OK;
}

cad_status cad_ckpt_parts_load(const cad_ckpt_parts *p, cad_decoder *d)
{
    CAD_TRY(cad_decoder_load(d, p->base));
    if (!p->adapter)
        return CAD_OK;
    CAD_TRY(check_base(p, cad_decoder_base_hash(d)));
    return cad_decoder_load_adapter(d, p->adapter);
}
