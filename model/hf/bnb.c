/* The texts of a bnb-4bit checkpoint: quantization_config, and the JSON of each linear. */
#include "model/hf/bnb.h"
#include "model/hf/hfjson.h"

#include "core/json.h"
#include "kernels/nf4.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct type_name {
    const char *name;
    cad_st_dtype stored;
    cad_dtype number;
    bool weight; /* a type of weights too */
} type_name;

static const type_name types[] = {{"uint8", CAD_ST_U8, CAD_U8, false},
                                  {"float16", CAD_ST_F16, CAD_F16, true},
                                  {"bfloat16", CAD_ST_BF16, CAD_BF16, true},
                                  {"float32", CAD_ST_F32, CAD_F32, true}};
enum { TYPES = sizeof types / sizeof *types, FIRST_WEIGHT = 1 };

static const type_name *find_type(const char *name, int first)
{
    for (int i = first; i < TYPES; i++)
        if (!strcmp(types[i].name, name))
            return &types[i];
    return NULL;
}

/* ---- quantization_config ---- */

static cad_status optional_bool(const json_t *o, const char *key, const char *where, bool *out)
{
    const json_t *v = json_object_get(o, key);
    *out = false;
    return v && !json_is_null(v) ? cad_json_get_bool(o, key, where, out) : CAD_OK;
}

static cad_status optional_type(const json_t *o, const char *key, const char *where, int first, const type_name **out)
{
    const json_t *v = json_object_get(o, key);
    const char *name;
    if (!v || json_is_null(v))
        return CAD_OK;
    CAD_TRY(cad_json_get_string(o, key, where, &name));
    *out = find_type(name, first);
    if (!*out)
        CAD_FAIL(CAD_EDATA, "%s: %s is %.32s; expected %sfloat16, bfloat16 or float32", where, key, name,
                 first ? "" : "uint8, ");
    return CAD_OK;
}

/* Keys without a say for NF4, and those that are read below; any other must be empty. */
static const char *const known[] = {"quant_method",
                                    "load_in_4bit",
                                    "load_in_8bit",
                                    "_load_in_4bit",
                                    "_load_in_8bit",
                                    "bnb_4bit_quant_type",
                                    "bnb_4bit_use_double_quant",
                                    "bnb_4bit_compute_dtype",
                                    "bnb_4bit_quant_storage",
                                    "llm_int8_threshold",
                                    "llm_int8_skip_modules",
                                    "llm_int8_has_fp16_weight",
                                    "llm_int8_enable_fp32_cpu_offload"};

static cad_status check_keys(const json_t *o, const char *where)
{
    const char *key = cad_hfjson_unknown(o, known, sizeof known / sizeof *known);
    if (key)
        CAD_FAIL(CAD_EDATA, "%s: key '%.64s' is not known; expected those of bitsandbytes' NF4", where, key);
    return CAD_OK;
}

/* load_in_4bit and load_in_8bit, and the same two as transformers 5 repeats them. */
static cad_status check_load_keys(const json_t *o, const char *where)
{
    static const char *const pair[][2] = {{"load_in_8bit", "_load_in_8bit"}, {"load_in_4bit", "_load_in_4bit"}};
    bool set[2];
    for (int i = 0; i < 2; i++) {
        bool again;
        CAD_TRY(optional_bool(o, pair[i][0], where, &set[i]));
        CAD_TRY(optional_bool(o, pair[i][1], where, &again));
        if (json_object_get(o, pair[i][0]) && json_object_get(o, pair[i][1]) && again != set[i])
            CAD_FAIL(CAD_EDATA, "%s: %s is %s, %s is %s", where, pair[i][0], set[i] ? "true" : "false", pair[i][1],
                     again ? "true" : "false");
        set[i] = set[i] || again;
    }
    if (set[0])
        CAD_FAIL(CAD_EREFUSED, "%s: load_in_8bit: int8 checkpoints are not read; NF4 ones are", where);
    if (!set[1])
        CAD_FAIL(CAD_EDATA, "%s: load_in_4bit is not true", where);
    return CAD_OK;
}

