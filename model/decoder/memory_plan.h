/* What a decoder, and whoever works with it, takes of memory by its plan, and what is said when that is more than there is. */
#ifndef CADLM_MODEL_DECODER_MEMORY_PLAN_H
#define CADLM_MODEL_DECODER_MEMORY_PLAN_H

#include "core/buf.h"
#include "core/status.h"
#include "kernels/device.h"
#include "model/decoder/decoder.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_memory_item {
    const char *arena;   /* "weights", "activations", ..; "" for what lies in none */
    const char *purpose; /* "frozen weights" */
    double bytes;
} cad_memory_item;

/* A change that would make it less. */
typedef struct cad_memory_key {
    char text[48]; /* "sample.max_new = 2048" */
    double frees;
} cad_memory_key;

enum { CAD_MEMORY_ITEMS = 16, CAD_MEMORY_KEYS = 3, CAD_MEMORY_LARGEST = 10 };
typedef struct cad_memory_plan {
    char device[48]; /* "cpu", "cuda:0", "h100-80g" */
    cad_memory_item item[CAD_MEMORY_ITEMS];
    int n_items;
    cad_memory_key key[CAD_MEMORY_KEYS]; /* the largest first */
    int n_keys;
    double total, planned, capacity; /* planned: what may be used of the capacity */
    bool fits;
} cad_memory_plan;

/* Bytes that a plan may use of `capacity`, the memory of a device or what is free of this machine's: 95 %. */
double cad_planned_bytes(double capacity);

/* An item of some bytes; the texts are borrowed.  Those beyond CAD_MEMORY_ITEMS count in the total alone. */
void cad_memory_add(cad_memory_plan *m, const char *arena, const char *purpose, double bytes);
/* Those of a decoder: weights, values, gradients, activations, scratch, cache; `training`: what p holds is trained as a whole
 * (full), a LoRA pair, or an adapter that is only used. */
void cad_memory_add_decoder(cad_memory_plan *m, const cad_decoder_bytes *b, cad_train training);
/* Those of a model that is only used, before anything of it is taken; out_bytes, where not NULL: its plan.  Errors: those of
 * cad_decoder_sketch. */
CAD_MUST_USE cad_status cad_memory_add_model(cad_memory_plan *m, const cad_model_config *c, const cad_ops *ops,
                                             const cad_decoder_opts *o, cad_decoder_bytes *out_bytes);
/* A key of which the largest CAD_MEMORY_KEYS are kept; one that frees less than a thousandth of the total is none. */
void cad_memory_offer(cad_memory_plan *m, const char *text, double frees);
/* Sets capacity, planned and fits: from the device's own memory, else from what this process may get of the machine's, what it
 * holds already included.  Errors: those of cad_ram_get. */
CAD_MUST_USE cad_status cad_memory_judge(cad_memory_plan *m, const cad_device *d);

/* CAD_OK where it fits; else CAD_ENOMEM: both sums, the ten largest items with their arenas, the keys with what each frees.
 * `who` takes the memory: "the run", "models/tiny". */
CAD_MUST_USE cad_status cad_memory_verdict(const cad_memory_plan *m, const char *who);

/* Both. */
CAD_MUST_USE cad_status cad_memory_check(cad_memory_plan *m, const cad_device *d, const char *who);

/* "0.17 GiB", "3.4 MiB" */
enum { CAD_BYTES_TEXT = 32 };
const char *cad_bytes_text(double bytes, char out[CAD_BYTES_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
