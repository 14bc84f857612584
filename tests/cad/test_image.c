/* Images: clipping, text, PNG, contact sheets. */
#include "tests/unit.h"

#include "cad/mesh/image.h"

#include <png.h>

static const cad_rgb white = {255, 255, 255}, black = {0, 0, 0}, red = {200, 30, 20};

static cad_arena *new_arena(void)
{
    cad_arena *a;
    ok(cad_arena_create("image test", (size_t)64 << 20, &a));
    return a;
}

static int marked(const cad_image *m, int x0, int y0, int x1, int y1)
{
    int n = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            n += m->rgb[3 * (y * m->width + x)] < 128;
    return n;
}

static void test_drawing_clips_at_the_border(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image m, s;
    ok(cad_image_create(a, 20, 10, white, &m));
    ok(cad_image_create(a, 8, 8, black, &s));
    cad_image_fill(&m, -5, -5, 7, 7, black);
    assert_int_equal(marked(&m, 0, 0, 20, 10), 4);
    cad_image_blit(&m, 16, 5, &s);
    assert_int_equal(marked(&m, 16, 5, 20, 10), 20);
    cad_image_blit(&m, -6, -6, &s);
    cad_image_blit(&m, 50, 50, &s);
    cad_image_blit(&m, -50, 2, &s);
    cad_image_text(&m, -3, -3, 3, black, 0, "clip");
    cad_image_text(&m, 15, 6, 3, black, 0, "clip");
    fails(cad_image_create(a, 0, 10, white, &m), CAD_EINVAL, "0 x 10");
    cad_arena_destroy(a);
}

static void test_every_printable_character_has_its_own_glyph(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    enum { LAST = 128 + 7 };
    cad_image m[LAST - 32];
    static const char *const more[] = {"\u00d8", "\u00f8", "\u00d7", "\u00b0", "\u00b1", "\u00b2", "\u00b3"};
    for (int c = 32; c < LAST; c++) {
        char ascii[2] = {(char)c, 0};
        const char *text = c < 128 ? ascii : more[c - 128];
        ok(cad_image_create(a, 12, 20, white, &m[c - 32]));
        assert_int_equal(cad_image_text(&m[c - 32], 0, 0, 2, black, 0, text), 12);
        assert_true((c == 32) == (marked(&m[c - 32], 0, 0, 12, 20) == 0));
        for (int d = 32; d < c; d++)
            if (!memcmp(m[c - 32].rgb, m[d - 32].rgb, 12 * 20 * 3))
                fail_msg("'%s' looks like %d", text, d);
    }
    cad_arena_destroy(a);
}

static void test_text_is_cut_to_its_room_and_counts_characters(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image m;
    ok(cad_image_create(a, 300, 20, white, &m));
    assert_int_equal(cad_text_width("abc\xC3\xA9", 2), 48);
    assert_int_equal(cad_image_text(&m, 0, 0, 2, black, 100, "a very long label"), 96);
    assert_int_equal(marked(&m, 96, 0, 300, 20), 0);
    assert_true(marked(&m, 72, 0, 96, 9) == 0 && marked(&m, 72, 10, 96, 16) > 0); /* ends with two points */
    assert_int_equal(cad_image_text(&m, 0, 0, 2, black, 100, "short"), 60);
    cad_arena_destroy(a);
}

static void test_png_reads_back_and_holds_no_time(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image m;
    ok(cad_image_create(a, 33, 17, red, &m));
    cad_image_text(&m, 2, 2, 1, white, 0, "PNG");
    cad_buf b = CAD_BUF_INIT, c = CAD_BUF_INIT;
    ok(cad_png_encode(&m, &b));
    ok(cad_png_encode(&m, &c));
    assert_int_equal(b.len, c.len);
    assert_memory_equal(b.data, c.data, b.len);
    for (size_t i = 0; i + 4 <= b.len; i++)
        assert_true(memcmp(b.data + i, "tIME", 4) && memcmp(b.data + i, "tEXt", 4));
    png_image p = {.version = PNG_IMAGE_VERSION};
    static uint8_t back[33 * 17 * 3];
    assert_true(png_image_begin_read_from_memory(&p, b.data, b.len));
    p.format = PNG_FORMAT_RGB;
    assert_true(p.width == 33 && p.height == 17);
    assert_true(png_image_finish_read(&p, NULL, back, 0, NULL));
    assert_memory_equal(back, m.rgb, sizeof back);
    cad_buf_deinit(&b);
    cad_buf_deinit(&c);
    cad_arena_destroy(a);
}