static cad_status read_object(const json_t *o, const char *where, cad_quant *q)
{
    const char *method, *type;
    const type_name *storage = &types[0], *compute = NULL;
    CAD_TRY(cad_json_get_string(o, "quant_method", where, &method));
    if (strcmp(method, "bitsandbytes") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: quant_method %.32s; supported: bitsandbytes (NF4)", where, method);
    CAD_TRY(check_load_keys(o, where));
    CAD_TRY(check_keys(o, where));
    CAD_TRY(cad_json_get_string(o, "bnb_4bit_quant_type", where, &type));
    if (strcmp(type, "nf4") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: bnb_4bit_quant_type %.32s; supported: nf4", where, type);
    CAD_TRY(optional_bool(o, "bnb_4bit_use_double_quant", where, &q->nested));
    CAD_TRY(optional_type(o, "bnb_4bit_quant_storage", where, 0, &storage));
    CAD_TRY(optional_type(o, "bnb_4bit_compute_dtype", where, FIRST_WEIGHT, &compute)); /* computed in is what a run says */
    q->storage = storage->stored;
    q->nf4 = true;
    return CAD_OK;
}

cad_status cad_bnb_read_config(const json_t *v, const char *where, cad_quant *out)
{
    cad_quant q = {0};
    if (v && !json_is_null(v)) {
        char place[512];
        snprintf(place, sizeof place, "%.480s: quantization_config", where);
        if (!json_is_object(v))
            CAD_FAIL(CAD_EDATA, "%s is not an object", place);
        CAD_TRY(read_object(v, place, &q));
    }
    *out = q;
    return CAD_OK;
}

static const char *stored_name(cad_st_dtype t)
{
    for (int i = 0; i < TYPES; i++)
        if (types[i].stored == t)
            return types[i].name;
    return "";
}

json_t *cad_bnb_make_config(const cad_quant *q)
{
    return json_pack("{s:b, s:b, s:s, s:s, s:s, s:b, s:b, s:b, s:n, s:f, s:b, s:b, s:s}", "_load_in_4bit", 1, "_load_in_8bit",
                     0, "bnb_4bit_compute_dtype", "bfloat16", "bnb_4bit_quant_storage", stored_name(q->storage),
                     "bnb_4bit_quant_type", "nf4", "bnb_4bit_use_double_quant", (int)q->nested,
                     "llm_int8_enable_fp32_cpu_offload", 0, "llm_int8_has_fp16_weight", 0, "llm_int8_skip_modules",
                     "llm_int8_threshold", 6.0, "load_in_4bit", 1, "load_in_8bit", 0, "quant_method", "bitsandbytes");
}

/* ---- the JSON of one linear ---- */

static cad_status read_block(const json_t *o, const char *where, int64_t *out)
{
    int64_t b;
    CAD_TRY(cad_json_get_int(o, "blocksize", where, &b));
    if (b < 32 || b > 4096 || (b & (b - 1)) != 0)
        CAD_FAIL(CAD_EDATA, "%s: blocksize %" PRId64 "; expected a power of two in 32..4096", where, b);
    *out = b;
    return CAD_OK;
}

static cad_status read_shape(const json_t *o, const char *where, cad_bnb_state *s)
{
    json_t *a;
    CAD_TRY(cad_json_get_array(o, "shape", where, &a));
    const json_t *rows = json_array_get(a, 0), *cols = json_array_get(a, 1);
    if (json_array_size(a) != 2 || !json_is_integer(rows) || !json_is_integer(cols))
        CAD_FAIL(CAD_EDATA, "%s: shape is not [out, in]", where);
    s->out = json_integer_value(rows);
    s->in = json_integer_value(cols);
    if (s->out < 1 || s->out >= CAD_ST_MAX_DIM || s->in < 1 || s->in >= CAD_ST_MAX_DIM)
        CAD_FAIL(CAD_EDATA, "%s: shape [%" PRId64 ", %" PRId64 "]; expected sizes above 0", where, s->out, s->in);
    return CAD_OK;
}

static const char *const nested_keys[] = {"nested_blocksize", "nested_dtype", "nested_offset"};
enum { NESTED_KEYS = sizeof nested_keys / sizeof *nested_keys };

static cad_status read_nested(const json_t *o, const char *where, cad_bnb_state *s)
{
    int64_t block;
    const char *type;
    double offset;
    CAD_TRY(cad_json_get_int(o, nested_keys[0], where, &block));
    CAD_TRY(cad_json_get_string(o, nested_keys[1], where, &type));
    CAD_TRY(cad_json_get_number(o, nested_keys[2], where, &offset));
    if (block != CAD_Q8_BLOCK)
        CAD_FAIL(CAD_EDATA, "%s: nested_blocksize %" PRId64 "; expected %d", where, block, CAD_Q8_BLOCK);
    if (strcmp(type, "float32") != 0)
        CAD_FAIL(CAD_EDATA, "%s: nested_dtype %.32s; expected float32", where, type);
    if (!(fabs(offset) <= (double)FLT_MAX))
        CAD_FAIL(CAD_EDATA, "%s: nested_offset %g is beyond f32", where, offset);
    s->offset = (float)offset;
    return CAD_OK;
}

static cad_status read_state(const json_t *o, const char *where, cad_bnb_state *s)
{
    const char *type, *from;
    size_t seen = 4;
    if (!json_is_object(o))
        CAD_FAIL(CAD_EDATA, "%s: not a JSON object", where);
    CAD_TRY(cad_json_get_string(o, "quant_type", where, &type));
    if (strcmp(type, "nf4") != 0)
        CAD_FAIL(CAD_EREFUSED, "%s: quant_type %.32s; supported: nf4", where, type);
    CAD_TRY(read_block(o, where, &s->block));
    CAD_TRY(cad_json_get_string(o, "dtype", where, &from));
    const type_name *t = find_type(from, FIRST_WEIGHT);
    if (!t)
        CAD_FAIL(CAD_EDATA, "%s: dtype %.32s; expected float16, bfloat16 or float32", where, from);
    s->from = t->number;
    CAD_TRY(read_shape(o, where, s));
    for (int i = 0; i < NESTED_KEYS; i++)
        s->nested = s->nested || json_object_get(o, nested_keys[i]);
    if (s->nested) {
        CAD_TRY(read_nested(o, where, s));
        seen += NESTED_KEYS;
    }
    if (json_object_size(o) != seen)
        CAD_FAIL(CAD_EDATA, "%s: %zu keys; expected quant_type, blocksize, dtype, shape%s", where, json_object_size(o),
                 s->nested ? ", nested_blocksize, nested_dtype, nested_offset" : "");
    return CAD_OK;
}

cad_status cad_bnb_parse_state(const char *text, size_t len, const char *where, cad_bnb_state *out)
{
    json_t *o;
    cad_bnb_state state = {0};
    CAD_TRY(cad_json_parse(text, len, where, &o));
    cad_status s = read_state(o, where, &state);
    json_decref(o);
    if (s == CAD_OK)
        *out = state;
    return s;
}

cad_status cad_bnb_print_state(const cad_bnb_state *s, cad_buf *out)
{
    const char *from = "";
    for (int i = FIRST_WEIGHT; i < TYPES; i++)
        if (types[i].number == s->from)
            from = types[i].name;
    CAD_TRY(cad_buf_printf(
        out, "{\"quant_type\": \"nf4\", \"blocksize\": %" PRId64 ", \"dtype\": \"%s\", \"shape\": [%" PRId64 ", %" PRId64 "]",
        s->block, from, s->out, s->in));
    if (s->nested)
        CAD_TRY(cad_buf_printf(out, ", \"nested_blocksize\": %d, \"nested_dtype\": \"float32\", \"nested_offset\": %.17g",
                               CAD_Q8_BLOCK, (double)s->offset + 0.0)); /* "-0" would read as the integer 0 */
    return cad_buf_str(out, "}");
}
