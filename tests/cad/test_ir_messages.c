/* Every message of section 13 with its place, and the two forms in which findings are shown. */
#include "tests/cad/ir_util.h"

#define UP CAD_IR_DIALECT_upstream
#define CADLM CAD_IR_DIALECT_cadlm
#define SKETCH "SK 0 0 0 1 0 0 0 1 0\n"

static const struct {
    const char *text;
    int dialect; /* -1: both */
    int line, column;
    const char *code, *message;
} rows[] = {
    {"C 1 1 1\nZ 1", -1, 1, 1, "unknown-opcode", "unknown opcode: Z"},
    {"L 0 0 1 1", -1, 0, 1, "unknown-opcode", "unknown opcode: L"},
    {"A 0 0 1 1 0 0 1", -1, 0, 1, "unknown-opcode", "unknown opcode: A"},
    {"\n\n  END", -1, 2, 3, "unknown-opcode", "unknown opcode: END"},
    {"Here is the part:\nC 1 1 1", -1, 0, 1, "unknown-opcode", "unknown opcode: Here"},
    {"```", -1, 0, 1, "unknown-opcode", "unknown opcode: ```"},
    {"\"C\" 1 1 1", -1, 0, 1, "unknown-opcode", "unknown opcode: \"C\""},
    {"c 1 1 1", -1, 0, 1, "unknown-opcode", "unknown opcode: c"},
    {"C 10 20", -1, 0, 1, "arity", "C requires 3 args, got 2"},
    {"S", -1, 0, 1, "arity", "S requires 1 arg, got 0"},
    {"\tS 1 2", -1, 0, 2, "arity", "S requires 1 arg, got 2"},
    {"CP 0 1", -1, 0, 1, "arity", "CP requires 9 args, got 2"},
    {"V 0 1 2 3 4 5 6", -1, 0, 1, "arity", "V requires 8 args, got 7"},
    {"C 1 1 1 \"a\" \"b\"", -1, 0, 1, "arity", "C requires 3 args, got 4"},
    {"F 0", CADLM, 0, 1, "arity", "F requires 2 args, got 1"},
    {"P 6 2", CADLM, 0, 1, "arity", "P requires 3 args, got 2"},
    {"SH 0", -1, 0, 1, "arity", "SH requires 2 args, got 1"},
    {"SH 0 1 +Z", UP, 0, 1, "arity", "SH requires 2 args, got 3"},
    {"SK 1 2\nEND", -1, 0, 1, "arity", "SK requires 9 args, got 2"},
    {SKETCH "L 0 0 1\nEND", -1, 1, 1, "arity", "L requires 4 args, got 3"},
    {SKETCH " A 0 0 1 1\nEND", -1, 1, 2, "arity", "A requires 7 args, got 4"},
    {"M x 1 1", -1, 0, 1, "arity", "M requires at least 6 args, got 3"},
    {"ROOT 0", -1, 0, 1, "arity", "ROOT requires at least 2 args, got 1"},
    {"PDEF a b", -1, 0, 1, "arity", "PDEF requires at least 3 args, got 2"},
    {"INST a b c 0 0 0", -1, 0, 1, "arity", "INST requires at least 12 args, got 6"},
    {"JFIX a _ b 0", -1, 0, 1, "arity", "JFIX requires 9 args, got 4"},
    {"JBAL a", -1, 0, 1, "arity", "JBAL requires 9 args, got 1"},
    {"JCYL a", -1, 0, 1, "arity", "JCYL requires 12 args, got 1"},
    {"JREV a", -1, 0, 1, "arity", "JREV requires at least 12 args, got 1"},
    {"JSLD a", -1, 0, 1, "arity", "JSLD requires at least 12 args, got 1"},
    {"GROUND", -1, 0, 1, "arity", "GROUND requires 1 arg, got 0"},
    {"GROUND a b", -1, 0, 1, "arity", "GROUND requires 1 arg, got 2"},
    {"ENV", -1, 0, 1, "arity", "ENV requires at least 1 arg, got 0"},
    {"ENV studio", -1, 0, 1, "arity", "ENV requires 2 args, got 1"},
    {"BG", -1, 0, 1, "arity", "BG requires at least 1 arg"},
    {"BG solid 1 2", -1, 0, 1, "arity", "BG solid requires 3 color values"},
    {"BG gradient 1 2", -1, 0, 1, "arity", "BG gradient requires 6 color values"},
    {"BG x", -1, 0, 4, "bad-word", "unknown BG type: x"},
    {"LDIR a 1 1 1", -1, 0, 1, "arity", "LDIR requires at least 8 args, got 4"},
    {"LPNT a", -1, 0, 1, "arity", "LPNT requires at least 8 args, got 1"},
    {"LSPT a", -1, 0, 1, "arity", "LSPT requires at least 11 args, got 1"},
    {"LAREA a", -1, 0, 1, "arity", "LAREA requires 13 args, got 1"},
    {"AO 1 1", -1, 0, 1, "arity", "AO requires 3 args, got 2"},
    {"BLOOM 1", -1, 0, 1, "arity", "BLOOM requires 3 args, got 1"},
    {"VIG", -1, 0, 1, "arity", "VIG requires 3 args, got 0"},
    {"TONE", -1, 0, 1, "arity", "TONE requires 1 arg"},
    {"TONE x", -1, 0, 6, "bad-word", "unknown tone mapping: x"},
    {"EXP", -1, 0, 1, "arity", "EXP requires 1 arg"},
    {"CAM a 1 2 3", -1, 0, 1, "arity", "CAM requires at least 7 args, got 4"},
    {"JREV a _ b x 0 0 0 0 0 0 0 1 low 5", UP, 0, 30, "bad-number", "invalid number: low"},
    {"JREV a _ b x 0 0 0 0 0 0 0 1 low 5", CADLM, 0, 12, "bad-number", "invalid number: x"},
    {"C 10 abc 10", -1, 0, 6, "bad-number", "invalid number: abc"},
    {"C 5mm 1 1", -1, 0, 3, "bad-number", "invalid number: 5mm"},
    {"C 1,5 1 1", -1, 0, 3, "bad-number", "invalid number: 1,5"},
    {"C 1_0 1 1", -1, 0, 3, "bad-number", "invalid number: 1_0"},
    {"C 0x10 1 1", -1, 0, 3, "bad-number", "invalid number: 0x10"},
    {"C . 1 1", -1, 0, 3, "bad-number", "invalid number: ."},
    {"C 1e 1 1", -1, 0, 3, "bad-number", "invalid number: 1e"},
    {"C \"1\" 1 1", -1, 0, 3, "bad-number", "invalid number: \"1\""},
    {"C 1 \xC3\xA4 zz", -1, 0, 5, "bad-number", "invalid number: \xC3\xA4"},
    {"C \xC3\xA4\t1 1 1 \"n\"", -1, 0, 1, "arity", "C requires 3 args, got 4"},
    {"T 0.0 1 2 3", -1, 0, 3, "bad-ref", "invalid node id: 0.0"},
    {"T -1 1 2 3", -1, 0, 3, "bad-ref", "invalid node id: -1"},
    {"U 0 18446744073709551616", -1, 0, 5, "bad-ref", "invalid node id: 18446744073709551616"},
    {"U + 0", -1, 0, 3, "bad-ref", "invalid node id: +"},
    {"PDEF a b x", -1, 0, 10, "bad-ref", "invalid node id: x"},
    {"LP 0 1 0 0 2.5 20", -1, 0, 12, "bad-count", "invalid integer: 2.5"},
    {"LP 0 1 0 0 4294967296 20", -1, 0, 12, "bad-count", "invalid integer: 4294967296"},
    {"P 6.0 2 3", CADLM, 0, 3, "bad-count", "invalid integer: 6.0"},
    {"AO x 1 1", -1, 0, 4, "bad-count", "invalid integer: x"},
    {SKETCH "A 0 0 1 1 0 0 -1\nEND", -1, 1, 15, "bad-count", "invalid integer: -1"},
    {SKETCH "L 0 0 1 0\n", -1, 2, 1, "sketch-end", "unexpected end of sketch block"},
    {"SK 0 0 0 1 0 0 0 1 0", -1, 1, 1, "sketch-end", "unexpected end of sketch block"},
    {SKETCH "C 1 1 1\nEND", -1, 1, 1, "sketch-op", "unknown sketch segment opcode: C"},
    {SKETCH "L 0 0 1 0\nEND now\nEND", -1, 2, 1, "sketch-op", "unknown sketch segment opcode: END"},
    {SKETCH "END # note\nEND", UP, 1, 1, "sketch-op", "unknown sketch segment opcode: END"},
    {"SH 0 1 up", CADLM, 0, 8, "bad-face", "invalid face: up; expected +X -X +Y -Y +Z -Z"},
    {"SH 0 1 +Z -X +Z", CADLM, 0, 14, "bad-face", "invalid face: +Z; given twice"},
    {"C 1 1 1 \"", CADLM, 0, 9, "unterminated-name", "unterminated name"},
    {"C 1 1 1 \"abc def", CADLM, 0, 9, "unterminated-name", "unterminated name"},
    {"C 1 1 1 \"abc def", UP, 0, 1, "arity", "C requires 3 args, got 4"},
};

