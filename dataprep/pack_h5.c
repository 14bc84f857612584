#include "dataprep/pack_h5.h"

#include "core/path.h"
#include "core/size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TEXT = 1 << 20, MAX_TEXTS = 65535 };

size_t cad_h5_size(cad_h5_type t)
{
    static const size_t size[] = {1, 2, 4, 8, 8, 4};
    return size[t];
}

static hid_t memory_type(cad_h5_type t)
{
    switch (t) {
    case CAD_H5_u8:
        return H5T_NATIVE_UINT8;
    case CAD_H5_u16:
        return H5T_NATIVE_UINT16;
    case CAD_H5_u32:
        return H5T_NATIVE_UINT32;
    case CAD_H5_u64:
        return H5T_NATIVE_UINT64;
    case CAD_H5_i64:
        return H5T_NATIVE_INT64;
    case CAD_H5_f32:
        return H5T_NATIVE_FLOAT;
    }
    return H5I_INVALID_HID;
}

static hid_t file_type(cad_h5_type t)
{
    switch (t) {
    case CAD_H5_u8:
        return H5T_STD_U8LE;
    case CAD_H5_u16:
        return H5T_STD_U16LE;
    case CAD_H5_u32:
        return H5T_STD_U32LE;
    case CAD_H5_u64:
        return H5T_STD_U64LE;
    case CAD_H5_i64:
        return H5T_STD_I64LE;
    case CAD_H5_f32:
        return H5T_IEEE_F32LE;
    }
    return H5I_INVALID_HID;
}

static _Thread_local int first_errno; /* of the calls of HDF5 since cad_h5_quiet; 0: none of them was of the system */

/* HDF5 keeps the number in words: "file write failed: ..., errno = 28, error message = ..". */
static herr_t note_entry(unsigned n, const H5E_error2_t *e, void *ctx)
{
    (void)n, (void)ctx;
    const char *at = e->desc ? strstr(e->desc, "errno = ") : NULL;
    if (at && !first_errno)
        first_errno = (int)strtol(at + strlen("errno = "), NULL, 10);
    return 0;
}

static herr_t note_error(hid_t stack, void *ctx)
{
    return H5Ewalk2(stack, H5E_WALK_UPWARD, note_entry, ctx);
}

void cad_h5_quiet(void)
{
    first_errno = 0;
    (void)H5dont_atexit();
    (void)H5Eset_auto2(H5E_DEFAULT, note_error, NULL);
}

cad_status cad_h5_write_failed(const char *path)
{
    const char *hint = first_errno == ENOSPC || first_errno == EDQUOT  ? "free space there or choose another folder"
                       : first_errno == EROFS || first_errno == EACCES ? "choose a folder that can be written"
                                                                       : "look at the disk, then repeat the command";
    CAD_FAIL(CAD_EWRITE, "%s: %s: %s\nhint: %s; an older %s is as it was", path, cad_error_text(),
             first_errno ? strerror(first_errno) : "the library gives no reason", hint, cad_path_base(path));
}

/* ---- writing ---- */

static hid_t open_with(const char *path, bool create_it)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_FILE_CREATE), f = -1;
    if (access >= 0 && create >= 0 && H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_obj_track_times(create, 0) >= 0)
        f = create_it ? H5Fcreate(path, H5F_ACC_TRUNC, create, access) : H5Fopen(path, H5F_ACC_RDWR, access);
    if (create >= 0)
        (void)H5Pclose(create);
    if (access >= 0)
        (void)H5Pclose(access);
    return f;
}

hid_t cad_h5_create(const char *path)
{
    return open_with(path, true);
}

hid_t cad_h5_reopen(const char *path)
{
    return open_with(path, false);
}

/* Takes `space`; `part`: the shape of a chunk, NULL: contiguous.  No time stamp gets into the file. */
static hid_t new_set(hid_t file, const char *name, cad_h5_type t, hid_t space, int rank, const hsize_t *part)
{
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE), set = -1;
    bool good = space >= 0 && plist >= 0 && H5Pset_obj_track_times(plist, 0) >= 0;
    if (good && part)
        good = H5Pset_chunk(plist, rank, part) >= 0 && H5Pset_shuffle(plist) >= 0 && H5Pset_deflate(plist, 1) >= 0;
    if (good)
        set = H5Dcreate2(file, name, file_type(t), space, H5P_DEFAULT, plist, H5P_DEFAULT);
    if (plist >= 0)
        (void)H5Pclose(plist);
    if (space >= 0)
        (void)H5Sclose(space);
    return set;
}

