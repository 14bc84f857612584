/* What a run takes of memory, from the plan by which it allocates, and keys that would make it less. */
#include "train/trainer_parts.h"

#include "core/ram.h"

#include <inttypes.h>
#include <stdio.h>

enum { PASS_STEP = 256 };

static double pack_bytes(const cad_pack *p)
{
    return p ? (double)cad_pack_bytes(p) : 0.0;
}

/* What a pack that is not there would take: its tokens, and about two hundred bytes of a row beside them. */
static double assumed_pack_bytes(const cad_loader *l)
{
    return (double)l->n_tokens * sizeof(uint32_t) + (double)l->n_rows * 200.0;
}

/* Of the host; what the process holds beside it is taken as it is now, with all inputs open. */
static cad_status add_host(const cad_trainer *t, const cad_decoder_bytes *b, cad_memory_plan *m)
{
    cad_ram ram;
    CAD_TRY(cad_ram_get(&ram));
    double packs = pack_bytes(t->train_pack) + pack_bytes(t->val_pack), lists = (double)cad_arena_used(t->rows);
    double process = (double)ram.resident - packs - lists;
    if (!t->train_pack)
        packs += assumed_pack_bytes(&t->loader);
    if (!t->val_pack && t->val_loader.n_rows > 0)
        packs += assumed_pack_bytes(&t->val_loader);
    cad_memory_add(m, "host", "batches, values on their way", (double)(t->sizes.batches + t->sizes.optimizer_host + b->host));
    cad_memory_add(m, "", "packs", packs);
    cad_memory_add(m, "rows", "lists of rows, plan", lists);
    cad_memory_add(m, "", "program, libraries, tokenizer", process > 0.0 ? process : 0.0);
    return CAD_OK;
}

/* ---- keys ---- */

typedef struct change {
    cad_model_config model;
    cad_decoder_opts decoder;
    cad_optimizer_opts optimizer;
} change;