static void test_a_paragraph_breaks_between_words_and_ends_with_points(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image m;
    ok(cad_image_create(a, 120, 120, white, &m));
    assert_int_equal(cad_image_paragraph(&m, 0, 0, 1, black, 60, 9, "ten chars or more in three lines"), 4);
    assert_true(marked(&m, 0, 36, 60, 48) > 0 && marked(&m, 0, 48, 120, 120) == 0);
    assert_int_equal(marked(&m, 60, 0, 120, 120), 0);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 60, 9, "exactly 10"), 1);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 60, 9, "exactly 10 "), 1);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 60, 9, "unbreakable-words"), 2);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 60, 9, "caf\xC3\xA9 caf\xC3\xA9s"), 1);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 60, 9, ""), 0);
    static char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(cad_image_paragraph(NULL, 0, 0, 1, black, 12000, 9, longest),
                     2); /* a line has 1023 at most: none is lost */
    cad_image_fill(&m, 0, 0, 120, 120, white);
    assert_int_equal(cad_image_paragraph(&m, 0, 0, 1, black, 60, 2, "ten chars or more in three lines"), 2);
    assert_true(marked(&m, 48, 12, 60, 17) == 0 && marked(&m, 48, 17, 60, 22) > 0); /* the second line ends with two points */
    cad_arena_destroy(a);
}

static void test_texts_travel_in_the_png_whole(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image m;
    ok(cad_image_create(a, 5, 5, red, &m));
    cad_buf b = CAD_BUF_INIT, plain = CAD_BUF_INIT;
    const cad_png_text texts[2] = {{"Prompt 1", "a plate 40\xC3\x97"
                                                "20, one line\nand another"},
                                   {"Prompt 2", ""}};
    ok(cad_png_encode_texts(&m, texts, 2, &b));
    ok(cad_png_encode(&m, &plain));
    png_image p = {.version = PNG_IMAGE_VERSION};
    static uint8_t back[75];
    assert_true(png_image_begin_read_from_memory(&p, b.data, b.len)); /* libpng checks each sum */
    p.format = PNG_FORMAT_RGB;
    assert_true(png_image_finish_read(&p, NULL, back, 0, NULL));
    assert_int_equal(p.warning_or_error, 0);
    assert_memory_equal(back, m.rgb, sizeof back);
    static const char head[] = "\0\0\0\x31"
                               "iTXtPrompt 1\0\0\0\0\0a plate 40";
    assert_memory_equal(b.data + 33, head, sizeof head - 1);
    assert_int_equal(b.len, plain.len + 12 + 0x31 + 12 + 8 + 5);
    assert_memory_equal(b.data + b.len - (plain.len - 33), plain.data + 33, plain.len - 33);
    fails(cad_png_encode_texts(&m, &(cad_png_text){"", "x"}, 1, &b), CAD_EINVAL, "key of 1 to 79");
    cad_buf_deinit(&b);
    cad_buf_deinit(&plain);
    cad_arena_destroy(a);
}

static void test_a_sheet_grows_with_its_texts(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image dark, out;
    ok(cad_image_create(a, 60, 40, black, &dark));
    const char *label[1] = {"short"};
    cad_sheet_cell cell = {&dark, NULL};
    cad_sheet s = {.columns = 1, .rows = 1, .label = label, .cell = &cell, .cell_w = 240, .cell_h = 80};
    ok(cad_sheet_compose(&s, a, &out));
    int32_t one = out.height;
    label[0] = "a prompt of several lines that says each size of the part, and where its holes lie";
    ok(cad_sheet_compose(&s, a, &out));
    int32_t line = 2 * (CAD_FONT_HEIGHT + CAD_FONT_LEADING);
    assert_int_equal((out.height - one) % line, 0);
    assert_true(out.height >= one + 3 * line);
    int32_t before = out.height;
    cell.note = "note";
    ok(cad_sheet_compose(&s, a, &out));
    assert_true(out.height >= before + line);
    static char longest[4000];
    memset(longest, 'x', sizeof longest - 1);
    label[0] = longest;
    ok(cad_sheet_compose(&s, a, &out));
    assert_true(out.height <= one + CAD_SHEET_LINES * line + 2 * line);
    cad_arena_destroy(a);
}

