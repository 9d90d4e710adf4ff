/* The reference limit: libjpeg-turbo's scaled decoding (1/8) and a box pass to fit 256x192, on all cores,
 * with nothing drawn and nothing kept. What a wall of JPEGs costs at least with that library.
 *
 *   bench_limit [-e] [-n COUNT] [-j THREADS] [-s WxH] DIR
 *
 * With -e the limit below it: the coefficients that libjpeg-turbo reads by its entropy decoder, and no picture.
 *
 * Takes the folder's files in the order of their names and prints one JSON line. done_ms[k-1] is when the
 * first k files were all ready: the limit for a screenful of k tiles, also for a program that shows another
 * number. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

enum { MAX_THREADS = 256 };

struct picture {
    char *path;
    double done_ms; /* from main; negative: could not be decoded */
};

struct work {
    struct picture *pictures; /* each written by the thread that took it */
    size_t count;
    int box_w, box_h;
    int entropy; /* and no tile */
    struct timespec start;
    atomic_size_t next;
};

struct scratch {
    unsigned char *file, *rows, *tile;
    size_t file_size, rows_size, tile_size;
};

struct catcher {
    struct jpeg_error_mgr base;
    jmp_buf back;
};

static double ms_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) * 1e3 + (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

static void die(const char *what, const char *name)
{
    fprintf(stderr, "bench_limit: %s: %s: %s\n", what, name, strerror(errno));
    exit(1);
}

static void reserve(unsigned char **block, size_t *size, size_t wanted)
{
    if (wanted <= *size)
        return;
    free(*block);
    *block = malloc(wanted);
    if (*block == NULL)
        die("no memory", "buffer");
    *size = wanted;
}

/* The whole file into s->file; gives its length, 0 on failure. */
static size_t read_file(struct scratch *s, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t have = 0;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    reserve(&s->file, &s->file_size, (size_t)st.st_size);
    while (have < (size_t)st.st_size) {
        const ssize_t got = read(fd, s->file + have, (size_t)st.st_size - have);
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    close(fd);
    return have;
}

static void on_error(j_common_ptr info)
{
    struct catcher *catcher = (struct catcher *)info->err;
    longjmp(catcher->back, 1);
}

static void on_message(j_common_ptr info)
{
    (void)info;
}

/* The largest rectangle of the picture's shape inside the box. */
static void fit(unsigned w, unsigned h, int box_w, int box_h, unsigned *out_w, unsigned *out_h)
{
    const double across = (double)box_w / w, down = (double)box_h / h;
    const double scale = across < down ? across : down;
    *out_w = (unsigned)(w * scale + 0.5);
    *out_h = (unsigned)(h * scale + 0.5);
    if (*out_w == 0)
        *out_w = 1;
    if (*out_h == 0)
        *out_h = 1;
}

/* Box filter of BGRX rows to a smaller (or equal) size: each result is the mean of the pixels that it covers.
 */
static void box_pass(const unsigned char *rows, unsigned w, unsigned h, unsigned char *tile, unsigned tw,
                     unsigned th)
{
    for (unsigned y = 0; y < th; y++) {
        const unsigned top = y * h / th, bottom = (y + 1) * h / th > top ? (y + 1) * h / th : top + 1;
        for (unsigned x = 0; x < tw; x++) {
            const unsigned left = x * w / tw, right = (x + 1) * w / tw > left ? (x + 1) * w / tw : left + 1;
            unsigned sum[3] = {0, 0, 0};
            const unsigned pixels = (bottom - top) * (right - left);
            for (unsigned v = top; v < bottom; v++) {
                for (unsigned u = left; u < right; u++) {
                    const unsigned char *p = rows + ((size_t)v * w + u) * 4;
                    sum[0] += p[0];
                    sum[1] += p[1];
                    sum[2] += p[2];
                }
            }
            unsigned char *out = tile + ((size_t)y * tw + x) * 4;
            out[0] = (unsigned char)(sum[0] / pixels);
            out[1] = (unsigned char)(sum[1] / pixels);
            out[2] = (unsigned char)(sum[2] / pixels);
            out[3] = 255;
        }
    }
}

struct decoded {
    unsigned w, h, full_w, full_h;
};

static void read_eighth(struct scratch *s, struct jpeg_decompress_struct *info, struct decoded *out)
{
    info->scale_num = 1;
    info->scale_denom = 8;
    info->out_color_space = JCS_EXT_BGRX;
    jpeg_start_decompress(info);
    const size_t pitch = (size_t)info->output_width * 4;
    reserve(&s->rows, &s->rows_size, pitch * info->output_height);
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = s->rows + pitch * info->output_scanline;
        jpeg_read_scanlines(info, &row, 1);
    }
    *out = (struct decoded){info->output_width, info->output_height, info->image_width, info->image_height};
    jpeg_finish_decompress(info);
}

/* libjpeg's part; without `out` only its coefficients are read. Gives 0, or -1 for a file that it refuses. */
static int decode(struct scratch *s, size_t length, struct decoded *out)
{
    struct jpeg_decompress_struct info;
    struct catcher catcher;
    info.err = jpeg_std_error(&catcher.base);
    catcher.base.error_exit = on_error;
    catcher.base.output_message = on_message;
    if (setjmp(catcher.back)) {
        jpeg_destroy_decompress(&info);
        return -1;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, s->file, (unsigned long)length);
    jpeg_read_header(&info, TRUE);
    if (out)
        read_eighth(s, &info, out);
    else
        jpeg_read_coefficients(&info);
    jpeg_destroy_decompress(&info);
    return 0;
}

static int make_tile(struct scratch *s, const struct work *work, const char *path)
{
    const size_t length = read_file(s, path);
    struct decoded decoded;
    unsigned tile_w, tile_h;
    if (length == 0 || decode(s, length, work->entropy ? NULL : &decoded) != 0)
        return -1;
    if (work->entropy)
        return 0;
    fit(decoded.full_w, decoded.full_h, work->box_w, work->box_h, &tile_w, &tile_h);
    reserve(&s->tile, &s->tile_size, (size_t)tile_w * tile_h * 4);
    box_pass(s->rows, decoded.w, decoded.h, s->tile, tile_w, tile_h);
    return 0;
}

static void *worker(void *data)
{
    struct work *work = data;
    struct scratch scratch = {0};
    for (;;) {
        const size_t index = atomic_fetch_add_explicit(&work->next, 1, memory_order_relaxed);
        if (index >= work->count)
            break;
        struct picture *picture = &work->pictures[index];
        picture->done_ms = make_tile(&scratch, work, picture->path) == 0 ? ms_since(&work->start) : -1;
    }
    free(scratch.file);
    free(scratch.rows);
    free(scratch.tile);
    return NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_jpeg(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".jpg") == 0;
}

static void list_folder(struct work *work, const char *folder, size_t most)
{
    struct dirent **names;
    const int found = scandir(folder, &names, is_jpeg, by_name);
    if (found <= 0)
        die("no pictures", folder);
    work->count = (size_t)found < most ? (size_t)found : most;
    work->pictures = calloc(work->count, sizeof *work->pictures);
    if (work->pictures == NULL)
        die("no memory", "list");
    for (int i = 0; i < found; i++) {
        const size_t room = strlen(folder) + strlen(names[i]->d_name) + 2;
        if ((size_t)i < work->count) {
            work->pictures[i].path = malloc(room);
            if (work->pictures[i].path == NULL)
                die("no memory", "list");
            snprintf(work->pictures[i].path, room, "%s/%s", folder, names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
}

static int cores(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static int print_result(const struct work *work, int threads)
{
    struct rusage usage;
    double latest = 0;
    int failed = 0;
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    printf("{\"threads\":%d,\"count\":%zu,\"cpu_ms\":%.1f,\"rss_peak_bytes\":%ld,\"done_ms\":[", threads,
           work->count, cpu, usage.ru_maxrss * 1024);
    for (size_t i = 0; i < work->count; i++) {
        if (work->pictures[i].done_ms > latest)
            latest = work->pictures[i].done_ms;
        failed += work->pictures[i].done_ms < 0;
        printf("%s%.2f", i > 0 ? "," : "", latest);
        free(work->pictures[i].path);
    }
    printf("],\"wall_ms\":%.2f,\"failed\":%d}\n", latest, failed);
    free(work->pictures);
    return failed > 0;
}

int main(int argc, char **argv)
{
    struct work work = {.box_w = 256, .box_h = 192};
    pthread_t threads[MAX_THREADS];
    size_t most = SIZE_MAX;
    int wanted = cores(), started = 0, option;
    clock_gettime(CLOCK_MONOTONIC, &work.start);
    while ((option = getopt(argc, argv, "en:j:s:")) != -1) {
        if (option == 'e')
            work.entropy = 1;
        else if (option == 'n')
            most = strtoul(optarg, NULL, 10);
        else if (option == 'j')
            wanted = atoi(optarg);
        else if (option != 's' || sscanf(optarg, "%dx%d", &work.box_w, &work.box_h) != 2)
            return 2;
    }
    if (optind + 1 != argc || most == 0 || work.box_w < 1 || work.box_h < 1) {
        fprintf(stderr, "usage: bench_limit [-e] [-n COUNT] [-j THREADS] [-s WxH] DIR\n");
        return 2;
    }
    list_folder(&work, argv[optind], most);
    if (wanted > MAX_THREADS)
        wanted = MAX_THREADS;
    while (started < wanted && pthread_create(&threads[started], NULL, worker, &work) == 0)
        started++;
    if (started == 0)
        worker(&work);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return print_result(&work, started > 0 ? started : 1);
}
