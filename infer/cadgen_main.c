/* cadgen: prompts to parts. */
#include "core/cli.h"
#include "eval/convert.h"
#include "infer/cadgen_cmd.h"

static const cad_cli_option OPTIONS[] = {
    {"ckpt", 0, "DIR", NULL, "model, checkpoint, run or adapter  [models/tiny]", NULL},
    {"output", 'o', "FILE", NULL, "write .ir .step .stl or .png; repeatable", NULL},
    {"file", 0, "FILE", NULL, "prompts, one a line (.jsonl: one object a line)", NULL},
    {"jsonl", 0, NULL, NULL, "prompts as JSON lines on stdin, rows on stdout", NULL},
    {"out", 0, "DIR", NULL, "one set of files per prompt: 000.ir 000.step 000.png", NULL},
    {"samples", 0, "N", "decode.samples", "answers per prompt", NULL},
    {"temp", 0, "T", "decode.temp", "temperature, 0 = greedy", NULL},
    {"top-p", 0, "P", "decode.top_p", "smallest set of tokens with this probability", NULL},
    {"top-k", 0, "K", "decode.top_k", "likeliest tokens kept, 0 = all", NULL},
    {"min-p", 0, "P", "decode.min_p", "least probability relative to the best", NULL},
    {"max-new", 0, "N", "decode.max_new", "longest answer in tokens", NULL},
    {"rag", 0, "INDEX", NULL, "index or its folder, or off  [the checkpoint's]", NULL},
    {"format", 0, "NAME", NULL, "what answers are: ir, step  [as the checkpoint learnt]", NULL},
    {"template", 0, "NAME", NULL, "name or file:PATH  [the checkpoint's]", NULL},
    {"timeout", 0, "S", "metrics.timeout_s", NULL, NULL},
    {"mem", 0, "BYTES", "metrics.mem", NULL, NULL},
    {"workers", 0, "N", "metrics.workers", NULL, NULL},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    static const cad_cli_spec spec = {
        .name = "cadgen",
        .usage = "[PROMPT]",
        .doc = "Turn a sentence into a part.           (without --ckpt: models/tiny)\n"
               "  cadgen \"plate 40x20x5, four 4 mm corner holes\"     # program on stdout\n"
               "  cadgen \"washer 24 x 13 x 2.5 mm\" -o washer.step -o washer.png\n"
               "  cadgen --ckpt=X --file=prompts.txt --out=parts/ --samples=4 --temp=0.8\n"
               "  cadgen --ckpt=X --jsonl < in.jsonl > out.jsonl\n",
        .more = "Exit: 0 valid parts, 3 the answer is no valid part, 65 no file could be made\n"
                "of it, 4 some of several answers are no valid parts.\n",
        .options = OPTIONS,
        .run = cad_cmd_gen,
        .min_args = 0,
        .max_args = -1,
    };
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
