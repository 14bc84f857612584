/* Texts of the configuration into values; config_value_print.c is the way back. */
#include "core/config_impl.h"
#include "core/device_name.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

bool cad_value_int(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (!isdigit((unsigned char)*digits))
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno)
        return false;
    long long unit = 1;
    switch (*end) {
    case 'k':
        unit = 1000;
        break;
    case 'm':
        unit = 1000000;
        break;
    case 'g':
        unit = 1000000000;
        break;
    case 'K':
        unit = 1 << 10;
        break;
    case 'M':
        unit = 1 << 20;
        break;
    case 'G':
        unit = 1 << 30;
        break;
    default:
        break;
    }
    if (unit != 1)
        end++;
    long long product;
    if (*end || __builtin_mul_overflow(v, unit, &product))
        return false;
    *out = product;
    return true;
}

/* A decimal number at the start of `text`; *end is what follows. */
static bool read_number_prefix(const char *text, double *out, const char **end)
{
    size_t n = strspn(text, "+-0123456789.");
    if (n == 0 || !strpbrk(text, "0123456789"))
        return false;
    if ((text[n] == 'e' || text[n] == 'E') && (isdigit((unsigned char)text[n + 1]) || text[n + 1] == '-' || text[n + 1] == '+'))
        n += 1 + strspn(text + n + 1, "+-0123456789");
    char *stop;
    double v = strtod(text, &stop);
    if (stop != text + n || !isfinite(v))
        return false;
    *out = v;
    *end = stop;
    return true;
}

static bool read_number(const char *text, double *out)
{
    const char *end;
    int64_t i;
    if (read_number_prefix(text, out, &end) && !*end)
        return true;
    if (!cad_value_int(text, &i))
        return false;
    *out = (double)i; /* with a suffix */
    return true;
}

/* Ranges: alternatives split by commas, each "a..b", ">a", ">=a" or "a"; "" is >= 0. */
static bool in_range(const char *range, double v)
{
    if (!*range)
        return v >= 0;
    while (*range) {
        char part[64];
        size_t n = strcspn(range, ",");
        if (n >= sizeof part)
            return false;
        memcpy(part, range, n);
        part[n] = '\0';
        range += n + (range[n] == ',');

        double lo, hi;
        char *dots = strstr(part, "..");
        if (dots) {
            *dots = '\0';
            if (read_number(part, &lo) && read_number(dots + 2, &hi) && v >= lo && v <= hi)
                return true;
        } else if (part[0] == '>' && part[1] == '=') {
            if (read_number(part + 2, &lo) && v >= lo)
                return true;
        } else if (part[0] == '>') {
            if (read_number(part + 1, &lo) && v > lo)
                return true;
        } else if (read_number(part, &lo) && v == lo)
            return true;
    }
    return false;
}

/* ---- durations and intervals ---- */

static const char *skip_blank(const char *p)
{
    return p + strspn(p, " \t");
}

static double seconds_of_unit(const char *unit)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"s", 1},    {"sec", 1},     {"second", 1},   {"seconds", 1}, {"min", 60},     {"minute", 60}, {"minutes", 60},
                 {"h", 3600}, {"hour", 3600}, {"hours", 3600}, {"d", 86400},   {"days", 86400}, {"day", 86400}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(unit, units[i].name))
            return units[i].seconds;
    return 0;
}

static bool read_duration(const char *text, double *out)
{
    const char *end;
    double v;
    if (!read_number_prefix(text, &v, &end))
        return false;
    end = skip_blank(end);
    double unit = *end ? seconds_of_unit(end) : 1;
    *out = v * unit;
    return unit > 0;
}

static bool read_interval(const char *text, cad_interval *out)
{
    if (!strcmp(text, "off") || !strcmp(text, "0")) {
        *out = (cad_interval){0, CAD_INTERVAL_OFF};
        return true;
    }
    const char *end;
    double v;
    if (!read_number_prefix(text, &v, &end) || !(v > 0))
        return false;
    end = skip_blank(end);
    if (!strcmp(end, "step") || !strcmp(end, "steps")) {
        *out = (cad_interval){v, CAD_INTERVAL_STEPS};
        return v == floor(v) && v < 1e15;
    }
    if (!strcmp(end, "epoch") || !strcmp(end, "epochs")) {
        *out = (cad_interval){v, CAD_INTERVAL_EPOCHS};
        return true;
    }
    double unit = seconds_of_unit(end);
    *out = (cad_interval){v * unit, CAD_INTERVAL_SECONDS};
    return unit > 0 && v * unit >= 1;
}

/* ---- other types ---- */

static bool read_bool(const char *text, bool *out)
{
    static const char *const on[] = {"on", "true", "yes", "1"}, *const off[] = {"off", "false", "no", "0"};
    for (size_t i = 0; i < 4; i++) {
        if (!strcmp(text, on[i]) || !strcmp(text, off[i])) {
            *out = !strcmp(text, on[i]);
            return true;
        }
    }
    return false;
}

/* A dash in the text may stand for a low line of a name. */
static bool read_choice(const char *choices, const char *text, int *out)
{
    const char *name;
    size_t len;
    for (int i = 0; cad_value_choice(choices, i, &name, &len); i++) {
        size_t same = 0;
        while (same < len && (text[same] == name[same] || (text[same] == '-' && name[same] == '_')))
            same++;
        if (same == len && !text[len]) {
            *out = i;
            return true;
        }
    }
    return false;
}

