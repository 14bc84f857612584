#include "eval/tokenize_cmd.h"

#include "core/fs.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "model/text/tokenizer.h"

#include <string.h>

static const size_t FILE_LIMIT = (size_t)256 << 20;

typedef struct options {
    bool around; /* what the file's post-processor adds */
    cad_specials specials;
    bool json;
} options;

/* One text and what became of it. */
typedef struct tokenized {
    cad_buf text;
    cad_ids ids;
    cad_spans spans;
} tokenized;

static cad_status choose(const cad_cli *cli, const char *option, const char *const *words, int fallback, int *out)
{
    const char *text = cad_cli_value(cli, option);
    *out = fallback;
    for (int i = 0; text && words[i]; i++) {
        if (!strcmp(text, words[i])) {
            *out = i;
            return CAD_OK;
        }
    }
    if (text)
        CAD_FAIL(CAD_EUSAGE, "--%s=%s; expected %s, %s%s%s", option, text, words[0], words[1], words[2] ? " or " : "",
                 words[2] ? words[2] : "");
    return CAD_OK;
}

static cad_status read_options(cad_cli *cli, const cad_tokenizer *t, options *o)
{
    static const char *const bos[] = {"auto", "on", "off", NULL}, *const specials[] = {"text", "parse", NULL};
    enum { AUTO, ON, OFF };
    int b, s;
    CAD_TRY(choose(cli, "bos", bos, OFF, &b));
    CAD_TRY(choose(cli, "specials", specials, 0, &s));
    bool adds = cad_tokenizer_bos(t) >= 0 || cad_tokenizer_tail(t) >= 0;
    if (b == ON && !adds)
        CAD_FAIL(CAD_EUSAGE, "--bos=on: %s puts no token in front of a text\nhint: --bos=auto",
                 cad_cli_value(cli, "tokenizer"));
    o->around = b != OFF && adds;
    o->specials = s ? CAD_SPECIALS_parse : CAD_SPECIALS_text;
    o->json = cad_cli_json(cli);
    return CAD_OK;
}

static const char *name_of(const char *path)
{
    return strcmp(path, "-") ? path : "stdin";
}

static cad_status read_input(const char *path, cad_buf *out)
{
    cad_buf_clear(out);
    return strcmp(path, "-") ? cad_fs_read(path, FILE_LIMIT, out) : cad_fs_read_stdin(FILE_LIMIT, out);
}

/* ---- encoding ---- */

static cad_status add_around(tokenized *v, int64_t id, size_t at)
{
    uint32_t one = (uint32_t)id;
    if (id < 0)
        return CAD_OK;
    CAD_TRY(cad_ids_add(&v->ids, &one, 1));
    return cad_spans_add(&v->spans, at, at);
}

static cad_status encode(const cad_tokenizer *t, const options *o, const char *path, tokenized *v)
{
    cad_ids_clear(&v->ids);
    cad_spans_clear(&v->spans);
    CAD_TRY(read_input(path, &v->text));
    if (o->around)
        CAD_TRY(add_around(v, cad_tokenizer_bos(t), 0));
    cad_status s = cad_tokenizer_encode_spans(t, cad_buf_cstr(&v->text), v->text.len, o->specials, &v->ids, &v->spans);
    if (s != CAD_OK)
        return cad_fail(s, "%s: %s", name_of(path), cad_error_text());
    return o->around ? add_around(v, cad_tokenizer_tail(t), v->text.len) : CAD_OK;
}

/* A string of a token's bytes, U+FFFD for what is no UTF-8. */
static json_t *piece_of(const cad_tokenizer *t, uint32_t id, cad_buf *work)
{
    size_t len;
    const char *bytes = cad_tokenizer_bytes(t, id, &len);
    cad_buf_clear(work);
    return cad_utf8_lossy(bytes, len, work) == CAD_OK ? json_stringn(cad_buf_cstr(work), work->len) : NULL;
}

