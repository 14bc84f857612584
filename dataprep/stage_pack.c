#include "dataprep/stage_pack.h"

#include "core/build_info.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/path.h"
#include "core/stop_signal.h"
#include "dataprep/caption_group.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/model_text.h"
#include "dataprep/pack.h"
#include "dataprep/row_sources.h"
#include "dataprep/row_tokens.h"
#include "dataprep/stage_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_SHOWN = 5 };
static const size_t ROW_SPACE = (size_t)1 << 30; /* address space: a row and what it retrieved, lines of 64 MiB at most */

typedef struct packer {
    const cad_stage_pack_args *args;
    cad_pack_writer *out;
    cad_stage_pack_result result;
    cad_row_coder coder;
    cad_row_tokens row;
    cad_row_sources from;                      /* what rows retrieved from; empty without retrieval */
    const char *source[1 + CAD_PAYLOAD_FILES]; /* (n_sources) paths: the corpus, then those that it retrieved from */
    size_t n_sources;
    const char *retrieval; /* how rows retrieved; NULL without */
    cad_arena *names;
    cad_hash_index row_ids;
    cad_buf too_long, lost; /* ids of rows for the messages: over-long ones; those whose retrieved text is not there */
    int64_t n_lost;
    const char *split, *kind; /* NULL before the first row */
    const char *form;         /* of stage text, by the header; NULL: the rows are not its */
} packer;

static cad_status note_long(packer *p, const cad_row *row)
{
    int64_t shown = p->result.dropped++ - p->result.without;
    if (shown >= ROWS_SHOWN)
        return CAD_OK;
    return cad_buf_printf(&p->too_long, "%s%s (%zu tokens)", shown ? ", " : "", row->id, p->row.ids.n);
}

static cad_status note_lost(packer *p, const cad_row *row)
{
    if (p->n_lost++ >= ROWS_SHOWN)
        return CAD_OK;
    CAD_TRY(cad_buf_printf(&p->lost, "%s%s", p->n_lost > 1 ? ", " : "", row->id));
    return p->row.missing ? cad_buf_printf(&p->lost, " (retrieved %s)", p->row.missing) : CAD_OK;
}

static cad_status write_row(packer *p, const cad_row *row)
{
    const cad_row_tokens *t = &p->row;
    uint32_t span[1][2] = {{t->begin, (uint32_t)t->ids.n}};
    uint64_t caption; /* of what is packed, whatever the row says */
    CAD_TRY(cad_caption_key(!strcmp(row->kind, "step"), row->caption, &caption));
    CAD_TRY(cad_pack_writer_add(p->out, &(cad_pack_row){.id = row->id,
                                                        .caption = row->caption,
                                                        .family = row->family,
                                                        .tokens = t->ids.id,
                                                        .n_tokens = t->ids.n,
                                                        .span = (const uint32_t(*)[2])span,
                                                        .n_spans = 1,
                                                        .caption_hash = caption,
                                                        .geometry_hash = row->geometry_hash,
                                                        .retrieved = t->retrieved,
                                                        .trimmed = t->trimmed,
                                                        .weight = 1}));
    p->result.rows++;
    p->result.tokens += (int64_t)t->ids.n;
    p->result.loss_tokens += (int64_t)t->ids.n - t->begin;
    p->result.trimmed += t->trimmed > 0;
    p->result.cut += t->cut;
    p->result.apart += t->apart;
    return CAD_OK;
}

static cad_status add_row(packer *p, const cad_row *row, cad_arena *a)
{
    bool is_new = false;
    uint64_t *at = NULL;
    cad_row_state state;
    /* ids are compared by hash: two that collide in 64 bits would be refused, which is better than two equal ones */
    CAD_TRY(cad_hash_index_at(&p->row_ids, cad_hash_index_key(row->id, strlen(row->id)), 1, &is_new, &at));
    if (!is_new)
        CAD_FAIL(CAD_EDATA, "%s: row id %s occurs twice", p->args->in, row->id);
    CAD_TRY(cad_row_encode(&p->coder, row, a, &p->row, &state));
    if (state == CAD_ROW_no_rag || state == CAD_ROW_missing)
        return note_lost(p, row);
    if (state == CAD_ROW_none_found) {
        p->result.without++;
        p->result.dropped++;
        return CAD_OK;
    }
    if ((int64_t)p->row.ids.n > p->result.longest)
        p->result.longest = (int64_t)p->row.ids.n;
    return state == CAD_ROW_long ? note_long(p, row) : write_row(p, row);
}

