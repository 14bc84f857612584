#include "core/arena.h"

#include "core/mem.h"
#include "core/size.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 64, PAGE = 4096, GUARD = 16 << 20 };

struct cad_arena {
    unsigned char *base;
    size_t capacity, used, peak;
    size_t guarded; /* so much has been poisoned at some time: all of a space of 16 GiB would cost 2 GiB of shadow */
    int foreign;    /* over a given block */
    void (*release)(void *);
    char name[32];
};

/* What lies behind the memory in use is poisoned, for GUARD bytes at least. */
static void guard(cad_arena *a, size_t used)
{
    size_t left = a->capacity - used, to = used + (left < GUARD ? left : GUARD);
    if (a->foreign || to <= a->guarded)
        return;
    to += a->capacity - to < GUARD ? a->capacity - to : GUARD; /* for some allocations */
    POISON(a->base + a->guarded, to - a->guarded);
    a->guarded = to;
}

cad_status cad_arena_create(const char *name, size_t capacity, cad_arena **out)
{
    cad_arena *a;
    CAD_TRY(cad_mem_alloc(sizeof *a, name, &a));
    a->capacity = (capacity + PAGE - 1) / PAGE * PAGE;
    void *base = MAP_FAILED;
    if (a->capacity >= capacity && a->capacity > 0 && !cad_mem_count())
        base = mmap(NULL, a->capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        cad_mem_free(a);
        CAD_FAIL(CAD_ENOMEM, "arena %s: cannot reserve %zu bytes", name, capacity);
    }
    a->base = base;
    strncpy(a->name, name, sizeof a->name - 1);
    guard(a, 0);
    *out = a;
    return CAD_OK;
}

cad_status cad_arena_over(const char *name, void *base, size_t capacity, void (*release)(void *), cad_arena **out)
{
    cad_arena *a;
    CAD_TRY(cad_mem_alloc(sizeof *a, name, &a));
    a->base = base;
    a->capacity = capacity;
    a->foreign = 1;
    a->release = release;
    strncpy(a->name, name, sizeof a->name - 1);
    *out = a;
    return CAD_OK;
}

void cad_arena_destroy(cad_arena *a)
{
    if (!a)
        return;
    if (!a->foreign) {
        UNPOISON(a->base, a->guarded);
        munmap(a->base, a->capacity);
    } else if (a->release) {
        a->release(a->base);
    }
    cad_mem_free(a);
}

cad_status cad_arena_alloc(cad_arena *a, size_t bytes, const char *what, void *out)
{
    size_t need = bytes ? bytes : 1;
    size_t padded = need > SIZE_MAX - ALIGN ? SIZE_MAX : (need + ALIGN - 1) / ALIGN * ALIGN;
    if (cad_mem_count() || padded > a->capacity - a->used)
        CAD_FAIL(CAD_ENOMEM, "arena %s: %zu bytes for %s do not fit; %zu of %zu are used", a->name, bytes, what, a->used,
                 a->capacity);
    void *p = a->base + a->used;
    guard(a, a->used + padded);
    if (!a->foreign)
        UNPOISON(p, need);
    a->used += padded;
    if (a->used > a->peak)
        a->peak = a->used;
    memcpy(out, &p, sizeof p);
    return CAD_OK;
}

cad_status cad_arena_zalloc(cad_arena *a, size_t count, size_t size, const char *what, void *out)
{
    size_t bytes;
    CAD_TRY(cad_mul(count, size, what, &bytes));
    CAD_TRY(cad_arena_alloc(a, bytes, what, out));
    void *p;
    memcpy(&p, out, sizeof p);
    memset(p, 0, bytes ? bytes : 1);
    return CAD_OK;
}

cad_status cad_arena_strdup(cad_arena *a, const char *text, size_t len, const char **out)
{
    char *p;
    CAD_TRY(cad_arena_alloc(a, cad_size_add(len, 1), "string", &p));
    if (len)
        memcpy(p, text, len);
    p[len] = '\0';
    *out = p;
    return CAD_OK;
}

cad_frame cad_arena_mark(const cad_arena *a)
{
    return (cad_frame){a->used};
}

void cad_arena_rewind(cad_arena *a, cad_frame f)
{
    assert(f.used <= a->used);
    if (!a->foreign)
        POISON(a->base + f.used, a->used - f.used);
    a->used = f.used;
}

const char *cad_arena_name(const cad_arena *a)
{
    return a->name;
}

size_t cad_arena_used(const cad_arena *a)
{
    return a->used;
}

size_t cad_arena_peak(const cad_arena *a)
{
    return a->peak;
}

size_t cad_arena_capacity(const cad_arena *a)
{
    return a->capacity;
}
