#include "core/config.h"

#include "core/build_info.h"
#include "core/config_impl.h"
#include "core/file_kind.h"
#include "core/fs.h"
#include "core/path.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 16 };

typedef struct loader {
    cad_arena *arena;
    cad_config *cfg, *defaults;
    cad_buf report;
    char hint[1200]; /* "\nhint: .." of the first problem that has one; it ends the report */
    size_t n_problems;
    cad_status first;         /* status of the first problem, for a report of one */
    cad_status trouble;       /* out of memory while reporting */
    const char *only;         /* of the source at hand */
    const char *chain[DEPTH]; /* real paths of the files being read, outermost first */
    int depth;
    int *lines; /* per key: line in the file at hand, 0 = not yet */
} loader;

/* ---- problems ---- */

static void report(loader *l, cad_status code, const char *where, int line, const char *text)
{
    const char *hint = strstr(text, "\nhint: ");
    int n = (int)(hint ? hint - text : (ptrdiff_t)strlen(text));
    if (hint && !l->hint[0])
        snprintf(l->hint, sizeof l->hint, "%s", hint);
    if (l->n_problems++ == 0)
        l->first = code;
    size_t at = l->report.len;
    cad_status s = line > 0 ? cad_buf_printf(&l->report, "%s:%d: error: %.*s\n", where, line, n, text)
                            : cad_buf_printf(&l->report, "%s: error: %.*s\n", where, n, text);
    if (s != CAD_OK)
        l->trouble = s;
    for (size_t i = at; i + 1 < l->report.len; i++)
        if ((unsigned char)l->report.data[i] < 0x20 || l->report.data[i] == 0x7f)
            l->report.data[i] = '?'; /* a key may hold anything; it shall not drive a terminal */
}

static void reportf(loader *l, const char *where, int line, const char *fmt, ...) CAD_PRINTF(4, 5);
static void reportf(loader *l, const char *where, int line, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    report(l, CAD_ECONFIG, where, line, text);
}

/* ---- one value ---- */

/* What a line of a file cannot say must not come in by another way: the resolved copy has to read back. */
static const char *unprintable(const char *value)
{
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return "holds a control byte";
    if (value[0] == ';' || strstr(value, " ;") || strstr(value, "\t;"))
        return "holds ' ;', which begins a comment";
    if (strstr(value, "${"))
        return "holds '${' after expansion";
    return NULL;
}

static void set(loader *l, const cad_key *k, const char *raw, const char *where, int line, const char *origin)
{
    cad_buf value = CAD_BUF_INIT;
    cad_status s = cad_config_expand(raw, &value);
    if (s == CAD_OK) {
        const char *begin = cad_buf_cstr(&value);
        size_t len = value.len;
        while (len && (*begin == ' ' || *begin == '\t')) {
            begin++;
            len--;
        }
        while (len && (begin[len - 1] == ' ' || begin[len - 1] == '\t'))
            len--;
        const char *text;
        s = cad_arena_strdup(l->arena, begin, len, &text);
        if (s == CAD_OK) {
            const char *why = unprintable(text);
            s = why ? cad_fail(CAD_ECONFIG, "%s: value %s", k->full, why) : cad_value_parse(k, text, l->arena, l->cfg);
        }
    } else if (s == CAD_ECONFIG) {
        s = cad_fail(CAD_ECONFIG, "%s: %s", k->full, cad_error_text());
    }
    cad_buf_deinit(&value);
    if (s == CAD_ECONFIG) {
        report(l, s, where, line, cad_error_text());
        if (!l->hint[0])
            snprintf(l->hint, sizeof l->hint, "\nhint: --explain=%s", k->full);
    } else if (s != CAD_OK)
        l->trouble = s;
    else {
        size_t n;
        size_t index = (size_t)(k - cad_schema(&n));
        l->cfg->origins[index] = (cad_config_origin_t){origin, false};
    }
}

static bool wanted(const loader *l, const char *section)
{
    if (!l->only)
        return true;
    size_t n = strlen(section);
    for (const char *p = l->only; *p;) {
        size_t len = strcspn(p, " ");
        if (len == n && !memcmp(p, section, n))
            return true;
        p += len + strspn(p + len, " ");
    }
    return false;
}