/* A pack has one split and one kind: those of its first row. */
static cad_status check_labels(packer *p, const cad_row *row)
{
    const char *kind = *row->kind ? row->kind : "ir";
    if (!p->split) {
        size_t k = 0;
        while (k < CAD_SPLIT_COUNT && strcmp(row->split, cad_split_name[k]) != 0)
            k++;
        if (k == CAD_SPLIT_COUNT && *row->split)
            CAD_FAIL(CAD_EDATA, "%s: row %s is of split '%s'; expected train, val or test", p->args->in, row->id, row->split);
        if (strcmp(kind, "ir") != 0 && strcmp(kind, "step") != 0)
            CAD_FAIL(CAD_EDATA, "%s: row %s is of kind '%s'; expected ir or step", p->args->in, row->id, kind);
        p->split = k < CAD_SPLIT_COUNT ? cad_split_name[k] : "";
        p->kind = strcmp(kind, "ir") ? "step" : "ir";
    }
    if (strcmp(p->split, row->split) != 0)
        CAD_FAIL(CAD_EDATA, "%s: row %s is of split '%s', the rows before of '%s'", p->args->in, row->id, row->split, p->split);
    if (strcmp(p->kind, kind) != 0)
        CAD_FAIL(CAD_EDATA, "%s: row %s is of kind '%s', the rows before of '%s'", p->args->in, row->id, kind, p->kind);
    return CAD_OK;
}

static cad_status read_form(packer *p, const cad_corpus_reader *r)
{
    const char *form = cad_model_text_form(cad_corpus_header(r));
    return form ? cad_arena_strdup(p->names, form, strlen(form), &p->form) : CAD_OK;
}

static cad_status add_all(packer *p)
{
    cad_corpus_reader *r = NULL;
    cad_arena *a = NULL;
    CAD_TRY(cad_corpus_open(p->args->in, &r));
    cad_progress *progress = NULL;
    char label[32];
    snprintf(label, sizeof label, "pack %s", cad_path_base(p->args->in));
    cad_status s = cad_arena_create("pack rows", ROW_SPACE, &a);
    if (s == CAD_OK)
        s = read_form(p, r);
    if (s == CAD_OK)
        s = cad_corpus_progress(r, label, &progress);
    for (bool more = true; s == CAD_OK;) {
        if (cad_stop_abandoned() != CAD_OK) {
            s = cad_fail(CAD_EINTR, "interrupted after %" PRId64 " rows; no pack is written", p->result.rows);
            break;
        }
        cad_frame mark = cad_arena_mark(a);
        cad_row row = {0};
        s = cad_corpus_next(r, a, &row, &more);
        if (s != CAD_OK || !more)
            break;
        s = check_labels(p, &row);
        if (s == CAD_OK)
            s = add_row(p, &row, a);
        cad_arena_rewind(a, mark);
        if (s != CAD_OK)
            break;
        cad_progress_also(progress, "tok", p->result.tokens);
        cad_progress_show(progress, p->result.rows + p->result.dropped, NULL);
    }
    cad_progress_destroy(progress);
    cad_arena_destroy(a);
    cad_corpus_close(r);
    return s;
}

static cad_status check_drops(const packer *p)
{
    const cad_stage_pack_args *a = p->args;
    int64_t all = p->result.rows + p->result.dropped;
    if (p->n_lost)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " rows without the text that they retrieved: %s\nhint: cadprep rag build", a->in,
                 p->n_lost, cad_buf_cstr(&p->lost));
    if (!all)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", a->in);
    if (p->result.dropped > p->result.without && a->on_overflow == CAD_OVERFLOW_error)
        CAD_FAIL(CAD_EDATA,
                 "%s: %" PRId64 " rows over data.max_tokens = %" PRId64
                 ": %s\nhint: raise data.max_tokens, or set data.on_overflow = %s",
                 a->in, p->result.dropped - p->result.without, a->max_tokens, cad_buf_cstr(&p->too_long),
                 a->rag ? "trim_context" : "drop");
    if ((double)p->result.dropped > a->max_drop * (double)all) {
        char nothing[64] = "";
        if (p->result.without)
            snprintf(nothing, sizeof nothing, "; %" PRId64 " of them retrieved nothing", p->result.without);
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " of %" PRId64 " rows dropped, audit.max_drop is %g%s%s%s", a->in, p->result.dropped,
                 all, a->max_drop, nothing, p->too_long.len ? ": " : "", cad_buf_cstr(&p->too_long));
    }
    return CAD_OK;
}

