/* A pool of workers with pictures to decode, and the render thread's half of the hand-over. */
#ifndef FZ_TEST_POOL_FIXTURE_H
#define FZ_TEST_POOL_FIXTURE_H

#include "fixture.h"

#include "decode/pool.h"
#include "sync/thread.h"

#include <SDL.h>
#include <png.h>

enum { WORKING_BYTES = 64 << 20 };
enum { PATIENCE_MS = 10000 };
enum { PICTURE_W = 96, PICTURE_H = 64, LARGE_W = 1600, LARGE_H = 1200 };

struct bench {
    char *folder;
    char *good, *large, *damaged, *text, *missing; /* paths in it */
    struct fz_ready ready;
    struct fz_ready_node *taken; /* the rest of the last take */
    struct fz_doorbell bell;
    struct fz_cancel quit;
    struct fz_pool pool;
    struct fz_zygote *decoders; /* where the workers decode: in its processes, */
    bool unforked;              /* in threads that are asked like processes, or themselves */
    int64_t max_cpu_us;         /* of a question without a limit of its own; 0: the usual */
    int life_cpu_s;             /* see decode/engine.h */
    uint64_t calm;              /* see struct fz_pool_options */
    struct fz_cache *cache;     /* the same */
};

/* One colour, but for a frame of another. */
static inline void write_picture(const char *path, int w, int h)
{
    size_t row_bytes = (size_t)w * 3;
    uint8_t *pixels = malloc(row_bytes * (size_t)h);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            bool frame = x == 0 || y == 0 || x == w - 1 || y == h - 1;
            memcpy(pixels + (size_t)y * row_bytes + (size_t)x * 3, frame ? "\x10\x20\x30" : "\xc0\x60\x20",
                   3);
        }
    }
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)w,
                       .height = (png_uint_32)h,
                       .format = PNG_FORMAT_RGB};
    assert_true(png_image_write_to_file(&image, path, 0, pixels, 0, NULL));
    free(pixels);
}

/* The first half of a file. */
static inline void write_half(const char *from, const char *to)
{
    char bytes[65536];
    FILE *file = fopen(from, "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_file(to, bytes, len / 2);
}

static inline void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->folder = make_folder();
    bench->good = path_in(bench->folder, "good.png");
    bench->large = path_in(bench->folder, "large.png");
    bench->damaged = path_in(bench->folder, "damaged.png");
    bench->text = path_in(bench->folder, "text.png");
    bench->missing = path_in(bench->folder, "missing.png");
    write_picture(bench->good, PICTURE_W, PICTURE_H);
    write_picture(bench->large, LARGE_W, LARGE_H);
    write_half(bench->good, bench->damaged);
    write_file(bench->text, "this is no picture\n", 19);
    fz_doorbell_init(&bench->bell);
}

static inline void bench_start(struct bench *bench, int workers)
{
    struct fz_error err = {0};
    fz_cancel_init(&bench->quit, NULL);
    struct fz_pool_options how = {.workers = workers,
                                  .working_bytes = WORKING_BYTES,
                                  .decoders = bench->decoders,
                                  .unforked = bench->unforked,
                                  .max_cpu_us = bench->max_cpu_us,
                                  .life_cpu_s = bench->life_cpu_s,
                                  .calm = bench->calm,
                                  .cache = bench->cache};
    assert_int_equal(fz_pool_start(&bench->pool, &how, &bench->ready, &bench->bell, &err), FZ_OK);
}

/* Also frees what bench_next took, but did not give out yet. */
static inline void bench_stop(struct bench *bench)
{
    fz_cancel_set(&bench->quit);
    assert_true(fz_pool_stop(&bench->pool, PATIENCE_MS));
    assert_true(fz_ready_is_empty(&bench->pool.trash));
    while (bench->taken) {
        struct fz_ready_node *next = bench->taken->next;
        fz_job_free(FZ_CONTAINER(bench->taken, struct fz_job, ready));
        bench->taken = next;
    }
}

static inline void bench_close(struct bench *bench)
{
    fz_doorbell_fini(&bench->bell);
    free(bench->good);
    free(bench->large);
    free(bench->damaged);
    free(bench->text);
    free(bench->missing);
    remove_folder(bench->folder);
}

static inline struct fz_job *bench_job(struct bench *bench, enum fz_job_kind kind, uint32_t item,
                                       const char *path)
{
    struct fz_job *job = fz_job_new(kind, item, path ? strdup(path) : NULL, &bench->quit);
    job->want.box_w = 32;
    job->want.box_h = 32;
    return job;
}

/* One finished job, waited for; NULL after ten seconds without one. */
static inline struct fz_job *bench_next(struct bench *bench)
{
    for (double end = now_s() + 10; !bench->taken && now_s() < end;) {
        bench->taken = fz_ready_take(&bench->ready);
        if (!bench->taken)
            sleep_ms(1);
    }
    if (!bench->taken)
        return NULL;
    struct fz_ready_node *node = bench->taken;
    bench->taken = node->next;
    return FZ_CONTAINER(node, struct fz_job, ready);
}

/* ---- Somebody who holds all working memory, so that every decode waits --------------------------------- */

struct hoarder {
    struct fz_ledger *ledger;
    SDL_Thread *thread;
    atomic_bool holds, give_back;
};

static inline int hoard(void *ctx)
{
    struct hoarder *hoarder = ctx;
    uint64_t all = hoarder->ledger->capacity;
    if (!fz_ledger_reserve(hoarder->ledger, all, NULL, NULL))
        return 1;
    atomic_store(&hoarder->holds, true);
    while (!atomic_load(&hoarder->give_back))
        sleep_ms(1);
    fz_ledger_release(hoarder->ledger, all);
    return 0;
}

static inline void hoarder_start(struct hoarder *hoarder, struct bench *bench)
{
    *hoarder = (struct hoarder){.ledger = &bench->pool.ledger};
    assert_int_equal(fz_thread_start(&hoarder->thread, "hoarder", hoard, hoarder, NULL), FZ_OK);
    while (!atomic_load(&hoarder->holds))
        sleep_ms(1);
}

static inline void hoarder_stop(struct hoarder *hoarder)
{
    int status = 1;
    atomic_store(&hoarder->give_back, true);
    SDL_WaitThread(hoarder->thread, &status);
    assert_int_equal(status, 0);
}

#endif
