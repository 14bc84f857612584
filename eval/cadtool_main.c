/* cadtool: parts on the command line. */
#include "core/cli.h"
#include "eval/config_cmd.h"
#include "eval/convert.h"
#include "eval/parts_cmd.h"

static const cad_cli_option OPTIONS[] = {
    {"output", 'o', "FILE", NULL, "where to write", "render fmt"},
    {"views", 0, "LIST", NULL, "iso,front,top,right  [iso]", "render"},
    {"size", 0, "WxH", NULL, "pixels of one view  [640x480]", "render convert"},
    {"dialect", 0, "NAME", NULL, "cadlm or upstream: read; by convert, written", NULL},
    {"strict", 0, NULL, NULL, "warnings of a program are errors", "check render convert"},
    {"timeout", 0, "S", "metrics.timeout_s", "CPU time of one part", "check render convert"},
    {"mem", 0, "BYTES", "metrics.mem", "memory of one worker", "check render convert"},
    {"md", 0, NULL, NULL, "the schema as a page of Markdown", "config"},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

static const cad_cli_word WORDS[] = {
    {"check", cad_cmd_check},
    {"render", cad_cmd_render},
    {"convert", cad_cmd_convert},
    {"fmt", cad_cmd_fmt},
    {"config schema", cad_cmd_config_schema},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const cad_cli_spec spec = {
        .name = "cadtool",
        .usage = "COMMAND FILE...",
        .doc = "Check, draw and convert parts; look up configuration.\n"
               "  cadtool check part.ir other.step    valid solid, volume, box; 3 if one fails\n"
               "  cadtool render part.ir -o part.png --views=iso,front,top,right\n"
               "  cadtool convert part.ir part.step   by name: .ir .step .stl .png\n"
               "  cadtool convert part.ir plain.ir --dialect=upstream\n"
               "  cadtool fmt part.ir                 canonical text\n"
               "  cadtool config schema               all configuration keys\n",
        .options = OPTIONS,
        .words = WORDS,
        .min_args = 0,
        .max_args = -1,
    };
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