/* {"overflow":n,"no_retrieved":m}, each where there is one. */
static void print_dropped(const packer *p, char *out, size_t size)
{
    int64_t without = p->result.without, over = p->result.dropped - without;
    int n = snprintf(out, size, "{");
    if (over)
        n += snprintf(out + n, size - (size_t)n, "\"overflow\":%" PRId64, over);
    if (without)
        n += snprintf(out + n, size - (size_t)n, "%s\"no_retrieved\":%" PRId64, over ? "," : "", without);
    snprintf(out + n, size - (size_t)n, "}");
}

/* The waivers, and the mark of rows that may show what they are asked for. */
static cad_status waived_words(const packer *p, const char **out)
{
    const char *given = p->args->waived ? p->args->waived : "";
    cad_buf b = CAD_BUF_INIT;
    cad_status s = cad_buf_str(&b, given);
    if (s == CAD_OK && p->result.leaky)
        s = cad_buf_printf(&b, "%s" CAD_PACK_LEAKY, *given ? "," : "");
    if (s == CAD_OK)
        s = cad_arena_strdup(p->names, cad_buf_cstr(&b), b.len, out);
    cad_buf_deinit(&b);
    return s;
}

static cad_status commit(packer *p)
{
    const cad_stage_pack_args *a = p->args;
    char hash[1 + CAD_PAYLOAD_FILES][CAD_HASH_HEX], dropped[96], created[21] = "-";
    const char *epoch = getenv("SOURCE_DATE_EPOCH"), *names[1 + CAD_PAYLOAD_FILES], *hashes[1 + CAD_PAYLOAD_FILES], *waived;
    for (size_t i = 0; i < p->n_sources; i++) {
        CAD_TRY(cad_fs_hash(p->source[i], hash[i]));
        names[i] = cad_path_base(p->source[i]);
        hashes[i] = hash[i];
    }
    print_dropped(p, dropped, sizeof dropped);
    CAD_TRY(waived_words(p, &waived));
    if (epoch && *epoch)
        cad_clock_iso(strtod(epoch, NULL), created);
    cad_pack_info info = {
        .created = created,
        .tool_version = cad_build_version(),
        .tool_commit = cad_build_commit(),
        .kind = p->kind,
        .split = p->split,
        .split_group = a->shuffled && strcmp(p->kind, "ir") != 0 ? "" : a->split_group,
        .tokenizer_xxh3 = cad_tokenizer_hash(a->tokenizer),
        .tokenizer_name = a->tokenizer_name,
        .vocab_rows = cad_tokenizer_vocab_size(a->tokenizer),
        .bos_id = p->coder.bos,
        .eos_id = p->coder.eos,
        .template_name = a->tpl->name,
        .template_xxh3 = a->tpl->hash,
        .template_text = a->tpl->text,
        .representation = p->form                  ? p->form
                          : !strcmp(p->kind, "ir") ? "canonical, at most 3 decimals"
                                                   : "STEP as imported, without cadprep text",
        .max_tokens = a->max_tokens,
        .on_overflow = a->on_overflow == CAD_OVERFLOW_error  ? "error"
                       : a->on_overflow == CAD_OVERFLOW_drop ? "drop"
                                                             : "trim_context",
        .waived = waived,
        .source_name = names,
        .source_xxh3 = hashes,
        .n_sources = p->n_sources,
        .rag_index_xxh3 = p->from.index_xxh3,
        .retrieval = p->retrieval,
        .dropped = dropped,
    };
    cad_pack_writer *w = p->out;
    p->out = NULL;
    return cad_pack_writer_commit(w, &info);
}

static bool waived(const char *list, const char *word)
{
    return cad_pack_waives(&(cad_pack_info){.waived = list ? list : ""}, word);
}

/* ---- what rows retrieved from ---- */

