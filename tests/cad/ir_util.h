/* Shared by the tests of cad/ir: one arena per test, a parsed program with its findings. */
#ifndef CADLM_TESTS_CAD_IR_UTIL_H
#define CADLM_TESTS_CAD_IR_UTIL_H

#include "tests/unit.h"

#include "cad/ir/ir.h"
#include "core/fs.h"
#include "core/json.h"

typedef struct program {
    cad_arena *arena;
    cad_diags diags;
    cad_ir *ir;
} program;

static inline program parse_bytes(const char *text, size_t len, cad_ir_dialect dialect)
{
    program p;
    ok(cad_arena_create("ir test", (size_t)16 << 20, &p.arena));
    cad_diags_init(&p.diags, p.arena);
    ok(cad_ir_parse(text, len, dialect, p.arena, &p.diags, &p.ir));
    return p;
}

static inline program parse_text(const char *text, cad_ir_dialect dialect)
{
    return parse_bytes(text, strlen(text), dialect);
}

static inline program check_text(const char *text, cad_ir_dialect dialect)
{
    program p = parse_text(text, dialect);
    ok(cad_ir_check(p.ir, &p.diags));
    return p;
}

static inline void drop(program *p)
{
    cad_arena_destroy(p->arena);
}

/* Calls `row` for each line of the conformance file; false when the file is not there. */
static inline int each_vector(void (*row)(const json_t *row, void *ctx), void *ctx)
{
    const char *dir = shared_dir();
    if (!dir)
        return 0;
    char path[4200];
    snprintf(path, sizeof path, "%s/conformance/compact_ir.jsonl", dir);
    cad_buf text = CAD_BUF_INIT;
    ok(cad_fs_read(path, 0, &text));
    int n = 0;
    for (char *at = text.data, *eol; *at; at = eol + 1) {
        eol = strchr(at, '\n');
        json_t *j;
        ok(cad_json_parse(at, (size_t)(eol - at), "compact_ir.jsonl", &j));
        row(j, ctx);
        json_decref(j);
        n++;
    }
    cad_buf_deinit(&text);
    assert_true(n >= 100);
    return n;
}

#endif
