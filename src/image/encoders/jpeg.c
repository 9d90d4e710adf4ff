/* JPEG by libjpeg-turbo. */
#include "base/mem.h"
#include "image/encoders/encoders.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

enum {
    SMOOTH_COLOR_QUALITY = 90
}; /* from here on as many samples of colour as of light, as ImageMagick has it */

enum { FIRST_BYTES = 64 << 10 };

struct jpeg {
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr to;
    uint8_t *bytes; /* owned; so many: */
    size_t room;
    jmp_buf escape;
    char why[JMSG_LENGTH_MAX];
};

static void on_jpeg_error(j_common_ptr c)
{
    struct jpeg *jpeg = c->client_data;
    jpeg->errors.format_message(c, jpeg->why);
    longjmp(jpeg->escape, 1);
}

/* --- into memory: libjpeg's own way of it frees twice where there is no more ----------------------------------------- */

static void grow(struct jpeg *jpeg, size_t used)
{
    size_t room = jpeg->room > 0 ? jpeg->room * 2 : FIRST_BYTES;
    uint8_t *bytes = fz_try_malloc(room);
    if (!bytes) {
        snprintf(jpeg->why, sizeof jpeg->why, "no memory for a file of %zu bytes", room);
        longjmp(jpeg->escape, 1);
    }
    if (used > 0)
        memcpy(bytes, jpeg->bytes, used);
    free(jpeg->bytes);
    jpeg->bytes = bytes;
    jpeg->room = room;
    jpeg->to.next_output_byte = bytes + used;
    jpeg->to.free_in_buffer = room - used;
}

static void begin_bytes(j_compress_ptr c)
{
    grow(c->client_data, 0);
}

static boolean make_room(j_compress_ptr c)
{
    struct jpeg *jpeg = c->client_data;
    grow(jpeg, jpeg->room);
    return TRUE;
}

static void end_bytes(j_compress_ptr c)
{
    (void)c;
}

/* --- what is written ----------------------------------------------------------------------------------------------- */

static void on_jpeg_message(j_common_ptr c)
{
    (void)c;
}

/* A segment that begins with `head`, and ends with `pad` zeros. */
static void write_segment(struct jpeg_compress_struct *c, int marker, const void *head, size_t head_len,
                          const uint8_t *data, uint32_t len, unsigned pad)
{
    jpeg_write_m_header(c, marker, (unsigned)(head_len + len + pad));
    for (size_t i = 0; i < head_len; i++)
        jpeg_write_m_byte(c, ((const uint8_t *)head)[i]);
    for (uint32_t i = 0; i < len; i++)
        jpeg_write_m_byte(c, data[i]);
    for (unsigned i = 0; i < pad; i++)
        jpeg_write_m_byte(c, 0);
}

/* XMP specification, part 3, 1.1.3. */
static void write_carried(struct jpeg_compress_struct *c, const struct fz_carried *carried)
{
    static const char exif_head[] = "Exif\0", xmp_head[] = "http://ns.adobe.com/xap/1.0/";
    uint32_t len;
    const uint8_t *data = fz_carried_get(carried, FZ_CARRIED_EXIF, &len);
    if (data)
        write_segment(c, JPEG_APP0 + 1, exif_head, sizeof exif_head, data, len, 0);
    data = fz_carried_get(carried, FZ_CARRIED_XMP, &len);
    if (data)
        write_segment(c, JPEG_APP0 + 1, xmp_head, sizeof xmp_head, data, len, 0);
    data = fz_carried_get(carried, FZ_CARRIED_IPTC, &len);
    if (!data)
        return;
    static const char name[] = "Photoshop 3.0";
    uint8_t head[sizeof name + FZ_IPTC_HEAD];
    memcpy(head, name, sizeof name);
    fz_iptc_head(len, head + sizeof name);
    write_segment(c, JPEG_APP0 + 13, head, sizeof head, data, len, len % 2);
}

static void write_jpeg(struct jpeg *jpeg, const struct fz_pixels *pixels, const struct fz_encode *how)
{
    struct jpeg_compress_struct *c = &jpeg->c;
    c->image_width = (JDIMENSION)pixels->width;
    c->image_height = (JDIMENSION)pixels->height;
    c->input_components = 4;
    c->in_color_space = JCS_EXT_BGRX;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, how->quality, TRUE);
    if (how->quality >= SMOOTH_COLOR_QUALITY)
        c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 1;
    c->optimize_coding = !how->in_one_pass;
    jpeg_start_compress(c, TRUE);
    write_carried(c, how->carried);
    while (c->next_scanline < c->image_height) {
        JSAMPROW row =
            (JSAMPROW)(uintptr_t)(pixels->at + (size_t)c->next_scanline * (size_t)pixels->pitch_bytes);
        jpeg_write_scanlines(c, &row, 1);
    }
    jpeg_finish_compress(c);
}

enum fz_err fz_encode_jpeg(const struct fz_pixels *pixels, const struct fz_encode *how,
                           struct fz_encoded *out, struct fz_error *err)
{
    struct jpeg jpeg = {.c = {.client_data = &jpeg}};
    volatile bool done = false;
    jpeg.c.err = jpeg_std_error(&jpeg.errors);
    jpeg.errors.error_exit = on_jpeg_error;
    jpeg.errors.output_message = on_jpeg_message;
    if (setjmp(jpeg.escape) == 0) {
        jpeg_create_compress(&jpeg.c);
        jpeg.to = (struct jpeg_destination_mgr){
            .init_destination = begin_bytes, .empty_output_buffer = make_room, .term_destination = end_bytes};
        jpeg.c.dest = &jpeg.to;
        write_jpeg(&jpeg, pixels, how);
        done = true;
    }
    jpeg_destroy_compress(&jpeg.c);
    out->bytes = jpeg.bytes;
    out->len = jpeg.room - jpeg.to.free_in_buffer;
    if (done)
        return FZ_OK;
    return fz_fail(err, FZ_E_UNSUPPORTED, 0, "jpeg: %s", jpeg.why);
}
