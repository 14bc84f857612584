/* Rules of adapter_config.json on the modules of a model: who is a target, of which rank and scale. */
#include "tests/model/peft_model.h"
#include "tests/scratch_dir.h"

#include "model/hf/peft.h"

static cad_model_config model;
static cad_arena *arena;

#define SEVEN "\"target_modules\":[\"q_proj\",\"k_proj\",\"v_proj\",\"o_proj\",\"gate_proj\",\"up_proj\",\"down_proj\"]"

static cad_status resolve(const char *rest, cad_lora_config *c)
{
    char text[4096];
    snprintf(text, sizeof text, "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,%s}", rest);
    CAD_TRY(cad_peft_parse_config(text, strlen(text), "a.json", arena, c));
    return cad_peft_resolve(c, &model, arena);
}

static void is_pair(const cad_lora_config *c, int64_t layer, cad_lora_target t, int64_t rank, double scale)
{
    cad_lora_pair p = cad_lora_pair_of(c, layer, t);
    if (p.rank != rank || !(fabs(p.scale - scale) <= 1e-12))
        fail_msg("layer %d %s: rank %d, scale %g; expected %d, %g", (int)layer, cad_lora_target_module(t), (int)p.rank, p.scale,
                 (int)rank, scale);
}

static void test_the_first_pattern_in_the_order_of_the_file_decides(void **state)
{
    (void)state;
    cad_lora_config c;
    ok(resolve(SEVEN
               ",\"rank_pattern\":{\"z_proj\":1,\"layers.1.self_attn.q_proj\":2,\"q_proj\":4,\"layers.2.self_attn.q_proj\":3}"
               ",\"alpha_pattern\":{\"mlp.(up|gate)_proj\":4,\"up_proj\":32}",
               &c));
    is_pair(&c, 0, CAD_LORA_q, 4, 4);
    is_pair(&c, 1, CAD_LORA_q, 2, 8);
    is_pair(&c, 2, CAD_LORA_q, 4, 4); /* the third pattern comes too late */
    is_pair(&c, 0, CAD_LORA_k, 8, 2);
    is_pair(&c, 5, CAD_LORA_up, 8, 0.5);
    is_pair(&c, 5, CAD_LORA_gate, 8, 0.5);
    int64_t least, most;
    assert_int_equal(cad_lora_count(&c, &model, &least, &most), 12 * 7);
    assert_int_equal(least, 2);
    assert_int_equal(most, 8);
}

/* (.*\.)?(key)$: from a point on, to the end. */
static void test_a_key_names_the_end_of_a_name_from_a_point_on(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int64_t q1, q11; /* ranks of q in layers 1 and 11 */
    } table[] = {
        {"q_proj", 4, 4},
        {"_proj", 8, 8},
        {"1.self_attn.q_proj", 4, 8}, /* the layer's whole number */
        {"1*.self_attn.q_proj", 4, 4},
        {"model.layers.11.self_attn.q_proj", 8, 4},
        {"self_attn", 8, 8},
        {"self_attn.._proj", 4, 4}, /* a point is any character */
        {"self_attn\\\\.._proj", 4, 4},
        {"selfXattn.q_proj", 8, 8},
        {"self.attn.q_proj", 4, 4},
        {".*", 4, 4},
        {"k_proj|q_proj", 4, 4},
        {"(?P<which>q)_proj", 4, 4},
        {"layers\\\\.(1|2)\\\\..*", 4, 8},
        {"base_model.model.model.layers.1.self_attn.q_proj", 8, 8},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char rest[512];
        cad_lora_config c;
        snprintf(rest, sizeof rest, "\"target_modules\":[\"q_proj\"],\"rank_pattern\":{\"%s\":4}", table[i].key);
        ok(resolve(rest, &c));
        if (cad_lora_pair_of(&c, 1, CAD_LORA_q).rank != table[i].q1 ||
            cad_lora_pair_of(&c, 11, CAD_LORA_q).rank != table[i].q11)
            fail_msg("'%s': ranks %d and %d, expected %d and %d", table[i].key, (int)cad_lora_pair_of(&c, 1, CAD_LORA_q).rank,
                     (int)cad_lora_pair_of(&c, 11, CAD_LORA_q).rank, (int)table[i].q1, (int)table[i].q11);
    }
}

