/* What the matrix products of the GPU back end promise about bits, on the emulator: a row's bits do not depend on the rows
 * beside it (so neither on the tile that the host takes), nor on where the operands stand; gradients add whole slabs in order,
 * whoever cut the rows into calls; and products of nothing are right. */
#include "kernels/backend.h"
#include "kernels/emu/emu_control.h"
#include "tests/kernels/ops_fixture.h"

/* N takes tiles of 128 rows, its pieces those of 16 and 64. */
enum { N = 150, IN = 200, OUT = 136, R = 8, P = 3, NR = P * R, ROOM = 32 };

static const cad_ops *ops;
static void *held[ROOM];
static int n_held;

static int open_emulator(void **state)
{
    (void)state;
    ok(cad_emu_open(&ops));
    cad_emu_set(CAD_EMU_RANDOM, 5);
    return 0;
}

static int release(void **state)
{
    (void)state;
    while (n_held > 0)
        ops->mem_free(held[--n_held]);
    return 0;
}

static void *device(const void *host, size_t bytes)
{
    assert_true(n_held < ROOM);
    ok(ops->mem_alloc(bytes + 16, &held[n_held]));
    if (host)
        ok(ops->mem_put(held[n_held], host, bytes, NULL));
    return held[n_held++];
}

/* Of eight numbers along every reduction two are large and cancel, which rounds the sum so far: another order shows in bf16. */
typedef enum kind { ACTIVATION, FACTOR } kind;
enum { LARGE = 4096 };

static float value(const float *x, int64_t r, int64_t c, int64_t columns, kind k)
{
    int64_t twin_r = k == FACTOR && r % 8 == 1 ? r - 1 : r, twin_c = c % 8 == 1 ? c - 1 : c;
    float v = x[twin_r * columns + twin_c];
    return k == FACTOR ? v : c % 8 == 0 ? LARGE * v : c % 8 == 1 ? -LARGE * v : v;
}

/* (rows,columns) of numbers in bf16, `shift` bytes after the beginning of a block. */
static cad_tensor numbers(uint64_t seed, int64_t rows, int64_t columns, size_t shift, kind k)
{
    static uint16_t half[64 * 1024];
    static float x[64 * 1024];
    assert_true(rows * columns <= 64 * 1024);
    fixture_normal(seed, x, rows * columns, 1);
    for (int64_t i = 0; i < rows * columns; i++)
        half[i] = cad_f32_to_bf16(value(x, i / columns, i % columns, columns, k));
    size_t bytes = (size_t)(rows * columns) * 2;
    char *p = device(NULL, bytes);
    ok(ops->mem_put(p + shift, half, bytes, NULL));
    return cad_tensor_2d(CAD_BF16, p + shift, rows, columns);
}

static cad_tensor empty(cad_dtype type, int64_t rows, int64_t columns)
{
    return cad_tensor_2d(type, device(NULL, (size_t)(rows * columns) * cad_dtype_size(type)), rows, columns);
}

/* `n` rows of t, from `first` on. */
static cad_tensor rows_of(cad_tensor t, int64_t first, int64_t n)
{
    t.data = (char *)t.data + (size_t)(first * (t.ndim > 1 ? t.dim[1] : 1)) * cad_dtype_size(t.dtype);
    t.dim[0] = n;
    return t;
}

/* The rows of y from `first` on are those of part. */
static void assert_same_rows(cad_tensor part, cad_tensor y, int64_t first)
{
    static char a[256 * 1024], b[256 * 1024];
    size_t bytes = (size_t)(part.dim[0] * part.dim[1]) * cad_dtype_size(part.dtype);
    assert_true(bytes <= sizeof a);
    ok(ops->mem_get(a, part.data, bytes, NULL));
    ok(ops->mem_get(b, rows_of(y, first, part.dim[0]).data, bytes, NULL));
    assert_memory_equal(a, b, bytes);
}