/* ---- files ---- */

static void read_file(loader *l, const char *path, const char *from, int from_line);

static void on_problem(void *ctx, const char *file, int line, const char *text)
{
    report(ctx, CAD_ECONFIG, file, line, text);
}

static bool on_section(void *ctx, const char *file, int line, const char *name)
{
    loader *l = ctx;
    if (cad_schema_has_section(name, strlen(name)))
        return wanted(l, name);
    if (l->only)
        return false; /* written by a version that knows more */
    char suggestion[64];
    cad_schema_suggest_section(name, suggestion);
    reportf(l, file, line, "unknown section [%s]%s", name, suggestion);
    return false;
}

/* `include = F`: relative to the folder of the file that says so. */
static void include(loader *l, const char *file, int line, const char *value)
{
    cad_buf expanded = CAD_BUF_INIT, path = CAD_BUF_INIT;
    cad_status s = cad_config_expand(value, &expanded);
    const char *name = cad_buf_cstr(&expanded);
    if (s == CAD_OK && *name != '/')
        s = cad_buf_add(&path, file, (size_t)(cad_path_base(file) - file));
    if (s == CAD_OK)
        s = cad_buf_str(&path, name);
    if (s == CAD_OK && !*name)
        s = cad_fail(CAD_ECONFIG, "include without a file name");
    if (s == CAD_OK)
        read_file(l, cad_buf_cstr(&path), file, line);
    else if (s == CAD_ECONFIG)
        report(l, s, file, line, cad_error_text());
    else
        l->trouble = s;
    cad_buf_deinit(&expanded);
    cad_buf_deinit(&path);
}

static void on_key(void *ctx, const char *file, int line, const char *section, const char *name, const char *value)
{
    loader *l = ctx;
    if (!*section) {
        if (!strcmp(name, "include"))
            include(l, file, line, value);
        else
            reportf(l, file, line, "key '%s' before the first [section]", name);
        return;
    }
    const cad_key *k = cad_schema_find(section, strlen(section), name);
    if (!k) {
        if (!strcmp(name, "include"))
            reportf(l, file, line, "include inside [%s]; it stands before the first section", section);
        else if (!l->only) {
            char suggestion[64];
            cad_schema_suggest_key(section, name, suggestion);
            reportf(l, file, line, "unknown key '%s' in [%s]%s", name, section, suggestion);
        }
        return;
    }
    size_t n, index = (size_t)(k - cad_schema(&n));
    if (l->lines[index]) {
        reportf(l, file, line, "%s is already set in line %d", k->full, l->lines[index]);
        return;
    }
    l->lines[index] = line;
    char where[PATH_MAX + 16];
    int len = snprintf(where, sizeof where, "%s:%d", file, line);
    const char *origin;
    cad_status s = cad_arena_strdup(l->arena, where, len < 0 ? 0 : strlen(where), &origin);
    if (s != CAD_OK)
        l->trouble = s;
    else
        set(l, k, value, file, line, origin);
}

static void read_text(loader *l, const char *name, const char *text, size_t len)
{
    int *outer = l->lines;
    size_t n;
    cad_schema(&n);
    cad_status s = cad_arena_zalloc(l->arena, n, sizeof *l->lines, "config lines", &l->lines);
    if (s == CAD_OK) {
        const cad_ini_sink sink = {l, on_problem, on_section, on_key};
        cad_ini_parse(name, text, len, &sink);
    } else
        l->trouble = s;
    l->lines = outer;
}