/* Offers a change by what the plan of the changed run would take less; one that cannot be planned is none. */
static void offer(const cad_trainer *t, const change *c, double now, const char *text, cad_memory_plan *m)
{
    cad_decoder *d;
    if (cad_decoder_sketch(&c->model, t->ops, &c->decoder, &d) != CAD_OK)
        return;
    cad_params p = cad_decoder_params(d);
    cad_decoder_bytes b = cad_decoder_plan(d);
    size_t then = b.weights + b.state + b.activations + b.scratch + cad_optimizer_plan(&c->optimizer, &p, t->ops).device +
                  cad_grad_tree_bytes(p.size, cad_plan_many_passes(t->plan));
    cad_decoder_destroy(d);
    cad_memory_offer(m, text, now - (double)then);
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Half as long a pass, but one that holds each row and each prompt. */
static void offer_passes(const cad_trainer *t, double now, cad_memory_plan *m)
{
    change c = {t->model, t->sizes.decoder, t->sizes.optimizer};
    char text[48];
    int64_t old = c.decoder.max_tokens, longest = most(t->loader.longest, t->longest_prompt);
    if (cad_trainer_has_eval(t))
        longest = most(longest, t->val_loader.longest);
    int64_t tokens = most((old / 2 + PASS_STEP - 1) / PASS_STEP * PASS_STEP, longest);
    if (tokens >= old) { /* the longest row is the pass */
        tokens = old / 2;
        snprintf(text, sizeof text, "data.max_tokens = %" PRId64, tokens);
    } else {
        snprintf(text, sizeof text, "train.micro_tokens = %" PRId64, tokens);
    }
    c.decoder.max_tokens = tokens;
    c.decoder.max_loss_rows = (int64_t)((double)c.decoder.max_loss_rows * (double)tokens / (double)old);
    offer(t, &c, now, text, m);
}

static void offer_samples(const cad_trainer *t, double now, cad_memory_plan *m)
{
    const cad_config *k = t->cfg;
    char text[48];
    change c = {t->model, t->sizes.decoder, t->sizes.optimizer};
    if (t->n_prompts == 0)
        return;
    if (c.decoder.slots > 1) {
        c.decoder.slots /= 2;
        snprintf(text, sizeof text, "sample.n = %" PRId64, c.decoder.slots);
        offer(t, &c, now, text, m);
        c.decoder.slots = t->sizes.decoder.slots;
    }
    c.decoder.context = (c.decoder.context + 1) / 2;
    if (c.decoder.context > t->longest_prompt && c.decoder.context - t->longest_prompt < k->sample.max_new) {
        snprintf(text, sizeof text, "sample.max_new = %" PRId64, c.decoder.context - t->longest_prompt);
        offer(t, &c, now, text, m);
    }
}

static void offer_training(const cad_trainer *t, double now, cad_memory_plan *m)
{
    const cad_config *k = t->cfg;
    char text[48];
    change c = {t->model, t->sizes.decoder, t->sizes.optimizer};
    if (!c.optimizer.eight_bit) {
        c.optimizer.eight_bit = true;
        offer(t, &c, now, "train.optimizer = adamw8bit", m);
        c.optimizer.eight_bit = false;
    }
    if (k->lora.enabled) {
        if (k->lora.rank > 1 && !k->model.adapter[0]) {
            c.decoder.lora.rank = k->lora.rank / 2;
            snprintf(text, sizeof text, "lora.rank = %" PRId64, c.decoder.lora.rank);
            offer(t, &c, now, text, m);
            c.decoder.lora.rank = k->lora.rank;
        }
        if (c.decoder.weights != CAD_WEIGHTS_nf4) {
            c.decoder.weights = c.decoder.weights == CAD_WEIGHTS_fp32 ? CAD_WEIGHTS_bf16 : CAD_WEIGHTS_nf4;
            offer(t, &c, now, c.decoder.weights == CAD_WEIGHTS_bf16 ? "model.weights = bf16" : "model.weights = nf4", m);
        }
    } else if (k->model.init == CAD_MODEL_INIT_pretrained) {
        c.decoder.train = CAD_TRAIN_lora;
        c.decoder.weights = CAD_WEIGHTS_bf16;
        c.decoder.lora = (cad_lora_config){.rank = k->lora.rank, .alpha = k->lora.alpha, .base_model = ""};
        offer(t, &c, now, "lora.enabled = on", m);
    } else if (k->model.layers > 1) {
        c.model.layers /= 2;
        snprintf(text, sizeof text, "model.layers = %" PRId64, c.model.layers);
        offer(t, &c, now, text, m);
    }
}

/* ---- the plan ---- */

cad_status cad_trainer_plan_memory(cad_trainer *t, const cad_decoder *d, cad_memory_plan *out)
{
    cad_memory_plan m = {0};
    cad_decoder_bytes b = cad_decoder_plan(d);
    const cad_trainer_sizes *z = &t->sizes;
    cad_memory_add_decoder(&m, &b, z->decoder.train);
    cad_memory_add(&m, "moments", "gradients of lanes", (double)z->lanes);
    cad_memory_add(&m, "moments", "optimizer", (double)z->moments);
    double now = m.total;
    if (t->device.total == 0)
        CAD_TRY(add_host(t, &b, &m));
    CAD_TRY(cad_memory_judge(&m, &t->device));
    if (!m.fits) {
        offer_passes(t, now, &m);
        offer_samples(t, now, &m);
        offer_training(t, now, &m);
    }
    *out = m;
    return CAD_OK;
}

cad_status cad_trainer_check_memory(cad_trainer *t)
{
    cad_decoder *d;
    cad_memory_plan m;
    CAD_TRY(cad_decoder_sketch(&t->model, t->ops, &t->sizes.decoder, &d));
    cad_params p = cad_decoder_params(d);
    cad_trainer_size_state(t, &p);
    cad_status s = cad_trainer_plan_memory(t, d, &m);
    cad_decoder_destroy(d);
    CAD_TRY(s);
    return cad_memory_verdict(&m, "the run");
}