static cad_status print_json(const cad_tokenizer *t, const tokenized *v, cad_buf *out)
{
    json_t *ids = json_array(), *pieces = json_array(), *offsets = json_array();
    cad_buf work = CAD_BUF_INIT;
    bool full = !ids || !pieces || !offsets;
    for (size_t i = 0; !full && i < v->ids.n; i++) {
        full = json_array_append_new(ids, json_integer(v->ids.id[i])) ||
               json_array_append_new(pieces, piece_of(t, v->ids.id[i], &work)) ||
               json_array_append_new(offsets,
                                     json_pack("[I,I]", (json_int_t)v->spans.span[i].begin, (json_int_t)v->spans.span[i].end));
    }
    json_t *o = full ? NULL : json_pack("{s:O,s:O,s:O}", "ids", ids, "pieces", pieces, "offsets", offsets);
    cad_status s = o ? cad_json_print(o, out) : cad_fail(CAD_ENOMEM, "out of memory for %zu tokens", v->ids.n);
    json_decref(o);
    json_decref(ids);
    json_decref(pieces);
    json_decref(offsets);
    cad_buf_deinit(&work);
    return s == CAD_OK ? cad_buf_str(out, "\n") : s;
}

/* A head line, then id, begin, end and quoted piece of each token. */
static cad_status print_lines(const cad_tokenizer *t, const char *path, const tokenized *v, cad_buf *out)
{
    cad_buf work = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(out, "%s: %zu tokens of %zu bytes\n", name_of(path), v->ids.n, v->text.len);
    for (size_t i = 0; s == CAD_OK && i < v->ids.n; i++) {
        json_t *piece = piece_of(t, v->ids.id[i], &work);
        s = piece ? cad_buf_printf(out, "%8u %8zu %8zu  ", v->ids.id[i], v->spans.span[i].begin, v->spans.span[i].end)
                  : cad_fail(CAD_ENOMEM, "out of memory for a token");
        if (s == CAD_OK)
            s = cad_json_print(piece, out);
        if (s == CAD_OK)
            s = cad_buf_str(out, "\n");
        json_decref(piece);
    }
    cad_buf_deinit(&work);
    return s;
}

static cad_status tokenize(cad_cli *cli, const cad_tokenizer *t)
{
    options o = {0};
    tokenized v = {.text = CAD_BUF_INIT, .ids = CAD_IDS_INIT, .spans = CAD_SPANS_INIT};
    cad_buf out = CAD_BUF_INIT;
    CAD_TRY(read_options(cli, t, &o));
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < cad_cli_nargs(cli); i++) {
        const char *path = cad_cli_arg(cli, i);
        cad_buf_clear(&out);
        s = encode(t, &o, path, &v);
        if (s == CAD_OK)
            s = o.json ? print_json(t, &v, &out) : print_lines(t, path, &v, &out);
        if (s == CAD_OK)
            s = cad_out(out.data, out.len);
    }
    cad_buf_deinit(&out);
    cad_buf_deinit(&v.text);
    cad_ids_deinit(&v.ids);
    cad_spans_deinit(&v.spans);
    return s;
}

/* ---- decoding ---- */

static cad_status add_id(const json_t *v, const char *where, cad_ids *out)
{
    json_int_t id = json_is_integer(v) ? json_integer_value(v) : -1;
    if (id < 0 || id > UINT32_MAX)
        CAD_FAIL(CAD_EDATA, "%s: entry %zu is no token id", where, out->n);
    uint32_t one = (uint32_t)id;
    return cad_ids_add(out, &one, 1);
}