static void read_file(loader *l, const char *path, const char *from, int from_line)
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        snprintf(real, sizeof real, "%.*s", (int)sizeof real - 1, path);
    bool cycle = l->depth >= DEPTH;
    for (int i = 0; i < l->depth && !cycle; i++)
        cycle = !strcmp(l->chain[i], real);
    if (cycle) {
        reportf(l, from, from_line, "include of %s runs in a circle, or is deeper than %d files", path, DEPTH);
        return;
    }
    cad_buf text = CAD_BUF_INIT;
    const char *kept;
    cad_status s = cad_arena_strdup(l->arena, real, strlen(real), &kept);
    if (s == CAD_OK)
        s = cad_file_expect(path, CAD_FILE_config);
    if (s == CAD_OK)
        s = cad_fs_read(path, 1u << 20, &text);
    if (s == CAD_OK) {
        l->chain[l->depth++] = kept;
        read_text(l, path, cad_buf_cstr(&text), text.len);
        l->depth--;
    } else if (s == CAD_ENOMEM)
        l->trouble = s;
    else if (from_line)
        report(l, s, from, from_line, cad_error_text());
    else {
        const char *why = cad_error_text();
        size_t n = strlen(path);
        bool named = !strncmp(why, path, n) && why[n] == ':';
        report(l, s, path, 0, named ? why + n + 2 : why);
    }
    cad_buf_deinit(&text);
}

/* ---- environment and command line ---- */

static void set_named(loader *l, const char *section, const char *name, const char *value, const char *where)
{
    const cad_key *k = cad_schema_find(section, strlen(section), name);
    char suggestion[64];
    if (k) {
        if (wanted(l, section))
            set(l, k, value, where, 0, where);
    } else if (cad_schema_has_section(section, strlen(section))) {
        cad_schema_suggest_key(section, name, suggestion);
        reportf(l, where, 0, "unknown key '%s' in [%s]%s", name, section, suggestion);
    } else {
        cad_schema_suggest_section(section, suggestion);
        reportf(l, where, 0, "unknown section [%s]%s", section, suggestion);
    }
}

static void lower(char *out, size_t room, const char *text, size_t len)
{
    if (len >= room)
        len = room - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    out[len] = '\0';
}

static void read_environment(loader *l)
{
    for (char **e = environ; *e; e++) {
        const char *equals = strchr(*e, '='), *mid;
        if (strncmp(*e, "CADLM_", 6) != 0 || !equals || !(mid = strstr(*e + 6, "__")) || mid > equals)
            continue;
        char section[64], name[64];
        const char *where;
        lower(section, sizeof section, *e + 6, (size_t)(mid - *e - 6));
        lower(name, sizeof name, mid + 2, (size_t)(equals - mid - 2));
        cad_status s = cad_arena_strdup(l->arena, *e, (size_t)(equals - *e), &where);
        if (s == CAD_OK)
            set_named(l, section, name, equals + 1, where);
        else
            l->trouble = s;
    }
}

static void read_pair(loader *l, const char *origin, const char *pair)
{
    char section[64], name[64];
    const char *equals = strchr(pair, '='), *dot = strchr(pair, '.');
    if (!equals || !dot || dot > equals || (size_t)(dot - pair) >= sizeof section || (size_t)(equals - dot) > sizeof name) {
        const cad_key *k = cad_schema_find_name(pair, strcspn(pair, "="));
        reportf(l, origin, 0, "'%s'; expected SECTION.KEY=VALUE%s%s%s", pair, k ? ", as " : "", k ? k->full : "",
                k ? equals ? equals : "=VALUE" : "");
        return;
    }
    memcpy(section, pair, (size_t)(dot - pair));
    section[dot - pair] = '\0';
    memcpy(name, dot + 1, (size_t)(equals - dot - 1));
    name[equals - dot - 1] = '\0';
    const char *kept;
    cad_status s = cad_arena_strdup(l->arena, origin, strlen(origin), &kept);
    if (s == CAD_OK)
        set_named(l, section, name, equals + 1, kept);
    else
        l->trouble = s;
}

/* ---- the whole ---- */

static cad_status set_defaults(loader *l)
{
    size_t n;
    const cad_key *k = cad_schema(&n);
    CAD_TRY(cad_arena_zalloc(l->arena, 1, sizeof *l->cfg, "config", &l->cfg));
    CAD_TRY(cad_arena_zalloc(l->arena, n, sizeof *l->cfg->origins, "config origins", &l->cfg->origins));
    l->cfg->warnings = "";
    for (size_t i = 0; i < n; i++) {
        l->cfg->origins[i] = (cad_config_origin_t){"default", true};
        bool later = k[i].def[0] == '<', required = !strcmp(k[i].def, "*");
        if (required || later)
            *(const char **)((char *)l->cfg + k[i].offset) = "";
        else
            CAD_TRY(cad_value_parse(&k[i], k[i].def, l->arena, l->cfg));
    }
    CAD_TRY(cad_arena_zalloc(l->arena, 1, sizeof *l->defaults, "config defaults", &l->defaults));
    *l->defaults = *l->cfg;
    return CAD_OK;
}

