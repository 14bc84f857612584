/* The configuration schema: every section and key of every binary, each stated once.  From this table come the structs of
 * core/config.h, the defaults, the checks, --help-all, --explain and the reference page.
 *
 * A key enters together with the code that reads it (scripts/check_source.py looks for a reader).
 *
 *   X(type, key, default, range, help)
 *   E(key, prefix, default, (choices), help)     constants <prefix>_<choice>, counted from 0
 *
 * types     s text   i integer   f number   b on|off   p path   l comma list   d duration   v interval
 * default   as a file would say it; "*" required where the section is used; "<model.path>" as that key; "auto" of an integer is
 * 0 range     alternatives split by commas: "1..1024", ">0", ">=0", "0"; "" means >= 0 for i and f, 1 s to 30 d for d, anything
 * for text; "name" 1..80 of A-Za-z0-9._-; "steps" N steps or N%; "device" as core/device_name.h; "shares" three whole numbers
 * with the sum 100 A key that is a keyword of C++ ends in an underscore here and nowhere else. */
#ifndef CADLM_CORE_CONFIG_KEYS_H
#define CADLM_CORE_CONFIG_KEYS_H

/* clang-format off */
#define CAD_CONFIG_SECTIONS(S)                                                                                              \
    S(run, CAD_CONFIG_RUN) S(model, CAD_CONFIG_MODEL) S(tokenizer, CAD_CONFIG_TOKENIZER) S(prompt, CAD_CONFIG_PROMPT)       \
    S(data, CAD_CONFIG_DATA) S(audit, CAD_CONFIG_AUDIT) S(train, CAD_CONFIG_TRAIN) S(lora, CAD_CONFIG_LORA)                 \
    S(checkpoint, CAD_CONFIG_CHECKPOINT) S(eval, CAD_CONFIG_EVAL) S(sample, CAD_CONFIG_SAMPLE) S(log, CAD_CONFIG_LOG)       \
    S(rag, CAD_CONFIG_RAG) S(decode, CAD_CONFIG_DECODE) S(metrics, CAD_CONFIG_METRICS) S(synth, CAD_CONFIG_SYNTH)           \
    S(prep, CAD_CONFIG_PREP)

#define CAD_CONFIG_RUN(X, E)                                                                                                \
    X(s, name,         "*",     "name",    "directory under run.out_root")                                                  \
    X(p, out_root,     "runs",  "",        "where run directories are made")                                                \
    X(s, notes,        "",      "",        "free text, kept in the run directory")                                          \
    X(l, tags,         "",      "",        "words, kept in the run directory")                                              \
    X(i, seed,         "3407",  ">=0",     "each random number is a function of (seed, purpose, step, row)")                \
    X(i, threads,      "0",     "0..1024", "CPU threads; 0 = CPUs in the affinity mask")                                    \
    X(s, device,       "auto",  "device",  "where the model computes")

#define CAD_CONFIG_MODEL(X, E)                                                                                              \
    X(p, path,         "models/tiny", "",       "weights directory with config.json; unused with init = random")            \
    X(p, adapter,      "",      "",             "PEFT directory to start from")                                             \
    E(init, CAD_MODEL_INIT, "pretrained", (pretrained, random), "read weights, or draw them")                               \
    E(arch, CAD_MODEL_ARCH, "auto", (auto, qwen2, llama, qwen3), "family of the decoder; auto: from config.json, qwen2 when random") \
    E(weights, CAD_MODEL_WEIGHTS, "bf16", (fp32, bf16, nf4), "how frozen weights are held; nf4 takes an NF4 base as it is") \
    X(b, double_quant, "off",   "",             "quantise the scales of NF4 blocks as well")                                \
    E(matmul, CAD_MODEL_MATMUL, "auto", (auto, own, library, bf16), "matrix products on the CPU: library is OpenBLAS; bf16 rounds operands") \
    X(i, layers,       "4",     "1..128",       "layers of a random model")                                                 \
    X(i, width,        "128",   "32..16384",    "width of a random model")                                                  \
    X(i, heads,        "4",     "1..256",       "query heads of a random model; divides width")                             \
    X(i, kv_heads,     "4",     "1..256",       "key and value heads of a random model; divides heads")                     \
    X(i, ffn,          "384",   "32..64K",      "feed-forward width of a random model")                                     \
    X(f, rope_theta,   "1e4",   ">0",           "base of the rotary angles of a random model")                              \
    X(b, tie,          "off",   "",             "head shares the embedding of a random model")                              \
    X(b, qkv_bias,     "on",    "",             "bias of the q, k and v projections of a random model")                     \
    E(init_scheme, CAD_MODEL_INIT_SCHEME, "fan_in", (fan_in, hf), "scales of random weights; hf: all N(0, 0.02)")

