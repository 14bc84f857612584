#include "train/tb_events.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/clock.h"
#include "core/fs.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "train/tb_records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "events.out.tfevents."
enum {
    RECORD_RESERVE = 4096, /* usual records then never allocate */
    NAMES_BYTES = 16 << 20,
};

/* Numbers of the fields, from TensorBoard's event.proto, summary.proto, tensor.proto, tensor_shape.proto. */
enum {
    EVENT_wall_time = 1,
    EVENT_step = 2,
    EVENT_file_version = 3,
    EVENT_summary = 5,
    EVENT_session_log = 7,
    SESSION_status = 1,
    SESSION_START = 1,
    SUMMARY_value = 1,
    VALUE_tag = 1,
    VALUE_simple_value = 2,
    VALUE_image = 4,
    VALUE_tensor = 8,
    VALUE_metadata = 9,
    IMAGE_height = 1,
    IMAGE_width = 2,
    IMAGE_colorspace = 3,
    IMAGE_encoded = 4,
    COLORSPACE_rgb = 3,
    METADATA_plugin_data = 1,
    METADATA_data_class = 4,
    PLUGIN_name = 1,
    DATA_CLASS_tensor = 2,
    TENSOR_dtype = 1,
    TENSOR_shape = 2,
    TENSOR_string_val = 8,
    DTYPE_string = 7,
};

struct cad_tb_events {
    cad_appender *file;
    cad_buf record;
};

/* ---- protobuf: what events need of it ---- */

typedef enum wire { WIRE_varint = 0, WIRE_fixed64 = 1, WIRE_bytes = 2, WIRE_fixed32 = 5 } wire;

static size_t make_varint(uint64_t v, unsigned char out[10])
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (unsigned char)(v | 0x80);
    out[n++] = (unsigned char)v;
    return n;
}

static cad_status put_varint(cad_buf *b, uint64_t v)
{
    unsigned char bytes[10];
    return cad_buf_add(b, bytes, make_varint(v, bytes));
}

/* The `n` low bytes of v, the lowest first. */
static void little_endian(uint64_t v, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(v >> (8 * i));
}

static cad_status put_key(cad_buf *b, int field, wire type)
{
    return put_varint(b, (uint64_t)field << 3 | (uint64_t)type);
}

static cad_status put_int(cad_buf *b, int field, uint64_t v)
{
    CAD_TRY(put_key(b, field, WIRE_varint));
    return put_varint(b, v);
}

static cad_status put_double(cad_buf *b, int field, double v)
{
    unsigned char bytes[8];
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    little_endian(bits, sizeof bytes, bytes);
    CAD_TRY(put_key(b, field, WIRE_fixed64));
    return cad_buf_add(b, bytes, sizeof bytes);
}

static cad_status put_float(cad_buf *b, int field, float v)
{
    unsigned char bytes[4];
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    little_endian(bits, sizeof bytes, bytes);
    CAD_TRY(put_key(b, field, WIRE_fixed32));
    return cad_buf_add(b, bytes, sizeof bytes);
}

static cad_status put_bytes(cad_buf *b, int field, const void *data, size_t len)
{
    CAD_TRY(put_key(b, field, WIRE_bytes));
    CAD_TRY(put_varint(b, len));
    return cad_buf_add(b, data, len);
}

static cad_status put_string(cad_buf *b, int field, const char *text)
{
    return put_bytes(b, field, text, strlen(text));
}

/* Opens a message inside another; what is added until end_message is its content.  *out_at is where that begins. */
static cad_status begin_message(cad_buf *b, int field, size_t *out_at)
{
    CAD_TRY(put_key(b, field, WIRE_bytes));
    *out_at = b->len;
    return CAD_OK;
}

/* The length is known only now, and goes before the content. */
static cad_status end_message(cad_buf *b, size_t at)
{
    unsigned char bytes[10];
    size_t len = b->len - at, n = make_varint(len, bytes);
    CAD_TRY(cad_buf_add(b, bytes, n));
    memmove(b->data + at + n, b->data + at, len);
    memcpy(b->data + at, bytes, n);
    return CAD_OK;
}

/* ---- events: begin, add the content, end ---- */

