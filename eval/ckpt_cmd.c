/* cadtool ckpt info, verify: what a checkpoint, an adapter or a model is; ckpt_verify_cmd.c reads all of it. */
#include "eval/ckpt_cmd.h"

#include "core/file_kind.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/utf8.h"
#include "eval/models_cmd.h"
#include "kernels/ops.h"
#include "model/hf/bnb.h"
#include "train/checkpoint.h"
#include "train/ckpt_manifest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANIFEST_LIMIT = 64 << 20 };

typedef cad_ckpt_job job;

cad_status cad_ckpt_put(json_t *o, const char *key, json_t *v)
{
    if (json_object_set_new(o, key, v) != 0)
        CAD_FAIL(CAD_ENOMEM, "out of memory for facts");
    return CAD_OK;
}

static cad_status beside(job *j, const char *name, const char **out)
{
    return cad_path_join(j->arena, j->parts.path, name, out);
}

bool cad_ckpt_has(job *j, const char *name)
{
    const char *path;
    return beside(j, name, &path) == CAD_OK && cad_fs_exists(path);
}

/* ---- what the headers say ---- */

/* Types of the tensors, the commonest need of a reader: "BF16" or "F32, U8". */
static cad_status weights_facts(const cad_safetensors *f, json_t *o)
{
    bool seen[CAD_ST_COUNT] = {0};
    uint64_t bytes = 0;
    int64_t count = 0;
    cad_buf types = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; i < cad_st_count(f); i++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        seen[t->dtype] = true;
        bytes += t->end - t->begin;
        count += t->count;
    }
    for (int t = 0; s == CAD_OK && t < CAD_ST_COUNT; t++)
        if (seen[t])
            s = cad_buf_printf(&types, "%s%s", types.len ? ", " : "", cad_st_dtype_name((cad_st_dtype)t));
    if (s == CAD_OK)
        s = cad_ckpt_put(o, "dtype", json_string(cad_buf_cstr(&types)));
    if (s == CAD_OK)
        s = cad_ckpt_put(o, "tensors", json_integer((json_int_t)cad_st_count(f)));
    if (s == CAD_OK)
        s = cad_ckpt_put(o, "elements", json_integer(count));
    if (s == CAD_OK)
        s = cad_ckpt_put(o, "bytes", json_integer((json_int_t)bytes));
    cad_buf_deinit(&types);
    return s;
}

static cad_status file_facts(const cad_safetensors *f, json_t *o)
{
    json_t *files = json_array();
    int bad = files == NULL;
    const char *last = "";
    for (size_t i = 0; !bad && i < cad_st_count(f); i++) {
        const char *path = cad_st_path(f, cad_st_at(f, i));
        int order = -1;
        size_t k = 0;
        if (path == last)
            continue;
        for (; k < json_array_size(files) && order < 0; k++)
            order = strcmp(json_string_value(json_array_get(files, k)), cad_path_base(path));
        if (order != 0)
            bad |= json_array_insert_new(files, order > 0 ? k - 1 : k, cad_json_text(cad_path_base(path)));
        last = path;
    }
    return cad_ckpt_put(o, "files", bad ? NULL : files);
}

/* Smallest and largest of something that each linear has: one number where they are the same. */
static cad_status put_range(json_t *o, const char *key, double least, double most)
{
    bool whole = floor(least) == least && floor(most) == most;
    json_t *low = whole ? json_integer((json_int_t)least) : json_real(least);
    json_t *high = whole ? json_integer((json_int_t)most) : json_real(most);
    if (least < most)
        return cad_ckpt_put(o, key, json_pack("[o, o]", low, high));
    json_decref(high);
    return cad_ckpt_put(o, key, low);
}

/* How the linears of the files are held, from the JSON beside each. */
static cad_status nf4_facts(job *j, const cad_safetensors *f)
{
    const cad_model_config *c = &j->parts.model;
    int64_t linears = 0, least = 0, most = 0;
    cad_bnb_matrix m;
    for (int64_t layer = 0; layer < c->layers; layer++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            char name[96];
            int64_t rows, cols;
            snprintf(name, sizeof name, "model.layers.%" PRId64 ".%s.weight", layer,
                     cad_lora_target_module((cad_lora_target)t));
            cad_lora_target_shape(c, (cad_lora_target)t, &rows, &cols);
            CAD_TRY(cad_bnb_find(f, &c->quant, name, rows, cols, &m));
            least = linears++ == 0 || m.state.block < least ? m.state.block : least;
            most = m.state.block > most ? m.state.block : most;
        }
    json_t *o = json_pack("{s:s, s:I, s:b, s:s}", "form", "NF4 as bitsandbytes writes it", "linears", (json_int_t)linears,
                          "nested", (int)c->quant.nested, "storage", cad_st_dtype_name(c->quant.storage));
    CAD_TRY(cad_ckpt_put(j->facts, "quantised", o));
    return put_range(o, "block", (double)least, (double)most);
}

