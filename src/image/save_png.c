#include "image/encode.h"
#include "image/image.h"
#include "image/metadata/carry.h"

#include "base/mem.h"
#include "base/new_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* A screenshot is wanted at once: level 6 takes three times as long for an eighth less. */
enum { COMPRESSION = 1 };

struct png_save {
    png_structp png;
    png_infop info;
    FILE *file;
    const struct fz_carried *carried;
    char *xmp, *iptc; /* owned: texts that end */
    char *why;
    size_t why_size;
};

static void on_error(png_structp png, png_const_charp text)
{
    struct png_save *save = png_get_error_ptr(png);
    snprintf(save->why, save->why_size, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* XMP specification, part 3, 1.1.5. */
static void set_xmp(struct png_save *save, const uint8_t *data, uint32_t len)
{
    static char keyword[] = "XML:com.adobe.xmp", none[] = "";
    save->xmp = fz_try_malloc((size_t)len + 1);
    if (!save->xmp)
        return;
    memcpy(save->xmp, data, len);
    save->xmp[len] = '\0';
    const png_text text = {.compression = PNG_ITXT_COMPRESSION_NONE,
                           .key = keyword,
                           .text = save->xmp,
                           .itxt_length = len,
                           .lang = none,
                           .lang_key = none};
    png_set_text(save->png, save->info, &text, 1);
}

static size_t add_hex(char *text, size_t at, const uint8_t *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        text[at++] = digits[data[i] >> 4];
        text[at++] = digits[data[i] & 15];
    }
    return at;
}

/* No chunk is made for it: ImageMagick's texts, which ExifTool and exiv2 read too, have it in digits, as Photoshop's resource 1028. */
static void set_iptc(struct png_save *save, const uint8_t *data, uint32_t len)
{
    static char keyword[] = "Raw profile type iptc";
    uint8_t head[FZ_IPTC_HEAD];
    const uint8_t pad[] = {0};
    const size_t all = sizeof head + len + len % 2, most = 2 * all + 32;
    save->iptc = fz_try_malloc(most);
    if (!save->iptc)
        return;
    fz_iptc_head(len, head);
    size_t at = (size_t)snprintf(save->iptc, most, "\niptc\n%8zu\n", all);
    at = add_hex(save->iptc, at, head, sizeof head);
    at = add_hex(save->iptc, at, data, len);
    at = add_hex(save->iptc, at, pad, len % 2);
    memcpy(save->iptc + at, "\n", 2);
    const png_text text = {
        .compression = PNG_TEXT_COMPRESSION_zTXt, .key = keyword, .text = save->iptc, .text_length = at + 1};
    png_set_text(save->png, save->info, &text, 1);
}

/* W3C, Portable Network Graphics, third edition, 11.3.3.2 and 11.3.4. */
static void set_carried(struct png_save *save)
{
    uint32_t len;
    const uint8_t *data = fz_carried_get(save->carried, FZ_CARRIED_EXIF, &len);
    if (data)
        png_set_eXIf_1(save->png, save->info, len, (png_bytep)(uintptr_t)data); /* which it copies */
    data = fz_carried_get(save->carried, FZ_CARRIED_XMP, &len);
    if (data)
        set_xmp(save, data, len);
    data = fz_carried_get(save->carried, FZ_CARRIED_IPTC, &len);
    if (data)
        set_iptc(save, data, len);
}

static void write_rows(struct png_save *save, const struct fz_pixels *pixels, int level)
{
    png_init_io(save->png, save->file);
    png_set_IHDR(save->png, save->info, (png_uint_32)pixels->width, (png_uint_32)pixels->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(save->png, level);
    png_set_filter(save->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    set_carried(save);
    png_write_info(save->png, save->info);
    png_set_filler(save->png, 0, PNG_FILLER_AFTER);
    png_set_bgr(save->png);
    for (int y = 0; y < pixels->height; y++)
        png_write_row(save->png, pixels->at + (ptrdiff_t)y * pixels->pitch_bytes);
    png_write_end(save->png, NULL);
}

bool fz_png_write(FILE *stream, const struct fz_pixels *pixels, int level, const struct fz_carried *carried,
                  char *why, size_t why_size)
{
    struct png_save save = {.file = stream, .carried = carried, .why = why, .why_size = why_size};
    save.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &save, on_error, on_warning);
    save.info = save.png ? png_create_info_struct(save.png) : NULL;
    volatile bool done = false;
    if (!save.info) {
        snprintf(why, why_size, "no memory");
    } else if (setjmp(png_jmpbuf(save.png)) == 0) {
        write_rows(&save, pixels, level);
        done = true;
    }
    png_destroy_write_struct(&save.png, &save.info);
    free(save.xmp);
    free(save.iptc);
    return done;
}

enum fz_err fz_image_save_png(const char *path, const uint8_t *pixels, int width, int height, int pitch_bytes,
                              struct fz_error *err)
{
    struct fz_new_file file;
    enum fz_err code = fz_new_file_open(&file, path, err);
    if (code != FZ_OK)
        return code;
    char why[96] = "";
    errno = 0;
    const struct fz_pixels all = {.at = pixels, .width = width, .height = height, .pitch_bytes = pitch_bytes};
    bool whole = fz_png_write(file.stream, &all, COMPRESSION, NULL, why, sizeof why);
    if (fz_new_file_close(&file, whole))
        return FZ_OK;
    code = errno ? fz_err_from_errno(errno) : FZ_E_IO;
    return fz_fail(err, code, errno, "%s: %s", path, why[0] ? why : "cannot be written");
}
