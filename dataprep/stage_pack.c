#include "dataprep/stage_pack.h"

#include "core/build_info.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/path.h"
#include "dataprep/corpus_row.h"
#include "dataprep/hash_index.h"
#include "dataprep/pack.h"
#include "dataprep/stage_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_SHOWN = 5 };

typedef struct packer {
    const cad_stage_pack_args *args;
    cad_pack_writer *out;
    cad_stage_pack_result result;
    int64_t bos, eos;
    cad_ids ids;
    cad_hash_index row_ids;
    cad_buf too_long;         /* ids of over-long rows, for the message */
    const char *split, *kind; /* NULL before the first row */
} packer;

/* The tokens of one row in p->ids; *begin = where the targets begin. */
static cad_status encode(packer *p, const cad_row *row, uint32_t *begin)
{
    const cad_stage_pack_args *a = p->args;
    cad_ids_clear(&p->ids);
    if (p->bos >= 0) {
        uint32_t id = (uint32_t)p->bos;
        CAD_TRY(cad_ids_add(&p->ids, &id, 1));
    }
    size_t front = p->ids.n;
    CAD_TRY(cad_template_encode(a->tpl, &(cad_prompt_slots){.caption = row->caption}, a->tokenizer, &p->ids));
    if (front && p->ids.n > front && p->ids.id[front] == (uint32_t)p->bos)
        CAD_FAIL(CAD_EDATA, "row %s: the template begins with a second begin token", row->id);
    size_t answer = p->ids.n;
    CAD_TRY(cad_tokenizer_encode(a->tokenizer, row->target, strlen(row->target), CAD_SPECIALS_text, &p->ids));
    if (p->ids.n == answer)
        CAD_FAIL(CAD_EDATA, "row %s: no loss token: the answer is empty", row->id);
    if (!a->no_eos) {
        uint32_t id = (uint32_t)p->eos;
        CAD_TRY(cad_ids_add(&p->ids, &id, 1));
    }
    *begin = a->loss_on_all || answer == 0 ? 1 : (uint32_t)answer;
    return CAD_OK;
}

static cad_status note_long(packer *p, const cad_row *row)
{
    if (p->result.dropped++ >= LONG_SHOWN)
        return CAD_OK;
    return cad_buf_printf(&p->too_long, "%s%s (%zu tokens)", p->too_long.len ? ", " : "", row->id, p->ids.n);
}

