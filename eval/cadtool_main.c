/* cadtool: parts, texts and models on the command line. */
#include "core/cli.h"
#include "eval/config_cmd.h"
#include "eval/convert.h"
#include "eval/models_cmd.h"
#include "eval/parts_cmd.h"
#include "eval/tokenize_cmd.h"

static const cad_cli_option OPTIONS[] = {
    {"output", 'o', "FILE", NULL, "where to write", "render fmt convert convert.reshard convert.merge convert.quantize"},
    {"views", 0, "LIST", NULL, "iso,front,top,right  [iso]", "render"},
    {"size", 0, "WxH", NULL, "pixels of one view  [640x480]", "render convert"},
    {"dialect", 0, "NAME", NULL, "cadlm or upstream: read; by convert, written", "check render convert fmt"},
    {"restore", 0, NULL, NULL, "legal STEP of what STEP-LLM's tools or models wrote", "convert"},
    {"strict", 0, NULL, NULL, "warnings of a program are errors", "check render convert"},
    {"timeout", 0, "S", "metrics.timeout_s", "CPU time of one part", "check render convert"},
    {"mem", 0, "BYTES", "metrics.mem", "memory of one worker", "check render convert"},
    {"tokenizer", 0, "DIR", NULL, "folder of tokenizer.json", "tokenize"},
    {"specials", 0, "MODE", NULL, "text or parse: names of added tokens inside  [text]", "tokenize"},
    {"decode", 0, NULL, NULL, "from ids back to text", "tokenize"},
    {"shard-size", 0, "BYTES", NULL, "largest file, one tensor at least; 0: one file  [0]",
     "convert.reshard convert.merge convert.quantize"},
    {"adapter", 0, "DIR", NULL, "a PEFT adapter on top of the model", "logprob convert.merge"},
    {"base", 0, "WHICH", NULL, "trained, or the original weights  [trained]", "convert.merge"},
    {"force", 0, NULL, NULL, "keep what fails its check", "convert.merge"},
    {"to", 0, "TYPE", NULL, "how linears are stored: nf4  [nf4]", "convert.quantize"},
    {"double-quant", 0, "on|off", NULL, "scales as 8-bit codes too  [off]", "convert.quantize"},
    {"bos", 0, "MODE", NULL, "auto on off: begin token  [off; logprob: auto]", "tokenize logprob"},
    {"tokens", 0, NULL, NULL, "a line for each token", "logprob"},
    {"md", 0, NULL, NULL, "the schema as a page of Markdown", "config.schema"},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

static const cad_cli_word WORDS[] = {
    {"check", cad_cmd_check, "FILE...",
     "Compile each part and say what it is: valid or not, solids, volume, box, faces.\n"
     "Exit 0: all valid, 3: one is not, 66: no such file; of several the largest.\n"
     "Reads .ir and .step: a file, a DATA section, or the compact text of a model.\n"
     "Verdict, class and level are those that cadeval gives the same text.\n"
     "  cadtool check part.ir other.step\n"
     "  cadtool check --strict --json part.ir\n"},
    {"render", cad_cmd_render, "FILE -o PICTURE.png",
     "Draw a part; several views stand side by side.  Equal parts give equal bytes.\n"
     "  cadtool render part.ir -o part.png\n"
     "  cadtool render part.step -o part.png --views=iso,top --size=480x360\n"},
    {"convert", cad_cmd_convert, "IN OUT",
     "From .ir or .step to .ir, .step, .stl or .png, as the names end.  What cadprep\n"
     "text or a model wrote is known by itself; placeholders like #ID_1 become ids.\n"
     "--restore: STEP of STEP is not written by the kernel, but is the same text, made\n"
     "legal: the colour without a name gets one.\n"
     "Of models: convert merge, convert quantize, convert reshard (--help of each).\n"
     "  cadtool convert part.ir part.step\n"
     "  cadtool convert part.ir plain.ir --dialect=upstream\n"
     "  cadtool convert --restore dfs.step -o part.step\n"},
    {"convert merge", cad_cmd_merge, "ADAPTER | BASE --adapter=A -o DIR",
     "An adapter and its base as one model in bf16.  Base: the weights it was trained\n"
     "on (dequantised where they were NF4), or the original ones: another model.\n"
     "Checked on 8 prompts before it is kept: exit 70 below 99.5 % equal tokens.\n"
     "  cadtool convert merge runs/tiny/ckpt/best -o models/merged\n"
     "  cadtool convert merge my-adapter -o merged --base=original --shard-size=2G\n"
     "  cadtool convert merge models/Qwen2.5-3B --adapter=their-adapter -o merged\n"},
    {"convert quantize", cad_cmd_quantize, "DIR -o DIR",
     "The model with its linears in NF4, as transformers and bitsandbytes load it;\n"
     "the rest in bf16.  Prints both sizes, and how far the logits of 8 prompts\n"
     "move.  A model that is NF4 is trained on as it is: model.path = DIR.\n"
     "  cadtool convert quantize models/Qwen2.5-3B -o models/Qwen2.5-3B-nf4 --to=nf4\n"
     "  cadtool convert quantize models/tiny -o nf4 --double-quant=on --json\n"},
    {"convert reshard", cad_cmd_reshard, "DIR -o DIR",
     "The same model in one file, or in files of a given size: equal tensors, byte\n"
     "for byte; configuration, tokenizer and template go along.\n"
     "  cadtool convert reshard models/Qwen2.5-3B -o models/parts --shard-size=2G\n"
     "  cadtool convert reshard models/parts -o models/whole\n"},
    {"fmt", cad_cmd_fmt, "FILE.ir",
     "Canonical text of a program: the same bytes for the same nodes.\n"
     "  cadtool fmt part.ir\n"
     "  cadtool fmt part.ir -o canonical.ir\n"},
    {"tokenize", cad_cmd_tokenize, "FILE...",
     "Ids, places (bytes of the file) and pieces of a text; - reads stdin.\n"
     "--json prints {\"ids\":[..],\"pieces\":[..],\"offsets\":[[begin,end],..]}, one a\n"
     "line for several files; in pieces U+FFFD stands for parts of characters.\n"
     "--decode takes ids, or what --json printed, and writes their bytes.\n"
     "  cadtool tokenize part.ir --tokenizer=models/tiny\n"
     "  echo C 40 20 5 | cadtool tokenize - --tokenizer=models/tiny --json\n"
     "  cadtool tokenize ids.json --tokenizer=models/tiny --decode\n"},
    {"logprob", cad_cmd_logprob, "CKPT FILE..",
     "How likely a model finds texts: the log-probability of each token after those\n"
     "before it, in fp32 on the CPU.  Raw text, no template; tokens written in it are\n"
     "text.  --json: {ids, logprob, sum, n} for each text, one a line; the first\n"
     "entry is null unless a begin token stands before it.\n"
     "  cadtool logprob models/tiny part.ir\n"
     "  cadtool logprob runs/tiny/ckpt/best part.ir --tokens\n"
     "  cadtool logprob models/Qwen2.5-3B a.txt b.txt --adapter=mine --json\n"},
    {"ckpt info", cad_cmd_ckpt_info, "PATH",
     "What a model, an adapter, a checkpoint or a run (its best checkpoint) is:\n"
     "family, sizes, types, files, base, step, hashes.  Reads no weights.\n"
     "  cadtool ckpt info models/tiny\n"
     "  cadtool ckpt info runs/tiny --json\n"},
    {"ckpt verify", cad_cmd_ckpt_verify, "PATH",
     "Read all of it: sizes and sums that DONE tells, the weights that config.json\n"
     "implies and their values, the base and whether it is the one learnt on, the\n"
     "tokenizer, the template.  Exit 0: sound; 65, 66, 70 or 74: not, and where.\n"
     "  cadtool ckpt verify models/Qwen2.5-3B\n"
     "  cadtool ckpt verify runs/tiny/ckpt/latest\n"},
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
        .doc = "Check, draw and convert parts; tokenize; look into models and configuration.\n"
               "  cadtool check part.ir other.step    valid solid, volume, box; 3 if one fails\n"
               "  cadtool render part.ir -o part.png --views=iso,front,top,right\n"
               "  cadtool convert part.ir part.step   by name: .ir .step .stl .png\n"
               "  cadtool convert part.ir plain.ir --dialect=upstream\n"
               "  cadtool fmt part.ir                 canonical text\n"
               "  cadtool tokenize part.ir --tokenizer=models/tiny\n"
               "  cadtool convert merge runs/tiny -o models/merged  base and adapter as one\n"
               "  cadtool convert quantize models/tiny -o tiny-nf4 --to=nf4\n"
               "  cadtool convert reshard models/tiny -o parts --shard-size=2M\n"
               "  cadtool logprob models/tiny part.ir     of each token, fp32\n"
               "  cadtool ckpt verify models/tiny     read all, name what is not sound\n"
               "  cadtool config schema               all configuration keys\n",
        .options = OPTIONS,
        .words = WORDS,
        .min_args = 0,
        .max_args = -1,
    };
    cad_convert_register();
    return cad_cli_main(&spec, argc, argv);
}
