/* NF4 files that are written here: as transformers writes them, of every block size, of matrices in pieces. */
#include "tests/model/bnb_model.h"

static void test_what_is_written_is_what_transformers_writes(void **state)
{
    (void)state;
    cad_bnb_sizes z;
    const char *dir = dir_for("ours", &(cad_quant){.nf4 = true, .storage = CAD_ST_U8});
    quantise_base(dir, false, &z);
    same_file(dir, golden("plain"), "");
    same_logits(dir, &resident, golden("plain"), &resident);
    assert_int_equal(z.matrices, LINEARS);
    assert_true(z.after < z.before && z.after > z.before / 4);

    const how nesting = {.weights = CAD_WEIGHTS_nf4, .double_quant = true};
    dir = dir_for("ours_nested", &(cad_quant){.nf4 = true, .nested = true, .storage = CAD_ST_U8});
    quantise_base(dir, true, &z);
    same_file(dir, golden("nested"), "_proj.weight.quant_map"); /* codes of scales are not held equal */
    same_logits(dir, &resident, golden("base"), &nesting);
}

static void test_sizes_are_known_before_anything_is_written(void **state)
{
    (void)state;
    for (int nested = 0; nested < 2; nested++) {
        cad_bnb_sizes before, z;
        cad_safetensors *f;
        ok(cad_st_open_dir(golden("base"), &f));
        ok(cad_bnb_measure(f, nested, kind_of, NULL, &before));
        cad_st_close(f);
        quantise_base(dir_for("sizes", &(cad_quant){.nf4 = true, .nested = nested, .storage = CAD_ST_U8}), nested, &z);
        assert_int_equal(before.matrices, z.matrices);
        assert_int_equal(before.before, z.before);
        if (!nested)
            assert_int_equal(before.after, z.after);
        assert_true(before.after >= z.after && before.after <= z.after + 16 * (uint64_t)z.matrices);
    }
}

static void test_weights_that_are_no_numbers_are_not_written(void **state)
{
    (void)state;
    cad_bnb_sizes z;
    cad_safetensors *f;
    float w[64] = {1};
    w[5] = (float)NAN;
    const char *dir = dir_for("nan", &(cad_quant){.nf4 = true, .storage = CAD_ST_U8});
    const cad_st_item item = {.name = "q_proj.weight", .data = w, .ndim = 2, .dim = {1, 64}, .from = CAD_F32, .to = CAD_ST_F32};
    ok(cad_st_write(weights_in(dir), &item, 1, NULL, 0));
    ok(cad_st_open_dir(dir, &f));
    for (int nested = 0; nested < 2; nested++)
        fails(cad_bnb_write(scratch_path, f, nested, 0, kind_of, NULL, host_ops(), &z), CAD_ENUMERIC,
              "q_proj.weight: element 5 is nan");
    assert_false(cad_fs_exists(scratch("model.safetensors")));
    cad_st_close(f);
}

/* ---- blocks of other sizes ---- */

/* The base with its linears in `block` and, in another folder, the values of those codes in f32. */
static void make_blocks(int64_t block, bool nested, const char *dir, const char *values)
{
    cad_safetensors *f;
    static bnb_parts part[LINEARS];
    static float plain[MOST_TENSORS][VOCAB * 64];
    cad_st_item codes[MOST_TENSORS + 5 * LINEARS], value[MOST_TENSORS];
    size_t n = 0, m = 0, k = 0;
    ok(cad_st_open_dir(golden("base"), &f));
    assert_true(cad_st_count(f) <= MOST_TENSORS);
    for (size_t i = 0; i < cad_st_count(f); i++, m++) {
        const cad_st_tensor *t = cad_st_at(f, i);
        ok(cad_st_read_f32(f, t, 0, plain[i], t->count));
        value[m] = (cad_st_item){.name = t->name, .data = plain[i], .ndim = t->ndim, .to = CAD_ST_F32};
        memcpy(value[m].dim, t->dim, sizeof value[m].dim);
        if (kind_of(NULL, t) == CAD_BNB_plain) {
            codes[n++] = value[m];
            continue;
        }
        bnb_parts *p = &part[k++];
        bnb_make(p, t->name, plain[i], t->dim[0], t->dim[1], block, nested);
        for (int e = 0; e < 256; e++)
            p->map[e] *= 1.01f; /* that of the file counts */
        memcpy(codes + n, p->item, p->n * sizeof *codes);
        n += p->n;
        for (int64_t e = 0; e < t->count; e++) {
            int64_t b = e / block;
            volatile float product = p->map[p->q8[b]] * p->outer[b / 256];
            float scale = nested ? product + p->state.offset : p->absmax[b];
            int code = e % 2 ? p->codes[e / 2] & 15 : p->codes[e / 2] >> 4;
            plain[i][e] = cad_bf16_to_f32(cad_f32_to_bf16(cad_nf4_level[code] * scale));
        }
    }
    assert_int_equal(k, LINEARS);
    ok(cad_st_write(weights_in(dir), codes, n, NULL, 0));
    ok(cad_st_write(weights_in(values), value, m, NULL, 0));
    cad_st_close(f);
}