static void test_every_message_has_its_text_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int d = 0; d < 2; d++) {
            if (rows[i].dialect >= 0 && rows[i].dialect != d)
                continue;
            program p = parse_text(rows[i].text, (cad_ir_dialect)d);
            const cad_diag *e = cad_diags_first_error(&p.diags);
            if (!e)
                fail_msg("'%s': no error", rows[i].text);
            if (e->line != rows[i].line || e->column != rows[i].column || strcmp(e->code, rows[i].code) ||
                strcmp(e->message, rows[i].message))
                fail_msg("'%s' dialect %d: %d:%d %s '%s', expected %d:%d %s '%s'", rows[i].text, d, (int)e->line, e->column,
                         e->code, e->message, rows[i].line, rows[i].column, rows[i].code, rows[i].message);
            assert_false(p.ir->ok);
            drop(&p);
        }
}

static void test_nul_and_broken_utf8_are_shown_as_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *code, *message;
    } bytes[] = {
        {"\0C 1", 4, "unknown-opcode", "unknown opcode: \\x00C"},
        {"C \xFF 1 1", 7, "bad-number", "invalid number: \\xFF"},
        {"C 1 1 \xED\xA0\x80", 9, "bad-number", "invalid number: \\xED\\xA0\\x80"},
        {"C 1 1 1 \"\xC0\xAF\"", 12, "bad-number", "invalid text: \"\\xC0\\xAF\""},
        {"C 1 1 1 \"a\0b\"", 13, "bad-number", "invalid text: \"a\\x00b\""},
    };
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        for (int d = 0; d < 2; d++) {
            program p = parse_bytes(bytes[i].text, bytes[i].len, (cad_ir_dialect)d);
            const cad_diag *e = cad_diags_first_error(&p.diags);
            assert_non_null(e);
            assert_string_equal(e->code, bytes[i].code);
            assert_string_equal(e->message, bytes[i].message);
            drop(&p);
        }
}

