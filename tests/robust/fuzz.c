#include "tests/robust/fuzz.h"

#include "cad/ir/ir.h"
#include "core/log.h"
#include "tests/train/train_tmp.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#ifndef ASAN
#define ASAN 0
#endif

enum { CPU_S = ASAN ? 10 : 1, MEMORY_MIB = 256, SEED = 20261122 };

cad_arena *arena;

/* ---- which case runs: told by handlers too, so no more than bytes that are there ---- */

static char running[200];
static size_t running_len;

static void say_where(const char *what)
{
    char text[400];
    size_t n = strlen(what);
    memcpy(text, what, n);
    memcpy(text + n, running, running_len);
    if (write(STDERR_FILENO, text, n + running_len) < 0)
        return;
}

static void on_signal(int sig)
{
    if (sig == SIGPROF) {
        say_where(ASAN ? "\nmore than 10 s of CPU: " : "\nmore than 1 s of CPU: ");
        _exit(1);
    }
    say_where("\nended in: ");
    signal(sig, SIG_DFL);
    raise(sig);
}

static void arm(void)
{
    static const int sigs[] = {SIGPROF, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
        if (!ASAN || sigs[i] == SIGPROF || sigs[i] == SIGABRT) /* AddressSanitizer's own report ends in SIGABRT */
            signal(sigs[i], on_signal);
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* a failed assertion outside of cmocka's tests comes to the handler too */
}

#if ASAN
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1:allocator_may_return_null=1:max_allocation_size_mb=256";
}
#endif

/* From here on the process may map MEMORY_MIB more, so that a case which wants more is refused memory. */
static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (ASAN || !f)
        return;
    if (fscanf(f, "%lu", &pages) == 1) {
        struct rlimit r;
        getrlimit(RLIMIT_AS, &r);
        r.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)MEMORY_MIB << 20);
        assert_int_equal(setrlimit(RLIMIT_AS, &r), 0);
    }
    fclose(f);
}

static void free_memory(void)
{
    struct rlimit r;
    getrlimit(RLIMIT_AS, &r);
    r.rlim_cur = r.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &r), 0);
}

static long most_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* ---- seeds ---- */

typedef struct seed_list {
    fuzz_seeds s;
    char (*path)[300];
    bool *bad;
} seed_list;

static void take_seed(seed_list *l, const char *path, bool bad)
{
    size_t n = l->s.n + 1;
    l->s.text = realloc(l->s.text, n * sizeof *l->s.text);
    l->path = realloc(l->path, n * sizeof *l->path);
    l->bad = realloc(l->bad, n * sizeof *l->bad);
    assert_true(l->s.text && l->path && l->bad);
    const char *source = getenv("CADLM_SOURCE");
    l->s.text[n - 1] = train_read(train_path(source ? source : ".", path));
    snprintf(l->path[n - 1], sizeof *l->path, "%s", path);
    l->bad[n - 1] = bad;
    l->s.n = n;
}

static void take_seeds(const fuzz_target *t, seed_list *l)
{
    *l = (seed_list){0};
    char dir[100], path[300];
    const char *source = getenv("CADLM_SOURCE"), **name;
    size_t n = 0;
    snprintf(dir, sizeof dir, "tests/fuzz/%s", t->name);
    cad_frame f = cad_arena_mark(arena);
    if (cad_fs_is_dir(train_path(source ? source : ".", dir)))
        ok(cad_fs_list(train_path(source ? source : ".", dir), arena, &name, &n));
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        take_seed(l, path, !strncmp(name[i], "bad", 3));
    }
    cad_arena_rewind(arena, f);
    for (int i = 0; i < FUZZ_MORE && t->more[i]; i++)
        take_seed(l, t->more[i], false);
    if (!l->s.n)
        fail_msg("%s: no seeds; expected files in %s", t->name, dir);
}

static void drop_seeds(seed_list *l)
{
    for (size_t i = 0; i < l->s.n; i++)
        cad_buf_deinit(&l->s.text[i]);
    free(l->s.text);
    free(l->path);
    free(l->bad);
}

static void make_case(const fuzz_target *t, const seed_list *l, uint64_t number, cad_buf *out)
{
    cad_rng r = cad_rng_make(SEED, t->name, number);
    fuzz_mutate(&r, t->kind, &l->s, &l->s.text[cad_rng_range(&r, 0, (int64_t)l->s.n - 1)], out);
}

/* ---- cases ---- */

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A second more than a case may take: the signal is for what does not come back. */
static void set_timer(int seconds)
{
    const struct itimerval v = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_PROF, &v, NULL);
}

static bool one(const fuzz_target *t, const char *data, size_t len, cad_status *out)
{
    bool parsed = false;
    char *copy = malloc(len ? len : 1); /* an exact copy: AddressSanitizer sees a read past its end */
    assert_non_null(copy);
    if (len)
        memcpy(copy, data, len);
    double start = cpu();
    set_timer(CPU_S + 1);
    cad_status s = t->run(copy, len, &parsed);
    set_timer(0);
    double took = cpu() - start;
    free(copy);
    if (s == CAD_EINTERNAL || s == CAD_EINVAL || s == CAD_ENOMEM)
        fail_msg("%s: %s", cad_status_name(s), cad_error_text());
    if (s != CAD_OK && !*cad_error_text())
        fail_msg("%s without a text", cad_status_name(s));
    if (took > CPU_S)
        fail_msg("%.1f s of CPU", took);
    *out = s;
    return parsed && s == CAD_OK;
}

