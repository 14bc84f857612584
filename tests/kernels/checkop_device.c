/* The op checks on back ends with memory of their own: buffers are copied there, and the arguments point to the copies.
 *
 * Arguments are plain structs, so the pointers in them are found by value: every word that lies inside of a buffer, or of the
 * scratch, is one.  Host lists that an op takes (tensors of the optimizer) are in no buffer and stay as they are. */
#include "tests/kernels/checkop.h"

#include "core/threads.h"
#include "kernels/emu/emu_control.h"

#include <stdio.h>
#include <string.h>

static bool is_emulator(const checkop *t)
{
    return strcmp(t->ops->name, "emu") == 0;
}

bool co_is_apart(const checkop *t)
{
    return strcmp(t->ops->name, "cpu") != 0;
}

/* The emulator knows the bounds of every block and faults at once, so there the block is the buffer alone. */
static size_t guard_of(const checkop *t)
{
    return is_emulator(t) ? 0 : CO_GUARD;
}

static cad_status put_block(const checkop *t, const unsigned char *host, size_t bytes, unsigned char **out)
{
    void *p;
    CAD_TRY(t->ops->mem_alloc(bytes, &p));
    *out = p;
    return t->ops->mem_put(p, host, bytes, NULL);
}

static cad_status put_all(checkop *t)
{
    size_t guard = guard_of(t);
    for (int i = 0; i < t->n_buffers; i++) {
        co_buffer *b = &t->buffer[i];
        CAD_TRY(put_block(t, b->data - guard, b->bytes + 2 * guard, &b->device));
    }
    for (int i = 0; i < t->n_scratch; i++) {
        CAD_TRY(put_block(t, t->scratch[i].data, t->scratch[i].bytes, &t->scratch[i].device));
        if (is_emulator(t))
            cad_emu_unwrite(t->scratch[i].device); /* who reads it before writing is told so, not only given a NaN */
    }
    return CAD_OK;
}

static cad_status get_all(checkop *t)
{
    size_t guard = guard_of(t);
    for (int i = 0; i < t->n_buffers; i++) {
        co_buffer *b = &t->buffer[i];
        CAD_TRY(t->ops->mem_get(b->data - guard, b->device, b->bytes + 2 * guard, NULL));
    }
    return CAD_OK;
}

static void free_all(checkop *t)
{
    for (int i = 0; i < t->n_buffers; i++) {
        t->ops->mem_free(t->buffer[i].device);
        t->buffer[i].device = NULL;
    }
    for (int i = 0; i < t->n_scratch; i++) {
        t->ops->mem_free(t->scratch[i].device);
        t->scratch[i].device = NULL;
    }
}

/* Where p of the host stands on the device; NULL: in no buffer. */
static unsigned char *moved(const checkop *t, const unsigned char *p)
{
    for (int i = 0; i < t->n_buffers; i++) {
        const co_buffer *b = &t->buffer[i];
        if (p == b->data || (p > b->data && p < b->data + b->bytes))
            return b->device + guard_of(t) + (p - b->data);
    }
    for (int i = 0; i < t->n_scratch; i++) {
        const co_scratch_block *s = &t->scratch[i];
        if (p == s->data || (p > s->data && p < s->data + s->bytes))
            return s->device + (p - s->data);
    }
    return NULL;
}

cad_status co_run_apart(checkop *t, co_call call, const void *args)
{
    enum { WORDS = 256 };
    unsigned char *word[WORDS], *to;
    size_t bytes = co_args_bytes(call);
    cad_status s = bytes <= sizeof word && bytes % sizeof word[0] == 0 ? put_all(t) : CAD_EINTERNAL;
    if (s == CAD_OK) {
        memcpy(word, args, bytes);
        for (size_t i = 0; i < bytes / sizeof word[0]; i++)
            if (word[i] && (to = moved(t, word[i])))
                word[i] = to;
        s = call(t->ops, word);
        cad_status got = get_all(t);
        s = s == CAD_OK ? got : s;
    }
    free_all(t);
    return s;
}

size_t co_args_bytes(co_call call)
{
#define X(op)                                                                                                                  \
    if (call == co_call_##op)                                                                                                  \
        return sizeof(cad_##op##_args);
    CAD_OPS_TABLE(X)
#undef X
    return SIZE_MAX;
}

/* ---- the runs of one case ---- */

int64_t co_amount(const checkop *t, int64_t all, int64_t few)
{
    return is_emulator(t) ? few : all;
}

int co_runs(const checkop *t)
{
    return is_emulator(t) ? 4 : co_is_apart(t) ? 2 : 3;
}

const char *co_run_name(const checkop *t, int run)
{
    static const char *const cpu[] = {"first run", "second run", "run with other threads"};
    static const char *const emulated[] = {"deferred copies", "deferred copies, other order", "eager copies", "random copies"};
    return is_emulator(t) ? emulated[run] : cpu[run];
}

void co_run_setting(checkop *t, int run)
{
    static const cad_emu_mode modes[] = {CAD_EMU_DEFERRED, CAD_EMU_DEFERRED, CAD_EMU_EAGER, CAD_EMU_RANDOM};
    int threads = cad_threads_count();
    if (is_emulator(t))
        cad_emu_set(modes[run], t->seed + (uint64_t)run);
    else if (run == 2 && cad_threads_init(threads == 1 ? 3 : 1) != CAD_OK)
        co_fail(t, "threads: %s", cad_error_text());
}
