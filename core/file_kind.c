#include "core/file_kind.h"

#include "core/build_info.h"
#include "core/fs.h"
#include "core/near.h"
#include "core/path.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { HEAD = 4096, PATH_ROOM = 4200, HINT_ROOM = 1200 };

/* ---- what it is ---- */

static bool begins(const char *head, size_t len, const char *mark, size_t n)
{
    return len >= n && !memcmp(head, mark, n);
}

static bool holds(const char *dir, const char *name)
{
    char path[PATH_ROOM];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    return n > 0 && (size_t)n < sizeof path && cad_fs_exists(path);
}

static bool has_tokenizer(const char *dir)
{
    return holds(dir, "tokenizer.json") || (holds(dir, "vocab.json") && holds(dir, "merges.txt"));
}

static cad_file_kind folder_kind(const char *dir)
{
    static const char *const model[] = {"config.json", "adapter_config.json", "model.safetensors",
                                        "model.safetensors.index.json", "adapter_model.safetensors"};
    for (size_t i = 0; i < sizeof model / sizeof *model; i++)
        if (holds(dir, model[i]))
            return CAD_FILE_model; /* its reader says what it lacks */
    if (holds(dir, "run.json") || holds(dir, "ckpt") || holds(dir, "latest/DONE"))
        return CAD_FILE_run;
    static const char *const splits[] = {"train", "val", "test"};
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        char corpus[32], pack[32];
        snprintf(corpus, sizeof corpus, "%s.jsonl", splits[i]);
        snprintf(pack, sizeof pack, "%s.pack.h5", splits[i]);
        if (holds(dir, corpus) || holds(dir, pack))
            return CAD_FILE_splits;
    }
    return has_tokenizer(dir) ? CAD_FILE_tokenizer : CAD_FILE_folder;
}

/* The "kind" of the header of JSON lines; our writers put no blanks there, others may. */
static cad_file_kind json_kind(const char *head)
{
    static const struct {
        const char *word;
        cad_file_kind kind;
    } kinds[] = {{"\"corpus\"", CAD_FILE_corpus},
                 {"\"suite\"", CAD_FILE_suite},
                 {"\"predictions\"", CAD_FILE_answers},
                 {"\"scores\"", CAD_FILE_answers},
                 {"\"metrics\"", CAD_FILE_answers}};
    const char *at = strstr(head, "\"kind\""), *line = strchr(head, '\n');
    if (!at || (line && at > line))
        return CAD_FILE_json;
    at += strlen("\"kind\"");
    at += strspn(at, " \t:");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strncmp(at, kinds[i].word, strlen(kinds[i].word)))
            return kinds[i].kind;
    return CAD_FILE_json;
}

/* "[section]" in the first line that is no comment. */
static bool is_config(const char *head)
{
    while (*head) {
        head += strspn(head, " \t\r\n");
        if (*head != '#' && *head != ';')
            break;
        head += strcspn(head, "\n");
    }
    const char *close = *head == '[' ? strchr(head, ']') : NULL;
    return close && close > head + 1 && (size_t)(close - head) < strcspn(head, "\n");
}

static cad_file_kind file_kind(const char *path, const char *head, size_t len)
{
    if (begins(head, len, "\x89HDF\r\n", 6))
        return CAD_FILE_pack;
    if (begins(head, len, "\x89PNG", 4))
        return CAD_FILE_picture;
    if (begins(head, len, "glTF", 4) || cad_path_ends(path, ".stl"))
        return CAD_FILE_shape;
    if (begins(head, len, "ISO-10303-21", 12) || cad_path_ends(path, ".ir") || cad_path_ends(path, ".step") ||
        cad_path_ends(path, ".stp") || cad_path_ends(path, ".p21"))
        return CAD_FILE_part;
    if (len > 9 && head[8] == '{' && !memcmp(head + 4, "\0\0\0\0", 4))
        return CAD_FILE_weights; /* 64 bits of length, then JSON */
    if (memchr(head, '\0', len))
        return CAD_FILE_unknown;
    if (head[strspn(head, " \t\r\n")] == '{')
        return json_kind(head);
    return is_config(head) ? CAD_FILE_config : CAD_FILE_unknown;
}

cad_file_kind cad_file_kind_of(const char *path)
{
    char head[HEAD + 1];
    cad_file *f = NULL;
    if (cad_fs_is_dir(path))
        return folder_kind(path);
    if (!cad_fs_exists(path))
        return CAD_FILE_absent;
    if (cad_file_open(path, &f) != CAD_OK)
        return CAD_FILE_unknown;
    size_t len = cad_file_size(f) < HEAD ? (size_t)cad_file_size(f) : HEAD;
    cad_status s = cad_file_read_at(f, 0, head, len);
    cad_file_close(f);
    head[len] = '\0';
    return s == CAD_OK && len ? file_kind(path, head, len) : CAD_FILE_unknown;
}

