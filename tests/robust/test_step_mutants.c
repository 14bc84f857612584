/* STEP texts that were damaged on purpose, with the text gate in front of the kernel and without it: every one has one verdict,
 * the caller survives them all, and the gate keeps back what kills (spec/reliability.md 4.4, E1). */
#include "tests/cad/conformance.h"
#include "tests/filter.h"

#include "cad/occt/solid.h"
#include "cad/step/step_gate.h"
#include "cad/step/step_write.h"
#include "core/pool.h"
#include "core/rng.h"

#include <ctype.h>
#include <errno.h>
#include <sys/wait.h>

enum { PARENTS = 8, PARENT_MAX = 60000, MUTANTS = 300, AT_ONCE = 16, CPU_S = 2 };

/* ---- in the worker ---- */

/* "level 5" of the kernel track. */
static cad_status by_kernel(const void *in, size_t len, cad_buf *out)
{
    cad_solid *s = NULL;
    cad_arena *a;
    cad_facts f;
    CAD_TRY(cad_arena_create("mutant", (size_t)64 << 20, &a));
    cad_worker_stage("read");
    cad_status status = cad_solid_read_step(in, len, &s);
    cad_worker_stage("facts");
    if (status == CAD_OK)
        status = cad_solid_facts(s, a, &f);
    if (status == CAD_OK)
        status = cad_buf_printf(out, "level %d", (int)f.level);
    cad_solid_destroy(s);
    cad_arena_destroy(a);
    return status;
}

/* Canonical text alone reaches the kernel (eval/part_step.c). */
static cad_status by_kernel_canonical(const void *in, size_t len, cad_buf *out)
{
    cad_step *m;
    cad_buf text = CAD_BUF_INIT;
    CAD_TRY(cad_step_read(in, len, &(cad_step_opts){.input = CAD_STEP_FILE}, &m));
    cad_status s = cad_step_write(m, &(cad_step_write_opts){.keep_ids = true, .plain = true}, &text);
    cad_step_close(m);
    if (s == CAD_OK)
        s = by_kernel(text.data, text.len, out);
    cad_buf_deinit(&text);
    return s;
}

/* The same behind the gate; "refused" where that holds it back. */
static cad_status by_gate(const void *in, size_t len, cad_buf *out)
{
    cad_arena *a;
    cad_step_gate_result r = {0};
    CAD_TRY(cad_arena_create("gate", (size_t)1 << 20, &a));
    cad_status s = cad_step_gate(in, len, a, &r);
    if (s == CAD_OK)
        s = r.level < 3 ? cad_buf_printf(out, "refused: %s", r.reason) : by_kernel_canonical(in, len, out);
    cad_arena_destroy(a);
    return s;
}

/* ---- damage ---- */

static cad_buf parent[PARENTS];
static int n_parents;

static void take_parent(const char *name, const cad_buf *text, const json_t *row)
{
    (void)name;
    if (text->len > PARENT_MAX || strcmp(json_string_value(json_object_get(row, "class")), "ok") != 0)
        return;
    assert_true(n_parents < PARENTS);
    ok(cad_buf_add(&parent[n_parents++], text->data, text->len));
}

/* Where in the text from a place on the next byte of a class stands, around its end; 0: nowhere. */
static size_t seek(const cad_buf *b, size_t from, bool (*wanted)(const char *p))
{
    for (size_t k = 0; k < b->len; k++) {
        size_t at = (from + k) % b->len;
        if (at > 0 && at + 1 < b->len && wanted(b->data + at))
            return at;
    }
    return 0;
}

static bool is_number(const char *p)
{
    return isdigit((unsigned char)*p) && (p[-1] == '(' || p[-1] == ',' || p[-1] == '-');
}
static bool is_digit(const char *p)
{
    return isdigit((unsigned char)*p) != 0;
}
static bool is_keyword(const char *p)
{
    return isupper((unsigned char)*p) && (p[-1] == '=' || p[-1] == ' ');
}
static bool is_reference(const char *p)
{
    return *p == '#' && (p[-1] == ',' || p[-1] == '(');
}
static bool is_open(const char *p)
{
    return *p == '(';
}
static bool is_bracket(const char *p)
{
    return *p == '(' || *p == ')' || *p == ',';
}
static bool is_line(const char *p)
{
    return p[-1] == '\n' && *p == '#';
}

