/* For tests of STEP files: texts in, models and findings out. */
#ifndef CADLM_TESTS_CAD_STEP_UTIL_H
#define CADLM_TESTS_CAD_STEP_UTIL_H

#include "tests/unit.h"

#include "cad/step/step.h"
#include "cad/step/step_write.h"
#include "core/fs.h"

#include <strings.h>

static inline cad_step *step_of(const char *text, size_t len)
{
    cad_step *m = NULL;
    ok(cad_step_read(text, len, &(cad_step_opts){0}, &m));
    return m;
}

/* The canonical text of a model without errors. */
static inline cad_buf step_text(const cad_step *m)
{
    cad_buf b = CAD_BUF_INIT;
    ok(cad_step_write(m, &(cad_step_write_opts){0}, &b));
    return b;
}

/* The findings, a line each as "2:7 S04". */
static inline void step_codes(const cad_step *m, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < m->diags.n && n < size; i++) {
        uint32_t line, column;
        cad_step_place(m, m->diags.item[i].at, &line, &column);
        n += (size_t)snprintf(out + n, size - n, "%s%u:%u %s", i ? ", " : "", line, column,
                              cad_step_code_name(m->diags.item[i].code));
    }
}

/* Two models that mean the same: header, sections, types, parameters; references by place. */
static inline void step_same(const cad_step *a, const cad_step *b)
{
    cad_buf s = CAD_BUF_INIT, t = CAD_BUF_INIT;
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->n_params, b->n_params);
    assert_int_equal(a->n_header, b->n_header);
    assert_int_equal(a->n_sections, b->n_sections);
    for (uint32_t i = 0; i < a->n_header; i++)
        assert_string_equal(cad_step_name(a, a->header[i].type), cad_step_name(b, b->header[i].type));
    for (uint32_t i = 0; i < a->n; i++) {
        const cad_step_instance *x = &a->instance[i], *y = &b->instance[i];
        assert_int_equal(x->section, y->section);
        assert_int_equal(x->size, y->size);
        assert_int_equal(x->type == CAD_STEP_NONE, y->type == CAD_STEP_NONE);
        if (x->type != CAD_STEP_NONE)
            assert_string_equal(cad_step_name(a, x->type), cad_step_name(b, y->type));
        for (uint32_t k = 0; k < x->size; k++) {
            const cad_step_param *p = &a->param[x->param + k], *q = &b->param[y->param + k];
            if (p->kind == CAD_STEP_REF && p->ref == CAD_STEP_NONE) { /* bound by a REFERENCE section, which is left out */
                assert_int_equal(q->kind, CAD_STEP_UNSET);
                continue;
            }
            assert_int_equal(p->kind, q->kind);
            if (p->kind == CAD_STEP_STRING) {
                cad_buf_clear(&s);
                cad_buf_clear(&t);
                ok(cad_step_string(a, x->param + k, &s));
                ok(cad_step_string(b, y->param + k, &t));
                assert_int_equal(s.len, t.len);
                assert_memory_equal(cad_buf_cstr(&s), cad_buf_cstr(&t), s.len);
            } else if (p->kind == CAD_STEP_ENUM || p->kind == CAD_STEP_BINARY) {
                assert_int_equal(p->len, q->len);
                assert_int_equal(strncasecmp(a->text + p->at, b->text + q->at, p->len), 0);
            } else if (p->kind == CAD_STEP_TYPED || p->kind == CAD_STEP_PART) {
                assert_string_equal(cad_step_name(a, p->holds.of), cad_step_name(b, q->holds.of));
                assert_int_equal(p->holds.size, q->holds.size);
            } else if (p->kind == CAD_STEP_REF) {
                assert_int_equal(p->ref, q->ref);
            } else if (p->kind == CAD_STEP_REAL) {
                assert_memory_equal(&p->real, &q->real, sizeof p->real);
            } else if (p->kind == CAD_STEP_INTEGER) {
                assert_true(p->integer == q->integer);
            } else if (p->kind >= CAD_STEP_LIST) {
                assert_int_equal(p->holds.size, q->holds.size);
            }
        }
    }
    cad_buf_deinit(&s);
    cad_buf_deinit(&t);
}

/* Laws of writing on a model without errors and without partial types out of order: what is written reads back to the same
 * model, and is written again as the same bytes. */
static inline void step_laws(const cad_step *m)
{
    cad_buf once = step_text(m);
    cad_step *again = step_of(cad_buf_cstr(&once), once.len);
    ok(cad_step_verdict(again));
    if (m->diags.count[CAD_STEP_S09] == 0 && m->n_sections > 0)
        step_same(m, again);
    cad_buf twice = step_text(again);
    assert_int_equal(once.len, twice.len);
    assert_memory_equal(once.data, twice.data, once.len);
    cad_step_close(again);
    cad_buf_deinit(&once);
    cad_buf_deinit(&twice);
}

#endif
