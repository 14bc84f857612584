/* What is read, and what is told of what is wrong, to the byte. */
#include "tests/cad/step_util.h"

#define HEAD                                                                                                                   \
    "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('AUTOMOTIVE_"   \
    "DESIGN'));\n"                                                                                                             \
    "ENDSEC;\nDATA;\n"
#define TAIL "ENDSEC;\nEND-ISO-10303-21;\n"

static void test_a_file_becomes_instances_parameters_and_references(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "#10 = POINT ( 'a', (1.5,-2,$) ) ;\n/* ( */ #20=LINE(#10,#30,.T.,LENGTH_MEASURE(2.),*,\"0F\");\r\n"
             "#30=(B(1)A(#20,#10));\n" TAIL;
    cad_step *m = step_of(text, sizeof text - 1);
    assert_int_equal(m->diags.n_errors, 0);
    assert_int_equal(m->input, CAD_STEP_FILE);
    assert_int_equal(m->n, 3);
    assert_int_equal(m->n_sections, 1);
    assert_int_equal(m->n_header, 3);
    assert_int_equal(cad_step_find(m, 20), 1);
    assert_int_equal(cad_step_find(m, 21), CAD_STEP_NONE);
    const cad_step_instance *point = &m->instance[0], *line = &m->instance[1], *both = &m->instance[2];
    assert_string_equal(cad_step_name(m, point->type), "POINT");
    assert_int_equal(point->size, 5);
    const cad_step_param *p = &m->param[point->param];
    assert_int_equal(p[0].kind, CAD_STEP_STRING);
    assert_int_equal(p[1].kind, CAD_STEP_LIST);
    assert_int_equal(p[1].holds.size, 3);
    assert_int_equal(p[1].holds.of, 3);
    assert_true(p[2].kind == CAD_STEP_REAL && p[2].real == 1.5);
    assert_true(p[3].kind == CAD_STEP_INTEGER && p[3].integer == -2);
    assert_int_equal(p[4].kind, CAD_STEP_UNSET);
    assert_int_equal(cad_step_next(m, point->param + 1), point->param + 5);
    p = &m->param[line->param];
    static const cad_step_kind kinds[] = {CAD_STEP_REF,  CAD_STEP_REF,     CAD_STEP_ENUM,  CAD_STEP_TYPED,
                                          CAD_STEP_REAL, CAD_STEP_DERIVED, CAD_STEP_BINARY};
    assert_int_equal(line->size, 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(p[i].kind, kinds[i]);
    assert_string_equal(cad_step_name(m, p[3].holds.of), "LENGTH_MEASURE");
    assert_int_equal(both->type, CAD_STEP_NONE);
    assert_int_equal(m->param[both->param].kind, CAD_STEP_PART);
    assert_string_equal(cad_step_name(m, m->param[both->param].holds.of), "B");
    assert_int_equal(m->out.first[3], 4);
    static const uint32_t out[] = {0, 2, 1, 0}, in[] = {1, 2, 2, 1};
    assert_memory_equal(m->out.to, out, sizeof out);
    assert_memory_equal(m->in.to, in, sizeof in);
    assert_int_equal(m->in.first[1], 2);
    assert_int_equal(m->diags.count[CAD_STEP_S09], 1);
    assert_int_equal(m->diags.count[CAD_STEP_R05], 1);
    assert_memory_equal(text + both->at, "#30=(B(1)A(#20,#10));", both->end - both->at);
    cad_step_close(m);
}

/* Body of a DATA section (or a whole text, where it begins with !), and its findings; lines of a body count from 8. */
static const char *const golden[][2] = {
    /* tokens */
    {"#1=A(?);", "8:6 L01"},
    {"#1=A(# 2);", "8:6 L01"},
    {"#1=A([1]);", "8:6 L01"},
    {"#1=A(.T);", "8:6 L01"},
    {"#1=A(\"4\");", "8:6 L01"},
    {"#1=A(\"0G\");", "8:6 L01"},
    {"#1=A(<x);", "8:6 L01"},
    {"#1=A(1);\n/* #2=B();\n", "9:1 L02, 13:1 S08, 13:1 S08"},
    {"#1=A('x);\n#2=A('y');", "8:6 L03"},
    {"#1=A('x);\n", "8:6 L03"},
    {"#1=A('x\ny');", "8:8 L09"},
    {"#1=A(-);", "8:6 L04"},
    {"#1=A(1.5.2);", "8:6 L04"},
    {"#1=A(1.E);\n#2=A(1.5E+);", "8:6 L04, 9:6 L04"},
    {"#1=A(.5);", "8:6 L05"},
    {"#1=A(1E5,1.e3,-.1e3);", "8:6 L05, 8:10 L05, 8:15 L05"},
    {"#1=A(5.E308);", "8:6 L06"},
    {"#1=A(-5.E400);", "8:6 L06"},
    {"#1=A(9223372036854775808);", "8:6 L07"},
    {"#1=a(.t.);", "8:4 L08, 8:6 L08"},
    {"#1=A(\"0f\");", "8:6 L08"},
    {"#1=A(1\x01\x02,2);", "8:7 L09"},
    {"#1=A('\\X\\4');", "8:7 L10"},
    {"#1=A('\\X2\\00e9\\X0\\');", "8:11 L10"},
    {"#1=A('\\X2\\00E9');", "8:11 L10"},
    {"#1=A('\\X2\\D800\\X0\\');", "8:11 L11"},
    {"#1=A('\\Q');", "8:7 L12"},
    {"#1=A('\xE9');\n#2=A('\xE9');", "8:7 L13"},
    /* structure */
    {"#1 A();", "8:4 S04"},
    {"#1=();", "8:5 S04"},
    {"#1=5;", "8:4 S04"},
    {"#1=A;", "8:5 S04"},
    {"#1=A(=);", "8:6 S04"},
    {"#1=A(1 2);", "8:8 S04"},
    {"#1=A(B(1,2));", "8:9 S04"},
    {"#1=A(B 1);", "8:8 S04"},
    {"#1=(A(1);", "8:9 S04"},
    {"JUNK;\n#1=A();", "8:1 S04"},
    {";#1=A();", "8:1 S04"},
    {"#1=A((1,2);", "8:11 S05"},
    {"#1=A(1", "9:1 S04"},
    {"#1=A())", "8:7 S06"},
    {"#1=A()\n#2=B();", "9:1 S06"},
    {"#1=A(,1,);", "8:6 S07, 8:9 S07"},
    {"#1=A(B());", "8:8 S07"},
    {"#1=(B()A());", "8:8 S09"},
    {"#1=&SCOPE #2=A(); ENDSCOPE /#2/ B(#2);", "8:4 S10"},
    /* references */
    {"#1=A();\n#1=B();", "9:1 R01"},
    {"#1=A(#2,#1);", "8:1 R05, 8:6 R02"},
    {"#1=A(#ID_1);", "8:6 R03"},
    {"#1=A(@5);", "8:6 R03"},
    {"#0=A();", "8:1 R04"},
    {"#01=A(#1);", "8:1 R04, 8:1 R05"},
    {"#1=A(#2);\n#2=B(#3);\n#3=C(#1);", "10:1 R05"},
    {"#1234567890123456789=A();", "8:1 X01"},
    /* files */
    {"!", "1:1 S01"},
    {"!HELLO, WORLD", "1:1 S01"},
    {"!ISO-10303-21;\nHEADER;\nENDSEC;\nEND-ISO-10303-21;\n", "1:1 H01, 1:1 H01, 1:1 H01, 5:1 S02"},
    {"!" HEAD TAIL "more", "10:1 S03"},
    {"!" HEAD "#1=A();\n", "9:1 S08, 9:1 S08"},
    {"!" HEAD "#1=A();\nEND-ISO-10303-21;\n", "9:1 S08"},
    {"!DATA;\n#1=A();\n", "3:1 S08, 3:1 S08"},
    {"!#1=A(#2);\n#2=B();\n", ""},
    {"!\xEF\xBB\xBF" HEAD TAIL, "1:1 L09"},
    {"!ISO-10303-21;HEADER;FILE_NAME('','',(),(),'','','');FILE_DESCRIPTION((''),'5;1');FILE_SCHEMA();ENDSEC;DATA;" TAIL,
     "1:21 H02, 1:53 H02, 1:53 H04, 1:82 H03"},
    {"!ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(),(),'','','');FILE_SCHEMA(('x','automotive_design'));"
     "ENDSEC;DATA;" TAIL,
     "1:95 H05"},
};

static void test_findings_stand_where_the_text_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        char text[1024], found[512];
        bool whole = golden[i][0][0] == '!';
        snprintf(text, sizeof text, "%s%s%s", whole ? "" : HEAD, golden[i][0] + whole, whole ? "" : "\n" TAIL);
        cad_step *m = step_of(text, strlen(text));
        step_codes(m, found, sizeof found);
        if (strcmp(found, golden[i][1]) != 0)
            fail_msg("'%s': found '%s', expected '%s'", golden[i][0], found, golden[i][1]);
        cad_step_close(m);
    }
}

