#include "train/tb_records.h"

#include "core/fs.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/size.h"

#include <inttypes.h>
#include <string.h>

enum { HEADER_BYTES = 12, FOOTER_BYTES = 4 };

/* The `n` low bytes of v, the lowest first. */
static void little_endian(uint64_t v, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(v >> (8 * i));
}

static uint32_t masked_crc(const void *data, size_t len)
{
    uint32_t c = cad_crc32c(data, len);
    return ((c >> 15) | (c << 17)) + 0xA282EAD8u;
}

static uint64_t read_little_endian(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

cad_status cad_tb_record_begin(cad_buf *record)
{
    static const char header[HEADER_BYTES];
    cad_buf_clear(record);
    return cad_buf_add(record, header, sizeof header);
}

cad_status cad_tb_record_end(cad_buf *record)
{
    unsigned char *header = (unsigned char *)record->data, footer[FOOTER_BYTES];
    size_t len = record->len - HEADER_BYTES;
    little_endian(len, 8, header);
    little_endian(masked_crc(header, 8), 4, header + 8);
    little_endian(masked_crc(header + HEADER_BYTES, len), 4, footer);
    return cad_buf_add(record, footer, sizeof footer);
}

/* *out is the length of the whole records from the start of the file whose checksums are right. */
static cad_status measure_sound(cad_file *f, cad_buf *record, uint64_t *out)
{
    uint64_t size = cad_file_size(f), at = 0;
    while (size - at >= HEADER_BYTES + FOOTER_BYTES) {
        unsigned char header[HEADER_BYTES];
        CAD_TRY(cad_file_read_at(f, at, header, sizeof header));
        uint64_t len = read_little_endian(header, 8);
        if (masked_crc(header, 8) != read_little_endian(header + 8, 4) || len > size - at - HEADER_BYTES - FOOTER_BYTES)
            break;
        cad_buf_clear(record);
        CAD_TRY(cad_buf_reserve(record, cad_size_add((size_t)len, FOOTER_BYTES)));
        CAD_TRY(cad_file_read_at(f, at + HEADER_BYTES, record->data, (size_t)len + FOOTER_BYTES));
        const unsigned char *footer = (const unsigned char *)record->data + len;
        if (masked_crc(record->data, (size_t)len) != read_little_endian(footer, 4))
            break;
        at += HEADER_BYTES + len + FOOTER_BYTES;
    }
    *out = at;
    return CAD_OK;
}

cad_status cad_tb_records_mend(const char *path)
{
    cad_file *f;
    cad_buf record = CAD_BUF_INIT;
    uint64_t sound = 0;
    CAD_TRY(cad_file_open(path, &f));
    uint64_t size = cad_file_size(f);
    cad_status s = measure_sound(f, &record, &sound);
    cad_file_close(f);
    cad_buf_deinit(&record);
    CAD_TRY(s);
    if (sound == size)
        return CAD_OK;
    cad_log(CAD_LOG_WARN, "%s: the last %" PRIu64 " bytes are no whole record; cut off", path, size - sound);
    cad_appender *a;
    CAD_TRY(cad_appender_open_at(path, sound, &a));
    cad_appender_close(a);
    return CAD_OK;
}
