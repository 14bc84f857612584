/* Limits of what reads data: rows, suites, manifests, INI, Compact IR. */
#include "tests/robust/limits.h"

#include "cad/ir/ir.h"
#include "core/config.h"
#include "dataprep/corpus_row.h"
#include "eval/suite.h"
#include "train/ckpt_manifest.h"

#define add(...) ok(cad_buf_printf(&text, __VA_ARGS__))

static cad_status corpus_line(long long n)
{
    const char *path = zeros("c.jsonl", 0);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("{\"kind\":\"corpus\",\"name\":\"x\",\"schema\":1}\n", f);
    assert_int_equal(fflush(f), 0);
    long at = ftell(f);
    assert_int_equal(ftruncate(fileno(f), at + n), 0);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    fputs("\n", f);
    assert_int_equal(fclose(f), 0);
    cad_row *row;
    size_t rows;
    return cad_corpus_load(path, arena, &row, &rows);
}

static cad_status suite_bytes(long long n)
{
    cad_suite suite;
    return cad_suite_load(zeros("s.jsonl", n), arena, &suite);
}

static cad_status manifest_bytes(long long n)
{
    ok(cad_fs_mkdirs(fuzz_path("ckpt")));
    zeros("ckpt/DONE", n);
    return cad_manifest_check(fuzz_path("ckpt"), true);
}

/* ---- INI ---- */

static cad_status config_text(void)
{
    const cad_config_source c = {.kind = CAD_CONFIG_FILE, .name = fuzz_path("x.ini")};
    cad_config *out;
    fuzz_file(fuzz_path("x.ini"), text.data, text.len);
    return cad_config_load(&c, 1, arena, NULL, &out);
}

static cad_status ini_bytes(long long n)
{
    times(n, "\n");
    return config_text();
}

static cad_status ini_line(long long n)
{
    add("# ");
    times(n - 2, "x");
    add("\n");
    return config_text();
}

static cad_status ini_include(long long n)
{
    for (long long i = 1; i <= n; i++) {
        char name[32], line[64];
        snprintf(name, sizeof name, "i%lld.ini", i);
        int len = i < n ? snprintf(line, sizeof line, "include = i%lld.ini\n", i + 1) : snprintf(line, sizeof line, "[run]\n");
        fuzz_file(fuzz_path(name), line, (size_t)len);
    }
    const cad_config_source c = {.kind = CAD_CONFIG_FILE, .name = fuzz_path("i1.ini")};
    cad_config *out;
    return cad_config_load(&c, 1, arena, NULL, &out);
}

/* ---- Compact IR ---- */

static cad_status program(void)
{
    return fuzz_program(text.data, text.len);
}

static cad_status ir_bytes(long long n)
{
    add("C 1 1 1\n");
    times((n - 8) / 2, "#\n");
    times((n - 8) % 2, "\n");
    return program();
}

static cad_status ir_line(long long n)
{
    add("C 1 1 1");
    times(n - 7, " ");
    add("\n");
    return program();
}

static cad_status ir_nodes(long long n)
{
    add("C 1 1 1\n");
    for (long long i = 1; i < n; i++)
        add("T %lld 1 0 0\n", i - 1);
    return program();
}

static cad_status ir_count(long long n)
{
    add("C 1 1 1\nLP 0 1 0 0 %lld 2\n", n);
    return program();
}

static cad_status ir_copies(long long n)
{
    long long inner = n % 100 ? 73 : 100; /* 10,001 is 73 times 137 */
    add("C 1 1 1\nLP 0 1 0 0 %lld 2\nLP 1 0 1 0 %lld 2\n", inner, n / inner);
    return program();
}

const limit limits_data[] = {
    {"corpus rows", "bytes of a line", BESIDE(64 << 20), corpus_line, "line longer than", CAD_EPARSE, "not JSON"},
    {"suites", "bytes", BESIDE(256 << 20), suite_bytes, "expected at most", CAD_EPARSE, "not JSON"},
    {"DONE", "bytes", BESIDE(64 << 20), manifest_bytes, "expected at most", CAD_ECORRUPT, "not JSON"},
    {"INI", "bytes of a file", BESIDE(1 << 20), ini_bytes, "expected at most", TAKEN},
    {"INI", "bytes of a line", BESIDE(198), ini_line, "expected at most 198", TAKEN},
    {"INI", "files that include each other", BESIDE(16), ini_include, "deeper than 16 files", TAKEN},
    {"Compact IR", "bytes", CONSTANT(CAD_IR_MAX_TEXT), ir_bytes, "bytes; at most", TAKEN},
    {"Compact IR", "bytes of a line", CONSTANT(CAD_IR_MAX_LINE), ir_line, "bytes; at most", TAKEN},
    {"Compact IR", "nodes", CONSTANT(CAD_IR_MAX_NODES), ir_nodes, "nodes", TAKEN},
    {"Compact IR", "copies of a pattern", CONSTANT(CAD_IR_MAX_COUNT), ir_count, "at most 1000", TAKEN},
    {"Compact IR", "copies in all", CONSTANT(CAD_IR_MAX_COPIES), ir_copies, "at most 10000", TAKEN},
    {0},
};