/* The base's own numbers, without a weight being read. */
static cad_status model_facts(job *j)
{
    const cad_model_config *c = &j->parts.model;
    const cad_ops *ops;
    cad_decoder *d;
    cad_safetensors *f;
    cad_decoder_opts opts = {.max_tokens = 1};
    CAD_TRY(cad_ops_get("cpu", &ops));
    CAD_TRY(cad_decoder_sketch(c, ops, &opts, &d));
    json_int_t parameters = cad_decoder_parameters(d);
    cad_decoder_destroy(d);
    json_t *o =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "family", cad_arch_name(c->arch), "parameters",
                  parameters, "layers", (json_int_t)c->layers, "width", (json_int_t)c->width, "heads", (json_int_t)c->heads,
                  "kv_heads", (json_int_t)c->kv_heads, "head_dim", (json_int_t)c->head_dim, "ffn", (json_int_t)c->ffn, "vocab",
                  (json_int_t)c->vocab, "positions", (json_int_t)c->max_pos, "tied", c->tie);
    CAD_TRY(cad_ckpt_put(j->facts, "model", o));
    CAD_TRY(cad_st_open_dir(j->parts.base, &f));
    cad_status s = file_facts(f, o);
    if (s == CAD_OK)
        s = weights_facts(f, o);
    if (s == CAD_OK && c->quant.nf4)
        s = nf4_facts(j, f);
    cad_st_close(f);
    return s;
}

cad_status cad_ckpt_put_ranks(json_t *o, const cad_lora_config *c, const cad_model_config *m)
{
    double rank[2] = {INFINITY, 0}, scale[2] = {INFINITY, 0};
    for (int64_t layer = 0; layer < m->layers; layer++)
        for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
            cad_lora_pair p = cad_lora_pair_of(c, layer, (cad_lora_target)t);
            if (p.rank == 0)
                continue;
            rank[0] = fmin(rank[0], (double)p.rank), rank[1] = fmax(rank[1], (double)p.rank);
            scale[0] = fmin(scale[0], p.scale), scale[1] = fmax(scale[1], p.scale);
        }
    CAD_TRY(put_range(o, "rank", rank[0], rank[1]));
    return put_range(o, "scale", scale[0], scale[1]);
}

/* Patterns and layers give linears their own rank and scale; without the base nobody knows which ones. */
static cad_status pattern_facts(job *j, json_t *o)
{
    const cad_lora_config *c = &j->parts.lora;
    if (!c->rules)
        return CAD_OK;
    CAD_TRY(cad_ckpt_put(o, "by_module", json_true()));
    if (!c->pair)
        return CAD_OK;
    CAD_TRY(cad_ckpt_put(o, "linears", json_integer(cad_lora_count(c, &j->parts.model, NULL, NULL))));
    return cad_ckpt_put_ranks(o, c, &j->parts.model);
}

static cad_status adapter_facts(job *j)
{
    const cad_lora_config *c = &j->parts.lora;
    cad_safetensors *f;
    cad_buf targets = CAD_BUF_INIT;
    cad_status s = CAD_OK;
    for (int t = 0; s == CAD_OK && t < CAD_LORA_TARGET_COUNT; t++)
        if (c->targets >> t & 1)
            s = cad_buf_printf(&targets, "%s%s", targets.len ? " " : "", cad_lora_target_name((cad_lora_target)t));
    json_t *o = s == CAD_OK ? json_pack("{s:I, s:f, s:b, s:f, s:f, s:s, s:s, s:b}", "rank", (json_int_t)c->rank, "alpha",
                                        c->alpha, "rslora", c->rslora, "scale", cad_lora_scale(c), "dropout", c->dropout,
                                        "targets", cad_buf_cstr(&targets), "base_weights", cad_weights_name(j->parts.weights),
                                        "double_quant", j->parts.double_quant)
                            : NULL;
    cad_buf_deinit(&targets);
    CAD_TRY(s);
    CAD_TRY(cad_ckpt_put(j->facts, "adapter", o));
    CAD_TRY(pattern_facts(j, o));
    CAD_TRY(cad_peft_open(j->parts.adapter, &f));
    s = weights_facts(f, o);
    cad_st_close(f);
    return s;
}

