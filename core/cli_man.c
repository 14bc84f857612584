/* core/cli.h: --man.  The help of the binary, each of its words and all options as roff. */
#include "core/build_info.h"
#include "core/cli_impl.h"
#include "core/config_impl.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

/* Text of one line: roff reads \ anywhere and . or ' at the start of a line; - is a minus that can be copied. */
static cad_status roff(const char *text, size_t len, cad_buf *out)
{
    if (len && (text[0] == '.' || text[0] == '\''))
        CAD_TRY(cad_buf_str(out, "\\&"));
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\')
            CAD_TRY(cad_buf_str(out, "\\e"));
        else if (text[i] == '-')
            CAD_TRY(cad_buf_str(out, "\\-"));
        else
            CAD_TRY(cad_buf_add(out, text + i, 1));
    }
    return CAD_OK;
}

/* Whole lines as they stand. */
static cad_status plain(const char *text, cad_buf *out)
{
    CAD_TRY(cad_buf_str(out, ".nf\n"));
    while (*text) {
        size_t len = strcspn(text, "\n");
        CAD_TRY(roff(text, len, out));
        CAD_TRY(cad_buf_str(out, "\n"));
        text += len + (text[len] == '\n');
    }
    return cad_buf_str(out, ".fi\n");
}

static cad_status option(const cad_cli_option *o, cad_buf *out)
{
    cad_buf left = CAD_BUF_INIT;
    cad_status s = o->letter ? cad_buf_printf(&left, "-%c, ", o->letter) : CAD_OK;
    if (s == CAD_OK)
        s = cad_buf_printf(&left, "--%s%s%s", o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
    if (s == CAD_OK)
        s = cad_buf_str(out, ".TP\n.B ");
    if (s == CAD_OK)
        s = roff(left.data, left.len, out);
    cad_buf_deinit(&left);
    CAD_TRY(s);
    const char *help = cad_cli_option_help(o);
    CAD_TRY(cad_buf_str(out, "\n"));
    CAD_TRY(roff(help, strlen(help), out));
    if (o->words) {
        CAD_TRY(cad_buf_str(out, " ("));
        CAD_TRY(cad_cli_option_words(o, out));
        CAD_TRY(cad_buf_str(out, ")"));
    }
    const cad_key *k = o->key ? cad_schema_find_full(o->key) : NULL;
    if (k) {
        CAD_TRY(cad_buf_str(out, ". Sets "));
        CAD_TRY(roff(k->full, strlen(k->full), out));
    }
    return cad_buf_str(out, ".\n");
}

static cad_status keys(cad_buf *out)
{
    cad_buf schema = CAD_BUF_INIT;
    cad_status s = cad_config_schema(false, &schema);
    if (s == CAD_OK)
        s = plain(cad_buf_cstr(&schema), out);
    cad_buf_deinit(&schema);
    return s;
}

/* Each exit code of the table once, ascending, with all that it stands for; and what a shell sees of a process that SIGTERM
 * ended. */
static cad_status exit_codes(cad_buf *out)
{
    static const cad_status all[] = {
#define X(name, value, exit_code, text) CAD_##name,
        CAD_STATUS_TABLE(X)
#undef X
    };
    CAD_TRY(cad_buf_str(out, ".SH EXIT STATUS\n"));
    for (int code = 0; code < 256; code++) {
        bool begun = false;
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            if (cad_status_exit_code(all[i]) != code)
                continue;
            const char *text = cad_status_text(all[i]);
            if (!begun)
                CAD_TRY(cad_buf_printf(out, ".TP\n.B %d\n", code));
            else
                CAD_TRY(cad_buf_str(out, "; "));
            CAD_TRY(roff(text, strlen(text), out));
            begun = true;
        }
        if (begun)
            CAD_TRY(cad_buf_str(out, "\n"));
    }
    return cad_buf_printf(out, ".TP\n.B %d\nended by SIGTERM\n", 128 + SIGTERM);
}

cad_status cad_cli_man(const cad_cli *cli, cad_buf *out)
{
    const cad_cli_spec *spec = cli->spec;
    size_t summary = strcspn(spec->doc, ".\n");
    CAD_TRY(cad_buf_str(out, ".TH "));
    for (const char *p = spec->name; *p; p++)
        CAD_TRY(cad_buf_printf(out, "%c", toupper((unsigned char)*p)));
    CAD_TRY(cad_buf_printf(out, " 1 \"\" \"cadlm %s\"\n.SH NAME\n%s \\- ", cad_build_version(), spec->name));
    CAD_TRY(roff(spec->doc, summary, out));
    CAD_TRY(cad_buf_printf(out, "\n.SH SYNOPSIS\n.B %s\n[OPTION...] ", spec->name));
    CAD_TRY(roff(spec->usage ? spec->usage : "", spec->usage ? strlen(spec->usage) : 0, out));
    CAD_TRY(cad_buf_str(out, "\n.SH DESCRIPTION\n"));
    CAD_TRY(plain(spec->doc, out));
    for (const cad_cli_word *w = spec->words; w && w->name; w++) {
        CAD_TRY(cad_buf_printf(out, ".SS %s %s [OPTION...] ", spec->name, w->name));
        CAD_TRY(roff(w->usage ? w->usage : "", w->usage ? strlen(w->usage) : 0, out));
        CAD_TRY(cad_buf_str(out, "\n"));
        CAD_TRY(plain(w->doc ? w->doc : "", out));
    }
    CAD_TRY(cad_buf_str(out, ".SH OPTIONS\n"));
    for (size_t i = 0; i < cli->n_options; i++)
        CAD_TRY(option(cli->options[i], out));
    if (spec->more) {
        CAD_TRY(cad_buf_str(out, ".SH NOTES\n"));
        CAD_TRY(plain(spec->more, out));
    }
    CAD_TRY(exit_codes(out));
    CAD_TRY(cad_buf_str(out, ".SH CONFIGURATION KEYS\n"));
    return keys(out);
}
