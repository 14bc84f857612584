#include "model/decoder/memory_plan.h"

#include "core/ram.h"

#include <stdio.h>
#include <string.h>

#define GIB 1073741824.0
#define MIB 1048576.0

static const double planned_share = 0.95, least_share = 0.001;

const char *cad_bytes_text(double bytes, char out[CAD_BYTES_TEXT])
{
    if (bytes >= 0.1 * GIB)
        snprintf(out, CAD_BYTES_TEXT, "%.2f GiB", bytes / GIB);
    else
        snprintf(out, CAD_BYTES_TEXT, "%.1f MiB", bytes / MIB);
    return out;
}

double cad_planned_bytes(double capacity)
{
    return planned_share * capacity;
}

void cad_memory_add(cad_memory_plan *m, const char *arena, const char *purpose, double bytes)
{
    if (bytes < 0.5)
        return;
    m->total += bytes;
    if (m->n_items < CAD_MEMORY_ITEMS)
        m->item[m->n_items++] = (cad_memory_item){arena, purpose, bytes};
}

void cad_memory_add_decoder(cad_memory_plan *m, const cad_decoder_bytes *b, cad_train training)
{
    static const char *const values[] = {
        [CAD_TRAIN_none] = "adapter", [CAD_TRAIN_lora] = "LoRA factors", [CAD_TRAIN_full] = "trained weights"};
    cad_memory_add(m, "weights", "frozen weights", (double)b->weights);
    cad_memory_add(m, "state", values[training], (double)b->values);
    cad_memory_add(m, "state", "gradients", (double)b->gradients);
    cad_memory_add(m, "activations", "saved activations", (double)b->saved);
    cad_memory_add(m, "activations", "workspace of a pass", (double)(b->work + b->inputs));
    cad_memory_add(m, "activations", training == CAD_TRAIN_none ? "KV cache" : "KV cache of samples", (double)b->cache);
    cad_memory_add(m, "scratch", "chunk of logits, scratch of ops", (double)b->scratch);
}

cad_status cad_memory_add_model(cad_memory_plan *m, const cad_model_config *c, const cad_ops *ops, const cad_decoder_opts *o,
                                cad_decoder_bytes *out_bytes)
{
    cad_decoder *d;
    CAD_TRY(cad_decoder_sketch(c, ops, o, &d));
    cad_decoder_bytes b = cad_decoder_plan(d);
    cad_decoder_destroy(d);
    cad_memory_add_decoder(m, &b, CAD_TRAIN_none);
    if (out_bytes)
        *out_bytes = b;
    return CAD_OK;
}

void cad_memory_offer(cad_memory_plan *m, const char *text, double frees)
{
    cad_memory_key k = {.frees = frees};
    if (!(frees >= least_share * m->total))
        return;
    snprintf(k.text, sizeof k.text, "%s", text);
    for (int i = 0; i < CAD_MEMORY_KEYS; i++) {
        if (i < m->n_keys && m->key[i].frees >= k.frees)
            continue;
        cad_memory_key below = m->key[i];
        m->key[i] = k;
        if (i >= m->n_keys) {
            m->n_keys++;
            return;
        }
        k = below;
    }
}

cad_status cad_memory_judge(cad_memory_plan *m, const cad_device *d)
{
    m->capacity = (double)d->available;
    if (d->total == 0) {
        cad_ram ram;
        CAD_TRY(cad_ram_get(&ram));
        /* What this process holds already is not available to others, but is to it. */
        m->capacity = (double)ram.available + (double)ram.resident;
    }
    snprintf(m->device, sizeof m->device, "%s", d->name);
    m->planned = cad_planned_bytes(m->capacity);
    m->fits = m->total <= m->planned;
    return CAD_OK;
}

/* The items as lines, the largest first. */
static cad_status print_largest(const cad_memory_plan *m, cad_buf *out)
{
    bool told[CAD_MEMORY_ITEMS] = {0};
    char bytes[CAD_BYTES_TEXT];
    for (int line = 0; line < m->n_items && line < CAD_MEMORY_LARGEST; line++) {
        int best = -1;
        for (int i = 0; i < m->n_items; i++)
            if (!told[i] && (best < 0 || m->item[i].bytes > m->item[best].bytes))
                best = i;
        told[best] = true;
        CAD_TRY(cad_buf_printf(out, "\n  %12s  %s%s%s", cad_bytes_text(m->item[best].bytes, bytes), m->item[best].purpose,
                               m->item[best].arena[0] ? ", in " : "", m->item[best].arena));
    }
    return CAD_OK;
}

cad_status cad_memory_verdict(const cad_memory_plan *m, const char *who)
{
    char takes[CAD_BYTES_TEXT], may[CAD_BYTES_TEXT];
    cad_buf lines = CAD_BUF_INIT;
    if (m->fits)
        return CAD_OK;
    cad_status s = print_largest(m, &lines);
    double missing = m->total - m->planned, frees = 0.0;
    for (int i = 0; s == CAD_OK && i < m->n_keys; i++) {
        s = cad_buf_printf(&lines, "%s%s frees %s", i ? ", " : "\nhint: ", m->key[i].text,
                           cad_bytes_text(m->key[i].frees, takes));
        frees += m->key[i].frees;
    }
    if (s == CAD_OK && frees < missing)
        s = cad_buf_printf(&lines, "%s%s more is missing: a device with more memory, or a smaller model",
                           m->n_keys ? "; even so " : "\nhint: ", cad_bytes_text(missing - frees, takes));
    if (s == CAD_OK)
        s = cad_fail(CAD_ENOMEM, "%s: %s takes %s of memory; %s may be used%s", m->device, who, cad_bytes_text(m->total, takes),
                     cad_bytes_text(m->planned, may), cad_buf_cstr(&lines));
    cad_buf_deinit(&lines);
    return s;
}

cad_status cad_memory_check(cad_memory_plan *m, const cad_device *d, const char *who)
{
    CAD_TRY(cad_memory_judge(m, d));
    return cad_memory_verdict(m, who);
}