/* ---- what the run recorded ---- */

static cad_status run_facts(job *j)
{
    const char *path;
    cad_train_state st;
    if (!cad_ckpt_has(j, "trainer_state.json"))
        return CAD_OK;
    CAD_TRY(beside(j, "trainer_state.json", &path));
    CAD_TRY(cad_train_state_load(path, &st));
    CAD_TRY(cad_ckpt_put(j->facts, "run",
                         json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "step", (json_int_t)st.step, "epoch", (json_int_t)st.epoch,
                                   "rows", (json_int_t)st.rows, "tokens", (json_int_t)st.tokens, "skipped",
                                   (json_int_t)st.skipped, "seed", (json_int_t)st.seed)));
    CAD_TRY(cad_ckpt_put(j->facts, "base_xxh3", cad_json_text(st.base_hash)));
    CAD_TRY(cad_ckpt_put(j->facts, "data_xxh3", cad_json_text(st.data_hash)));
    CAD_TRY(cad_ckpt_put(j->facts, "config_xxh3", cad_json_text(st.config_hash)));
    if (st.kind[0])
        CAD_TRY(cad_ckpt_put(j->facts, "answers", cad_json_text(st.kind)));
    if (st.form[0])
        CAD_TRY(cad_ckpt_put(j->facts, "representation", cad_json_text(st.form)));
    if (st.rag_index[0])
        CAD_TRY(cad_ckpt_put(j->facts, "rag_index_xxh3", cad_json_text(st.rag_index)));
    return st.waived[0] ? cad_ckpt_put(j->facts, "waived", cad_json_text(st.waived)) : CAD_OK;
}

static cad_status text_facts(job *j)
{
    const char *path, *names[] = {"tokenizer.json", "template.txt"}, *keys[] = {"tokenizer_xxh3", "template_xxh3"};
    for (size_t i = 0; i < 2; i++) {
        char hex[CAD_HASH_HEX];
        CAD_TRY(beside(j, names[i], &path));
        if (!cad_fs_exists(path) && j->has_base)
            CAD_TRY(cad_ckpt_parts_file(&j->parts, names[i], j->arena, &path));
        if (!cad_fs_exists(path))
            continue;
        CAD_TRY(cad_fs_hash(path, hex));
        CAD_TRY(cad_ckpt_put(j->facts, keys[i], json_string(hex)));
    }
    return CAD_OK;
}

static cad_status done_facts(job *j)
{
    const char *path, *commit, *when;
    json_t *o;
    if (!cad_ckpt_has(j, CAD_MANIFEST_NAME))
        return CAD_OK;
    CAD_TRY(beside(j, CAD_MANIFEST_NAME, &path));
    CAD_TRY(cad_json_read(path, MANIFEST_LIMIT, &o));
    cad_status s = cad_json_get_string(o, "commit", path, &commit);
    if (s == CAD_OK)
        s = cad_json_get_string(o, "time", path, &when);
    if (s == CAD_OK)
        s = cad_ckpt_put(j->facts, "commit", cad_json_text(commit));
    if (s == CAD_OK)
        s = cad_ckpt_put(j->facts, "written", cad_json_text(when));
    json_decref(o);
    return s;
}

