/* Text that is encoded as text comes back: as it was where the tokenizer has no normalizer (Llama), in form C where it has that
 * one (Qwen); and no text yields a control token. */
#include "core/rng.h"
#include "core/utf8.h"
#include "model/text/tokenizer.h"
#include "tests/inv_main.h"
#include "tests/model/golden_lines.h"
#include "tests/model/real_tokenizer.h"

#include <utf8proc.h>

enum { TEXTS = 3000, PIECES = 24 };

/* Pieces that meet each other in any order: names of control tokens and their parts, blanks, digits, programs, characters with
 * marks in both orders, Hangul in parts, everything from 1 to 4 bytes.  Of Unicode 10 and older, where all tables agree. */
static void make_text(cad_rng *r, cad_buf *out)
{
    static const char *const pieces[] = {"<|endoftext|>",
                                         "<|im_start|>",
                                         "<|im_end|>",
                                         "<|begin_of_text|>",
                                         "<|",
                                         "|>",
                                         "endoftext",
                                         "<",
                                         "\n",
                                         "\r\n",
                                         "  ",
                                         " ",
                                         "\t",
                                         "7",
                                         "12.50",
                                         "\nC 10 20 30",
                                         "\nD 0 2",
                                         "#10 = CARTESIAN_POINT(",
                                         "ENDSEC;\n",
                                         "'s",
                                         "Mm",
                                         "e\xCC\x81",
                                         "\xC3\xA9",
                                         "Vie\xCC\xA3\xCC\x82t",
                                         "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
                                         "\xE2\x84\xAB",
                                         "\xCE\xA9\xCC\x81",
                                         "\xE4\xB8\xAD",
                                         "\xF0\x9F\x94\xA9"};
    static const uint32_t ranges[][2] = {{1, 0x7f},        {0xa0, 0x24f},     {0x300, 0x345},   {0x391, 0x3c9},
                                         {0x430, 0x44f},   {0x5d0, 0x5ea},    {0xac00, 0xd7a3}, {0x1e00, 0x1eff},
                                         {0x4e00, 0x9fa5}, {0x1f600, 0x1f64f}};
    int64_t n = cad_rng_range(r, 0, PIECES);
    for (int64_t i = 0; i < n; i++) {
        int64_t pick = cad_rng_range(r, 0, 2 * (int64_t)(sizeof pieces / sizeof *pieces) - 1);
        if (pick < (int64_t)(sizeof pieces / sizeof *pieces)) {
            ok(cad_buf_str(out, pieces[pick]));
        } else {
            const uint32_t *range = ranges[cad_rng_range(r, 0, (int64_t)(sizeof ranges / sizeof *ranges) - 1)];
            char c[4];
            size_t len = cad_utf8_put((uint32_t)cad_rng_range(r, range[0], range[1]), c);
            ok(cad_buf_add(out, c, len));
        }
    }
}

static void check_all(const cad_tokenizer *t, int64_t first_control, bool nfc)
{
    cad_rng r = cad_rng_make(12, "texts", 0);
    cad_buf text = CAD_BUF_INIT, back = CAD_BUF_INIT;
    cad_ids ids = CAD_IDS_INIT;
    int changed = 0;
    for (int i = 0; i < TEXTS; i++) {
        cad_buf_clear(&text);
        cad_buf_clear(&back);
        cad_ids_clear(&ids);
        make_text(&r, &text);
        char *want = nfc ? (char *)utf8proc_NFC((const utf8proc_uint8_t *)cad_buf_cstr(&text)) : NULL;
        const char *expected = nfc ? want : cad_buf_cstr(&text);
        changed += strcmp(expected, cad_buf_cstr(&text)) != 0;
        ok(cad_tokenizer_encode(t, cad_buf_cstr(&text), text.len, CAD_SPECIALS_text, &ids));
        for (size_t k = 0; k < ids.n; k++)
            if ((int64_t)ids.id[k] >= first_control)
                fail_msg("text %d: '%s' holds the control token %u", i, cad_buf_cstr(&text), ids.id[k]);
        ok(cad_tokenizer_decode(t, ids.id, ids.n, false, &back));
        if (strcmp(cad_buf_cstr(&back), expected) != 0)
            fail_msg("text %d: '%s' came back as '%s'", i, expected, cad_buf_cstr(&back));
        free(want);
    }
    assert_int_equal(changed > TEXTS / 10, nfc);
    cad_ids_deinit(&ids);
    cad_buf_deinit(&text);
    cad_buf_deinit(&back);
}

static void test_tok_text_comes_back_from_the_small_tokenizer(void **state)
{
    (void)state;
    static const char none[] = "\"normalizer\": null", form_c[] = "\"normalizer\": {\"type\": \"NFC\"}";
    cad_buf json = golden("tok_tiny/tokenizer.json"), other = CAD_BUF_INIT;
    cad_tokenizer *t;
    ok(cad_tokenizer_parse(json.data, json.len, "tok_tiny", &t));
    int64_t control = cad_tokenizer_eos(t);
    check_all(t, control, false);
    cad_tokenizer_destroy(t);
    const char *at = strstr(cad_buf_cstr(&json), none);
    assert_non_null(at);
    ok(cad_buf_add(&other, json.data, (size_t)(at - json.data)));
    ok(cad_buf_str(&other, form_c));
    ok(cad_buf_str(&other, at + sizeof none - 1));
    ok(cad_tokenizer_parse(other.data, other.len, "tok_tiny", &t));
    check_all(t, control, true);
    cad_tokenizer_destroy(t);
    cad_buf_deinit(&json);
    cad_buf_deinit(&other);
}

static void check_real(const char *family, int64_t first_control, bool nfc)
{
    cad_tokenizer *t = real_tokenizer(family);
    check_all(t, first_control, nfc);
    cad_tokenizer_destroy(t);
}

static void test_tok_qwen_gives_back_form_c(void **state)
{
    (void)state;
    check_real("qwen2.5", 151643, true);
}

static void test_tok_llama_gives_back_what_it_got(void **state)
{
    (void)state;
    check_real("llama3.2", 128000, false);
}

INV_MAIN(scratch_setup, scratch_teardown, cmocka_unit_test(test_tok_text_comes_back_from_the_small_tokenizer),
         cmocka_unit_test(test_tok_qwen_gives_back_form_c), cmocka_unit_test(test_tok_llama_gives_back_what_it_got))