/* Operands of all products: `shift` moves each off its aligned place. */
typedef struct inputs {
    cad_tensor x, dy, w, b, res, res_x, u, v, a, bl, row, pos;
    cad_parts parts;
} inputs;

static inputs make_inputs(size_t shift)
{
    static uint32_t row[N];
    static int32_t pos[N];
    inputs i = {.x = numbers(1, N, IN, shift, ACTIVATION),
                .dy = numbers(2, N, OUT, shift, ACTIVATION),
                .w = numbers(3, OUT, IN, shift, FACTOR),
                .b = numbers(4, 1, OUT, shift, FACTOR),
                .res = numbers(5, N, OUT, shift, FACTOR),
                .res_x = numbers(6, N, IN, shift, FACTOR),
                .u = numbers(7, N, NR, shift, ACTIVATION),
                .v = numbers(8, N, NR, shift, ACTIVATION),
                .a = numbers(9, NR, IN, shift, FACTOR),
                .bl = numbers(10, OUT, R, shift, FACTOR),
                .parts = {P, 0, {72, 104, OUT}}};
    i.b = cad_tensor_1d(CAD_BF16, i.b.data, OUT);
    for (int k = 0; k < N; k++) {
        row[k] = (uint32_t)(k / 9);
        pos[k] = k % 9;
    }
    i.row = cad_tensor_1d(CAD_U32, device(row, sizeof row), N);
    i.pos = cad_tensor_1d(CAD_I32, device(pos, sizeof pos), N);
    return i;
}

static cad_dropout dropout(const inputs *i, float rate)
{
    return (cad_dropout){.rate = rate, .seed = 3, .step = 1, .layer = 2, .projection = {4, 5, 6}, .row = i->row, .pos = i->pos};
}

enum { FORWARD, BACK, DOWN, LORA_FORWARD, LORA_BACK, UP_BACK, PRODUCTS };
static const float RATE[] = {0, 0.5f};

static int64_t columns_of(int product)
{
    static const int64_t columns[PRODUCTS] = {OUT, IN, NR, OUT, IN, NR};
    return columns[product];
}

/* One of the products over rows [first, first+n), to y (n,columns). */
static void run(int product, const inputs *i, float rate, int64_t first, int64_t n, cad_tensor y)
{
    static void *work;
    static float db[OUT * R];
    cad_tensor x = rows_of(i->x, first, n), dy = rows_of(i->dy, first, n), res = rows_of(i->res, first, n),
               res_x = rows_of(i->res_x, first, n), u = rows_of(i->u, first, n), v = rows_of(i->v, first, n);
    cad_dropout drop = dropout(i, rate);
    drop.row = rows_of(i->row, first, n);
    drop.pos = rows_of(i->pos, first, n);
    work = device(NULL, P * N * 64);
    cad_scratch scratch = {work, P * N * 64};
    switch (product) {
    case FORWARD:
        ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = x, .w = i->w, .b = i->b, .res = res, .y = y}, NULL));
        break;
    case BACK:
        ok(ops->linear_bwd_x(&(cad_linear_bwd_x_args){.dy = dy, .w = i->w, .res = res_x, .dx = y}, NULL));
        break;
    case DOWN:
        ok(ops->lora_down_fwd(
            &(cad_lora_down_fwd_args){.x = x, .a = i->a, .u = y, .s = {2, 1, 4}, .n = P, .drop = drop, .scratch = scratch},
            NULL));
        break;
    case LORA_FORWARD:
        ok(ops->linear_lora_fwd(
            &(cad_linear_lora_fwd_args){
                .x = x, .w = i->w, .u = u, .bl = i->bl, .b = i->b, .res = res, .y = y, .parts = i->parts},
            NULL));
        break;
    case LORA_BACK:
        ok(ops->linear_lora_bwd_x(
            &(cad_linear_lora_bwd_x_args){
                .dy = dy, .w = i->w, .v = v, .a = i->a, .res = res_x, .dx = y, .n = P, .drop = drop, .scratch = scratch},
            NULL));
        break;
    default:
        ok(ops->lora_up_bwd(&(cad_lora_up_bwd_args){.dy = dy,
                                                    .bl = i->bl,
                                                    .u = u,
                                                    .v = y,
                                                    .db = cad_tensor_2d(CAD_F32, device(db, sizeof db), OUT, R),
                                                    .s = {2, 1, 4},
                                                    .parts = i->parts},
                            NULL));
    }
    ok(ops->sync(NULL));
}

