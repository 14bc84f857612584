/* Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
 *
 * A number is a function of (key, counter) alone, so packing, threads, ranks and resume cannot change it. */
#ifndef CADLM_CORE_RNG_H
#define CADLM_CORE_RNG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One block: 128 random bits for a 64-bit key and a 128-bit counter. */
void cad_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]);

/* A stream of numbers for one purpose: key = hash(seed, purpose, index), counter counts blocks. */
typedef struct cad_rng {
    uint64_t key, block;
    uint32_t word[4];
    int have;
} cad_rng;

/* `purpose` is a short text such as "synth" or "init"; `index` a row, a step or 0. */
cad_rng cad_rng_make(uint64_t seed, const char *purpose, uint64_t index);
uint32_t cad_rng_u32(cad_rng *r);
uint64_t cad_rng_u64(cad_rng *r);
double cad_rng_uniform(cad_rng *r);                        /* [0, 1), 53 bits */
double cad_rng_normal(cad_rng *r);                         /* mean 0, deviation 1, Box-Muller */
int64_t cad_rng_range(cad_rng *r, int64_t lo, int64_t hi); /* lo..hi inclusive, without bias */
int cad_rng_chance(cad_rng *r, double p);                  /* 1 with probability p */

#ifdef __cplusplus
}
#endif
#endif