#define CAD_CONFIG_TOKENIZER(X, E)                                                                                          \
    X(p, path,         "<model.path>", "",      "directory with tokenizer.json")                                            \
    X(i, own_bpe,      "0",     "0,300..65536", "vocabulary of a byte-level BPE learnt from the train split; 0 = none")

#define CAD_CONFIG_PROMPT(X, E)                                                                                             \
    X(s, template_,    "",      "",             "name of the prompt template; empty: by the kind of the rows, or the pack's") \
    X(p, file,         "",      "",             "template file with {caption} {retrieved} {output}, for template = file")   \
    E(loss_on, CAD_PROMPT_LOSS_ON, "answer", (answer, all), "tokens that enter the loss")                                   \
    X(f, context_weight, "0",   "0..1",         "loss weight of context tokens")                                            \
    X(f, context_until,  "0.3", "0..1",         "share of the steps in which context_weight acts")                          \
    E(eos, CAD_PROMPT_EOS, "append", (append, none), "end token after the answer")                                          \
    E(bos, CAD_PROMPT_BOS, "auto", (auto, on, off), "begin token; auto: as the tokenizer's configuration says")             \
    E(dialect, CAD_PROMPT_DIALECT, "cadlm", (cadlm, upstream), "dialect of Compact IR in answers")

#define CAD_CONFIG_DATA(X, E)                                                                                               \
    X(p, train,        "*",     "",             "pack of the training rows")                                                \
    X(p, val,          "",      "",             "pack of the evaluation rows")                                              \
    X(i, max_tokens,   "16K",   "16..1M",       "longest row, applied by pack")                                             \
    X(i, limit,        "0",     "",             "use the first N rows; 0 = all")                                            \
    X(i, expect_rows,  "0",     "",             "rows of data.train, for --dry-run before the pack exists")                 \
    X(i, expect_tokens, "0",    "",             "their tokens, likewise")                                                   \
    E(on_overflow, CAD_DATA_ON_OVERFLOW, "error", (error, drop, trim_context), "what happens to a longer row; an answer is never cut") \
    E(packing, CAD_DATA_PACKING, "best_fit", (best_fit, in_order, off), "how rows share a pass")                            \
    E(order, CAD_DATA_ORDER, "shuffle", (shuffle, length, file), "order of rows in an epoch")

#define CAD_CONFIG_AUDIT(X, E)                                                                                              \
    X(l, waive,        "",      "",             "findings that do not stop: no_eos, loss_on_context, template, cut_answer") \
    X(f, max_drop,     "0.02",  "0..1",         "share of rows that may be dropped")