/* Defaults that follow other values: the shipped model wherever it lies, "<model.path>". */
static cad_status set_derived(loader *l)
{
    cad_config *cfg = l->cfg;
    if (!cad_config_is_set(cfg, "model.path") && !cad_fs_exists(cfg->model.path)) {
        cad_buf found = CAD_BUF_INIT;
        cad_status s = cad_share_find(cfg->model.path, &found);
        if (s == CAD_OK)
            s = cad_arena_strdup(l->arena, found.data, found.len, &cfg->model.path);
        cad_buf_deinit(&found);
        if (s != CAD_OK && s != CAD_ENOTFOUND)
            return s;
    }
    size_t n;
    const cad_key *k = cad_schema(&n);
    for (size_t i = 0; i < n; i++) {
        if (k[i].def[0] != '<' || !cfg->origins[i].is_default)
            continue;
        char other[40];
        snprintf(other, sizeof other, "%.*s", (int)strcspn(k[i].def + 1, ">"), k[i].def + 1);
        const cad_key *source = cad_schema_find_full(other);
        assert(source && (source->type == 'p' || source->type == 's'));
        *(const char **)((char *)cfg + k[i].offset) = *(const char **)((char *)cfg + source->offset);
    }
    /* exactly one of the two: naming the tokens takes the default of the rows away */
    if (cfg->train.batch_tokens > 0 && !cad_config_is_set(cfg, "train.batch_rows"))
        cfg->train.batch_rows = 0;
    return CAD_OK;
}

static cad_status finish_report(loader *l, cad_buf *problems)
{
    CAD_TRY(cad_buf_printf(&l->report, "%zu error%s; nothing was started", l->n_problems, l->n_problems == 1 ? "" : "s"));
    if (problems) {
        CAD_TRY(cad_buf_str(problems, cad_buf_cstr(&l->report)));
        CAD_TRY(cad_buf_str(problems, "\n"));
    }
    return cad_fail(l->n_problems == 1 ? l->first : CAD_ECONFIG, "%s%s", cad_buf_cstr(&l->report), l->hint);
}

cad_status cad_config_load(const cad_config_source *sources, size_t n, cad_arena *arena, cad_buf *problems, cad_config **out)
{
    loader l = {.arena = arena};
    CAD_TRY(set_defaults(&l));
    for (size_t i = 0; i < n && l.trouble == CAD_OK; i++) {
        const cad_config_source *s = &sources[i];
        l.only = s->only;
        switch (s->kind) {
        case CAD_CONFIG_FILE:
            read_file(&l, s->name, s->name, 0);
            break;
        case CAD_CONFIG_TEXT:
            read_text(&l, s->name, s->text, strlen(s->text));
            break;
        case CAD_CONFIG_ENV:
            read_environment(&l);
            break;
        case CAD_CONFIG_PAIR:
            read_pair(&l, s->name, s->text);
            break;
        }
    }
    cad_status s = l.trouble;
    if (s == CAD_OK)
        s = set_derived(&l);
    if (s == CAD_OK && l.n_problems == 0) {
        cad_buf bad = CAD_BUF_INIT, warnings = CAD_BUF_INIT;
        s = cad_config_rules(l.cfg, l.defaults, &bad, &l.n_problems, &warnings);
        if (s == CAD_OK && bad.len)
            s = cad_buf_str(&l.report, bad.data);
        if (s == CAD_OK && warnings.len)
            s = cad_arena_strdup(arena, warnings.data, warnings.len, &l.cfg->warnings);
        l.first = CAD_ECONFIG;
        cad_buf_deinit(&bad);
        cad_buf_deinit(&warnings);
    }
    if (s == CAD_OK && l.n_problems)
        s = finish_report(&l, problems);
    cad_buf_deinit(&l.report);
    CAD_TRY(s);
    *out = l.cfg;
    return CAD_OK;
}