static void test_rslora_divides_by_the_root_of_the_pattern_s_rank(void **state)
{
    (void)state;
    cad_lora_config c;
    ok(resolve(SEVEN ",\"use_rslora\":true,\"rank_pattern\":{\"q_proj\":16},\"alpha_pattern\":{\"v_proj\":3}", &c));
    is_pair(&c, 0, CAD_LORA_q, 16, 4);
    is_pair(&c, 0, CAD_LORA_v, 8, 3 / sqrt(8));
}

/* Targets, as one letter for each linear in layers 0, 1, 11 ("qkvogud", "-": none). */
static void test_targets_follow_the_rules_of_peft(void **state)
{
    (void)state;
    static const struct {
        const char *rest, *layer[3];
    } table[] = {
        {"\"target_modules\":[\"v_proj\",\"q_proj\"]", {"qv", "qv", "qv"}},
        {"\"target_modules\":[\"self_attn.q_proj\"]", {"q", "q", "q"}},
        {"\"target_modules\":\"all-linear\"", {"qkvogud", "qkvogud", "qkvogud"}},
        {"\"target_modules\":[\"q_proj\",\"query_key_value\"]", {"q", "q", "q"}}, /* lists made for many families */
        {"\"target_modules\":[\"model.layers.0.self_attn.q_proj\",\"1.mlp.up_proj\"]", {"q", "u", ""}},
        {"\"target_modules\":[\"layers.1.self_attn.k_proj\"]", {"", "k", ""}},
        {"\"target_modules\":\".*_proj\"", {"qkvogud", "qkvogud", "qkvogud"}},
        {"\"target_modules\":\"q_proj\"", {NULL}}, /* a text is for the whole name */
        {"\"target_modules\":\".*\\\\.(0|1)\\\\.self_attn\\\\.[qv]_proj\"", {"qv", "qv", ""}},
        {"\"target_modules\":\"model\\\\.layers\\\\.\\\\d\\\\.mlp\\\\.down_proj\"", {"d", "d", ""}},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[1,11,400]", {"", "q", "q"}},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":1", {"", "q", ""}},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[0],\"layers_pattern\":\"layers\"", {"q", "", ""}},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[0],\"layers_pattern\":[\"layers\"]", {"q", "", ""}},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[]", {"q", "q", "q"}},
        /* a whole name is a target whatever the layers say */
        {"\"target_modules\":[\"model.layers.11.mlp.up_proj\",\"q_proj\"],\"layers_to_transform\":[0]", {"q", "", "u"}},
    };
    static const int64_t layer[3] = {0, 1, 11};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cad_lora_config c;
        if (!table[i].layer[0]) {
            fails(resolve(table[i].rest, &c), CAD_EDATA, "no linear of the model's 12 layers is a target");
            continue;
        }
        ok(resolve(table[i].rest, &c));
        for (int k = 0; k < 3; k++) {
            char is[8] = "";
            for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++)
                if (cad_lora_pair_of(&c, layer[k], (cad_lora_target)t).rank)
                    is[strlen(is)] = "qkvogud"[t];
            assert_string_equal(is, table[i].layer[k]);
        }
    }
}