#define CAD_CONFIG_TRAIN(X, E)                                                                                              \
    E(method, CAD_TRAIN_METHOD, "sft", (sft), "what is learnt")                                                             \
    X(f, epochs,       "1",     "0..1000",      "passes over the rows")                                                     \
    X(i, max_steps,    "0",     "",             "stop after N steps; 0 = epochs decide")                                    \
    X(i, log_every,    "10",    ">=1",          "steps between lines of metrics.jsonl")                                     \
    X(i, batch_rows,   "16",    "0..1M",        "rows of an optimizer step; 0 = batch_tokens decides")                      \
    X(i, batch_tokens, "0",     "0..1G",        "tokens of an optimizer step, instead of batch_rows")                       \
    X(i, micro_tokens, "auto",  "0,256..4M",    "tokens of one pass")                                                       \
    X(f, lr,           "2e-4",  "0..1",         "peak learning rate")                                                       \
    X(f, min_lr,       "0",     "",             "learning rate at the end of the schedule")                                 \
    E(schedule, CAD_TRAIN_SCHEDULE, "linear", (linear, cosine, constant), "learning rate after the warm-up")                \
    X(s, warmup,       "5%",    "steps",        "steps of rising learning rate, N or N%")                                   \
    E(optimizer, CAD_TRAIN_OPTIMIZER, "adamw8bit", (adamw, adamw8bit), "state of the optimizer in f32 or 8-bit blocks")     \
    X(f, beta1,        "0.9",   "0..1",         "decay of the first moment")                                                \
    X(f, beta2,        "0.999", "0..1",         "decay of the second moment")                                               \
    X(f, eps,          "1e-8",  ">0",           "added to the root of the second moment")                                   \
    X(f, weight_decay, "0.01",  "0..1",         "decoupled weight decay")                                                   \
    E(decay, CAD_TRAIN_DECAY, "after", (after, before), "weight decay after or before the update")                          \
    X(f, grad_clip,    "1",     "",             "largest norm of the gradient; 0 = not clipped")                            \
    E(loss_norm, CAD_TRAIN_LOSS_NORM, "tokens", (tokens, rows), "what weighs the same in a step")                           \
    E(on_nan, CAD_TRAIN_ON_NAN, "stop", (stop, skip), "when loss or gradient is not finite")

#define CAD_CONFIG_LORA(X, E)                                                                                               \
    X(b, enabled,      "on",    "",             "off = train all weights")                                                  \
    X(i, rank,         "16",    "1..1024",      "rank of the LoRA factors")                                                 \
    X(f, alpha,        "16",    ">0",           "scale of the update is alpha / rank")                                      \
    X(f, dropout,      "0",     "0..0.9",       "dropout at the input of the factors")                                      \
    X(b, rslora,       "off",   "",             "scale alpha / sqrt(rank)")                                                 \
    X(l, targets,      "q,k,v,o,gate,up,down", "", "matrices that get factors")                                             \
    E(init, CAD_LORA_INIT, "kaiming", (kaiming, gaussian), "first factor; the second starts at 0")

#define CAD_CONFIG_CHECKPOINT(X, E)                                                                                         \
    X(v, every,        "1 epoch", "",           "between checkpoints; always one at the last step")                         \
    X(i, keep_last,    "2",     ">=1",          "newest checkpoints kept")                                                  \
    X(i, keep_best,    "1",     "",             "best checkpoints kept")                                                    \
    X(s, best_metric,  "min:eval/loss", "",     "min:NAME or max:NAME of metrics.jsonl")

#define CAD_CONFIG_EVAL(X, E)                                                                                               \
    X(v, every,        "300 steps", "",         "between evaluations")                                                      \
    X(i, batches,      "50",    "",             "passes of one evaluation; 0 = all rows")

#define CAD_CONFIG_SAMPLE(X, E)                                                                                             \
    X(v, every,        "1 epoch", "",           "between samples")                                                          \
    X(p, prompts,      "",      "",             "file of prompts, one a line; empty: the first of data.val")                \
    X(i, n,            "8",     "0..256",       "samples each time")                                                        \
    X(i, max_new,      "4096",  "1..1M",        "longest answer in tokens")                                                 \
    X(f, temp,         "0",     "0..5",         "temperature; 0 = greedy")                                                  \
    X(b, render,       "on",    "",             "pictures and a contact sheet")