static cad_status add_row(packer *p, const cad_row *row)
{
    uint32_t begin = 0;
    bool is_new = false;
    uint64_t *at = NULL;
    /* ids are compared by hash: two that collide in 64 bits would be refused, which is better than two equal ones */
    CAD_TRY(cad_hash_index_at(&p->row_ids, cad_hash_index_key(row->id, strlen(row->id)), 1, &is_new, &at));
    if (!is_new)
        CAD_FAIL(CAD_EDATA, "%s: row id %s occurs twice", p->args->in, row->id);
    CAD_TRY(encode(p, row, &begin));
    if ((int64_t)p->ids.n > p->result.longest)
        p->result.longest = (int64_t)p->ids.n;
    if ((int64_t)p->ids.n > p->args->max_tokens)
        return note_long(p, row);
    uint32_t span[1][2] = {{begin, (uint32_t)p->ids.n}};
    CAD_TRY(cad_pack_writer_add(p->out, &(cad_pack_row){.id = row->id,
                                                        .caption = row->caption,
                                                        .family = row->family,
                                                        .tokens = p->ids.id,
                                                        .n_tokens = p->ids.n,
                                                        .span = (const uint32_t(*)[2])span,
                                                        .n_spans = 1,
                                                        .caption_hash = row->caption_hash,
                                                        .geometry_hash = row->geometry_hash,
                                                        .weight = 1}));
    p->result.rows++;
    p->result.tokens += (int64_t)p->ids.n;
    p->result.loss_tokens += (int64_t)p->ids.n - begin;
    return CAD_OK;
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

static cad_status add_all(packer *p)
{
    cad_corpus_reader *r = NULL;
    cad_arena *a = NULL;
    CAD_TRY(cad_corpus_open(p->args->in, &r));
    cad_progress *progress = NULL;
    char label[32];
    snprintf(label, sizeof label, "pack %s", cad_path_base(p->args->in));
    cad_status s = cad_arena_create("pack rows", 64 << 20, &a);
    if (s == CAD_OK)
        s = cad_corpus_progress(r, label, &progress);
    for (bool more = true; s == CAD_OK;) {
        cad_frame mark = cad_arena_mark(a);
        cad_row row = {0};
        s = cad_corpus_next(r, a, &row, &more);
        if (s != CAD_OK || !more)
            break;
        s = check_labels(p, &row);
        if (s == CAD_OK)
            s = add_row(p, &row);
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
    if (!all)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", a->in);
    if (p->result.dropped && a->on_overflow == CAD_OVERFLOW_error)
        CAD_FAIL(CAD_EDATA,
                 "%s: %" PRId64 " rows over data.max_tokens = %" PRId64
                 ": %s\nhint: raise data.max_tokens, or set data.on_overflow = drop",
                 a->in, p->result.dropped, a->max_tokens, cad_buf_cstr(&p->too_long));
    if ((double)p->result.dropped > a->max_drop * (double)all)
        CAD_FAIL(CAD_EDATA, "%s: %" PRId64 " of %" PRId64 " rows dropped, audit.max_drop is %g: %s", a->in, p->result.dropped,
                 all, a->max_drop, cad_buf_cstr(&p->too_long));
    return CAD_OK;
}

static cad_status commit(packer *p)
{
    const cad_stage_pack_args *a = p->args;
    char source_hash[33], dropped[64], created[21] = "-";
    const char *epoch = getenv("SOURCE_DATE_EPOCH"), *source = cad_path_base(a->in);
    const char *hash = source_hash;
    CAD_TRY(cad_fs_hash(a->in, source_hash));
    snprintf(dropped, sizeof dropped, p->result.dropped ? "{\"overflow\":%" PRId64 "}" : "{}", p->result.dropped);
    if (epoch && *epoch)
        cad_clock_iso(strtod(epoch, NULL), created);
    cad_pack_info info = {
        .created = created,
        .tool_version = cad_build_version(),
        .tool_commit = cad_build_commit(),
        .kind = p->kind,
        .split = p->split,
        .split_group = a->split_group,
        .tokenizer_xxh3 = cad_tokenizer_hash(a->tokenizer),
        .tokenizer_name = a->tokenizer_name,
        .vocab_rows = cad_tokenizer_vocab_size(a->tokenizer),
        .bos_id = p->bos,
        .eos_id = a->no_eos ? -1 : p->eos,
        .template_name = a->tpl->name,
        .template_xxh3 = a->tpl->hash,
        .template_text = a->tpl->text,
        .representation = "canonical, at most 3 decimals",
        .max_tokens = a->max_tokens,
        .on_overflow = a->on_overflow == CAD_OVERFLOW_error  ? "error"
                       : a->on_overflow == CAD_OVERFLOW_drop ? "drop"
                                                             : "trim_context",
        .waived = a->waived,
        .source_name = &source,
        .source_xxh3 = &hash,
        .n_sources = 1,
        .dropped = dropped,
        .leak_report = "{}",
    };
    cad_pack_writer *w = p->out;
    p->out = NULL;
    return cad_pack_writer_commit(w, &info, a->out);
}

static bool waived(const char *list, const char *word)
{
    return list && strstr(list, word);
}

static cad_status setup(packer *p)
{
    const cad_stage_pack_args *a = p->args;
    p->eos = cad_tokenizer_eos(a->tokenizer);
    p->bos = a->bos == 0 ? -1 : cad_tokenizer_bos(a->tokenizer);
    if (a->bos == 1 && p->bos < 0)
        CAD_FAIL(CAD_ECONFIG, "prompt.bos = on: the tokenizer has no begin token");
    if (!a->no_eos && p->eos < 0)
        CAD_FAIL(CAD_EDATA, "%s: the tokenizer has no end token", a->tokenizer_name);
    if (a->no_eos && !waived(a->waived, "no_eos"))
        CAD_FAIL(CAD_ECONFIG,
                 "prompt.eos = none: rows without an end token teach no model to stop\nhint: audit.waive = no_eos");
    if (a->loss_on_all && !waived(a->waived, "loss_on_context"))
        CAD_FAIL(CAD_ECONFIG, "prompt.loss_on = all: the loss would cover the context\nhint: audit.waive = loss_on_context");
    if (a->tpl->has_retrieved)
        CAD_FAIL(CAD_EUNSUPPORTED, "template %s: packs with retrieved parts are not built yet in this version", a->tpl->name);
    return cad_pack_writer_create(&(cad_pack_opts){.contiguous = a->contiguous}, &p->out);
}

cad_status cad_stage_pack(const cad_stage_pack_args *args, cad_stage_pack_result *out)
{
    packer p = {.args = args};
    cad_status s = setup(&p);
    if (s == CAD_OK)
        s = add_all(&p);
    if (s == CAD_OK)
        s = check_drops(&p);
    if (s == CAD_OK)
        s = commit(&p);
    cad_pack_writer_abort(p.out);
    cad_ids_deinit(&p.ids);
    cad_hash_index_deinit(&p.row_ids);
    cad_buf_deinit(&p.too_long);
    if (s == CAD_OK)
        *out = p.result;
    return s;
}