/* b with `n` bytes at `at` replaced. */
static void replace(cad_buf *b, size_t at, size_t n, const char *with, size_t len)
{
    cad_buf out = CAD_BUF_INIT;
    ok(cad_buf_add(&out, b->data, at));
    ok(cad_buf_add(&out, with, len));
    ok(cad_buf_add(&out, b->data + at + n, b->len - at - n));
    cad_buf_deinit(b);
    *b = out;
}

static size_t span(const cad_buf *b, size_t at, const char *of)
{
    size_t n = 0;
    while (at + n < b->len && b->data[at + n] && strchr(of, b->data[at + n]))
        n++;
    return n;
}

static const char KEYWORD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

typedef enum kind { BYTES, NUMBER, DIGIT, KEYWORDS, REFERENCE, LINE_OUT, LINE_TWICE, PAREN, ELSEWHERE, NEST, KINDS } kind;

static void damage(cad_buf *b, kind k, cad_rng *r)
{
    static const char *const numbers[] = {"1.E30", "1.E308", "-5.E400", "0.", "1.E-320", "-1.", "1.E9", "99999999999999999999"};
    static const char brackets[] = "(),";
    size_t from = (size_t)cad_rng_range(r, 1, (int64_t)b->len - 2), at, n;
    char room[32];
    switch (k) {
    case BYTES:
        b->data[from] = (char)cad_rng_range(r, 1, 255);
        return;
    case NUMBER:
        at = seek(b, from, is_number);
        const char *with = numbers[cad_rng_range(r, 0, 7)];
        replace(b, at, span(b, at, "0123456789.E+-"), with, strlen(with));
        return;
    case DIGIT:
        b->data[seek(b, from, is_digit)] = (char)cad_rng_range(r, '0', '9');
        return;
    case KEYWORDS: { /* one takes the place of another */
        at = seek(b, from, is_keyword);
        size_t other = seek(b, (size_t)cad_rng_range(r, 1, (int64_t)b->len - 2), is_keyword), len = span(b, other, KEYWORD);
        char *name = strndup(b->data + other, len);
        replace(b, at, span(b, at, KEYWORD), name, len);
        free(name);
        return;
    }
    case REFERENCE:
        at = seek(b, from, is_reference);
        n = (size_t)snprintf(room, sizeof room, "#%d", (int)cad_rng_range(r, 1, 400));
        replace(b, at, 1 + span(b, at + 1, "0123456789"), room, n);
        return;
    case LINE_OUT:
    case LINE_TWICE: {
        at = seek(b, from, is_line);
        const char *end = memchr(b->data + at, '\n', b->len - at);
        n = end ? (size_t)(end + 1 - b->data) - at : b->len - at;
        char *line = strndup(b->data + at, n);
        replace(b, at, k == LINE_OUT ? n : 0, line, k == LINE_OUT ? 0 : n);
        free(line);
        return;
    }
    case PAREN:
        b->data[seek(b, from, is_bracket)] = brackets[cad_rng_range(r, 0, 2)];
        return;
    case ELSEWHERE: { /* a name that a section of references binds, in the place of an instance */
        static const char section[] = "REFERENCE;\n#77777=<a#b>;\nENDSEC;\n";
        at = seek(b, from, is_reference);
        replace(b, at, 1 + span(b, at + 1, "0123456789"), "#77777", 6);
        const char *data = memmem(b->data, b->len, "DATA;", 5);
        if (data && !memmem(b->data, b->len, section, sizeof section - 1))
            replace(b, (size_t)(data - b->data), 0, section, sizeof section - 1);
        return;
    }
    default:
        at = seek(b, from, is_open);
        n = (size_t)cad_rng_range(r, 1, 100);
        char *open = malloc(n + 1);
        memset(open, '(', n);
        replace(b, at, 0, open, n);
        free(open);
        return;
    }
}

/* Mutant i: a parent with one to three damages of one kind. */
static cad_buf mutant(uint64_t i)
{
    cad_rng r = cad_rng_make(11, "step mutant", i);
    cad_buf b = CAD_BUF_INIT;
    const cad_buf *of = &parent[cad_rng_range(&r, 0, n_parents - 1)];
    ok(cad_buf_add(&b, of->data, of->len));
    for (int64_t k = cad_rng_range(&r, 1, 3); k > 0; k--)
        damage(&b, (kind)(i % KINDS), &r);
    return b;
}

/* ---- tests ---- */

typedef struct tally {
    int n, refused, verdict[CAD_VERDICT_memory + 1];
} tally;

