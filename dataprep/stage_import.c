#include "dataprep/stage_import.h"

#include "cad/occt/solid.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/path.h"
#include "core/progress.h"
#include "core/size.h"
#include "core/stop_signal.h"
#include "core/utf8.h"
#include "dataprep/hash_index.h"
#include "dataprep/import_check.h"
#include "dataprep/import_facts.h"
#include "dataprep/import_window.h"
#include "dataprep/wanted_parts.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

/* A caption and a file of one id; NONE where one is missing. */
typedef struct model {
    int64_t caption, file;
    bool again; /* its id was there before */
} model;

typedef struct job {
    const cad_stage_import_args *args;
    cad_arena *arena;
    cad_captions *captions;
    cad_step_files files;
    uint32_t *by_id;     /* files by their ids */
    cad_hash_index bare; /* ids without leading zeros, of files that no caption names -> the file */
    cad_import_facts *facts;
    model *model;
    int64_t n;               /* end of those that this call imports */
    cad_import_check *check; /* NULL: no kernel */
    cad_import_out *out;
    cad_progress *progress;
    int64_t first; /* of the window */
} job;

/* ---- which models there are ---- */

static int file_by_id(const void *a, const void *b, void *ctx)
{
    const job *j = ctx;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = strcmp(j->files.item[x].id, j->files.item[y].id);
    return order ? order : (x > y) - (x < y);
}

static cad_status sort_files(job *j)
{
    size_t n = (size_t)j->files.n;
    if (n >= UINT32_MAX)
        CAD_FAIL(CAD_EDATA, "%s: more than %u files", j->args->parts, UINT32_MAX);
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul(n, sizeof *j->by_id), "files by id", &j->by_id));
    for (size_t i = 0; i < n; i++)
        j->by_id[i] = (uint32_t)i;
    qsort_r(j->by_id, n, sizeof *j->by_id, file_by_id, j);
    return CAD_OK;
}

static const char *caption_id(const job *j, uint32_t k)
{
    return k < j->captions->n ? cad_captions_id(j->captions, j->captions->by_id[k]) : NULL;
}

static const char *file_id(const job *j, uint32_t k)
{
    return k < j->files.n ? j->files.item[j->by_id[k]].id : NULL;
}

/* The two lists merged: of one id the first caption goes with the first file, further ones of either stand alone. */
static cad_status find_models(job *j)
{
    CAD_TRY(cad_arena_alloc(j->arena, cad_size_mul(cad_size_add(j->captions->n, (size_t)j->files.n), sizeof *j->model),
                            "models", &j->model));
    const char *last = NULL;
    for (uint32_t c = 0, f = 0; c < j->captions->n || f < j->files.n;) {
        const char *x = caption_id(j, c), *y = file_id(j, f);
        int order = !x ? 1 : !y ? -1 : strcmp(x, y);
        const char *id = order <= 0 ? x : y;
        model *m = &j->model[j->n++];
        *m = (model){NONE, NONE, last && !strcmp(last, id)};
        bool take_caption = order <= 0, take_file = order >= 0 && !(order == 0 && m->again);
        if (take_caption)
            m->caption = j->captions->by_id[c++];
        if (take_file)
            m->file = j->by_id[f++];
        last = id;
    }
    return CAD_OK;
}

static const char *id_of(const job *j, const model *m)
{
    return m->caption != NONE ? cad_captions_id(j->captions, (uint32_t)m->caption) : j->files.item[m->file].id;
}

/* ---- ids that differ in leading zeros, as spreadsheets write them ---- */

/* The file whose id differs from this one in leading zeros alone; NULL: there is none. */
static const char *twin_of(const job *j, const char *id)
{
    const char *bare = cad_bare_id(id), *found = NULL;
    const uint64_t *file = cad_hash_index_find(&j->bare, cad_hash_index_key(bare, strlen(bare)));
    if (file)
        found = j->files.item[*file].id;
    return found && strcmp(found, id) != 0 ? found : NULL;
}

