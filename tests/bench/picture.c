/* What one picture in the window costs at least, on one core: each file is read, decoded in full by libjpeg-turbo, and as many
 * pixels as the window shows of it are uploaded and drawn. Nothing is reduced: the first pixels of the picture stand for it.
 *
 *   bench_picture [-n COUNT] [-s WxH] DIR
 *
 * The renderer is the one that frieze takes there. Prints one JSON line: for each file the time from the opening of the file to
 * the return of the frame's presentation, medians of its parts, and how fast this machine copies memory that no cache holds. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <SDL.h>
#include <jpeglib.h>

#include "gpu/renderer.h"

enum { MAX_FILES = 1000, COPIED_MB = 128, COPIES = 7, BYTES_PX = 4 };

static struct {
    int w, h;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    unsigned char *file, *pixels;
} view = {.w = 1920, .h = 1080};

struct costs {
    double decode, upload, draw, all; /* ms */
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "bench_picture: %s: %s\n", what, SDL_GetError());
    exit(1);
}

static size_t read_file(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t have = 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        die(path);
    view.file = realloc(view.file, (size_t)st.st_size + 1);
    for (ssize_t got = 1; view.file != NULL && got > 0 && have < (size_t)st.st_size; have += (size_t)got)
        got = read(fd, view.file + have, (size_t)st.st_size - have);
    close(fd);
    return have;
}

/* Errors end the program, as libjpeg does by itself. */
static void decode(size_t len, int *w, int *h)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, view.file, len);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_EXT_BGRX;
    jpeg_start_decompress(&jpeg);
    const size_t pitch = (size_t)jpeg.output_width * BYTES_PX;
    view.pixels = realloc(view.pixels, pitch * jpeg.output_height);
    if (view.pixels == NULL)
        die("memory");
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = view.pixels + pitch * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    *w = (int)jpeg.output_width;
    *h = (int)jpeg.output_height;
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

/* The part of the window that a picture of w x h fills. */
static SDL_Rect fit(int w, int h)
{
    const double across = (double)view.w / w, down = (double)view.h / h,
                 scale = across < down ? across : down;
    SDL_Rect r = {.w = (int)(w * scale), .h = (int)(h * scale)};
    r.x = (view.w - r.w) / 2;
    r.y = (view.h - r.h) / 2;
    return r;
}

static struct costs show(const char *path)
{
    SDL_Event event;
    int w, h;
    while (SDL_PollEvent(&event)) {
    }
    const double start = now_ms();
    decode(read_file(path), &w, &h);
    const double decoded = now_ms();
    const SDL_Rect at = fit(w, h), from = {0, 0, at.w, at.h};
    if (SDL_UpdateTexture(view.texture, &from, view.pixels, w * BYTES_PX) != 0)
        die("upload");
    const double uploaded = now_ms();
    SDL_RenderClear(view.renderer);
    SDL_RenderCopy(view.renderer, view.texture, &from, &at);
    SDL_RenderPresent(view.renderer);
    const double end = now_ms();
    return (struct costs){decoded - start, uploaded - decoded, end - uploaded, end - start};
}

static int by_size(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count > 0 ? values[count / 2] : 0;
}

/* Bytes copied in a second, read once and written once; GB. */
static double copies_gb_s(void)
{
    const size_t bytes = (size_t)COPIED_MB << 20;
    unsigned char *from = malloc(bytes), *to = malloc(bytes);
    double took[COPIES];
    if (from == NULL || to == NULL)
        die("memory");
    memset(from, 1, bytes);
    memset(to, 2, bytes);
    for (int i = 0; i < COPIES; i++) {
        const double start = now_ms();
        memcpy(to, from, bytes);
        took[i] = now_ms() - start;
        from[i] = to[bytes - 1]; /* it is of use */
    }
    free(from);
    free(to);
    return (double)bytes / 1e6 / median(took, COPIES);
}

static void open_window(void)
{
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        die("SDL_Init");
    const bool plain = fz_renderer_is_plain();
    SDL_Window *window = SDL_CreateWindow("picture", 0, 0, view.w, view.h,
                                          SDL_WINDOW_BORDERLESS | (plain ? 0 : SDL_WINDOW_OPENGL));
    view.renderer = window != NULL ? fz_renderer_open(window, plain) : NULL;
    if (view.renderer != NULL)
        view.texture =
            SDL_CreateTexture(view.renderer, SDL_PIXELFORMAT_ARGB8888,
                              plain ? SDL_TEXTUREACCESS_STREAMING : SDL_TEXTUREACCESS_STATIC, view.w, view.h);
    if (view.texture == NULL)
        die("window");
    SDL_RenderClear(view.renderer);
    SDL_RenderPresent(view.renderer);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    static double decodes[MAX_FILES], uploads[MAX_FILES], draws[MAX_FILES];
    int most = MAX_FILES, option;
    while ((option = getopt(argc, argv, "n:s:")) != -1) {
        if (option == 'n')
            most = atoi(optarg);
        else if (option != 's' || sscanf(optarg, "%dx%d", &view.w, &view.h) != 2)
            return 2;
    }
    struct dirent **names = NULL;
    const char *folder = optind < argc ? argv[optind] : ".";
    int found = scandir(folder, &names, is_shown, alphasort), count = 0;
    open_window();
    printf("{\"all_ms\":[");
    for (; count < found && count < most && count < MAX_FILES; count++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, names[count]->d_name);
        const struct costs costs = show(path);
        printf("%s%.3f", count > 0 ? "," : "", costs.all);
        decodes[count] = costs.decode;
        uploads[count] = costs.upload;
        draws[count] = costs.draw;
    }
    printf("],\"decode_ms\":%.3f,\"upload_ms\":%.3f,\"draw_ms\":%.3f,\"copy_gb_s\":%.2f}\n",
           median(decodes, (size_t)count), median(uploads, (size_t)count), median(draws, (size_t)count),
           copies_gb_s());
    SDL_Quit();
    return count > 0 ? 0 : 1;
}
