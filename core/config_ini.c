#include "core/config_impl.h"
#include "core/utf8.h"

#include <ini.h>

#include <stdio.h>
#include <string.h>

/* inih alone joins indented lines, cuts long ones, takes ':' for '=' and tells no line numbers.  So it is fed line by line: a
 * line that breaks a rule is reported here and inih gets an empty one in its place. */
typedef struct reader {
    const char *file, *at, *end;
    int line, problems_at; /* current line; last line with a problem */
    char section[64];      /* current section as written */
    bool wanted;           /* its keys are passed on */
    const cad_ini_sink *sink;
} reader;

static void problem(reader *r, const char *text)
{
    r->problems_at = r->line;
    r->sink->problem(r->sink->ctx, r->file, r->line, text);
}

static void check_header(reader *r, const char *line, size_t len)
{
    r->wanted = false; /* whatever is wrong, the keys below are not those of the section above */
    r->section[0] = '?';
    r->section[1] = '\0';
    const char *close = memchr(line, ']', len);
    if (!close) {
        problem(r, "'[' without ']'");
        return;
    }
    const char *rest = close + 1, *end = line + len;
    while (rest < end && (*rest == ' ' || *rest == '\t'))
        rest++;
    if (rest < end && *rest != ';' && *rest != '#') {
        problem(r, "text after ']'");
        return;
    }
    size_t n = (size_t)(close - line - 1);
    if (n >= sizeof r->section) {
        problem(r, "section name of more than 63 bytes");
        return;
    }
    memcpy(r->section, line + 1, n);
    r->section[n] = '\0';
    r->wanted = r->sink->section(r->sink->ctx, r->file, r->line, r->section);
    if (!r->wanted)
        r->problems_at = r->line;
}

/* Whether the line may go on to inih. */
static bool check_line(reader *r, const char *line, size_t len)
{
    char text[160];
    if (memchr(line, '\0', len)) {
        problem(r, "a NUL byte");
        return false;
    }
    size_t good = cad_utf8_check(line, len);
    if (good < len) {
        snprintf(text, sizeof text, "byte 0x%02x in column %zu is not UTF-8", (unsigned char)line[good], good + 1);
        problem(r, text);
        return false;
    }
    if (len > CAD_INI_LINE) {
        snprintf(text, sizeof text, "a line of %zu bytes; expected at most %d (shorten it with ${VAR})", len, CAD_INI_LINE);
        problem(r, text);
        return false;
    }
    size_t blank = 0;
    while (blank < len && (line[blank] == ' ' || line[blank] == '\t'))
        blank++;
    if (blank == len || line[blank] == ';' || line[blank] == '#')
        return false;
    if (blank) {
        problem(r, "blanks before a key; it starts in the first column");
        return false;
    }
    if (line[0] == '[') {
        check_header(r, line, len);
        return false; /* the section is kept here, where its name has no limit of 49 bytes */
    }
    const char *equals = memchr(line, '=', len), *colon = memchr(line, ':', len);
    if (!equals) {
        problem(r, colon ? "':' where '=' belongs" : "text without '='");
        return false;
    }
    if (colon && colon < equals) {
        problem(r, "':' before '='; expected KEY = VALUE");
        return false;
    }
    if (equals == line) {
        problem(r, "'=' without a key");
        return false;
    }
    return true;
}

static char *next_line(char *out, int room, void *ctx)
{
    reader *r = ctx;
    if (r->at >= r->end)
        return NULL;
    const char *lf = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t len = (size_t)((lf ? lf : r->end) - r->at);
    const char *line = r->at;
    r->at += len + (lf != NULL);
    r->line++;
    if (len && line[len - 1] == '\r')
        len--;
    if (!check_line(r, line, len) || len + 2 > (size_t)room)
        len = 0;
    memcpy(out, line, len);
    memcpy(out + len, "\n", 2);
    return out;
}

static int on_key(void *ctx, const char *section, const char *name, const char *value)
{
    (void)section; /* inih never sees one */
    reader *r = ctx;
    if (r->wanted)
        r->sink->key(r->sink->ctx, r->file, r->line, r->section, name, value);
    return 1;
}

/* ini_parse_stream hands one pointer to the reader callback and another to the handler: both are the reader. */
void cad_ini_parse(const char *file, const char *text, size_t len, const cad_ini_sink *sink)
{
    reader r = {.file = file, .at = text, .end = text + len, .wanted = true, .sink = sink};
    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        r.at += 3;
    int bad = ini_parse_stream(next_line, &r, on_key, &r);
    if (bad && !r.problems_at) {
        r.line = bad > 0 ? bad : 0;
        problem(&r, "does not parse as KEY = VALUE");
    }
}