#define CAD_CONFIG_LOG(X, E)                                                                                                \
    E(level, CAD_LOG_LEVEL, "info", (error, warn, info, debug, trace), "messages up to this level")                         \
    E(console, CAD_LOG_CONSOLE, "auto", (auto, bar, lines, none), "progress; auto: bar on a terminal, lines elsewhere")     \
    X(d, every_s,      "10",    "",             "between lines of progress")                                                \
    X(b, tensorboard,  "on",    "",             "event files for TensorBoard in the run directory, tb/")

#define CAD_CONFIG_RAG(X, E)                                                                                                \
    X(b, enabled,      "off",   "",             "prompts show retrieved rows; on exactly when the template has {retrieved}") \
    X(p, index,        "",      "",             "index for prompts; empty: rag.index beside data.train")                    \
    X(i, k,            "1",     "1..8",         "rows that each caption retrieves")                                         \
    E(encoder, CAD_RAG_ENCODER, "hash", (hash, minilm), "what compares captions; hash needs no weights")                    \
    X(p, encoder_path, "",      "",             "folder of all-MiniLM-L6-v2, for encoder = minilm")                         \
    E(scope, CAD_RAG_SCOPE, "train", (train, all), "rows that may be retrieved; all is leaky")                              \
    X(l, exclude_same, "id,caption,geometry", "", "what retrieved rows may not share; fewer is leaky")                     \
    E(ties, CAD_RAG_TIES, "seeded", (seeded, first), "by a hash, or the lower row: leaky")                                    \
    X(i, max_tokens,   "0",     "",             "most tokens of the retrieved text; it ends at an instance")             \
    X(f, min_score,    "-1",    "-1..1",        "least cosine of a retrieved row")                                          \
    X(b, allow_leak,   "off",   "",             "train on a leaky pack, or evaluate with an index of held-out rows; results carry the mark")

#define CAD_CONFIG_DECODE(X, E)                                                                                             \
    X(i, max_new,      "4096",  "1..1M",        "longest answer in tokens")                                                 \
    X(i, samples,      "1",     "1..1024",      "answers per prompt")                                                       \
    X(f, temp,         "0",     "0..5",         "temperature; 0 = greedy")                                                  \
    X(f, top_p,        "1",     "0..1",         "smallest set of tokens with this probability")                             \
    X(f, min_p,        "0",     "0..1",         "least probability relative to the likeliest token")                        \
    X(i, top_k,        "0",     "",             "likeliest tokens kept; 0 = all")                                           \
    X(i, batch,        "auto",  "0..4096",      "prompts generated together")

#define CAD_CONFIG_METRICS(X, E)                                                                                            \
    X(l, preset,       "cadlm", "",             "sets of columns: cadlm, and steplm as STEP-LLM counts")                    \
    X(i, bootstrap,    "1000",  "",             "resamples of an interval; 0 = no intervals")                               \
    X(f, ci,           "95",    "50..99.9",     "percent covered by an interval")                                           \
    X(d, timeout_s,    "30",    "",             "CPU time of one part in a worker")                                         \
    X(i, mem,          "4G",    "64M..1024G",   "memory of one worker in bytes")                                            \
    X(i, workers,      "auto",  "0..1024",      "worker processes; auto: CPUs in the affinity mask")                        \
    X(l, require,      "",      "",             "gates such as valid>=0.9; exit 3 when one is not met")                     \
    X(i, limit,        "0",     "",             "score the first N prompts only, watermarked; 0 = all")                     \
    X(l, baselines,    "bbox-cube,retrieval-copy", "", "rows beside the models")

#define CAD_CONFIG_SYNTH(X, E)                                                                                              \
    E(kind, CAD_SYNTH_KIND, "ir", (ir, step), "Compact IR: one corpus; STEP: a tree of files with captions")                \
    X(i, n,            "20k",   "1..100m",      "parts to make")                                                            \
    X(l, families,     "all",   "",             "families of parts")                                                        \
    X(l, captions,     "short,long,dims,free", "",   "styles of captions")                                                  \
    X(l, units,        "mm",    "",             "units that captions use")                                                  \
    X(f, primitives,   "0.25",  "0..1",         "share of parts with nothing extra")                                        \
    X(i, captions_each, "1",    "1..1000",      "wordings of each part, a row each")                                        \
    X(f, noise,        "0",     "0..1",         "share of rows with made-up or misspelt words in the caption")