static cad_status collect(job *j, const char *path)
{
    CAD_TRY(cad_ckpt_parts_find(path, j->arena, &j->parts));
    const cad_ckpt_parts *p = &j->parts;
    cad_status s = cad_ckpt_parts_read(&j->parts, NULL, j->arena);
    j->has_base = s == CAD_OK;
    if (s != CAD_OK && !(s == CAD_ENOTFOUND && p->adapter && !p->base))
        return s;
    CAD_TRY(cad_ckpt_put(j->facts, "path", cad_json_text(p->path)));
    CAD_TRY(cad_ckpt_put(j->facts, "kind",
                         json_string(cad_ckpt_has(j, "trainer_state.json")
                                         ? (p->adapter ? "checkpoint of a run, adapter" : "checkpoint of a run, model")
                                     : p->adapter ? "adapter"
                                                  : "model")));
    if (p->adapter) {
        CAD_TRY(cad_ckpt_put(j->facts, "base",
                             cad_json_text(j->has_base        ? p->base
                                           : p->recorded_base ? p->recorded_base
                                                              : p->lora.base_model)));
        CAD_TRY(cad_ckpt_put(j->facts, "base_found", json_boolean(j->has_base)));
        CAD_TRY(adapter_facts(j));
    }
    if (j->has_base)
        CAD_TRY(model_facts(j));
    CAD_TRY(run_facts(j));
    CAD_TRY(text_facts(j));
    return done_facts(j);
}

/* ---- printing ---- */

cad_status cad_ckpt_print_value(const char *key, const json_t *v, cad_buf *out)
{
    char text[32];
    if (json_is_string(v)) /* of anyone's file */
        return cad_utf8_escape(json_string_value(v), json_string_length(v), out);
    if (json_is_boolean(v))
        return cad_buf_str(out, json_is_true(v) ? "yes" : "no");
    if (json_is_real(v))
        return cad_buf_number(out, json_real_value(v));
    if (json_is_integer(v) && strcmp(key, "seed") != 0) {
        cad_progress_grouped(json_integer_value(v), text);
        return cad_buf_str(out, text);
    }
    if (json_is_integer(v))
        return cad_buf_printf(out, "%lld", (long long)json_integer_value(v));
    bool range = json_is_number(json_array_get(v, 0));
    for (size_t i = 0; i < json_array_size(v); i++) {
        if (i == 3 && json_array_size(v) > 4)
            return cad_buf_printf(out, " .. (%zu)", json_array_size(v));
        CAD_TRY(cad_buf_str(out, i == 0 ? "" : range ? ".." : " "));
        CAD_TRY(cad_ckpt_print_value(key, json_array_get(v, i), out));
    }
    return CAD_OK;
}

static cad_status print_table(const char *before, const json_t *o, cad_buf *out)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)o, key, v)
    {
        char label[64];
        snprintf(label, sizeof label, "%s%s", before, key);
        if (json_is_object(v)) {
            snprintf(label, sizeof label, "%s ", key);
            CAD_TRY(print_table(label, v, out));
            continue;
        }
        CAD_TRY(cad_buf_printf(out, "%-20s ", label));
        CAD_TRY(cad_ckpt_print_value(key, v, out));
        CAD_TRY(cad_buf_str(out, "\n"));
    }
    return CAD_OK;
}

static cad_status print(const cad_cli *cli, const json_t *o)
{
    cad_buf out = CAD_BUF_INIT;
    cad_status s = cad_cli_json(cli) ? cad_json_print(o, &out) : print_table("", o, &out);
    if (s == CAD_OK && cad_cli_json(cli))
        s = cad_buf_str(&out, "\n");
    if (s == CAD_OK)
        s = cad_out(out.data, out.len);
    cad_buf_deinit(&out);
    return s;
}

static cad_status run_ckpt(cad_cli *cli, bool deep)
{
    cad_config *config;
    bool done;
    job j = {.arena = cad_cli_arena(cli)};
    if (cad_cli_nargs(cli) != 1)
        CAD_FAIL(CAD_EUSAGE, "ckpt %s takes one checkpoint, adapter or model", deep ? "verify" : "info");
    CAD_TRY(cad_cmd_settings(cli, &config, &done));
    if (done)
        return CAD_OK;
    CAD_TRY(cad_file_expect(cad_cli_arg(cli, 0), CAD_FILE_model));
    j.facts = json_object();
    cad_status s = j.facts ? collect(&j, cad_cli_arg(cli, 0)) : cad_fail(CAD_ENOMEM, "out of memory for facts");
    if (s == CAD_OK && deep)
        s = cad_ckpt_verify(&j);
    if (s == CAD_OK)
        s = print(cli, j.facts);
    json_decref(j.facts);
    return s;
}

cad_status cad_cmd_ckpt_info(cad_cli *cli)
{
    return run_ckpt(cli, false);
}

cad_status cad_cmd_ckpt_verify(cad_cli *cli)
{
    return run_ckpt(cli, true);
}