/* All mutants, a few at a time. */
static tally run(const char *handler, int cases)
{
    tally t = {0};
    cad_pool *p;
    bool *seen = calloc((size_t)cases, sizeof *seen);
    int sent = 0;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 2, .cpu_s = CPU_S, .mem_bytes = (int64_t)2 << 30, .unordered = true}, &p));
    while (t.n < cases) {
        cad_pool_result r;
        for (; sent < cases && sent - t.n < AT_ONCE; sent++) {
            cad_buf b = mutant((uint64_t)sent);
            ok(cad_pool_submit(p, handler, (uint64_t)sent, b.data, b.len));
            cad_buf_deinit(&b);
        }
        ok(cad_pool_next(p, &r));
        assert_true(r.tag < (uint64_t)cases && !seen[r.tag]); /* one verdict each */
        seen[r.tag] = true;
        t.n++;
        t.verdict[r.verdict]++;
        t.refused += r.verdict == CAD_VERDICT_ok && r.out_len > 7 && !memcmp(r.out, "refused", 7);
    }
    assert_int_equal(cad_pool_pending(p), 0);
    cad_pool_destroy(p);
    assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD); /* no zombie, no zygote */
    free(seen);
    print_message("%s: %d mutants, %d refused, %d refused by the kernel, %d crashes, %d out of time, %d out of memory\n",
                  handler, t.n, t.refused, t.verdict[CAD_VERDICT_failed], t.verdict[CAD_VERDICT_crash],
                  t.verdict[CAD_VERDICT_timeout], t.verdict[CAD_VERDICT_memory]);
    return t;
}

static void test_E1_every_mutant_has_a_verdict_and_the_gate_keeps_back_what_kills(void **state)
{
    (void)state;
    int cases = fuzz_cases(MUTANTS);
    if (conformance_files("step", take_parent) == 0)
        skip();
    assert_true(n_parents >= 6);
    tally open = run("mutants_kernel", cases), gated = run("mutants_gate", cases);
    assert_true(open.verdict[CAD_VERDICT_crash] > cases / 50); /* or these mutants would show nothing */
    assert_true(gated.refused > cases / 4);
    assert_true(gated.verdict[CAD_VERDICT_crash] <= cases / 2000 && gated.verdict[CAD_VERDICT_timeout] <= cases / 2000);
    for (int i = 0; i < n_parents; i++)
        cad_buf_deinit(&parent[i]);
}

static cad_pool *pool;

static void without_gate(const char *name, const cad_buf *text, const json_t *row)
{
    const char *ungated = json_string_value(json_object_get(row, "ungated"));
    cad_pool_result r;
    ok(cad_pool_submit(pool, "mutants_kernel", 0, text->data, text->len));
    ok(cad_pool_next(pool, &r));
    cad_verdict want = strstr(ungated, "SIGSEGV")     ? CAD_VERDICT_crash
                       : strstr(ungated, "CPU limit") ? CAD_VERDICT_timeout
                                                      : CAD_VERDICT_ok;
    if (r.verdict != want)
        fail_msg("%s: %s in '%s'; expected %s", name, cad_verdict_name(r.verdict), r.stage, cad_verdict_name(want));
    if (want == CAD_VERDICT_ok)
        assert_true(r.out_len == 7 && !memcmp(r.out, "level 5", 7)); /* a shape, and no solid */
    ok(cad_pool_submit(pool, "mutants_gate", 0, text->data, text->len));
    ok(cad_pool_next(pool, &r));
    assert_true(r.verdict == CAD_VERDICT_ok && r.out_len > 7 && !memcmp(r.out, "refused", 7));
}

static void test_E2_hostile_files_end_as_their_list_says_where_no_gate_is(void **state)
{
    (void)state;
    ok(cad_pool_create(&(cad_pool_opts){.workers = 1, .cpu_s = CPU_S, .mem_bytes = (int64_t)2 << 30}, &pool));
    int n = conformance_files("step_hostile", without_gate);
    cad_pool_destroy(pool);
    if (n == 0)
        skip();
    assert_int_equal(n, 15);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_E1_every_mutant_has_a_verdict_and_the_gate_keeps_back_what_kills),
        cmocka_unit_test(test_E2_hostile_files_end_as_their_list_says_where_no_gate_is),
    };
    cad_worker_register("mutants_kernel", by_kernel);
    cad_worker_register("mutants_gate", by_gate);
    cad_worker_main_if_asked(argc, argv);
    if (!strcmp(cad_solid_kernel(), "none"))
        return 77;
    if (argc > 1 && !filter_tests(tests, sizeof tests / sizeof *tests, argv[1]))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