const char *cad_file_kind_name(cad_file_kind kind)
{
    static const char *const names[] = {[CAD_FILE_absent] = "no such file or folder",
                                        [CAD_FILE_unknown] = "a file",
                                        [CAD_FILE_config] = "a configuration (INI)",
                                        [CAD_FILE_corpus] = "a corpus (JSON lines)",
                                        [CAD_FILE_suite] = "a suite (JSON lines)",
                                        [CAD_FILE_prompts] = "a file of prompts",
                                        [CAD_FILE_answers] = "a record of a run (JSON lines)",
                                        [CAD_FILE_json] = "a JSON file",
                                        [CAD_FILE_pack] = "a pack (HDF5)",
                                        [CAD_FILE_part] = "a part (Compact IR or STEP)",
                                        [CAD_FILE_shape] = "a mesh",
                                        [CAD_FILE_picture] = "a picture",
                                        [CAD_FILE_weights] = "a file of weights",
                                        [CAD_FILE_folder] = "a folder",
                                        [CAD_FILE_splits] = "a folder of splits",
                                        [CAD_FILE_run] = "a run directory",
                                        [CAD_FILE_model] = "a folder with a model",
                                        [CAD_FILE_tokenizer] = "a folder with a tokenizer"};
    return names[kind];
}

/* ---- what was meant ---- */

/* Of the names in a folder one that lacks only its ending, or that is a slip of the fingers away. */
static const char *nearest_of(const char *const *list, size_t n, const char *name)
{
    cad_nearest near = {.name = name};
    size_t len = strlen(name);
    for (size_t i = 0; i < n; i++) {
        if (!strncmp(list[i], name, len) && list[i][len] == '.')
            return list[i];
        cad_nearest_offer(&near, list[i], list[i]);
    }
    return cad_nearest_ask(&near);
}

static bool nearest_name(const char *path, char out[PATH_ROOM])
{
    enum { MOST_NAMES = 1 << 20 };
    const char *name = cad_path_base(path), **list = NULL, *best = NULL;
    size_t n = 0;
    cad_arena *a = NULL;
    cad_buf dir = CAD_BUF_INIT;
    if (*name && cad_path_parent(path, &dir) == CAD_OK && cad_fs_is_dir(dir.data) &&
        cad_arena_create("names of a folder", MOST_NAMES, &a) == CAD_OK && cad_fs_list(dir.data, a, &list, &n) == CAD_OK)
        best = nearest_of(list, n, name);
    if (best)
        snprintf(out, PATH_ROOM, "%.*s%s", (int)(name - path), path, best);
    cad_arena_destroy(a);
    cad_buf_deinit(&dir);
    return best != NULL;
}

/* "tiny_qlora" for configs/tiny_qlora.ini. */
static bool shipped_config(const char *path, char out[PATH_ROOM])
{
    char name[PATH_ROOM];
    cad_buf found = CAD_BUF_INIT;
    snprintf(name, sizeof name, "configs/%.1000s%s", cad_path_base(path), cad_path_ends(path, ".ini") ? "" : ".ini");
    bool is = cad_share_find(name, &found) == CAD_OK;
    if (is)
        snprintf(out, PATH_ROOM, "%s", cad_buf_cstr(&found));
    cad_buf_deinit(&found);
    return is;
}

/* The file of a folder that was meant, where there is one; or the folder of a file. */
static bool meant(const char *path, cad_file_kind is, cad_file_kind want, char out[HINT_ROOM])
{
    static const struct {
        cad_file_kind is, want;
        const char *name;
    } inside[] = {{CAD_FILE_splits, CAD_FILE_corpus, "train.jsonl"},     {CAD_FILE_splits, CAD_FILE_pack, "train.pack.h5"},
                  {CAD_FILE_splits, CAD_FILE_suite, "synth-test.jsonl"}, {CAD_FILE_run, CAD_FILE_config, "config.ini"},
                  {CAD_FILE_model, CAD_FILE_config, "config.ini"},       {CAD_FILE_splits, CAD_FILE_tokenizer, "tokenizer"},
                  {CAD_FILE_run, CAD_FILE_tokenizer, "ckpt/latest"},     {CAD_FILE_run, CAD_FILE_model, "ckpt/latest"}};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        if (inside[i].is == is && inside[i].want == want && holds(path, inside[i].name)) {
            snprintf(out, HINT_ROOM, "the one inside: %.1000s/%s", path, inside[i].name);
            return true;
        }
    bool folder = want == CAD_FILE_model || want == CAD_FILE_tokenizer || want == CAD_FILE_splits;
    if (!folder || is >= CAD_FILE_folder)
        return false;
    cad_buf dir = CAD_BUF_INIT;
    bool known = cad_path_parent(path, &dir) == CAD_OK && cad_file_kind_of(dir.data) >= CAD_FILE_splits;
    if (known)
        snprintf(out, HINT_ROOM, "its folder: %.1000s", dir.data);
    cad_buf_deinit(&dir);
    return known;
}