/* First and last row of the picture that hold the darkest colour of a note, at least 30 pixels away from the top and the end.
 */
static void note_rows(const cad_image *m, int32_t *first, int32_t *last)
{
    *first = -1;
    for (int32_t y = 30; y < m->height - 30; y++)
        for (int32_t x = 0; x < m->width; x++)
            if (m->rgb[3 * ((size_t)y * (size_t)m->width + (size_t)x)] < 128) {
                *first = *first < 0 ? y : *first;
                *last = y;
            }
}

static void test_a_note_stands_in_the_middle_of_an_empty_cell(void **state)
{
    (void)state;
    enum { WIDTH = 240, HEIGHT = 200, LINE = 2 * (CAD_FONT_HEIGHT + CAD_FONT_LEADING) };
    cad_arena *a = new_arena();
    cad_image out;
    char note[200] = "";
    int32_t first = 0, last = 0, wide = 0, narrow = 0;
    cad_sheet_cell cell = {NULL, note};
    cad_sheet s = {.columns = 1, .rows = 1, .cell = &cell, .cell_w = WIDTH, .cell_h = HEIGHT};
    int tried = 0;
    for (size_t n = 10; n < 120; n++) { /* on each side of the lengths at which the margins of the cell cost a line */
        memset(note, 'H', n);
        int32_t w = cad_image_paragraph(NULL, 0, 0, 2, black, WIDTH, CAD_SHEET_LINES, note);
        int32_t m = cad_image_paragraph(NULL, 0, 0, 2, black, WIDTH - 12, CAD_SHEET_LINES, note);
        wide += w;
        narrow += m;
        if (w == m && n % 20)
            continue;
        ok(cad_sheet_compose(&s, a, &out));
        note_rows(&out, &first, &last);
        assert_true(first > 0);
        int32_t off = first - 28 - (28 + HEIGHT - 1 - last); /* the cell begins below the margin of 28 */
        if (off < -LINE / 2 || off > LINE / 2)
            fail_msg("%zu letters: %d pixels nearer to one end", n, (int)off);
        tried += w != m;
    }
    assert_true(tried > 2 && narrow > wide);
    cad_arena_destroy(a);
}

static void test_a_sheet_places_its_pictures_and_texts(void **state)
{
    (void)state;
    cad_arena *a = new_arena();
    cad_image dark, large, out;
    ok(cad_image_create(a, 60, 40, black, &dark));
    ok(cad_image_create(a, 500, 400, black, &large));
    const char *head[2] = {"reference", "prediction"}, *label[2] = {"row 1", NULL};
    cad_sheet_cell cells[4] = {{&dark, "IoU 1"}, {NULL, "does not parse"}, {&large, NULL}, {&dark, NULL}};
    cad_sheet s = {
        .title = "sheet", .columns = 2, .rows = 2, .head = head, .label = label, .cell = cells, .cell_w = 100, .cell_h = 80};
    ok(cad_sheet_compose(&s, a, &out));
    assert_int_equal(out.width, 28 + 100 + 16 + 100 + 28);
    /* the first picture in the middle of its cell, the large one cut to its cell */
    int total = marked(&out, 0, 0, out.width, out.height), left = marked(&out, 28, 0, 128, out.height);
    assert_true(total > 60 * 40 * 2 + 100 * 80 && left >= 60 * 40 + 100 * 80);
    assert_true(marked(&out, 128, 120, 144, out.height) == 0);
    s.columns = 0;
    fails(cad_sheet_compose(&s, a, &out), CAD_EINVAL, "sheet of 0 x 2");
    s.columns = 2;
    s.rows = 1000;
    fails(cad_sheet_compose(&s, a, &out), CAD_EINVAL, "at most 32768");
    cad_arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawing_clips_at_the_border),
        cmocka_unit_test(test_every_printable_character_has_its_own_glyph),
        cmocka_unit_test(test_text_is_cut_to_its_room_and_counts_characters),
        cmocka_unit_test(test_png_reads_back_and_holds_no_time),
        cmocka_unit_test(test_a_paragraph_breaks_between_words_and_ends_with_points),
        cmocka_unit_test(test_texts_travel_in_the_png_whole),
        cmocka_unit_test(test_a_sheet_grows_with_its_texts),
        cmocka_unit_test(test_a_note_stands_in_the_middle_of_an_empty_cell),
        cmocka_unit_test(test_a_sheet_places_its_pictures_and_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
