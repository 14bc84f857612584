#include "dataprep/corpus_copy.h"

#include "core/fs.h"
#include "core/mem.h"

#include <string.h>

struct cad_corpus_copy {
    cad_corpus_reader *in;
    cad_corpus_writer *out;
    cad_writer *list;
    cad_buf line, path;
    int64_t rows;
    bool is_share;
    const char *in_path;
};

static cad_status open_list(cad_corpus_copy *c, const char *out, const char *columns)
{
    CAD_TRY(cad_buf_printf(&c->path, "%.*s.dropped.csv", (int)(strlen(out) - strlen(".jsonl")), out));
    CAD_TRY(cad_writer_open(c->path.data, &c->list));
    CAD_TRY(cad_writer_add(c->list, columns, strlen(columns)));
    return cad_writer_add(c->list, "\n", 1);
}

/* The old header's info and one word more. */
static cad_status open_out(cad_corpus_copy *c, const char *out, const char *stage, json_t *facts)
{
    const json_t *head = cad_corpus_header(c->in);
    const char *name = json_string_value(json_object_get(head, "name"));
    json_t *info = json_copy(json_object_get(head, "info"));
    if (!json_is_object(info)) {
        json_decref(info);
        info = json_object();
    }
    int bad = !info || json_object_set(info, stage, facts);
    cad_status s = bad ? cad_fail(CAD_ENOMEM, "%s: no memory for the header", out)
                       : cad_corpus_create(out, name ? name : stage, info, &c->out);
    json_decref(info);
    return s;
}

cad_status cad_corpus_copy_create(const char *in, const char *out, const char *stage, json_t *facts, const char *columns,
                                  cad_corpus_copy **copy)
{
    return cad_corpus_copy_share(in, (cad_shard){0, 0}, out, stage, facts, columns, copy);
}

cad_status cad_corpus_copy_share(const char *in, cad_shard shard, const char *out, const char *stage, json_t *facts,
                                 const char *columns, cad_corpus_copy **copy)
{
    cad_corpus_copy *c = NULL;
    cad_status s =
        facts ? cad_mem_alloc(sizeof *c, "copy of a corpus", &c) : cad_fail(CAD_ENOMEM, "%s: no memory for the header", out);
    if (s == CAD_OK) {
        c->in_path = in;
        c->is_share = shard.of > 0;
        s = cad_corpus_open_share(in, shard, &c->in);
    }
    if (s == CAD_OK)
        s = open_out(c, out, stage, facts);
    if (s == CAD_OK)
        s = open_list(c, out, columns);
    json_decref(facts);
    if (s != CAD_OK) {
        cad_corpus_copy_abort(c);
        return s;
    }
    *copy = c;
    return CAD_OK;
}

const json_t *cad_corpus_copy_header(const cad_corpus_copy *c)
{
    return cad_corpus_header(c->in);
}

cad_status cad_corpus_copy_next(cad_corpus_copy *c, json_t **row, const char **where, bool *more)
{
    CAD_TRY(cad_corpus_next_object(c->in, row, where, more));
    c->rows += *more;
    return CAD_OK;
}

cad_status cad_corpus_copy_keep(cad_corpus_copy *c, const json_t *row)
{
    return cad_corpus_add_object(c->out, row);
}

cad_status cad_csv_field(const char *text, cad_buf *out)
{
    if (!strpbrk(text, ",\"\r\n"))
        return cad_buf_str(out, text);
    CAD_TRY(cad_buf_str(out, "\""));
    for (const char *p = text; *p; p++)
        CAD_TRY(cad_buf_add(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1));
    return cad_buf_str(out, "\"");
}

cad_status cad_corpus_copy_drop(cad_corpus_copy *c, const char *id, const char *rest)
{
    cad_buf_clear(&c->line);
    CAD_TRY(cad_csv_field(id, &c->line));
    CAD_TRY(cad_buf_printf(&c->line, ",%s\n", rest));
    return cad_writer_add(c->list, c->line.data, c->line.len);
}

static cad_status commit(cad_corpus_copy *c)
{
    cad_corpus_writer *out = c->out;
    cad_writer *list = c->list;
    if (c->rows == 0 && !c->is_share)
        CAD_FAIL(CAD_ENOTFOUND, "%s: zero rows", c->in_path);
    c->list = NULL;
    CAD_TRY(cad_writer_commit(list));
    c->out = NULL;
    return cad_corpus_commit(out);
}

cad_status cad_corpus_copy_finish(cad_corpus_copy *c)
{
    cad_status s = commit(c);
    cad_corpus_copy_abort(c);
    return s;
}

void cad_corpus_copy_abort(cad_corpus_copy *c)
{
    if (!c)
        return;
    cad_corpus_close(c->in);
    cad_corpus_abort(c->out);
    cad_writer_abort(c->list);
    cad_buf_deinit(&c->line);
    cad_buf_deinit(&c->path);
    cad_mem_free(c);
}