#define CAD_CONFIG_PREP(X, E)                                                                                               \
    E(from, CAD_PREP_FROM, "auto", (auto, steplm, dir, jsonl), "what is imported: captions with parts, parts alone, rows of JSON; auto: what is given") \
    X(p, captions,     "",      "",             "CSV of captions: model_id,isDescribable,description")                      \
    X(p, parts,        "",      "",             "folder of STEP files, by model")                                           \
    X(b, require_valid, "on",   "",             "STEP: valid solids alone; round: the same ones")                          \
    X(p, out,          "*",     "",             "prefix of what the stages write")                                          \
    E(ids, CAD_PREP_IDS, "nested", (nested, relative, flat), "text: instances in place of their references, lines up, or #n=")  \
    E(derive, CAD_PREP_DERIVE, "off", (off, surfaces, seam, lean), "text: leave out what the topology says; lean: the most") \
    E(boilerplate, CAD_PREP_BOILERPLATE, "template", (template, keep), "text: product, context and units by the template")      \
    E(style, CAD_PREP_STYLE, "drop", (drop, keep), "text: colours")                                                             \
    E(names, CAD_PREP_NAMES, "drop", (drop, keep), "text: names of geometry and topology")                                      \
    E(share, CAD_PREP_SHARE, "geometry", (geometry, off), "text: equal points, directions, vectors and placements are one")     \
    E(unit, CAD_PREP_UNIT, "mm", (mm, keep), "text: lengths by moving the decimal point, or as they are")                       \
    X(l, stages, "import,round,reorder,text,filter,dedup,split,tokenizer,rag,pack,verify", "", "of cadprep run, as far as the rows have them; unset: filter and dedup for prep.parts alone") \
    E(profile, CAD_PREP_PROFILE, "strict", (strict, steplm), "STEP: what cadlm recommends, or the bytes of STEP-LLM's tools")   \
    E(round, CAD_PREP_ROUND, "relative", (relative, decimals, steplm, off), "of numbers; steplm: with that profile") \
    X(i, digits,       "6",     "1..12",        "round: digits of the part's size, or decimals") \
    E(order, CAD_PREP_ORDER, "dfs", (dfs, defs_first, steplm, steplm_topo, none), "of instances; steplm: with that profile") \
    E(topo_group, CAD_PREP_TOPO_GROUP, "strict", (strict, type, none), "order = steplm_topo: what stands together")                \
    X(b, annotate,     "off",   "",             "comments around what each root brings, in order dfs or defs_first")        \
    X(i, jobs,         "0",     "0..1024",      "worker processes; 0 = CPUs in the affinity mask")                          \
    X(f, max_bad,      "0.02",  "0..1",         "share of parts that may fail")                                             \
    X(l, split,        "70,10,20", "shares",    "percent of train, val, test")                                              \
    X(l, group,        "caption,geometry", "",  "what never straddles splits")                                         \
    X(i, min_entities, "0",     "",             "filter: instances of STEP at least")                                      \
    X(i, max_entities, "500",   "",             "filter: instances of STEP at most; 0 = all")                              \
    X(i, filter_tokens, "0",    "",             "filter: tokens of a row at most; 0 = not counted")                        \
    E(filter_field, CAD_PREP_FILTER_FIELD, "row", (row, caption_step, output, whole_data), "which tokens: of row caption-step output whole-data") \
    X(l, dedup,        "caption,geometry", "",  "equal rows share: of id caption geometry program")                        \
    X(i, cap_caption,  "3",     "",             "STEP: rows of one caption in val, in test; 0 = all")                   \
    X(i, suite_rows,   "0",    "",              "prompts of each family in the suite; 0 = 200 in all, at least 20")
/* clang-format on */

#endif