static cad_status read_list(const char *text, cad_arena *arena, cad_list *out, bool *good)
{
    *good = true;
    cad_list list = {NULL, 0};
    if (!*text) {
        *out = list;
        return CAD_OK;
    }
    size_t n = 1;
    for (const char *p = text; *p; p++)
        n += *p == ',';
    CAD_TRY(cad_arena_zalloc(arena, n, sizeof *list.item, "config list", &list.item));
    for (const char *p = text; list.n < n; list.n++) {
        size_t len = strcspn(p, ","), begin = strspn(p, " \t");
        size_t end = len;
        while (end > begin && (p[end - 1] == ' ' || p[end - 1] == '\t'))
            end--;
        if (begin >= end) {
            *good = false;
            return CAD_OK;
        }
        CAD_TRY(cad_arena_strdup(arena, p + begin, end - begin, &list.item[list.n]));
        p += len + 1;
    }
    *out = list;
    return CAD_OK;
}

static bool shares_add_up(const cad_list *l)
{
    int64_t sum = 0;
    for (size_t i = 0; i < l->n; i++) {
        int64_t v;
        if (!cad_value_int(l->item[i], &v) || v < 0 || v > 100)
            return false;
        sum += v;
    }
    return l->n == 3 && sum == 100;
}

static bool text_fits(const char *range, const char *text)
{
    if (!strcmp(range, "name")) {
        size_t n = strlen(text);
        return n >= 1 && n <= 80 && strcmp(text, ".") != 0 && strcmp(text, "..") != 0 &&
               strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == n;
    }
    if (!strcmp(range, "steps")) {
        int64_t steps;
        const char *end;
        double percent;
        if (cad_value_int(text, &steps))
            return steps >= 0;
        return read_number_prefix(text, &percent, &end) && !strcmp(end, "%") && percent >= 0 && percent <= 100;
    }
    cad_device_name device;
    return strcmp(range, "device") != 0 || cad_device_name_read(text, &device);
}

/* ---- one value ---- */

static cad_status unexpected(const cad_key *k, const char *text)
{
    static const char *const what[] = {"an integer, ", "a number, "};
    double number;
    bool is_number = read_number(text, &number), wants_int = k->type == 'i', wants_number = k->type == 'f';
    bool right_type = wants_int ? is_number && number == floor(number) : is_number;
    cad_buf expected = CAD_BUF_INIT;
    cad_status s = cad_value_expected(k, &expected);
    const char *quote = is_number ? "" : "'", *type = "";
    if ((wants_int || wants_number) && !right_type)
        type = what[wants_number];
    if (s == CAD_OK)
        s = cad_fail(CAD_ECONFIG, "%s = %s%s%s; expected %s%s (%s)", k->full, quote, text, quote, type, cad_buf_cstr(&expected),
                     k->help);
    cad_buf_deinit(&expected);
    return s;
}

static cad_status parse_number(const cad_key *k, const char *text, void *at)
{
    double v = 0;
    int64_t i = 0;
    bool good;
    if (k->type == 'i') {
        bool word = !strcmp(text, "off") || (!strcmp(text, "auto") && !strcmp(k->def, "auto"));
        good = (word || cad_value_int(text, &i)) && in_range(k->range, (double)i);
        if (good)
            *(int64_t *)at = i;
    } else if (k->type == 'f') {
        good = (!strcmp(text, "off") || read_number(text, &v)) && in_range(k->range, v);
        if (good)
            *(double *)at = v;
    } else {
        good = read_duration(text, &v) && v >= 1 && v <= 30 * 86400.0;
        if (good)
            *(double *)at = v;
    }
    return good ? CAD_OK : unexpected(k, text);
}

cad_status cad_value_parse(const cad_key *k, const char *text, cad_arena *arena, cad_config *cfg)
{
    void *at = cad_key_field(k, cfg);
    bool good;
    switch (k->type) {
    case 'i':
    case 'f':
    case 'd':
        return parse_number(k, text, at);
    case 'b':
        return read_bool(text, at) ? CAD_OK : unexpected(k, text);
    case 'e':
        return read_choice(k->range, text, at) ? CAD_OK : unexpected(k, text);
    case 'v':
        return read_interval(text, at) ? CAD_OK : unexpected(k, text);
    case 'l': {
        cad_list list;
        CAD_TRY(read_list(text, arena, &list, &good));
        if (!good || (!strcmp(k->range, "shares") && !shares_add_up(&list)))
            return unexpected(k, text);
        *(cad_list *)at = list;
        return CAD_OK;
    }
    default:
        if (!text_fits(k->range, text))
            return unexpected(k, text);
        return cad_arena_strdup(arena, text, strlen(text), at);
    }
}

cad_status cad_config_steps(const char *text, int64_t total, int64_t *out)
{
    double percent;
    const char *end;
    int64_t steps;
    if (cad_value_int(text, &steps) && steps >= 0)
        *out = steps;
    else if (read_number_prefix(text, &percent, &end) && !strcmp(end, "%") && percent >= 0 && percent <= 100)
        *out = (int64_t)floor(percent / 100 * (double)total + 0.5);
    else
        CAD_FAIL(CAD_ECONFIG, "'%s'; expected N steps or N%%", text);
    return CAD_OK;
}
