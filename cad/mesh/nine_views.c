#include "cad/mesh/nine_views.h"

cad_status cad_nine_views(const cad_scene *scene, cad_arena *a, cad_image *out)
{
    static const double angle[9][2] = {{0, 90},   {0, 0},     {90, 90}, {45, 45}, {45, 135},
                                       {225, 45}, {225, 135}, {0, 60},  {0, 120}};
    cad_render_opts o = cad_render_defaults();
    o.view = CAD_VIEW_angles;
    o.width = o.height = CAD_NINE_TILE;
    o.samples = 2;
    o.fill = 0.8;
    o.part = (cad_rgb){193, 139, 92};
    o.background = (cad_rgb){211, 212, 214};
    o.edge = (cad_rgb){52, 34, 20};
    CAD_TRY(cad_image_create(a, CAD_NINE_SIDE, CAD_NINE_SIDE, (cad_rgb){255, 255, 255}, out));
    for (int i = 0; i < 9; i++) {
        cad_image tile;
        cad_frame f = cad_arena_mark(a);
        o.azimuth = angle[i][0];
        o.polar = angle[i][1];
        o.opening = i < 3 ? 0 : 30;
        CAD_TRY(cad_render(scene, &o, a, &tile));
        cad_image_blit(out, i % 3 * (CAD_NINE_TILE + CAD_NINE_GAP), i / 3 * (CAD_NINE_TILE + CAD_NINE_GAP), &tile);
        cad_arena_rewind(a, f);
    }
    return CAD_OK;
}