cad_status cad_h5_put(hid_t file, const char *name, cad_h5_type t, const void *data, size_t rows, size_t cols, size_t chunk)
{
    size_t per = cols ? chunk / cols : chunk;
    hsize_t dim[2] = {rows, cols}, part[2] = {per < 1 ? 1 : per < rows ? per : rows, cols};
    int rank = cols ? 2 : 1;
    hid_t set = new_set(file, name, t, H5Screate_simple(rank, dim, NULL), rank, chunk && rows ? part : NULL);
    herr_t e = 0;
    if (set >= 0 && rows)
        e = H5Dwrite(set, memory_type(t), H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    if (set < 0 || H5Dclose(set) < 0)
        e = -1;
    if (e < 0)
        CAD_FAIL(CAD_EWRITE, "%s: HDF5 cannot write %zu rows", name, rows);
    return CAD_OK;
}

hid_t cad_h5_grow(hid_t file, const char *name, cad_h5_type t, size_t chunk)
{
    hsize_t none = 0, most = H5S_UNLIMITED, part = chunk;
    return new_set(file, name, t, H5Screate_simple(1, &none, &most), 1, &part);
}

/* The elements [at, at + n) in the file and as many in memory.  False: the library failed, nothing is left open. */
static bool select_part(hid_t set, size_t at, size_t n, hid_t *file, hid_t *memory)
{
    hsize_t from = at, count = n;
    *file = H5Dget_space(set);
    *memory = H5Screate_simple(1, &count, NULL);
    if (*file >= 0 && *memory >= 0 && H5Sselect_hyperslab(*file, H5S_SELECT_SET, &from, NULL, &count, NULL) >= 0)
        return true;
    if (*file >= 0)
        (void)H5Sclose(*file);
    if (*memory >= 0)
        (void)H5Sclose(*memory);
    return false;
}

cad_status cad_h5_append(hid_t set, const char *name, cad_h5_type t, const void *data, size_t at, size_t n)
{
    hsize_t all = at + n;
    hid_t file, memory;
    herr_t e = -1;
    if (!n)
        return CAD_OK;
    if (H5Dset_extent(set, &all) >= 0 && select_part(set, at, n, &file, &memory)) {
        e = H5Dwrite(set, memory_type(t), memory, file, H5P_DEFAULT, data);
        (void)H5Sclose(file);
        (void)H5Sclose(memory);
    }
    if (e < 0)
        CAD_FAIL(CAD_EWRITE, "%s: HDF5 cannot write %zu elements behind %zu", name, n, at);
    return CAD_OK;
}

/* One attribute of `type` (closed here) over `space` (closed here). */
static cad_status put_attribute(hid_t where, const char *name, hid_t type, hid_t space, const void *data)
{
    hid_t a = type < 0 || space < 0 ? -1 : H5Acreate2(where, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    herr_t e = a < 0 ? -1 : H5Awrite(a, type, data);
    if (a >= 0 && H5Aclose(a) < 0)
        e = -1;
    if (type >= 0)
        (void)H5Tclose(type);
    if (space >= 0)
        (void)H5Sclose(space);
    if (e < 0)
        CAD_FAIL(CAD_EWRITE, "HDF5 cannot write attribute %s", name);
    return CAD_OK;
}

static hid_t text_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, bytes) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0))
        (void)H5Tclose(type), type = -1;
    return type;
}

cad_status cad_h5_put_text(hid_t where, const char *name, const char *text)
{
    if (!text)
        text = "";
    return put_attribute(where, name, text_type(strlen(text) + 1), H5Screate(H5S_SCALAR), text);
}

cad_status cad_h5_put_int(hid_t where, const char *name, int64_t value)
{
    return put_attribute(where, name, H5Tcopy(H5T_STD_I64LE), H5Screate(H5S_SCALAR), &value);
}

cad_status cad_h5_put_texts(hid_t where, const char *name, const char *const *text, size_t n)
{
    size_t width = 1;
    for (size_t i = 0; i < n; i++)
        width = strlen(text[i]) + 1 > width ? strlen(text[i]) + 1 : width;
    cad_buf flat = CAD_BUF_INIT;
    cad_status s = cad_buf_reserve(&flat, cad_size_add(cad_size_mul(n, width), 1));
    for (size_t i = 0; s == CAD_OK && i < n; i++)
        for (size_t k = 0; s == CAD_OK && k < width; k++)
            s = cad_buf_add(&flat, k < strlen(text[i]) ? text[i] + k : "", 1);
    hsize_t dim = n;
    if (s == CAD_OK)
        s = put_attribute(where, name, text_type(width), H5Screate_simple(1, &dim, NULL), flat.data);
    cad_buf_deinit(&flat);
    return s;
}

/* ---- reading ---- */

static hid_t open_set(hid_t file, const char *name)
{
    return H5Lexists(file, name, H5P_DEFAULT) > 0 ? H5Dopen2(file, name, H5P_DEFAULT) : -1;
}