/* Among what found nothing of the other list. */
static cad_status find_twins(job *j)
{
    const char *first = NULL;
    int64_t n = 0;
    for (int64_t i = 0; j->args->captions && i < j->n; i++) {
        const model *m = &j->model[i];
        const char *bare = cad_bare_id(id_of(j, m));
        uint64_t *file;
        bool is_new;
        if (m->caption == NONE)
            CAD_TRY(cad_hash_index_at(&j->bare, cad_hash_index_key(bare, strlen(bare)), (uint64_t)m->file, &is_new, &file));
    }
    for (int64_t i = 0; j->bare.n > 0 && i < j->n; i++) {
        const char *id = id_of(j, &j->model[i]);
        if (j->model[i].file != NONE || !twin_of(j, id))
            continue;
        first = first ? first : id;
        n++;
    }
    if (n == 0)
        return CAD_OK;
    cad_log(CAD_LOG_WARN,
            "ids differ in leading zeros alone: %s in the captions, %s in the tree; so %lld captions have no part", first,
            twin_of(j, first), (long long)n);
    cad_log_note("hint: write the ids of %s as the tree has them", j->args->captions);
    return CAD_OK;
}

static void take_share(job *j)
{
    cad_shard_range(j->args->shard, j->n, &j->first, &j->n);
    while (j->first < j->n && !cad_step_share_has(j->args->share, id_of(j, &j->model[j->first])))
        j->first++;
    while (j->first < j->n && !cad_step_share_has(j->args->share, id_of(j, &j->model[j->n - 1])))
        j->n--;
}

/* What is known of a model before its file is read; ok: read it. */
static cad_status judge_names(const job *j, const model *m, cad_import_part *p)
{
    const cad_captions *c = j->captions;
    uint32_t row = (uint32_t)m->caption;
    if (m->again) {
        p->class_ = CAD_IMPORT_duplicate_id;
        return m->caption != NONE ? cad_buf_printf(&p->message, "line %u of the captions", c->row[row].line)
                                  : cad_buf_str(&p->message, j->files.item[m->file].rel);
    }
    if (m->caption == NONE && j->args->captions) {
        p->class_ = CAD_IMPORT_no_caption;
        return CAD_OK;
    }
    if (m->caption != NONE && !cad_captions_describable(c, row)) {
        p->class_ = CAD_IMPORT_not_describable;
        return cad_buf_str(&p->message, c->value[c->row[row].value].text);
    }
    if (m->file == NONE) {
        const char *twin = twin_of(j, id_of(j, m));
        p->class_ = CAD_IMPORT_no_part;
        return twin ? cad_buf_printf(&p->message, "the tree has %s, which differs in leading zeros", twin) : CAD_OK;
    }
    if (m->caption != NONE && cad_text_is_blank(cad_captions_text(c, row))) {
        p->class_ = CAD_IMPORT_empty_caption;
        return cad_buf_printf(&p->message, "line %u of the captions", c->row[row].line);
    }
    return CAD_OK;
}

/* ---- one model ---- */

static cad_status make_row(const job *j, const model *m, cad_arena *scratch, cad_import_part *p)
{
    const cad_step_file *f = &j->files.item[m->file];
    cad_row row = {.id = id_of(j, m), .caption = "", .source = f->rel};
    if (m->caption != NONE)
        row.caption = cad_captions_text(j->captions, (uint32_t)m->caption);
    CAD_TRY(cad_import_facts_get(j->facts, row.id, scratch, &row));
    return cad_import_part_read(f->path, f->rel, j->args->strict, j->check != NULL, &row, p);
}

static cad_status make_model(void *ctx, int64_t k, cad_arena *scratch, cad_import_part *p)
{
    const job *j = ctx;
    const model *m = &j->model[j->first + k];
    CAD_TRY(judge_names(j, m, p));
    return p->class_ == CAD_IMPORT_ok ? make_row(j, m, scratch, p) : CAD_OK;
}

