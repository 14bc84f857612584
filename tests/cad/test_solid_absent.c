/* A build without the geometry kernel says so, naming the option. */
#include "tests/cad/ir_util.h"

#include "cad/occt/solid.h"

static void test_every_function_names_the_missing_option(void **state)
{
    (void)state;
    program p = check_text("C 1 2 3", CAD_IR_DIALECT_cadlm);
    cad_solid *s;
    cad_facts f;
    cad_mesh m;
    cad_polylines l;
    uint32_t mask;
    double v;
    cad_buf b = CAD_BUF_INIT;
    fails(cad_solid_from_ir(p.ir, &p.diags, &s), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_from_ir_plain(p.ir, &p.diags, &s), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    assert_int_equal(cad_solid_count().direct, 0);
    fails(cad_solid_read_step("", 0, &s), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_write_step(NULL, NULL, &b), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_facts(NULL, p.arena, &f), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_open(NULL, &mask), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_mesh(NULL, 0.001, 0.1, p.arena, &m), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_edges(NULL, 0.001, 0.1, p.arena, &l, NULL), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    fails(cad_solid_common_volume(NULL, NULL, &v), CAD_EUNSUPPORTED, "CADLM_OCCT=ON");
    assert_string_equal(cad_solid_kernel(), "none");
    cad_solid_destroy(NULL);
    drop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_function_names_the_missing_option)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