static void test_people_count_from_one_and_machines_keep_the_line_from_zero(void **state)
{
    (void)state;
    program p = check_text("C 20 20 10\r\nY 2.5\r\n", CADLM);
    cad_buf b = CAD_BUF_INIT;
    ok(cad_diags_print(&p.diags, "part.ir", &b));
    assert_string_equal(cad_buf_cstr(&b), "part.ir:2:1: error: Y requires 2 args, got 1 [arity]\n");
    cad_buf_clear(&b);
    ok(cad_ir_report_json(p.ir, &p.diags, &b));
    assert_string_equal(cad_buf_cstr(&b),
                        "{\"ok\":false,\"dialect\":\"cadlm\",\"nodes\":2,\"root\":1,\"diagnostics\":[{\"severity\":\"error\","
                        "\"code\":\"arity\",\"line\":1,\"at\":\"2:1\",\"node\":1,\"message\":\"Y requires 2 args, got 1\"}]}");
    cad_buf_deinit(&b);
    drop(&p);
}

static void test_reports_are_json_whatever_the_text_holds(void **state)
{
    (void)state;
    program p = check_text("\"\\\"\x01\xFF\xC3\xA4", CADLM);
    cad_buf b = CAD_BUF_INIT;
    json_t *j;
    ok(cad_ir_report_json(p.ir, &p.diags, &b));
    ok(cad_json_parse(b.data, b.len, "report", &j));
    assert_true(json_is_null(json_object_get(j, "root")));
    const json_t *first = json_array_get(json_object_get(j, "diagnostics"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "message")), "unknown opcode: \"\\\"\\x01\\xFF\xC3\xA4");
    json_decref(j);
    cad_buf_deinit(&b);
    drop(&p);
}