/* What --json printed, a list of ids, or ids with blanks between. */
static cad_status read_ids(const char *path, const cad_buf *text, cad_ids *out)
{
    const char *where = name_of(path), *p = cad_buf_cstr(text), *end = p + text->len;
    while (p < end && strchr(" \t\r\n", *p))
        p++;
    if (p < end && (*p == '{' || *p == '[')) {
        json_t *o, *e;
        size_t i;
        CAD_TRY(cad_json_parse(p, (size_t)(end - p), where, &o));
        const json_t *list = json_is_object(o) ? json_object_get(o, "ids") : o;
        cad_status s = json_is_array(list) ? CAD_OK : cad_fail(CAD_EDATA, "%s: key 'ids': expected a list of token ids", where);
        json_array_foreach(list, i, e)
        {
            if (s == CAD_OK)
                s = add_id(e, where, out);
        }
        json_decref(o);
        return s;
    }
    while (p < end) {
        uint64_t id = 0;
        const char *begin = p;
        for (; p < end && *p >= '0' && *p <= '9' && id <= UINT32_MAX; p++)
            id = id * 10 + (uint64_t)(*p - '0');
        if (p == begin || id > UINT32_MAX || (p < end && !strchr(" \t\r\n,", *p)))
            CAD_FAIL(CAD_EDATA, "%s: byte %zu: expected token ids with blanks between, or the output of --json", where,
                     (size_t)(p - cad_buf_cstr(text)));
        uint32_t one = (uint32_t)id;
        CAD_TRY(cad_ids_add(out, &one, 1));
        while (p < end && strchr(" \t\r\n,", *p))
            p++;
    }
    return CAD_OK;
}

static cad_status decode_one(const cad_tokenizer *t, const char *path, bool json, cad_buf *in, cad_ids *ids)
{
    cad_buf bytes = CAD_BUF_INIT, lossy = CAD_BUF_INIT;
    json_t *o = NULL;
    CAD_TRY(read_input(path, in));
    cad_ids_clear(ids);
    CAD_TRY(read_ids(path, in, ids));
    cad_status s = cad_tokenizer_decode(t, ids->id, ids->n, false, &bytes);
    if (s != CAD_OK)
        s = cad_fail(s, "%s: %s", name_of(path), cad_error_text());
    if (s == CAD_OK && json) {
        s = cad_utf8_lossy(cad_buf_cstr(&bytes), bytes.len, &lossy);
        o = s == CAD_OK ? json_pack("{s:o}", "text", json_stringn(cad_buf_cstr(&lossy), lossy.len)) : NULL;
        cad_buf_clear(&bytes);
        if (s == CAD_OK)
            s = o ? cad_json_print(o, &bytes) : cad_fail(CAD_ENOMEM, "out of memory for a text");
        if (s == CAD_OK)
            s = cad_buf_str(&bytes, "\n");
    }
    if (s == CAD_OK)
        s = cad_out(cad_buf_cstr(&bytes), bytes.len);
    json_decref(o);
    cad_buf_deinit(&bytes);
    cad_buf_deinit(&lossy);
    return s;
}

static cad_status decode(cad_cli *cli, const cad_tokenizer *t)
{
    cad_buf in = CAD_BUF_INIT;
    cad_ids ids = CAD_IDS_INIT;
    cad_status s = CAD_OK;
    for (size_t i = 0; s == CAD_OK && i < cad_cli_nargs(cli); i++)
        s = decode_one(t, cad_cli_arg(cli, i), cad_cli_json(cli), &in, &ids);
    cad_buf_deinit(&in);
    cad_ids_deinit(&ids);
    return s;
}

cad_status cad_cmd_tokenize(cad_cli *cli)
{
    const char *dir = cad_cli_value(cli, "tokenizer");
    cad_tokenizer *t;
    if (cad_cli_nargs(cli) == 0)
        CAD_FAIL(CAD_EUSAGE, "tokenize takes one file or more; - reads stdin");
    if (!dir)
        CAD_FAIL(CAD_EUSAGE, "tokenize needs --tokenizer=DIR, a folder with tokenizer.json\nhint: --tokenizer=models/tiny");
    if (cad_cli_has(cli, "decode") && (cad_cli_has(cli, "bos") || cad_cli_has(cli, "specials")))
        CAD_FAIL(CAD_EUSAGE, "--decode takes ids as they are; found --%s", cad_cli_has(cli, "bos") ? "bos" : "specials");
    CAD_TRY(cad_tokenizer_load_dir(dir, &t));
    cad_status s = cad_cli_has(cli, "decode") ? decode(cli, t) : tokenize(cli, t);
    cad_tokenizer_destroy(t);
    return s;
}