static cad_status begin_event(cad_tb_events *tb, double wall, int64_t step)
{
    CAD_TRY(cad_tb_record_begin(&tb->record));
    CAD_TRY(put_double(&tb->record, EVENT_wall_time, wall));
    return step ? put_int(&tb->record, EVENT_step, (uint64_t)step) : CAD_OK; /* 0 is what a missing field means */
}

static cad_status end_event(cad_tb_events *tb)
{
    CAD_TRY(cad_tb_record_end(&tb->record));
    return cad_appender_bytes(tb->file, tb->record.data, tb->record.len);
}

/* ---- starting ---- */

/* The event file in `name` that started last, as its unix second; -1: there is none. */
static int64_t find_newest(const char *const *name, size_t n, const char **out_name)
{
    int64_t newest = -1;
    for (size_t i = 0; i < n; i++) {
        if (strncmp(name[i], PREFIX, strlen(PREFIX)) != 0)
            continue;
        int64_t start = strtoll(name[i] + strlen(PREFIX), NULL, 10);
        if (start > newest) {
            newest = start;
            *out_name = name[i];
        }
    }
    return newest;
}

/* Mends the newest file of `dir`.  *out is its unix second, -1: there is none. */
static cad_status mend_newest(const char *dir, cad_arena *a, int64_t *out)
{
    const char **name, *last = NULL;
    size_t n;
    CAD_TRY(cad_fs_list(dir, a, &name, &n));
    *out = find_newest(name, n, &last);
    if (!last)
        return CAD_OK;
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/%s", dir, last);
    if (s == CAD_OK)
        s = cad_tb_records_mend(path.data);
    cad_buf_deinit(&path);
    return s;
}

/* TensorBoard reads the files in the order of their names, so each starts in a second of its own, whatever the clock says. */
static cad_status create_file(cad_tb_events *tb, const char *dir, int64_t newest)
{
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0)
        memcpy(host, "unknown", sizeof "unknown");
    int64_t now = (int64_t)cad_clock_wall(), start = now > newest ? now : newest + 1;
    cad_buf path = CAD_BUF_INIT;
    cad_status s = cad_buf_printf(&path, "%s/" PREFIX "%010" PRId64 ".%s.%ld", dir, start, host, (long)getpid());
    if (s == CAD_OK)
        s = cad_appender_open_at(path.data, 0, &tb->file);
    cad_buf_deinit(&path);
    return s;
}

static cad_status write_start(cad_tb_events *tb, int64_t resume_step, bool is_continued)
{
    double now = cad_clock_wall();
    CAD_TRY(begin_event(tb, now, 0));
    CAD_TRY(put_string(&tb->record, EVENT_file_version, "brain.Event:2"));
    CAD_TRY(end_event(tb));
    if (!is_continued)
        return CAD_OK;
    size_t session;
    CAD_TRY(begin_event(tb, now, resume_step + 1));
    CAD_TRY(begin_message(&tb->record, EVENT_session_log, &session));
    CAD_TRY(put_int(&tb->record, SESSION_status, SESSION_START));
    CAD_TRY(end_message(&tb->record, session));
    return end_event(tb);
}

static cad_status open_events(cad_tb_events *tb, const char *dir, int64_t resume_step)
{
    cad_arena *a;
    int64_t newest = -1;
    CAD_TRY(cad_buf_reserve(&tb->record, RECORD_RESERVE));
    CAD_TRY(cad_fs_mkdirs(dir));
    CAD_TRY(cad_arena_create("event files", NAMES_BYTES, &a));
    cad_status s = mend_newest(dir, a, &newest);
    cad_arena_destroy(a);
    CAD_TRY(s);
    CAD_TRY(create_file(tb, dir, newest));
    return write_start(tb, resume_step, resume_step > 0 || newest >= 0);
}

cad_status cad_tb_open(const char *dir, int64_t resume_step, cad_tb_events **out)
{
    cad_tb_events *tb;
    CAD_TRY(cad_mem_alloc(sizeof *tb, "event file", &tb));
    cad_status s = open_events(tb, dir, resume_step);
    if (s != CAD_OK) {
        cad_tb_close(tb);
        return s;
    }
    *out = tb;
    return CAD_OK;
}

void cad_tb_close(cad_tb_events *tb)
{
    if (!tb)
        return;
    cad_appender_close(tb->file);
    cad_buf_deinit(&tb->record);
    cad_mem_free(tb);
}

