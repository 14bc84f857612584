#include "core/shard.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Digits alone, 0 .. CAD_SHARD_MAX. */
static bool number(const char *text, size_t len, int64_t *out)
{
    int64_t v = 0;
    if (len == 0 || len > 6)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        v = 10 * v + (text[i] - '0');
    }
    *out = v;
    return v <= CAD_SHARD_MAX;
}

/* *is_set = false where the variable is absent. */
static cad_status variable(const char *name, bool *is_set, int64_t *out)
{
    const char *text = getenv(name);
    *is_set = text && *text;
    if (*is_set && !number(text, strlen(text), out))
        CAD_FAIL(CAD_EUSAGE, "--shard=auto: %s=%s; expected a number of at most %d", name, text, CAD_SHARD_MAX);
    return CAD_OK;
}

/* The task of an array; {0, 0}: there is none.  Ids that are not one behind the other do not say which share is whose. */
static cad_status from_array(cad_shard *out)
{
    bool is_array, is_known;
    int64_t id = 0, count = 0, min = 0, step = 1;
    CAD_TRY(variable("SLURM_ARRAY_TASK_ID", &is_array, &id));
    if (!is_array)
        return CAD_OK;
    CAD_TRY(variable("SLURM_ARRAY_TASK_COUNT", &is_known, &count));
    if (!is_known || count < 1)
        CAD_FAIL(CAD_EUSAGE, "--shard=auto: SLURM_ARRAY_TASK_ID is set, but not SLURM_ARRAY_TASK_COUNT; expected both, or "
                             "--shard=i/n");
    CAD_TRY(variable("SLURM_ARRAY_TASK_MIN", &is_known, &min));
    CAD_TRY(variable("SLURM_ARRAY_TASK_STEP", &is_known, &step));
    if (step < 1 || id < min || (id - min) % step != 0 || (id - min) / step >= count)
        CAD_FAIL(CAD_EUSAGE,
                 "--shard=auto: task %" PRId64 " of %" PRId64 " tasks from %" PRId64 "; expected an array without gaps, as "
                 "--array=0-%" PRId64 "\nhint: --shard=i/n names a share by itself",
                 id, count, min, count - 1);
    if (min > 1 || (min == 1 && count == 1))
        CAD_FAIL(CAD_EUSAGE,
                 "--shard=auto: an array of %" PRId64 " tasks from %" PRId64
                 "; expected one that begins with task 0 or 1\nhint: "
                 "for some tasks of an array again, --shard=i/n with the n of the first call: Slurm counts these alone",
                 count, min);
    *out = (cad_shard){(id - min) / step, count};
    return CAD_OK;
}

static cad_status from_rank(cad_shard *out)
{
    static const char *const pair[][2] = {
        {"SLURM_PROCID", "SLURM_NTASKS"}, {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, {"RANK", "WORLD_SIZE"}};
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
        bool has_rank, has_size;
        int64_t rank = 0, size = 0;
        CAD_TRY(variable(pair[k][0], &has_rank, &rank));
        CAD_TRY(variable(pair[k][1], &has_size, &size));
        if (!has_rank || !has_size)
            continue;
        if (rank >= size)
            CAD_FAIL(CAD_EUSAGE, "--shard=auto: %s=%" PRId64 " of %s=%" PRId64 "; expected a rank below it", pair[k][0], rank,
                     pair[k][1], size);
        *out = (cad_shard){rank, size};
        return CAD_OK;
    }
    return CAD_OK;
}

static cad_status from_environment(cad_shard *out)
{
    cad_shard array = {0, 0}, rank = {0, 0};
    CAD_TRY(from_array(&array));
    CAD_TRY(from_rank(&rank));
    if (array.of == 0 && rank.of == 0)
        CAD_FAIL(CAD_EUSAGE, "--shard=auto: no task of a Slurm array and no rank of a launcher\nhint: --shard=0/8 is the first "
                             "share of eight");
    if (array.of == 0)
        array = (cad_shard){0, 1};
    if (rank.of == 0)
        rank = (cad_shard){0, 1};
    if (array.of * rank.of > CAD_SHARD_MAX)
        CAD_FAIL(CAD_EUSAGE, "--shard=auto: %" PRId64 " tasks of %" PRId64 " ranks; expected at most %d shares", array.of,
                 rank.of, CAD_SHARD_MAX);
    *out = (cad_shard){array.index * rank.of + rank.index, array.of * rank.of};
    return CAD_OK;
}

cad_status cad_shard_parse(const char *text, cad_shard *out)
{
    *out = (cad_shard){0, 0};
    if (!text)
        return CAD_OK;
    if (!strcmp(text, "auto"))
        return from_environment(out);
    const char *slash = strchr(text, '/');
    int64_t index, of;
    if (!slash || !number(text, (size_t)(slash - text), &index) || !number(slash + 1, strlen(slash + 1), &of) || index >= of)
        CAD_FAIL(CAD_EUSAGE, "--shard=%s; expected i/n with i from 0 to n - 1, as 0/8 .. 7/8, or auto", text);
    *out = (cad_shard){index, of};
    return CAD_OK;
}

void cad_shard_range(cad_shard s, int64_t n, int64_t *first, int64_t *end)
{
    int64_t of = s.of ? s.of : 1, share = n / of, rest = n % of; /* the first `rest` shares are one longer */
    *first = s.index * share + (s.index < rest ? s.index : rest);
    *end = *first + share + (s.index < rest);
}