static void test_a_root_beyond_all_nodes_is_null_in_the_report(void **state)
{
    (void)state;
    program p = check_text("C 1 1 1\nROOT 18446744073709551615 steel", CADLM);
    cad_buf b = CAD_BUF_INIT;
    json_t *j;
    ok(cad_ir_report_json(p.ir, &p.diags, &b));
    ok(cad_json_parse(b.data, b.len, "report", &j));
    assert_true(json_is_null(json_object_get(j, "root")));
    assert_false(json_is_true(json_object_get(j, "ok")));
    json_decref(j);
    cad_buf_deinit(&b);
    drop(&p);
}

static void test_reading_goes_on_after_an_error_and_ids_stay_right(void **state)
{
    (void)state;
    program p = parse_text("C 1 1\nY 1 x\nnonsense\nSK 1\nL 0\nEND\nU 0 1\nF 0 1 2", CADLM);
    assert_int_equal(p.diags.n_errors, 6);
    assert_int_equal(p.ir->n_nodes, 5);
    assert_int_equal(p.ir->node[3].op, CAD_IR_U);
    assert_int_equal(p.ir->node[3].child[1], 1);
    assert_int_equal(p.diags.item[3].node, 2); /* the sketch's own line, then its segment */
    assert_int_equal(p.diags.item[4].line, 4);
    drop(&p);
}

static void test_at_most_a_hundred_findings_are_kept_and_all_are_counted(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 300; i++)
        ok(cad_buf_str(&b, "?\n"));
    program p = parse_bytes(b.data, b.len, UP);
    assert_int_equal(p.diags.n, 100);
    assert_int_equal(p.diags.n_errors, 300);
    cad_buf_deinit(&b);
    drop(&p);
}

static void test_an_error_is_shown_even_behind_a_hundred_warnings(void **state)
{
    (void)state;
    cad_buf b = CAD_BUF_INIT;
    for (int i = 0; i < 150; i++)
        ok(cad_buf_str(&b, "GROUND a\nENV none 1\n"));
    ok(cad_buf_str(&b, "C 1\n"));
    program p = parse_bytes(b.data, b.len, CADLM);
    const cad_diag *e = cad_diags_first_error(&p.diags);
    assert_int_equal(p.diags.n_warnings, 150);
    assert_non_null(e);
    assert_string_equal(e->message, "C requires 3 args, got 1");
    cad_buf_deinit(&b);
    drop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_has_its_text_and_place),
        cmocka_unit_test(test_nul_and_broken_utf8_are_shown_as_bytes),
        cmocka_unit_test(test_people_count_from_one_and_machines_keep_the_line_from_zero),
        cmocka_unit_test(test_reports_are_json_whatever_the_text_holds),
        cmocka_unit_test(test_a_root_beyond_all_nodes_is_null_in_the_report),
        cmocka_unit_test(test_reading_goes_on_after_an_error_and_ids_stay_right),
        cmocka_unit_test(test_at_most_a_hundred_findings_are_kept_and_all_are_counted),
        cmocka_unit_test(test_an_error_is_shown_even_behind_a_hundred_warnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