static void test_one_wrong_instance_leaves_the_others(void **state)
{
    (void)state;
    static const char text[] = HEAD "#1=A(;\n#2=B(#1,#3);\n#3=C('it''s; #9=X();');\n#4=D(1\n#5=E(#4);\n" TAIL;
    cad_step *m = step_of(text, sizeof text - 1);
    assert_int_equal(m->n, 5);
    assert_true(m->instance[0].broken && !m->instance[1].broken && !m->instance[2].broken && m->instance[3].broken);
    assert_int_equal(m->diags.n_errors, 2); /* those that refer to a broken instance are not wrong for it */
    fails(cad_step_verdict(m), CAD_EDATA, "line 8, column 6: error S04: #1 A: expected a parameter, found ';'");
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_tell(m, &m->diags.item[1], &b));
    assert_string_equal(cad_buf_cstr(&b), "error S04: #4 D: expected ',' or ')', found '#5'");
    cad_buf_clear(&b);
    fails(cad_step_write(m, &(cad_step_write_opts){0}, &b), CAD_EDATA, "S04");
    cad_buf_deinit(&b);
    cad_step_close(m);
}

static void test_conformant_reading_makes_departures_errors(void **state)
{
    (void)state;
    static const char text[] = HEAD "#1=a(.5,,\"0f\");\n#01=(B()A());\n" TAIL;
    cad_step *m;
    ok(cad_step_read(text, sizeof text - 1, &(cad_step_opts){.conformant = true}, &m));
    assert_int_equal(m->diags.count[CAD_STEP_L08] + m->diags.count[CAD_STEP_L05] + m->diags.count[CAD_STEP_S07], 4);
    assert_int_equal(m->diags.n_errors, 5);   /* and R01 */
    assert_int_equal(m->diags.n_warnings, 2); /* leading zeros and the order of partial types stay warnings */
    cad_step_close(m);
}

