#include "dataprep/wanted_parts.h"

#include "core/mem.h"
#include "dataprep/captions_csv.h"
#include "dataprep/hash_index.h"

#include <string.h>

struct cad_wanted_parts {
    cad_hash_index ids; /* bare */
    char hash[CAD_HASH_HEX];
};

const char *cad_bare_id(const char *id)
{
    const char *digits = id + strspn(id, "0");
    return *digits && digits[strspn(digits, "0123456789")] == '\0' ? digits : id;
}

static uint64_t key_of(const char *id)
{
    const char *bare = cad_bare_id(id);
    return cad_hash_index_key(bare, strlen(bare));
}

/* The first row of an id decides, as it does for import. */
static cad_status take_ids(cad_wanted_parts *w, const cad_captions *c)
{
    const char *last = NULL;
    cad_hasher *h = cad_hasher_create();
    cad_status s = h ? CAD_OK : cad_fail(CAD_ENOMEM, "captions: no memory for a hash");
    for (uint32_t i = 0; s == CAD_OK && i < c->n; i++) {
        uint32_t row = c->by_id[i];
        const char *id = cad_captions_id(c, row);
        uint64_t *count;
        bool is_new, again = last && !strcmp(last, id);
        last = id;
        if (again || !cad_captions_describable(c, row))
            continue;
        cad_hasher_add(h, id, strlen(id) + 1);
        s = cad_hash_index_at(&w->ids, key_of(id), 1, &is_new, &count);
    }
    if (s == CAD_OK)
        cad_hasher_hex(h, w->hash);
    cad_hasher_destroy(h);
    return s;
}

cad_status cad_wanted_parts_open(const char *captions, cad_wanted_parts **out)
{
    cad_wanted_parts *w = NULL;
    cad_captions c;
    cad_status s = cad_captions_read(captions, &c);
    if (s == CAD_OK)
        s = cad_mem_alloc(sizeof *w, "wanted parts", &w);
    if (s == CAD_OK)
        s = take_ids(w, &c);
    cad_captions_deinit(&c);
    if (s != CAD_OK) {
        cad_wanted_parts_close(w);
        return s;
    }
    *out = w;
    return CAD_OK;
}

bool cad_wanted_parts_has(const cad_wanted_parts *w, const char *id)
{
    return !w || cad_hash_index_find(&w->ids, key_of(id));
}

void cad_wanted_parts_hash(const cad_wanted_parts *w, char out[CAD_HASH_HEX])
{
    memcpy(out, w->hash, CAD_HASH_HEX);
}

void cad_wanted_parts_close(cad_wanted_parts *w)
{
    if (!w)
        return;
    cad_hash_index_deinit(&w->ids);
    cad_mem_free(w);
}