static void test_a_row_has_the_same_bits_beside_any_others(void **state)
{
    const int64_t pieces[][2] = {{0, 1}, {149, 1}, {3, 16}, {20, 17}, {64, 64}, {10, 130}};
    for (int product = 0; product < PRODUCTS; product++)
        for (size_t d = 0; d < 2; d++) {
            inputs i = make_inputs(0);
            cad_tensor y = empty(CAD_BF16, N, columns_of(product));
            int mark = n_held;
            run(product, &i, RATE[d], 0, N, y);
            for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
                cad_tensor part = empty(CAD_BF16, pieces[k][1], columns_of(product));
                run(product, &i, RATE[d], pieces[k][0], pieces[k][1], part);
                assert_same_rows(part, y, pieces[k][0]);
                while (n_held > mark)
                    ops->mem_free(held[--n_held]);
            }
            release(state);
        }
}

static void test_operands_anywhere_give_the_same_bits(void **state)
{
    for (int product = 0; product < PRODUCTS; product++)
        for (size_t d = 0; d < 2; d++) {
            inputs aligned = make_inputs(0);
            cad_tensor y = empty(CAD_BF16, N, columns_of(product)), z = y;
            run(product, &aligned, RATE[d], 0, N, y);
            inputs moved = make_inputs(2);
            z = numbers(1, N, columns_of(product), 2, FACTOR);
            run(product, &moved, RATE[d], 0, N, z);
            assert_same_rows(z, y, 0);
            release(state);
        }
}

/* The three gradients of rows [first, first+n) added to g[0..2]. */
static void add_gradients(const cad_tensor in[4], float rate, const inputs *at, int64_t first, int64_t n, const cad_tensor g[3])
{
    cad_tensor x = rows_of(in[0], first, n), dy = rows_of(in[1], first, n), u = rows_of(in[2], first, n),
               v = empty(CAD_BF16, n, NR);
    cad_dropout drop = dropout(at, rate);
    drop.row = rows_of(at->row, first, n);
    drop.pos = rows_of(at->pos, first, n);
    cad_scratch scratch = {device(NULL, 64 * 1024), 64 * 1024};
    cad_parts parts = {P, 4, {0}};
    ok(ops->linear_bwd_w(&(cad_linear_bwd_w_args){.dy = dy, .x = x, .dw = g[0]}, NULL));
    ok(ops->lora_up_bwd(
        &(cad_lora_up_bwd_args){.dy = dy, .bl = in[3], .u = u, .v = v, .db = g[1], .s = {2, 1, 4}, .parts = parts}, NULL));
    ok(ops->lora_down_bwd(&(cad_lora_down_bwd_args){.v = u, .x = x, .da = g[2], .n = P, .drop = drop, .scratch = scratch},
                          NULL));
    ok(ops->sync(NULL));
}

