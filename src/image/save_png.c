#include "image/image.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <png.h>

/* A screenshot is wanted at once: level 6 takes three times as long for an eighth less. */
enum { COMPRESSION = 1 };

struct png_save {
    png_structp png;
    png_infop info;
    FILE *file;
    char why[96];
};

static void on_error(png_structp png, png_const_charp text)
{
    struct png_save *save = png_get_error_ptr(png);
    snprintf(save->why, sizeof save->why, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void write_rows(struct png_save *save, const uint8_t *pixels, int width, int height, int pitch_bytes)
{
    png_init_io(save->png, save->file);
    png_set_IHDR(save->png, save->info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(save->png, COMPRESSION);
    png_set_filter(save->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_write_info(save->png, save->info);
    png_set_filler(save->png, 0, PNG_FILLER_AFTER);
    png_set_bgr(save->png);
    for (int y = 0; y < height; y++)
        png_write_row(save->png, pixels + (ptrdiff_t)y * pitch_bytes);
    png_write_end(save->png, NULL);
}

/* False with save->why or errno. */
static bool encode(struct png_save *save, const uint8_t *pixels, int width, int height, int pitch_bytes)
{
    save->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, save, on_error, on_warning);
    save->info = save->png ? png_create_info_struct(save->png) : NULL;
    bool done = false;
    if (!save->info) {
        snprintf(save->why, sizeof save->why, "no memory");
    } else if (setjmp(png_jmpbuf(save->png)) == 0) {
        write_rows(save, pixels, width, height, pitch_bytes);
        done = true;
    }
    png_destroy_write_struct(&save->png, &save->info);
    return done;
}

/* A new file beside `path`, with the permissions that the umask leaves. */
static FILE *open_beside(const char *path, char **temporary)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        *temporary = fz_asprintf("%s.%ld-%ld.tmp", path, (long)getpid(), now.tv_nsec + attempt);
        int fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
        if (file)
            return file;
        int sys = errno;
        if (fd >= 0) {
            close(fd);
            unlink(*temporary);
        }
        free(*temporary);
        *temporary = NULL;
        errno = sys;
        if (sys != EEXIST)
            break;
    }
    return NULL;
}

enum fz_err fz_image_save_png(const char *path, const uint8_t *pixels, int width, int height, int pitch_bytes,
                              struct fz_error *err)
{
    struct png_save save = {0};
    char *temporary = NULL;
    save.file = open_beside(path, &temporary);
    if (!save.file)
        return fz_fail(err, fz_err_from_errno(errno), errno, "%s", path);
    errno = 0;
    bool done = encode(&save, pixels, width, height, pitch_bytes);
    int sys = errno;
    if (fclose(save.file) != 0 && done) {
        sys = errno;
        done = false;
    } else if (done && rename(temporary, path) != 0) {
        sys = errno;
        done = false;
    }
    enum fz_err code = FZ_OK;
    if (!done) {
        unlink(temporary);
        code = sys ? fz_err_from_errno(sys) : FZ_E_IO;
        fz_fail(err, code, sys, "%s: %s", path, save.why[0] ? save.why : "cannot be written");
    }
    free(temporary);
    return code;
}
