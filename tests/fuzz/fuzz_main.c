/* Fuzz targets on the command line: fuzz_targets [--list] [--case=N [--save=FILE]] [--tell=N] [TARGET..]
 *
 * no option   the seeds and mutants of each target named, or of all; CADLM_FUZZ_CASES: how many mutants (5,000 at least)
 * --case=N    mutant number N of one target again; --save=FILE keeps its input
 * --tell=N    N mutants of one target, each as a line "number status length-of-text length-of-input", the text, the input
 * With libFuzzer (CADLM_FUZZERS) the same targets are bin/fuzzers, told apart by CADLM_FUZZ_TARGET. */
#include "tests/fuzz/fuzz_targets.h"
#include "tests/unit.h"

static const fuzz_target *const lists[] = {fuzz_data, fuzz_models};

static const fuzz_target *find(const char *name)
{
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (const fuzz_target *t = lists[l]; t->name; t++)
            if (!strcmp(t->name, name))
                return t;
    fprintf(stderr, "no fuzz target is called '%s'; --list names them\n", name);
    exit(2);
}

#ifdef CADLM_LIBFUZZER

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t len, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(unsigned char *data, size_t len, size_t room);

static const fuzz_target *chosen;

static void end(void)
{
    fuzz_end(NULL);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
    if (!chosen) {
        const char *name = getenv("CADLM_FUZZ_TARGET");
        chosen = find(name ? name : "");
        setenv("CMOCKA_TEST_ABORT", "1", 1);
        if (fuzz_begin("fuzz", (size_t)64 << 20) || atexit(end))
            abort();
        if (chosen->setup)
            chosen->setup();
    }
    cad_fuzz_input(chosen, (const char *)data, len);
    return 0;
}

/* Half of the time a step that knows the structure, half of the time one of libFuzzer's. */
size_t LLVMFuzzerCustomMutator(unsigned char *data, size_t len, size_t room, unsigned seed)
{
    cad_rng r = cad_rng_make(seed, "libfuzzer", 0);
    if (!chosen || cad_rng_chance(&r, 0.5))
        return LLVMFuzzerMutate(data, len, room);
    cad_buf from = CAD_BUF_INIT, out = CAD_BUF_INIT;
    ok(cad_buf_add(&from, data, len));
    fuzz_mutate(&r, chosen->kind, &(fuzz_seeds){&from, 1}, &from, &out);
    size_t n = out.len < room ? out.len : room;
    memcpy(data, cad_buf_cstr(&out), n);
    cad_buf_deinit(&from);
    cad_buf_deinit(&out);
    return n;
}

#else

static void tell(uint64_t number, const cad_buf *input, cad_status s, const char *text)
{
    printf("%llu %d %zu %zu\n", (unsigned long long)number, (int)s, strlen(text), input->len);
    fwrite(text, 1, strlen(text), stdout);
    fwrite(cad_buf_cstr(input), 1, input->len, stdout);
}

int main(int argc, char **argv)
{
    const char *again = NULL, *save = NULL, *told = NULL;
    int first = 1;
    for (; first < argc && !strncmp(argv[first], "--", 2); first++) {
        const char *o = argv[first];
        if (!strcmp(o, "--list")) {
            for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                for (const fuzz_target *t = lists[l]; t->name; t++)
                    puts(t->name);
            return 0;
        }
        again = !strncmp(o, "--case=", 7) ? o + 7 : again;
        save = !strncmp(o, "--save=", 7) ? o + 7 : save;
        told = !strncmp(o, "--tell=", 7) ? o + 7 : told;
    }
    if (((again || told) && argc - first != 1) || fuzz_begin("fuzz", (size_t)64 << 20)) {
        fprintf(stderr, "--case and --tell take one target\n");
        return 2;
    }
    if (again)
        cad_fuzz_case(find(argv[first]), strtoull(again, NULL, 10), save);
    else if (told)
        cad_fuzz_tell(find(argv[first]), atoi(told), tell);
    for (int i = first; !again && !told && i < argc; i++)
        cad_fuzz(find(argv[i]));
    for (size_t l = 0; first == argc && l < sizeof lists / sizeof *lists; l++)
        for (const fuzz_target *t = lists[l]; t->name; t++)
            cad_fuzz(t);
    return fuzz_end(NULL);
}

#endif