/* What the header says of how rows retrieved, with what the packer itself decides, as a text of its own. */
static cad_status keep_retrieval(packer *p)
{
    static const char *const elsewhere[] = {"index", "index_xxh3", "leaky"};
    json_t *o = json_copy(p->from.told);
    cad_buf text = CAD_BUF_INIT;
    for (size_t i = 0; o && i < sizeof elsewhere / sizeof *elsewhere; i++)
        (void)json_object_del(o, elsewhere[i]);
    bool good = o && !json_object_set_new(o, "max_tokens", json_integer(p->args->retrieved_tokens)) &&
                !json_object_set_new(o, "profile", json_string(p->args->steplm ? "steplm" : "strict"));
    cad_status s = good ? cad_json_print(o, &text) : cad_fail(CAD_ENOMEM, "%s: no memory for its header", p->args->in);
    if (s == CAD_OK)
        s = cad_arena_strdup(p->names, text.data, text.len, &p->retrieval);
    cad_buf_deinit(&text);
    json_decref(o);
    return s;
}

/* A file stands once in the list of sources, for those who compare hashes. */
static cad_status open_sources(packer *p)
{
    CAD_TRY(cad_row_sources_open(p->args->in, p->names, &p->from));
    for (size_t i = 0; i < p->from.n; i++)
        if (strcmp(cad_path_base(p->from.path[i]), cad_path_base(p->args->in)) != 0)
            p->source[p->n_sources++] = p->from.path[i];
    p->result.leaky = p->from.leaky;
    p->coder.payloads = p->from.payloads;
    p->coder.k = p->from.k;
    return keep_retrieval(p);
}

/* ---- all of it ---- */

static cad_status check_args(const cad_stage_pack_args *a)
{
    if (a->no_eos && !waived(a->waived, "no_eos"))
        CAD_FAIL(CAD_ECONFIG,
                 "prompt.eos = none: rows without an end token teach no model to stop\nhint: audit.waive = no_eos");
    if (a->loss_on_all && !waived(a->waived, "loss_on_context"))
        CAD_FAIL(CAD_ECONFIG, "prompt.loss_on = all: the loss would cover the context\nhint: audit.waive = loss_on_context");
    if (waived(a->waived, "cut_answer") && !a->steplm)
        CAD_FAIL(CAD_ECONFIG, "audit.waive = cut_answer; answers are cut in prep.profile = steplm alone");
    return cad_row_sources_fit(a->tpl, a->rag);
}

static cad_status setup(packer *p)
{
    const cad_stage_pack_args *a = p->args;
    int64_t eos = cad_tokenizer_eos(a->tokenizer), bos = a->bos == 0 ? -1 : cad_tokenizer_bos(a->tokenizer);
    if (a->bos == 1 && bos < 0)
        CAD_FAIL(CAD_ECONFIG, "prompt.bos = on: the tokenizer has no begin token");
    if (!a->no_eos && eos < 0)
        CAD_FAIL(CAD_EDATA, "%s: the tokenizer has no end token", a->tokenizer_name);
    CAD_TRY(check_args(a));
    p->coder = (cad_row_coder){.tpl = a->tpl,
                               .tokenizer = a->tokenizer,
                               .bos = bos,
                               .eos = a->no_eos ? -1 : eos,
                               .max_tokens = a->max_tokens,
                               .retrieved_tokens = a->retrieved_tokens,
                               .loss_on_all = a->loss_on_all,
                               .whole = a->steplm,
                               .trim = a->on_overflow == CAD_OVERFLOW_trim_context,
                               .cut = waived(a->waived, "cut_answer")};
    CAD_TRY(cad_arena_create("pack", 1 << 20, &p->names));
    p->source[p->n_sources++] = a->in;
    if (a->rag)
        CAD_TRY(open_sources(p));
    return cad_pack_writer_create(&(cad_pack_opts){.rag_k = p->coder.k}, a->out, &p->out);
}

cad_status cad_stage_pack(const cad_stage_pack_args *args, cad_stage_pack_result *out)
{
    packer p = {.args = args};
    cad_stop_abandon_catch();
    cad_status s = setup(&p);
    if (s == CAD_OK)
        s = add_all(&p);
    if (s == CAD_OK)
        s = check_drops(&p);
    if (s == CAD_OK)
        s = commit(&p);
    cad_pack_writer_abort(p.out);
    cad_stop_abandon_release();
    cad_row_sources_close(&p.from);
    cad_ids_deinit(&p.row.ids);
    cad_hash_index_deinit(&p.row_ids);
    cad_buf_deinit(&p.too_long);
    cad_buf_deinit(&p.lost);
    cad_arena_destroy(p.names);
    if (s == CAD_OK)
        *out = p.result;
    return s;
}
