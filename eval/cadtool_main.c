/* cadtool: parts on the command line. */
#include "core/cli.h"
#include "eval/config_cmd.h"
#include "eval/convert.h"
#include "eval/parts_cmd.h"

static const cad_cli_option OPTIONS[] = {
    {"output", 'o', "FILE", NULL, "where to write", "render fmt"},
    {"views", 0, "LIST", NULL, "iso,front,top,right  [iso]", "render"},
    {"size", 0, "WxH", NULL, "pixels of one view  [640x480]", "render convert"},
    {"dialect", 0, "NAME", NULL, "cadlm or upstream: read; by convert, written", "check render convert fmt"},
    {"strict", 0, NULL, NULL, "warnings of a program are errors", "check render convert"},
    {"timeout", 0, "S", "metrics.timeout_s", "CPU time of one part", "check render convert"},
    {"mem", 0, "BYTES", "metrics.mem", "memory of one worker", "check render convert"},
    {"md", 0, NULL, NULL, "the schema as a page of Markdown", "config"},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

static const cad_cli_word WORDS[] = {
    {"check", cad_cmd_check, "FILE...",
     "Compile each part and say what it is: valid or not, solids, volume, box, faces.\n"
     "Exit 0: all valid, 3: one is not, 66: no such file.  Reads .ir and .step.\n"
     "  cadtool check part.ir other.step\n"
     "  cadtool check --strict --json part.ir\n"},
    {"render", cad_cmd_render, "FILE -o PICTURE.png",
     "Draw a part; several views stand side by side.  Equal parts give equal bytes.\n"
     "  cadtool render part.ir -o part.png\n"
     "  cadtool render part.step -o part.png --views=iso,top --size=480x360\n"},
    {"convert", cad_cmd_convert, "IN OUT",
     "From .ir or .step to .ir, .step, .stl or .png, as the names end.\n"
     "  cadtool convert part.ir part.step\n"
     "  cadtool convert part.ir plain.ir --dialect=upstream\n"},
    {"fmt", cad_cmd_fmt, "FILE.ir",
     "Canonical text of a program: the same bytes for the same nodes.\n"
     "  cadtool fmt part.ir\n"
     "  cadtool fmt part.ir -o canonical.ir\n"},
    {"config schema", cad_cmd_config_schema, "",
     "All configuration keys: type, default, values, meaning.\n"
     "  cadtool config schema\n"
     "  cadtool config schema --md       as the page docs/reference/config_keys.md\n"},
    {0},
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
