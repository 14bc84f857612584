#include "core/config_impl.h"
#include "core/near.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* ---- the flat table ---- */

static cad_key keys[CAD_KEYS_MAX];
static size_t key_count;

typedef struct row {
    const char *name;
    char type;
    const char *def, *range, *help;
    size_t offset;
} row;

#define TYPE_s 's'
#define TYPE_p 'p'
#define TYPE_i 'i'
#define TYPE_f 'f'
#define TYPE_b 'b'
#define TYPE_l 'l'
#define TYPE_d 'd'
#define TYPE_v 'v'
#define ROW_X(type, key, def, range, help) {#key, TYPE_##type, def, range, help, offsetof(here, key)},
#define ROW_E(key, prefix, def, choices, help) {#key, 'e', def, #choices, help, offsetof(here, key)},

static void add_section(const char *section, size_t offset, const row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert(key_count < CAD_KEYS_MAX);
        cad_key *k = &keys[key_count++];
        size_t len = strlen(rows[i].name);
        if (rows[i].name[len - 1] == '_')
            len--; /* a keyword of C++ */
        assert(len < sizeof k->name);
        memcpy(k->name, rows[i].name, len);
        snprintf(k->full, sizeof k->full, "%s.%.*s", section, (int)len, rows[i].name);
        k->section = section;
        k->type = rows[i].type;
        k->def = rows[i].def;
        k->range = rows[i].range;
        k->help = rows[i].help;
        k->offset = offset + rows[i].offset;
    }
}

#define FILL_S(section, table)                                                                                                 \
    static void fill_##section(void)                                                                                           \
    {                                                                                                                          \
        typedef cad_config_##section here;                                                                                     \
        static const row rows[] = {table(ROW_X, ROW_E)};                                                                       \
        add_section(#section, offsetof(cad_config, section), rows, sizeof rows / sizeof *rows);                                \
    }
CAD_CONFIG_SECTIONS(FILL_S)

static void fill(void)
{
#define CALL_S(section, table) fill_##section();
    CAD_CONFIG_SECTIONS(CALL_S)
}

const cad_key *cad_schema(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
    *count = key_count;
    return keys;
}

const cad_key *cad_schema_find(const char *section, size_t section_len, const char *name)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++)
        if (strlen(k[i].section) == section_len && !memcmp(k[i].section, section, section_len) && !strcmp(k[i].name, name))
            return &k[i];
    return NULL;
}

const cad_key *cad_schema_find_full(const char *full)
{
    const char *dot = strchr(full, '.');
    return dot ? cad_schema_find(full, (size_t)(dot - full), dot + 1) : NULL;
}

const cad_key *cad_schema_find_name(const char *name, size_t len)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < len && k[i].name[at] && (name[at] == k[i].name[at] || (name[at] == '-' && k[i].name[at] == '_')))
            at++;
        if (at == len && !k[i].name[at])
            return &k[i];
    }
    return NULL;
}

bool cad_schema_has_section(const char *name, size_t len)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++)
        if (strlen(k[i].section) == len && !memcmp(k[i].section, name, len))
            return true;
    return false;
}

/* ---- did you mean ---- */

void cad_schema_suggest_section(const char *name, char out[64])
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    cad_nearest near = {.name = name};
    for (size_t i = 0; i < n; i++)
        cad_nearest_offer(&near, k[i].section, k[i].section);
    const char *section = cad_nearest_ask(&near);
    out[0] = '\0';
    if (section)
        snprintf(out, 64, "; did you mean [%s]?", section);
}

const cad_key *cad_schema_near_key(const char *section, const char *name)
{
    size_t n;
    const cad_key *k = cad_schema(&n), *elsewhere = NULL;
    cad_nearest near = {.name = name};
    for (size_t i = 0; i < n; i++)
        if (!strcmp(k[i].section, section))
            cad_nearest_offer(&near, k[i].name, &k[i]);
        else if (!elsewhere && !strcmp(k[i].name, name))
            elsewhere = &k[i];
    const cad_key *meant = cad_nearest_ask(&near);
    return meant ? meant : elsewhere;
}

void cad_schema_suggest_key(const char *section, const char *name, char out[64])
{
    const cad_key *k = cad_schema_near_key(section, name);
    out[0] = '\0';
    if (k)
        snprintf(out, 64, "; did you mean %s?", !strcmp(k->section, section) ? k->name : k->full);
}