static cad_status tell_model(void *ctx, int64_t k, cad_import_part *p, const char **id, const char **source)
{
    const job *j = ctx;
    const model *m = &j->model[j->first + k];
    (void)p;
    *id = id_of(j, m);
    if (m->file != NONE)
        *source = j->files.item[m->file].rel;
    return CAD_OK;
}

static cad_status make_all(job *j)
{
    cad_import_window *w = NULL;
    cad_import_work work = {j, make_model, tell_model, j->check, j->out, j->progress};
    CAD_TRY(cad_import_window_create(&work, &w));
    cad_status s = CAD_OK;
    for (int64_t n = 0; s == CAD_OK && j->first < j->n; j->first += n) {
        n = j->n - j->first < CAD_IMPORT_WINDOW ? j->n - j->first : CAD_IMPORT_WINDOW;
        s = cad_import_window_run(w, n);
    }
    cad_import_window_destroy(w);
    return s;
}

/* ---- all ---- */

/* parts.jsonl beside the captions, where it is. */
static cad_status open_facts(job *j)
{
    cad_buf dir = CAD_BUF_INIT;
    const char *path = NULL;
    if (!j->args->captions)
        return CAD_OK;
    cad_status s = cad_path_parent(j->args->captions, &dir);
    if (s == CAD_OK)
        s = cad_path_join(j->arena, dir.data, "parts.jsonl", &path);
    cad_buf_deinit(&dir);
    if (s == CAD_OK && cad_fs_is_file(path))
        s = cad_import_facts_open(path, &j->facts);
    return s;
}

/* What a reader of the corpus wants to know of its making; nothing that depends on workers or time. */
static json_t *header_info(const job *j)
{
    return json_pack("{ss, ss, ss, ss}", "stage", "import", "from", j->args->captions ? "steplm" : "dir", "profile",
                     j->args->strict ? "strict" : "steplm", "kernel", j->check ? cad_solid_kernel() : "none");
}

static cad_status open_all(job *j)
{
    if (j->args->captions)
        CAD_TRY(cad_captions_read(j->args->captions, j->captions));
    cad_status found = cad_step_files_find_packed(j->args->parts, NULL, j->arena, &j->files);
    if (!(found == CAD_ENOTFOUND && j->args->share && cad_fs_is_dir(j->args->parts)))
        CAD_TRY(found);
    CAD_TRY(sort_files(j));
    CAD_TRY(find_models(j));
    CAD_TRY(find_twins(j));
    take_share(j);
    CAD_TRY(open_facts(j));
    if (j->args->kernel)
        CAD_TRY(cad_import_check_open(j->args->out, j->args->jobs, &j->check));
    CAD_TRY(cad_import_out_create(j->args->out, header_info(j), &j->out));
    CAD_TRY(cad_progress_create("import", 0, j->n - j->first, 0, &j->progress));
    cad_progress_work(j->progress, "models");
    return CAD_OK;
}

static cad_status run(job *j, cad_stage_import_result *r)
{
    cad_status s = open_all(j);
    cad_stop_abandon_catch();
    if (s == CAD_OK)
        s = make_all(j);
    cad_stop_abandon_release();
    cad_progress_destroy(j->progress);
    cad_import_facts_close(j->facts);
    cad_hash_index_deinit(&j->bare);
    if (s == CAD_OK) {
        cad_import_out *o = j->out;
        j->out = NULL;
        s = cad_import_out_finish(o, j->args->max_bad, j->args->shard.of > 0, &r->counts);
    }
    cad_import_out_abort(j->out);
    return cad_import_check_end(j->check, s);
}

cad_status cad_stage_import(const cad_stage_import_args *args, cad_arena *a, cad_stage_import_result *out)
{
    job *j = NULL;
    double begin = cad_clock_now();
    *out = (cad_stage_import_result){0};
    CAD_TRY(cad_mem_alloc(sizeof *j, "import", &j));
    j->args = args;
    j->arena = a;
    j->captions = &out->captions;
    cad_status s = run(j, out);
    cad_mem_free(j);
    out->seconds = cad_clock_now() - begin;
    return s;
}