static void try_seeds(const fuzz_target *t, const seed_list *l)
{
    for (size_t i = 0; i < l->s.n; i++) {
        cad_status s;
        running_len = (size_t)snprintf(running, sizeof running, "%s: seed %.150s\n", t->name, l->path[i]);
        bool taken = one(t, cad_buf_cstr(&l->s.text[i]), l->s.text[i].len, &s);
        if (taken == l->bad[i])
            fail_msg("%s", taken ? "a bad seed is taken" : cad_error_text());
    }
}

static void begin(const fuzz_target *t, seed_list *l)
{
    arm();
    if (t->setup)
        t->setup();
    take_seeds(t, l);
}

static void name_case(const fuzz_target *t, uint64_t number)
{
    unsigned long long k = (unsigned long long)number;
    running_len = (size_t)snprintf(running, sizeof running, "%s, case %llu; again: bin/fuzz_targets --case=%llu %s\n", t->name,
                                   k, k, t->name);
}

void cad_fuzz(const fuzz_target *t)
{
    seed_list l;
    cad_buf text = CAD_BUF_INIT;
    begin(t, &l);
    try_seeds(t, &l);
    const long before = most_kib();
    const int cases = fuzz_cases(FUZZ_CASES);
    int parsed = 0;
    limit_memory();
    for (int i = 0; i < cases; i++) {
        cad_status s;
        name_case(t, (uint64_t)i);
        make_case(t, &l, (uint64_t)i, &text);
        parsed += one(t, cad_buf_cstr(&text), text.len, &s);
    }
    free_memory();
    running_len = (size_t)snprintf(running, sizeof running, "%s, all cases\n", t->name);
    cad_buf_deinit(&text);
    print_message("%s: %d of %d mutants parse\n", t->name, parsed, cases);
    if (parsed == cases || parsed < cases / 1000)
        fail_msg("the mutations are no test of what comes before the checks, and after");
    if (!ASAN && most_kib() - before > MEMORY_MIB << 10)
        fail_msg("grown by %ld KiB", most_kib() - before);
    drop_seeds(&l);
}

void cad_fuzz_case(const fuzz_target *t, uint64_t number, const char *save)
{
    seed_list l;
    cad_buf text = CAD_BUF_INIT;
    cad_status s;
    begin(t, &l);
    name_case(t, number);
    make_case(t, &l, number, &text);
    if (save)
        fuzz_file(save, cad_buf_cstr(&text), text.len);
    limit_memory();
    bool parsed = one(t, cad_buf_cstr(&text), text.len, &s);
    free_memory();
    print_message("%s, case %llu, %zu bytes: %s\n", t->name, (unsigned long long)number, text.len,
                  parsed ? "taken" : cad_error_text());
    cad_buf_deinit(&text);
    drop_seeds(&l);
}

void cad_fuzz_tell(const fuzz_target *t, int cases, fuzz_teller *tell)
{
    seed_list l;
    cad_buf text = CAD_BUF_INIT;
    begin(t, &l);
    for (int i = 0; i < cases; i++) {
        cad_status s;
        name_case(t, (uint64_t)i);
        make_case(t, &l, (uint64_t)i, &text);
        one(t, cad_buf_cstr(&text), text.len, &s);
        tell((uint64_t)i, &text, s, s == CAD_OK ? "" : cad_error_text());
    }
    cad_buf_deinit(&text);
    drop_seeds(&l);
}

void cad_fuzz_input(const fuzz_target *t, const char *data, size_t len)
{
    cad_status s;
    running_len = (size_t)snprintf(running, sizeof running, "%s, an input of %zu bytes\n", t->name, len);
    one(t, data, len, &s);
}

/* ---- for the inputs of a test ---- */

const char *fuzz_path(const char *name)
{
    static char dir[4096], path[4][4200];
    static int turn;
    if (!*dir)
        train_tmp("fuzz", dir);
    if (!name) { /* the end */
        ok(cad_fs_remove_tree(dir));
        return NULL;
    }
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

/* Not by core/fs, whose syncs would be most of the time. */
void fuzz_file(const char *path, const char *data, size_t len)
{
    remove(path); /* some file systems write a file out at once when it is cut off and written again */
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

cad_status fuzz_program(const char *text, size_t len)
{
    static cad_diags d;
    cad_ir *ir;
    cad_diags_init(&d, arena);
    CAD_TRY(cad_ir_parse(text, len, CAD_IR_DIALECT_cadlm, arena, &d, &ir));
    CAD_TRY(cad_ir_check(ir, &d));
    return d.n_errors ? cad_fail(CAD_EPARSE, "%s", d.item[0].message) : CAD_OK;
}

int fuzz_begin(const char *name, size_t bytes)
{
    cad_log_set_level(CAD_LOG_ERROR);
    return cad_arena_create(name, bytes, &arena) == CAD_OK ? 0 : 1;
}

int fuzz_end(void **state)
{
    (void)state;
    cad_arena_destroy(arena);
    (void)fuzz_path(NULL);
    return 0;
}