cad_status cad_h5_shape(hid_t file, const char *path, const char *name, cad_h5_type t, size_t *rows, size_t *cols)
{
    hid_t set = open_set(file, name);
    if (set < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s is missing or unreadable", path, name);
    hid_t space = H5Dget_space(set), type = H5Dget_type(set);
    hsize_t dim[2] = {0, 0};
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool good = (rank == 1 || rank == 2) && H5Sget_simple_extent_dims(space, dim, NULL) == rank;
    bool same = type >= 0 && H5Tequal(type, file_type(t)) > 0;
    if (type >= 0)
        (void)H5Tclose(type);
    if (space >= 0)
        (void)H5Sclose(space);
    (void)H5Dclose(set);
    if (!good || !same)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s has another shape or type than schema 1", path, name);
    if (rank == 2 && dim[1] == 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s has rows of no columns", path, name);
    if (dim[0] > (hsize_t)1 << 40 || dim[1] > 1024)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s claims %llu elements", path, name, (unsigned long long)dim[0]);
    *rows = (size_t)dim[0];
    *cols = rank == 2 ? (size_t)dim[1] : 0;
    return CAD_OK;
}

cad_status cad_h5_get(hid_t file, const char *path, const char *name, cad_h5_type t, void *out)
{
    hid_t set = open_set(file, name);
    herr_t e = set < 0 ? -1 : H5Dread(set, memory_type(t), H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
    if (set >= 0)
        (void)H5Dclose(set);
    if (e < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s cannot be read (truncated or damaged)", path, name);
    return CAD_OK;
}

cad_status cad_h5_get_part(hid_t f, const char *path, const char *name, cad_h5_type t, size_t at, size_t n, void *out)
{
    hid_t set = open_set(f, name), file, memory;
    herr_t e = -1;
    if (set >= 0 && select_part(set, at, n, &file, &memory)) {
        e = H5Dread(set, memory_type(t), memory, file, H5P_DEFAULT, out);
        (void)H5Sclose(file);
        (void)H5Sclose(memory);
    }
    if (set >= 0)
        (void)H5Dclose(set);
    if (e < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: dataset /%s cannot be read (truncated or damaged)", path, name);
    return CAD_OK;
}

bool cad_h5_has(hid_t where, const char *name)
{
    return H5Aexists(where, name) > 0;
}

static cad_status open_attribute(hid_t where, const char *path, const char *name, hid_t *out)
{
    hid_t a = cad_h5_has(where, name) ? H5Aopen(where, name, H5P_DEFAULT) : -1;
    if (a < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: attribute %s is missing", path, name);
    *out = a;
    return CAD_OK;
}

cad_status cad_h5_get_texts(hid_t where, const char *path, const char *name, cad_arena *a, const char *const **out, size_t *n)
{
    hid_t attr = -1;
    CAD_TRY(open_attribute(where, path, name, &attr));
    hid_t type = H5Aget_type(attr), space = H5Aget_space(attr);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    size_t width = type < 0 || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) > 0 ? 0 : H5Tget_size(type);
    cad_status s = CAD_OK;
    char *flat = NULL;
    const char **text = NULL;
    if (count < 0 || count > MAX_TEXTS || width == 0 || width > MAX_TEXT)
        s = cad_fail(CAD_ECORRUPT, "%s: attribute %s has another type than schema 1", path, name);
    size_t k = s == CAD_OK ? (size_t)count : 0;
    if (s == CAD_OK)
        s = cad_arena_zalloc(a, cad_size_add(k, 1), width, name, &flat);
    if (s == CAD_OK)
        s = cad_arena_zalloc(a, cad_size_add(k, 1), sizeof *text, name, &text);
    if (s == CAD_OK && k && H5Aread(attr, type, flat) < 0)
        s = cad_fail(CAD_ECORRUPT, "%s: attribute %s cannot be read", path, name);
    for (size_t i = 0; s == CAD_OK && i < k; i++)
        s = cad_arena_strdup(a, flat + i * width, strnlen(flat + i * width, width), &text[i]);
    if (type >= 0)
        (void)H5Tclose(type);
    if (space >= 0)
        (void)H5Sclose(space);
    (void)H5Aclose(attr);
    if (s == CAD_OK) {
        *out = text;
        *n = k;
    }
    return s;
}

cad_status cad_h5_get_text(hid_t where, const char *path, const char *name, cad_arena *a, const char **out)
{
    const char *const *text = NULL;
    size_t n = 0;
    CAD_TRY(cad_h5_get_texts(where, path, name, a, &text, &n));
    if (n != 1)
        CAD_FAIL(CAD_ECORRUPT, "%s: attribute %s has %zu values; expected one", path, name, n);
    *out = text[0];
    return CAD_OK;
}

cad_status cad_h5_get_int(hid_t where, const char *path, const char *name, int64_t *out)
{
    hid_t attr = -1;
    CAD_TRY(open_attribute(where, path, name, &attr));
    int64_t v = 0;
    hid_t space = H5Aget_space(attr), type = H5Aget_type(attr);
    bool one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    bool number = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
    herr_t e = one && number ? H5Aread(attr, H5T_NATIVE_INT64, &v) : -1;
    if (type >= 0)
        (void)H5Tclose(type);
    if (space >= 0)
        (void)H5Sclose(space);
    (void)H5Aclose(attr);
    if (e < 0)
        CAD_FAIL(CAD_ECORRUPT, "%s: attribute %s cannot be read as one integer", path, name);
    *out = v;
    return CAD_OK;
}