static void test_what_cannot_be_a_target_is_named(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"\"target_modules\":[\"q_proj\",\"embed_tokens\"]", "'embed_tokens' takes in model.embed_tokens;"},
        {"\"target_modules\":[\"lm_head\"]", "'lm_head' takes in lm_head;"},
        {"\"target_modules\":[\"norm\"]", "'norm' takes in model.norm;"},
        {"\"target_modules\":[\"mlp\"]", "takes in model.layers.0.mlp;"},
        {"\"target_modules\":[\"3.input_layernorm\"]", "takes in model.layers.3.input_layernorm;"},
        {"\"target_modules\":\".*\"", "'.*' takes in model;"},
        {"\"target_modules\":\".*mlp.*\"", "takes in model.layers.0.mlp;"},
        {"\"target_modules\":[\"q_proj\"],\"layers_to_transform\":[0],\"layers_pattern\":\"h\"", "layers_pattern is h"},
    };
    static const char *const broken[][2] = {
        {"\"target_modules\":\"(q_proj\"", "a.json: target_modules: '(q_proj': missing"},
        {"\"target_modules\":[\"q_proj\"],\"rank_pattern\":{\"[\":3}", "a.json: rank_pattern: '[': missing"},
        {"\"target_modules\":[\"q_proj\"],\"alpha_pattern\":{\"(?<=x*)q\":3}", "a.json: alpha_pattern: '(?<=x*)q': lookbehind"},
    };
    cad_lora_config c;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fails(resolve(table[i][0], &c), CAD_EREFUSED, table[i][1]);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        fails(resolve(broken[i][0], &c), CAD_EDATA, broken[i][1]);
}

/* self_attn holds more than linears in Qwen3. */
static void test_norms_of_heads_are_no_targets(void **state)
{
    (void)state;
    cad_model_config qwen3 = model;
    cad_lora_config c;
    const char *text = "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,\"target_modules\":\".*self_attn\\\\..*\"}";
    qwen3.qk_norm = true;
    ok(cad_peft_parse_config(text, strlen(text), "a.json", arena, &c));
    ok(cad_peft_resolve(&c, &model, arena));
    fails(cad_peft_resolve(&c, &qwen3, arena), CAD_EREFUSED, "takes in model.layers.0.self_attn.q_norm;");
}

static void test_values_out_of_range_are_named(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {SEVEN ",\"rank_pattern\":{\"q_proj\":0}", "a.json: rank_pattern 'q_proj': expected a whole number in 1..1024"},
        {SEVEN ",\"rank_pattern\":{\"q_proj\":1025}", "rank_pattern 'q_proj'"},
        {SEVEN ",\"rank_pattern\":{\"q_proj\":2.5}", "rank_pattern 'q_proj'"},
        {SEVEN ",\"rank_pattern\":{\"q_proj\":\"4\"}", "rank_pattern 'q_proj'"},
        {SEVEN ",\"rank_pattern\":{\"\":4}", "rank_pattern: a key of 0 bytes"},
        {SEVEN ",\"rank_pattern\":[4]", "rank_pattern is no object"},
        {SEVEN ",\"alpha_pattern\":{\"q_proj\":0}", "alpha_pattern 'q_proj': expected a number above 0"},
        {SEVEN ",\"alpha_pattern\":{\"q_proj\":1e7}", "alpha_pattern 'q_proj'"},
        {SEVEN ",\"layers_to_transform\":[\"1\"]", "layers_to_transform: an entry is no whole number"},
        {SEVEN ",\"layers_to_transform\":[40]", "target_modules and layers_to_transform: no linear"},
        {"\"target_modules\":\"all-linear\",\"layers_to_transform\":[1]", "PEFT takes it with a list alone"},
        {"\"target_modules\":[\"q_proj\",3]", "target_modules: an entry is no text"},
        {"\"target_modules\":[\"q_proj\",\"\"]", "target_modules: a text of 0 bytes"},
    };
    cad_lora_config c;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fails(resolve(table[i][0], &c), CAD_EDATA, table[i][1]);
}

/* An expression that would run for years ends at the limit of steps. */
static void test_an_expression_that_hangs_is_stopped(void **state)
{
    (void)state;
    cad_lora_config c;
    fails(resolve("\"target_modules\":[\"q_proj\"],\"rank_pattern\":{\"(([a-z._0-9]*)*)*[!?]\":3}", &c), CAD_EDATA,
          "rank_pattern: '(([a-z._0-9]*)*)*[!?]' on model.layers.0.self_attn.q_proj: match limit exceeded");
    fails(resolve("\"target_modules\":\"(([a-z._0-9]*)*)*[!?]\"", &c), CAD_EDATA, "match limit exceeded");
}

