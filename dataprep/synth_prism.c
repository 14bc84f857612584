/* Regular prisms other than hexagonal ones: they teach the base model the opcode P without showing it a hex part. */
#include "dataprep/say.h"
#include "dataprep/synth_family.h"
#include "dataprep/words.h"

#include <math.h>

/* The side count is a word of the caption, so each has its form; its name is the rule `shape`. */
typedef struct prism {
    double r, h;
} prism;

static prism draw(cad_part *p, int k)
{
    prism s;
    s.r = cad_half(cad_part_size(p, "f", CAD_SIZE_fine, 5, 80));
    s.h = cad_part_size(p, "h", CAD_SIZE_big, 3, 120);
    cad_part_given(p, "k", k, true);
    cad_part_line(p, "P $ $ $", 3, (double)k, s.r, s.h);
    cad_part_prism(p, k, s.r, s.h);
    return s;
}

static bool solid(cad_part *p, int k)
{
    prism s = draw(p, k);
    return s.r > 0;
}

static bool bored(cad_part *p, int k)
{
    prism s = draw(p, k);
    double b = cad_half(cad_part_size(p, "b", CAD_SIZE_fine, 1.5, fmax(2, 1.7 * s.r)));
    cad_part_line(p, "Y $ $", 2, b, s.h);
    cad_part_line(p, "D 0 1", 0);
    (void)cad_part_holes(p, b, s.h, 1);
    return b <= 0.85 * s.r && s.r - b >= 0.4;
}

static bool studded(cad_part *p, int k)
{
    double r = cad_half(cad_part_size(p, "f", CAD_SIZE_fine, 6, 60)), t = cad_part_size(p, "t", CAD_SIZE_fine, 2, 20);
    cad_part_given(p, "k", k, true);
    double s = cad_half(cad_part_size(p, "d", CAD_SIZE_fine, 3, 50)), h = cad_part_size(p, "h", CAD_SIZE_big, 6, 120);
    cad_part_line(p, "P $ $ $", 3, (double)k, r, t);
    cad_part_prism(p, k, r, t);
    cad_part_line(p, "Y $ $", 2, s, h);
    cad_part_line(p, "U 0 1", 0);
    (void)cad_part_bosses(p, s, h - t, 1);
    p->ext[2] = h;
    return s <= 0.9 * r && h >= t + 3;
}

#define KIND(name, k)                                                                                                          \
    static bool name##_solid(cad_part *p)                                                                                      \
    {                                                                                                                          \
        return solid(p, k);                                                                                                    \
    }                                                                                                                          \
    static bool name##_bored(cad_part *p)                                                                                      \
    {                                                                                                                          \
        return bored(p, k);                                                                                                    \
    }
KIND(tri, 3)
KIND(penta, 5)
KIND(hepta, 7)
KIND(octa, 8)
KIND(deca, 10)
KIND(dodeca, 12)
#undef KIND

static bool octa_stud(cad_part *p)
{
    return studded(p, 8);
}

static const cad_form forms[] = {
    {"octa_solid", 0.16, octa_solid, cad_words_prism_octa_solid, &cad_say_prism_octa_solid},
    {"octa_bored", 0.20, octa_bored, cad_words_prism_octa_bored, &cad_say_prism_octa_bored},
    {"octa_stud", 0.10, octa_stud, cad_words_prism_stud, &cad_say_prism_octa_stud},
    {"penta_solid", 0.10, penta_solid, cad_words_prism_penta_solid, &cad_say_prism_penta_solid},
    {"penta_bored", 0.10, penta_bored, cad_words_prism_penta_bored, &cad_say_prism_penta_bored},
    {"tri_solid", 0.08, tri_solid, cad_words_prism_tri_solid, &cad_say_prism_tri_solid},
    {"tri_bored", 0.06, tri_bored, cad_words_prism_tri_bored, &cad_say_prism_tri_bored},
    {"hepta_solid", 0.04, hepta_solid, cad_words_prism_hepta_solid, &cad_say_prism_hepta_solid},
    {"hepta_bored", 0.04, hepta_bored, cad_words_prism_hepta_bored, &cad_say_prism_hepta_bored},
    {"deca_solid", 0.03, deca_solid, cad_words_prism_deca_solid, &cad_say_prism_deca_solid},
    {"deca_bored", 0.03, deca_bored, cad_words_prism_deca_bored, &cad_say_prism_deca_bored},
    {"dodeca_solid", 0.03, dodeca_solid, cad_words_prism_dodeca_solid, &cad_say_prism_dodeca_solid},
    {"dodeca_bored", 0.03, dodeca_bored, cad_words_prism_dodeca_bored, &cad_say_prism_dodeca_bored},
};

const cad_family cad_family_prism = {"prism", 0.09, false, CAD_FORMS(forms), cad_words_prism};
