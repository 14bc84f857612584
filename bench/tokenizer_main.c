/* Texts to ids, as bench/tokenizer.py asks.
 *
 *     tokenizer TOKENIZER.json TEXTS ROUNDS THREADS OUT_FOLDER
 *
 * TEXTS: bytes u32, then the text, one after the other.  OUT_FOLDER/ours.json: milliseconds of loading, MB/s of one thread and
 * of THREADS (the fastest round), number of ids; OUT_FOLDER/ids.u32: the ids.  The rate of one thread is by its own CPU time.
 */
#include "core/clock.h"
#include "core/fs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/threads.h"
#include "model/text/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct bench {
    cad_tokenizer *t;
    cad_buf file;
    const char **text;
    size_t *len, n, bytes;
    cad_ids *ids;
    double load_ms, one, many;
} bench;

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static cad_status read_texts(bench *b, const char *path)
{
    CAD_TRY(cad_fs_read(path, 0, &b->file));
    size_t most = b->file.len / 4 + 1;
    CAD_TRY(cad_mem_alloc(most * sizeof *b->text, "texts", &b->text));
    CAD_TRY(cad_mem_alloc(most * sizeof *b->len, "texts", &b->len));
    CAD_TRY(cad_mem_alloc(most * sizeof *b->ids, "ids", &b->ids));
    for (size_t at = 0; at + 4 <= b->file.len; b->n++) {
        uint32_t len;
        memcpy(&len, b->file.data + at, sizeof len);
        b->text[b->n] = b->file.data + at + 4;
        b->len[b->n] = len;
        b->bytes += len;
        at += 4 + (size_t)len;
    }
    return CAD_OK;
}

static double rate(const bench *b, double seconds, double best)
{
    double r = (double)b->bytes * 1e-6 / seconds;
    return r > best ? r : best;
}

static cad_status run(bench *b, char **arg)
{
    double begin = cpu_now();
    CAD_TRY(cad_tokenizer_load(arg[0], &b->t));
    b->load_ms = (cpu_now() - begin) * 1e3;
    CAD_TRY(read_texts(b, arg[1]));
    for (int round = atoi(arg[2]); round > 0; round--) {
        begin = cpu_now();
        for (size_t i = 0; i < b->n; i++) {
            cad_ids_clear(&b->ids[i]);
            CAD_TRY(cad_tokenizer_encode(b->t, b->text[i], b->len[i], CAD_SPECIALS_parse, &b->ids[i]));
        }
        b->one = rate(b, cpu_now() - begin, b->one);
    }
    cad_buf all = CAD_BUF_INIT, path = CAD_BUF_INIT;
    for (size_t i = 0; i < b->n; i++)
        CAD_TRY(cad_buf_add(&all, b->ids[i].id, b->ids[i].n * sizeof *b->ids[i].id));
    CAD_TRY(cad_buf_printf(&path, "%s/ids.u32", arg[4]));
    CAD_TRY(cad_fs_write(path.data, all.data, all.len));
    CAD_TRY(cad_threads_init(atoi(arg[3])));
    for (int round = atoi(arg[2]); round > 0; round--) {
        for (size_t i = 0; i < b->n; i++)
            cad_ids_clear(&b->ids[i]);
        begin = cad_clock_now();
        CAD_TRY(cad_tokenizer_encode_many(b->t, b->text, b->len, b->n, CAD_SPECIALS_parse, b->ids));
        b->many = rate(b, cad_clock_now() - begin, b->many);
    }
    cad_buf_clear(&path);
    CAD_TRY(cad_buf_printf(&path, "%s/ours.json", arg[4]));
    json_t *o =
        json_pack("{s:f,s:f,s:f,s:I}", "load_ms", b->load_ms, "one", b->one, "many", b->many, "ids", (json_int_t)(all.len / 4));
    cad_status s = cad_json_write(path.data, o);
    json_decref(o);
    cad_buf_deinit(&all);
    cad_buf_deinit(&path);
    return s;
}

int main(int argc, char **argv)
{
    static bench b;
    cad_status s = argc == 6 ? run(&b, argv + 1) : cad_fail(CAD_EUSAGE, "see the comment of tokenizer_main.c");
    if (s != CAD_OK)
        fprintf(stderr, "tokenizer: error: %s\n", cad_error_text());
    for (size_t i = 0; i < b.n; i++)
        cad_ids_deinit(&b.ids[i]);
    cad_mem_free(b.ids);
    cad_mem_free(b.len);
    cad_mem_free(b.text);
    cad_buf_deinit(&b.file);
    cad_tokenizer_destroy(b.t);
    return cad_status_exit_code(s);
}