static void test_more_expressions_than_the_limit_are_refused(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    cad_lora_config c;
    ok(cad_buf_str(&b, "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16," SEVEN ",\"rank_pattern\":{"));
    for (int i = 0; i < 257; i++)
        ok(cad_buf_printf(&b, "%s\"a+%d\":1", i ? "," : "", i));
    ok(cad_buf_str(&b, "}}"));
    fails(cad_peft_parse_config(b.data, b.len, "a.json", arena, &c), CAD_EDATA,
          "a.json: rank_pattern has 257 keys that are more than names; expected at most 256");
    cad_buf_deinit(&b);
}

/* Order has a meaning: what is written is what was read. */
static void test_rules_are_written_as_they_were_read(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {SEVEN ",\"rank_pattern\":{\"z.q_proj\":3,\"q_proj\":4},\"alpha_pattern\":{\"up_proj\":2.5}",
         "\"rank_pattern\": {\n    \"z.q_proj\": 3,\n    \"q_proj\": 4\n  }"},
        {"\"target_modules\":\".*self_attn\\\\.[qv]_proj\"", "\"target_modules\": \".*self_attn\\\\.[qv]_proj\""},
        {"\"target_modules\":[\"v_proj\",\"q_proj\"],\"layers_to_transform\":[3,1],\"layers_pattern\":\"layers\"",
         "\"layers_pattern\": \"layers\",\n  \"layers_to_transform\": [\n    3,\n    1\n  ]"},
        {"\"target_modules\":[\"v_proj\",\"model.layers.0.mlp.up_proj\"]",
         "\"target_modules\": [\n    \"model.layers.0.mlp.up_proj\",\n    \"v_proj\"\n  ]"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cad_lora_config c, back;
        cad_buf once = CAD_BUF_INIT, again = CAD_BUF_INIT;
        ok(resolve(table[i][0], &c));
        ok(cad_peft_print_config(&c, &once));
        if (!strstr(once.data, table[i][1]))
            fail_msg("expected %s in %s", table[i][1], once.data);
        ok(cad_peft_parse_config(once.data, once.len, "b.json", arena, &back));
        ok(cad_peft_resolve(&back, &model, arena));
        for (int64_t k = 0; k < model.layers; k++)
            for (int t = 0; t < CAD_LORA_TARGET_COUNT; t++) {
                cad_lora_pair p = cad_lora_pair_of(&c, k, (cad_lora_target)t);
                is_pair(&back, k, (cad_lora_target)t, p.rank, p.scale);
            }
        ok(cad_peft_print_config(&back, &again));
        assert_string_equal(once.data, again.data);
        cad_buf_deinit(&once);
        cad_buf_deinit(&again);
    }
}

static void test_rules_that_were_not_applied_are_an_error(void **state)
{
    (void)state;
    cad_lora_config c;
    const char *text = "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,\"target_modules\":\".*_proj\"}";
    ok(cad_peft_parse_config(text, strlen(text), "a.json", arena, &c));
    assert_non_null(c.rules);
    fails(cad_peft_read("nowhere", &c, &model, NULL, 0, NULL), CAD_EINVAL, "a.json: its rules were not applied");
}

int main(void)
{
    model = peft_model(12);
    if (cad_arena_create("test", (size_t)16 << 20, &arena) != CAD_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_pattern_in_the_order_of_the_file_decides),
        cmocka_unit_test(test_a_key_names_the_end_of_a_name_from_a_point_on),
        cmocka_unit_test(test_rslora_divides_by_the_root_of_the_pattern_s_rank),
        cmocka_unit_test(test_targets_follow_the_rules_of_peft),
        cmocka_unit_test(test_what_cannot_be_a_target_is_named),
        cmocka_unit_test(test_norms_of_heads_are_no_targets),
        cmocka_unit_test(test_values_out_of_range_are_named),
        cmocka_unit_test(test_an_expression_that_hangs_is_stopped),
        cmocka_unit_test(test_more_expressions_than_the_limit_are_refused),
        cmocka_unit_test(test_rules_are_written_as_they_were_read),
        cmocka_unit_test(test_rules_that_were_not_applied_are_an_error),
    };
    int bad = cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
    cad_arena_destroy(arena);
    return bad;
}
