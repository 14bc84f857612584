#include "eval/eval_rows_cmd.h"

#include <stdio.h>
#include <string.h>

/* "LABEL=DIR" or "DIR": model1, model2, .. or pred1, .. by its place. */
static cad_status read_model(const char *option, const char *text, size_t index, cad_arena *a, cad_eval_model *out)
{
    const char *eq = strchr(text, '=');
    bool pred = !strcmp(option, "pred");
    char label[32];
    snprintf(label, sizeof label, "%s%zu", pred ? "pred" : "model", index + 1);
    bool labelled = eq && eq > text;
    *out = (cad_eval_model){0};
    *(pred ? &out->pred : &out->ckpt) = labelled ? eq + 1 : text;
    return cad_arena_strdup(a, labelled ? text : label, labelled ? (size_t)(eq - text) : strlen(label), &out->label);
}

static cad_status check_labels(const cad_eval_opts *o)
{
    for (size_t i = 0; i < o->n_models; i++) {
        const char *l = o->model[i].label;
        if (strspn(l, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(l) || l[0] == '.')
            CAD_FAIL(CAD_EUSAGE, "label '%s'; expected letters, digits, . _ -", l);
        for (size_t k = 0; k < i; k++)
            if (!strcmp(l, o->model[k].label))
                CAD_FAIL(CAD_EUSAGE, "two rows are called '%s'\nhint: name them, --ckpt=LABEL=DIR, --pred=LABEL=DIR", l);
    }
    return CAD_OK;
}

cad_status cad_eval_rows_read(cad_cli *cli, cad_eval_model *model, cad_eval_opts *o)
{
    static const char *const options[] = {"ckpt", "pred"};
    const char *text;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; (text = cad_cli_value_at(cli, options[k], i)); i++) {
            if (o->n_models == CAD_EVAL_MAX_ROWS - 4)
                CAD_FAIL(CAD_EUSAGE, "--%s: at most %d models in one table", options[k], CAD_EVAL_MAX_ROWS - 4);
            CAD_TRY(read_model(options[k], text, i, cad_cli_arena(cli), &model[o->n_models++]));
        }
    if (o->gt && (o->n_models == 0 || model[0].ckpt))
        CAD_FAIL(CAD_EUSAGE, "--gt=%s: its files have no prompts; expected answers with --pred=DIR%s", o->gt,
                 o->n_models ? ", and no --ckpt" : "");
    if (o->n_models == 0)
        model[o->n_models++] = (cad_eval_model){.label = "tiny"};
    o->model = model;
    return check_labels(o);
}