static void test_blocks_of_every_size_are_read(void **state)
{
    (void)state;
    const how codes = {.weights = CAD_WEIGHTS_nf4, .base = CAD_NF4_scratch};
    int64_t step = test_backend_is_cpu() ? 2 : 8; /* emulation is slow */
    for (int64_t block = 32; block <= 4096; block *= step)
        for (int nested = 0; nested < 2; nested++) {
            const char *dir = dir_for("codes", &(cad_quant){.nf4 = true, .nested = nested, .storage = CAD_ST_U8});
            const char *values = dir_for("values", &(cad_quant){0});
            make_blocks(block, nested, dir, values);
            same_logits(dir, &resident, values, &as_fp32);
            cad_decoder *d;
            if (block == 32)
                fails(open_model(dir, &codes, &d), CAD_EREFUSED, "blocks of 32 cannot be held as codes");
            else
                same_logits(dir, &codes, values, &as_fp32);
        }
}

/* Matrices that pass in more than one piece (2^18 elements). */
static void test_large_matrices_are_written_and_read(void **state)
{
    (void)state;
    const cad_model_config c = {.arch = CAD_ARCH_llama,
                                .layers = 1,
                                .width = 512,
                                .heads = 8,
                                .kv_heads = 2,
                                .head_dim = 64,
                                .ffn = 640,
                                .vocab = VOCAB,
                                .max_pos = IDS,
                                .theta = 10000,
                                .eps = 1e-6,
                                .dtype = CAD_BF16,
                                .bos = -1,
                                .pad = -1};
    for (int nested = 0; nested < 2; nested++) {
        const how same_way = {.weights = CAD_WEIGHTS_nf4, .double_quant = nested};
        const how codes = {.weights = CAD_WEIGHTS_nf4, .base = CAD_NF4_scratch};
        const char *base = dir_for("large", &(cad_quant){0});
        const char *dir = dir_for("large_nf4", &(cad_quant){.nf4 = true, .nested = nested, .storage = CAD_ST_U8});
        cad_model_config of[2] = {c, c};
        cad_decoder *d;
        cad_safetensors *f;
        cad_bnb_sizes z;
        of[1].quant = (cad_quant){.nf4 = true, .nested = nested, .storage = CAD_ST_U8};
        for (int k = 0; k < 2; k++) {
            cad_buf b = CAD_BUF_INIT;
            char path[600];
            snprintf(path, sizeof path, "%s/config.json", k ? dir : base);
            ok(cad_model_config_print(&of[k], NULL, 0, &b));
            ok(cad_fs_write(path, b.data, b.len));
            cad_buf_deinit(&b);
        }
        ok(cad_decoder_create(&c, fix_ops(), &(cad_decoder_opts){.max_tokens = IDS}, &d));
        ok(cad_decoder_init_random(d, CAD_INIT_fan_in, 5));
        ok(cad_decoder_save_model(d, base, true));
        cad_decoder_destroy(d);
        ok(cad_st_open_dir(base, &f));
        ok(cad_bnb_write(dir, f, nested, 0, kind_of, NULL, host_ops(), &z));
        cad_st_close(f);
        same_logits(dir, &resident, base, &same_way);
        same_logits(dir, &codes, base, &same_way);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_what_transformers_writes),
        cmocka_unit_test(test_sizes_are_known_before_anything_is_written),
        cmocka_unit_test(test_weights_that_are_no_numbers_are_not_written),
        cmocka_unit_test(test_blocks_of_every_size_are_read),
        cmocka_unit_test(test_large_matrices_are_written_and_read),
    };
    return cmocka_run_group_tests(tests, read_ids, scratch_teardown);
}
