/* eval/expect.h: keys and types of an expectation, checked once when a suite is read. */
#include "eval/expect.h"
#include "eval/facts_json.h"

#include <string.h>

static bool is_number_or_range(const json_t *v)
{
    if (json_is_number(v))
        return true;
    return json_array_size(v) == 2 && json_is_number(json_array_get(v, 0)) && json_is_number(json_array_get(v, 1)) &&
           json_number_value(json_array_get(v, 0)) <= json_number_value(json_array_get(v, 1));
}

static cad_status bad(const char *where, const char *key, const char *expected)
{
    CAD_FAIL(CAD_EDATA, "%s: expect.%s: expected %s", where, key, expected);
}

static cad_status check_box(const json_t *v, const char *where)
{
    if (json_array_size(v) != 3)
        return bad(where, "bbox", "three numbers, ranges or nulls");
    for (size_t i = 0; i < 3; i++)
        if (!json_is_null(json_array_get(v, i)) && !is_number_or_range(json_array_get(v, i)))
            return bad(where, "bbox", "three numbers, ranges or nulls");
    return CAD_OK;
}

static cad_status check_faces(const json_t *v, const char *where)
{
    if (is_number_or_range(v))
        return CAD_OK;
    if (!json_is_object(v))
        return bad(where, "faces", "a count or {kind: count}");
    const char *key;
    json_t *n;
    json_object_foreach((json_t *)(uintptr_t)v, key, n)
    {
        if (cad_surface_find(key) == CAD_SURFACE_KINDS || !is_number_or_range(n))
            return bad(where, "faces", "kinds plane cylinder cone sphere torus other with counts");
    }
    return CAD_OK;
}

static cad_status check_feature(const json_t *v, const char *where, const char *list)
{
    const char *key;
    json_t *x;
    if (!json_is_object(v))
        return bad(where, list, "a list of objects");
    json_object_foreach((json_t *)(uintptr_t)v, key, x)
    {
        bool good;
        if (!strcmp(key, "d") || !strcmp(key, "depth") || !strcmp(key, "h") || !strcmp(key, "pcd"))
            good = is_number_or_range(x);
        else if (!strcmp(key, "count"))
            good = json_is_integer(x) && json_integer_value(x) >= 0 && json_integer_value(x) <= 512;
        else if (!strcmp(key, "through") || !strcmp(key, "even"))
            good = json_is_boolean(x);
        else if (!strcmp(key, "spacing"))
            good = json_is_number(x) || (json_array_size(x) >= 1 && json_array_size(x) <= 2);
        else
            CAD_FAIL(CAD_EDATA, "%s: expect.%s: unknown key '%s'; expected d count through depth h pcd even spacing", where,
                     list, key);
        if (!good)
            CAD_FAIL(CAD_EDATA, "%s: expect.%s: key '%s' has a wrong value", where, list, key);
    }
    return CAD_OK;
}

static cad_status check_features(const json_t *v, const char *where, const char *list)
{
    if (!json_is_array(v))
        return bad(where, list, "a list of objects");
    size_t i;
    json_t *one;
    json_array_foreach(v, i, one) CAD_TRY(check_feature(one, where, list));
    return CAD_OK;
}

static cad_status check_any(const json_t *v, const char *where)
{
    if (json_array_size(v) == 0)
        return bad(where, "any", "a list of expectations");
    size_t i;
    json_t *one;
    json_array_foreach(v, i, one)
    {
        if (json_object_get(one, "any"))
            return bad(where, "any", "alternatives without a further 'any'");
        CAD_TRY(cad_expect_validate(one, where));
    }
    return CAD_OK;
}

static cad_status check_prism(const json_t *v, const char *where)
{
    const json_t *sides = json_object_get(v, "sides"), *af = json_object_get(v, "af");
    if (!json_is_object(v) || (sides && !json_is_integer(sides)) || (af && !is_number_or_range(af)))
        return bad(where, "prism", "{sides: integer, af: number}");
    return CAD_OK;
}

cad_status cad_expect_validate(const json_t *expect, const char *where)
{
    if (!json_is_object(expect))
        CAD_FAIL(CAD_EDATA, "%s: expect: expected an object", where);
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)expect, key, v)
    {
        if (!strcmp(key, "bbox"))
            CAD_TRY(check_box(v, where));
        else if (!strcmp(key, "faces"))
            CAD_TRY(check_faces(v, where));
        else if (!strcmp(key, "holes") || !strcmp(key, "bosses"))
            CAD_TRY(check_features(v, where, key));
        else if (!strcmp(key, "any"))
            CAD_TRY(check_any(v, where));
        else if (!strcmp(key, "prism"))
            CAD_TRY(check_prism(v, where));
        else if (!strcmp(key, "solids") || !strcmp(key, "shells") || !strcmp(key, "genus") || !strcmp(key, "volume") ||
                 !strcmp(key, "wall")) {
            if (!is_number_or_range(v))
                return bad(where, key, "a number or [lo, hi]");
        } else if (!strcmp(key, "order")) {
            const char *t = json_string_value(v);
            if (!t || (strcmp(t, "any") != 0 && strcmp(t, "xyz") != 0))
                return bad(where, key, "any or xyz");
        } else if (!strcmp(key, "open")) {
            const char *t = json_string_value(v);
            if (!t || (strcmp(t, "any") != 0 && !(strlen(t) == 2 && strchr("+-", t[0]) && strchr("XYZ", t[1]))))
                return bad(where, key, "any or +X -X +Y -Y +Z -Z");
        } else if (!strcmp(key, "tol")) {
            if (!json_is_number(v) || !(json_number_value(v) > 0 && json_number_value(v) < 1))
                return bad(where, key, "a number between 0 and 1");
        } else {
            CAD_FAIL(CAD_EDATA, "%s: expect: unknown key '%s'", where, key);
        }
    }
    return CAD_OK;
}