static void test_slabs_are_added_in_order_whoever_cut_the_rows(void **state)
{
    enum { ROWS = 700, WIDE = 24, TALL = 24 };
    const int64_t size[3][2] = {{TALL, WIDE}, {TALL, R}, {NR, WIDE}};
    static uint32_t row[ROWS];
    static int32_t pos[ROWS];
    static float begin[TALL * WIDE]; /* of the gradients */
    fixture_normal(11, begin, TALL * WIDE, 1);
    for (int k = 0; k < ROWS; k++)
        row[k] = (uint32_t)k;
    for (size_t d = 0; d < 2; d++) {
        const cad_tensor in[4] = {numbers(1, ROWS, WIDE, 0, FACTOR), numbers(2, ROWS, TALL, 0, FACTOR),
                                  numbers(3, ROWS, NR, 0, FACTOR), numbers(4, TALL, R, 0, FACTOR)};
        inputs at = {.row = cad_tensor_1d(CAD_U32, device(row, sizeof row), ROWS),
                     .pos = cad_tensor_1d(CAD_I32, device(pos, sizeof pos), ROWS)};
        cad_tensor g[2][3];
        for (int k = 0; k < 2; k++)
            for (int j = 0; j < 3; j++)
                g[k][j] = cad_tensor_2d(CAD_F32, device(begin, sizeof begin), size[j][0], size[j][1]);
        add_gradients(in, RATE[d], &at, 0, ROWS, g[0]);
        add_gradients(in, RATE[d], &at, 0, 256, g[1]);
        add_gradients(in, RATE[d], &at, 256, ROWS - 256, g[1]);
        for (int j = 0; j < 3; j++)
            assert_same_rows(g[1][j], g[0][j], 0);
        release(state);
    }
}

static void test_products_of_nothing_are_what_is_added_to_them(void **state)
{
    (void)state;
    static uint16_t got[N * OUT], want[N * OUT];
    inputs i = make_inputs(0);
    cad_tensor y = empty(CAD_BF16, N, OUT), none = empty(CAD_BF16, 0, 0), w = cad_tensor_2d(CAD_BF16, none.data, OUT, 0);
    /* no k: the residual, rounded as it stands */
    ok(ops->linear_fwd(&(cad_linear_fwd_args){.x = cad_tensor_2d(CAD_BF16, none.data, N, 0), .w = w, .res = i.res, .y = y},
                       NULL));
    ok(ops->mem_get(got, y.data, sizeof got, NULL));
    ok(ops->mem_get(want, i.res.data, sizeof want, NULL));
    assert_memory_equal(got, want, sizeof got);
    /* no rows: nothing is written, whatever the op */
    memset(want, 0x11, sizeof want);
    ok(ops->mem_put(y.data, want, sizeof want, NULL));
    for (int product = 0; product < PRODUCTS; product++)
        for (size_t d = 0; d < 2; d++) {
            cad_tensor part = cad_tensor_2d(CAD_BF16, y.data, 0, columns_of(product));
            int mark = n_held;
            run(product, &i, RATE[d], 0, 0, part);
            while (n_held > mark)
                ops->mem_free(held[--n_held]);
        }
    cad_tensor g = cad_tensor_2d(CAD_F32, y.data, 24, 24), x = cad_tensor_2d(CAD_BF16, none.data, 0, 24);
    cad_scratch scratch = {none.data, 0};
    ok(ops->linear_bwd_w(
        &(cad_linear_bwd_w_args){.dy = x, .x = x, .dw = g, .db = cad_tensor_1d(CAD_F32, y.data, 24), .scratch = scratch},
        NULL));
    ok(ops->lora_down_bwd(
        &(cad_lora_down_bwd_args){.v = x, .x = x, .da = g, .n = P, .drop = dropout(&i, 0), .scratch = scratch}, NULL));
    ok(ops->mem_get(got, y.data, sizeof got, NULL));
    assert_memory_equal(got, want, sizeof got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_row_has_the_same_bits_beside_any_others, release),
        cmocka_unit_test_teardown(test_operands_anywhere_give_the_same_bits, release),
        cmocka_unit_test_teardown(test_slabs_are_added_in_order_whoever_cut_the_rows, release),
        cmocka_unit_test_teardown(test_products_of_nothing_are_what_is_added_to_them, release),
    };
    return cmocka_run_group_tests(tests, open_emulator, NULL);
}