/* ---- what events say ---- */

cad_status cad_tb_scalars(cad_tb_events *tb, double wall, int64_t step, const cad_metric *v, size_t n)
{
    cad_buf *b = &tb->record;
    size_t summary, value;
    CAD_TRY(begin_event(tb, wall, step));
    CAD_TRY(begin_message(b, EVENT_summary, &summary));
    for (size_t i = 0; i < n; i++) {
        CAD_TRY(begin_message(b, SUMMARY_value, &value));
        CAD_TRY(put_string(b, VALUE_tag, v[i].name));
        CAD_TRY(put_float(b, VALUE_simple_value, (float)v[i].value));
        CAD_TRY(end_message(b, value));
    }
    CAD_TRY(end_message(b, summary));
    return end_event(tb);
}

/* A tensor of one string without dimensions. */
static cad_status put_text_tensor(cad_buf *b, const char *text)
{
    size_t tensor, string;
    CAD_TRY(begin_message(b, VALUE_tensor, &tensor));
    CAD_TRY(put_int(b, TENSOR_dtype, DTYPE_string));
    CAD_TRY(put_bytes(b, TENSOR_shape, "", 0));
    CAD_TRY(begin_message(b, TENSOR_string_val, &string));
    CAD_TRY(cad_utf8_lossy(text, strlen(text), b));
    CAD_TRY(end_message(b, string));
    return end_message(b, tensor);
}

/* Says that the tensor is for the page of texts. */
static cad_status put_text_metadata(cad_buf *b)
{
    size_t metadata, plugin;
    CAD_TRY(begin_message(b, VALUE_metadata, &metadata));
    CAD_TRY(begin_message(b, METADATA_plugin_data, &plugin));
    CAD_TRY(put_string(b, PLUGIN_name, "text"));
    CAD_TRY(end_message(b, plugin));
    CAD_TRY(put_int(b, METADATA_data_class, DATA_CLASS_tensor));
    return end_message(b, metadata);
}

cad_status cad_tb_text(cad_tb_events *tb, double wall, int64_t step, const char *tag, const char *text)
{
    cad_buf *b = &tb->record;
    size_t summary, value;
    CAD_TRY(begin_event(tb, wall, step));
    CAD_TRY(begin_message(b, EVENT_summary, &summary));
    CAD_TRY(begin_message(b, SUMMARY_value, &value));
    CAD_TRY(put_string(b, VALUE_tag, tag));
    CAD_TRY(put_text_tensor(b, text));
    CAD_TRY(put_text_metadata(b));
    CAD_TRY(end_message(b, value));
    CAD_TRY(end_message(b, summary));
    return end_event(tb);
}

/* Width and height stand big-endian in the first chunk, which every PNG begins with. */
static cad_status png_size(const unsigned char *png, size_t len, uint32_t out[2])
{
    static const unsigned char begin[16] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    if (len < sizeof begin + 8 || memcmp(png, begin, sizeof begin) != 0)
        CAD_FAIL(CAD_EDATA, "an image for TensorBoard is no PNG (%zu bytes)", len);
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *p = png + sizeof begin + 4 * i;
        out[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
    }
    return CAD_OK;
}

cad_status cad_tb_image(cad_tb_events *tb, double wall, int64_t step, const char *tag, const void *png, size_t len)
{
    cad_buf *b = &tb->record;
    size_t summary, value, image;
    uint32_t size[2] = {0};
    CAD_TRY(png_size(png, len, size));
    CAD_TRY(begin_event(tb, wall, step));
    CAD_TRY(begin_message(b, EVENT_summary, &summary));
    CAD_TRY(begin_message(b, SUMMARY_value, &value));
    CAD_TRY(put_string(b, VALUE_tag, tag));
    CAD_TRY(begin_message(b, VALUE_image, &image));
    CAD_TRY(put_int(b, IMAGE_height, size[1]));
    CAD_TRY(put_int(b, IMAGE_width, size[0]));
    CAD_TRY(put_int(b, IMAGE_colorspace, COLORSPACE_rgb));
    CAD_TRY(put_bytes(b, IMAGE_encoded, png, len));
    CAD_TRY(end_message(b, image));
    CAD_TRY(end_message(b, value));
    CAD_TRY(end_message(b, summary));
    return end_event(tb);
}
