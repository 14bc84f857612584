/* What a model of STEP is taught: the smallest solid that OCCT takes, and answers that are none. */
#ifndef CADLM_TESTS_TAUGHT_BALLS_H
#define CADLM_TESTS_TAUGHT_BALLS_H

#include "tests/infer/taught_model.h"

#define BALL(radius, end)                                                                                                      \
    "DATA;\n#1=SHAPE_DEFINITION_REPRESENTATION(#2,#9);\n#2=PRODUCT_DEFINITION_SHAPE('','',#3);\n"                              \
    "#3=PRODUCT_DEFINITION('','',#4,#7);\n#4=PRODUCT_DEFINITION_FORMATION('','',#5);\n#5=PRODUCT('','','',(#6));\n"            \
    "#6=PRODUCT_CONTEXT('',#8,'');\n#7=PRODUCT_DEFINITION_CONTEXT('',#8,'');\n#8=APPLICATION_CONTEXT('');\n"                   \
    "#9=ADVANCED_BREP_SHAPE_REPRESENTATION('',(#11),#10);\n#10=GEOMETRIC_REPRESENTATION_CONTEXT('','',3);\n"                   \
    "#11=MANIFOLD_SOLID_BREP('',#12);\n#12=CLOSED_SHELL('',(#13));\n#13=ADVANCED_FACE('',(#14),#18,.T.);\n"                    \
    "#14=FACE_BOUND('',#15,.T.);\n#15=VERTEX_LOOP('',#16);\n#16=VERTEX_POINT('',#17);\n"                                       \
    "#17=CARTESIAN_POINT('',(0.,0.,-" radius "));\n#18=SPHERICAL_SURFACE('',#19," radius ");\n"                                \
    "#19=AXIS2_PLACEMENT_3D('',#20,$,$);\n#20=CARTESIAN_POINT('',(0.,0.,0.));\nENDSEC;\n" end
#define BALL_END "END-ISO-10303-21;"

/* What a model of STEP learnt: a part with junk behind its end, one without an end, and no STEP. */
static const taught BALLS[] = {{"ball 3", BALL("3.", BALL_END "\njunk")}, {"half a ball", BALL("4.", "")}, {"nothing", "no"}};
enum { N_BALLS = sizeof BALLS / sizeof *BALLS, BALLS_VOCAB = 620 };

#endif