/* The command that takes what was found. */
static void command_for(const char *path, cad_file_kind is, cad_file_kind want, char out[HINT_ROOM])
{
    size_t stem = strlen(path) - (cad_path_ends(path, ".jsonl") ? strlen(".jsonl") : 0);
    *out = '\0';
    if (is == CAD_FILE_corpus && want == CAD_FILE_pack)
        snprintf(out, HINT_ROOM, "cadprep pack %.500s -o %.*s.pack.h5", path, stem < 500 ? (int)stem : 500, path);
    else if (is == CAD_FILE_corpus)
        snprintf(out, HINT_ROOM, "cadprep split %.500s -o DIR, or cadprep pack %.500s -o FILE.h5", path, path);
    else if (is == CAD_FILE_config)
        snprintf(out, HINT_ROOM, "cadprep run %.500s, or cadtrain %.500s", path, path);
    else if (is == CAD_FILE_suite)
        snprintf(out, HINT_ROOM, "cadeval --suite=%.1000s", path);
    else if (is == CAD_FILE_pack)
        snprintf(out, HINT_ROOM, "cadprep preview %.500s; to train with it: --set=data.train=%.500s", path, path);
    else if (is == CAD_FILE_part)
        snprintf(out, HINT_ROOM, "cadtool check %.1000s", path);
    else if (is == CAD_FILE_splits)
        snprintf(out, HINT_ROOM, "cadprep pack %.500s, or a file of it", path);
    else if (is == CAD_FILE_run || is == CAD_FILE_model)
        snprintf(out, HINT_ROOM, "cadgen --ckpt=%.1000s \"plate 40x20x5\"", path);
    else if (is == CAD_FILE_tokenizer)
        snprintf(out, HINT_ROOM, "cadprep pack CORPUS.jsonl -o FILE.h5 --tokenizer=%.1000s", path);
}

/* Where one of the wanted kind comes from. */
static const char *source_of(cad_file_kind want)
{
    switch (want) {
    case CAD_FILE_config:
        return "the shipped ones lie in configs/";
    case CAD_FILE_corpus:
        return "cadprep synth -o data/s.jsonl -n 20k";
    case CAD_FILE_suite:
        return "--suite=cad0-seven or natural";
    case CAD_FILE_prompts:
        return "a text file with one prompt a line";
    case CAD_FILE_pack:
        return "cadprep pack CORPUS.jsonl -o FILE.pack.h5";
    case CAD_FILE_splits:
        return "cadprep split CORPUS.jsonl -o DIR";
    case CAD_FILE_tokenizer:
        return "cadprep tokenizer DIR --own-bpe=1024";
    case CAD_FILE_model:
        return "for instance runs/NAME/ckpt/latest";
    case CAD_FILE_part:
        return "cadgen \"plate 40x20x5\" -o part.ir";
    default:
        return "";
    }
}

cad_status cad_file_expect(const char *path, cad_file_kind want)
{
    char near[PATH_ROOM], hint[HINT_ROOM];
    cad_file_kind is = cad_file_kind_of(path);
    if (is == want || is == CAD_FILE_unknown || (want == CAD_FILE_prompts && (is == CAD_FILE_corpus || is == CAD_FILE_suite)))
        return CAD_OK;
    if ((is == CAD_FILE_json && want <= CAD_FILE_json && want != CAD_FILE_config) ||
        (is == CAD_FILE_run && want == CAD_FILE_model) ||
        (is == CAD_FILE_model && want == CAD_FILE_tokenizer && has_tokenizer(path)))
        return CAD_OK; /* its reader says which key it lacks; a run stands for its checkpoint; a model has its tokenizer beside
                          it */
    bool lacks = is == CAD_FILE_absent || (is >= CAD_FILE_folder && want >= CAD_FILE_folder);
    const char *found = *path ? cad_file_kind_name(is) : "an empty path";
    if (cad_fs_leads_nowhere(path))
        CAD_FAIL(CAD_ENOTFOUND, "%s: a link to what is not there; expected %s", path, cad_file_kind_name(want));
    if (is == CAD_FILE_absent && nearest_name(path, near))
        snprintf(hint, sizeof hint, "did you mean %.1000s?", near);
    else if (is == CAD_FILE_absent && want == CAD_FILE_config && shipped_config(path, near))
        snprintf(hint, sizeof hint, "the shipped one: %.1000s", near);
    else if (is == CAD_FILE_absent || !meant(path, is, want, hint))
        command_for(path, is, want, hint);
    CAD_FAIL(lacks ? CAD_ENOTFOUND : CAD_EDATA, "%s%s%s; expected %s\nhint: %s", path, *path ? ": " : "", found,
             cad_file_kind_name(want), *hint ? hint : source_of(want));
}