static void test_limits_are_told_by_name(void **state)
{
    (void)state;
    static const struct {
        cad_step_limits limits;
        const char *text, *says;
    } row[] = {
        {{.bytes = 100}, HEAD TAIL, "limit 100"},
        {{.instances = 2}, HEAD "#1=A();#2=A();#3=A();" TAIL, "more instances than the limit, 2"},
        {{.instances = 2}, HEAD "#1=A();#2=A();ENDSEC;DATA;#3=A();" TAIL, "more instances than the limit, 2"},
        {{.id_digits = 3}, HEAD "#1000=A();" TAIL, "an id of 4 digits; limit 3"},
        {{.params = 9}, HEAD "#1=A(1,2,3,4,5,6,7,8,9,0);" TAIL, "more parameters than the limit, 9"},
        {{.nesting = 2}, HEAD "#1=A((((1))));" TAIL, "more than 2 nested lists"},
        {{.string = 20}, HEAD "#1=A('123456789012345678901');" TAIL, "a string of 21 bytes; limit 20"},
        {{.keyword = 16}, HEAD "#1=ABCDEFGHIJKLMNOPQ();" TAIL, "a keyword of 17 bytes; limit 16"},
        {{.scopes = 1},
         HEAD "#1=&SCOPE #2=&SCOPE #3=A();ENDSCOPE B();ENDSCOPE C();" TAIL,
         "more nested SCOPEs than the limit, 1"},
        {{.sections = 1}, HEAD "ENDSEC;DATA;" TAIL, "more DATA sections than the limit, 1"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        cad_step *m;
        cad_step_opts o = {.limits = row[i].limits};
        ok(cad_step_read(row[i].text, strlen(row[i].text), &o, &m));
        if (m->diags.count[CAD_STEP_X01] != 1)
            fail_msg("row %zu: %d findings X01", i, (int)m->diags.count[CAD_STEP_X01]);
        bool said = false;
        for (int32_t k = 0; k < m->diags.n; k++)
            said |= m->diags.item[k].code == CAD_STEP_X01 && strstr(m->diags.item[k].text, row[i].says);
        if (!said)
            fail_msg("row %zu: '%s' is not said, but '%s'", i, row[i].says, m->diags.item[0].text);
        cad_step_close(m);
    }
    cad_buf many = CAD_BUF_INIT; /* an instance knows its section by 16 bits */
    for (int i = 0; i <= CAD_STEP_SECTIONS_MAX; i++)
        ok(cad_buf_printf(&many, "DATA;\n#%d=A();\nENDSEC;\n", i + 1));
    cad_step *m;
    ok(cad_step_read(many.data, many.len, &(cad_step_opts){.input = CAD_STEP_SECTION, .limits = {.sections = 1000000}}, &m));
    assert_int_equal(m->n_sections, CAD_STEP_SECTIONS_MAX);
    assert_int_equal(m->diags.count[CAD_STEP_X01], 1);
    assert_int_equal(m->instance[CAD_STEP_SECTIONS_MAX - 1].section, CAD_STEP_SECTIONS_MAX - 1);
    cad_step_close(m);
    cad_buf_deinit(&many);
    /* one less is none too many */
    ok(cad_step_read(
        HEAD "#1=A((1,'12345678901234567890'));#2=A();" TAIL, strlen(HEAD "#1=A((1,'12345678901234567890'));#2=A();" TAIL),
        &(cad_step_opts){.limits = {.instances = 2, .id_digits = 1, .params = 9, .nesting = 1, .string = 20, .sections = 1}},
        &m));
    ok(cad_step_verdict(m));
    cad_step_close(m);
}

static void test_sections_of_edition_three_are_passed_over(void **state)
{
    (void)state;
    static const char text[] = "ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'4;1');FILE_NAME('','',(''),(''),'','','');FILE_"
                               "SCHEMA(('AUTOMOTIVE_DESIGN'));ENDSEC;\n"
                               "ANCHOR;<a>=#1{t:'x'};ENDSEC;REFERENCE;#50=<http://x/y.stp#z>;@7=<http://x/y.stp#v>;ENDSEC;\n"
                               "DATA('one',('X'));#1=A(#2,#50,@7);ENDSEC;DATA('two',('X'));#2=B(<uri>);ENDSEC;\n"
                               "END-ISO-10303-21;\nSIGNATURE;\nMIIB'\"(;;\nENDSEC;\n";
    cad_step *m = step_of(text, sizeof text - 1);
    char found[200];
    step_codes(m, found, sizeof found);
    assert_string_equal(found, "");
    assert_int_equal(m->n_sections, 2);
    assert_int_equal(m->instance[1].section, 1);
    assert_int_equal(m->out.first[2], 1); /* #50 is bound elsewhere, and so is @7 */
    assert_true(m->param[m->instance[0].param + 2].kind == CAD_STEP_REF);
    cad_buf b = step_text(m);
    assert_non_null(strstr(b.data, "#1=A(#2,$,$);\n"));
    cad_buf_deinit(&b);
    cad_step_close(m);
    static const char other[] = HEAD "#1=A(@8,#50);" TAIL; /* nothing binds them here */
    m = step_of(other, sizeof other - 1);
    step_codes(m, found, sizeof found);
    assert_string_equal(found, "8:6 R03, 8:9 R02");
    cad_step_close(m);
}

static void test_every_cut_of_a_file_gives_a_model(void **state)
{
    (void)state;
    static const char text[] = HEAD "#1=A('x\\X2\\00E9\\X0\\',(1.5,(.T.,\"0F\")),$,*);/* c */#2=(B(#1)C(D(2)));" TAIL;
    for (size_t n = 0; n < sizeof text - 2; n++) { /* all but the line end behind the last semicolon */
        char *cut = malloc(n + 1);                 /* the byte behind the text is nobody's */
        memcpy(cut, text, n);
        cad_step *m = step_of(cut, n);
        assert_true(m->diags.n_errors + m->diags.n_warnings > 0 && (m->incomplete || n == sizeof text - 3));
        for (int32_t i = 0; i < m->diags.n; i++)
            assert_true(m->diags.item[i].at <= n);
        cad_step_close(m);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_becomes_instances_parameters_and_references),
        cmocka_unit_test(test_findings_stand_where_the_text_is_wrong),
        cmocka_unit_test(test_one_wrong_instance_leaves_the_others),
        cmocka_unit_test(test_conformant_reading_makes_departures_errors),
        cmocka_unit_test(test_limits_are_told_by_name),
        cmocka_unit_test(test_sections_of_edition_three_are_passed_over),
        cmocka_unit_test(test_every_cut_of_a_file_gives_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
