/* What a decoder process and the memory that it shares hold between two pictures, as the system counts it: no more than was set
 * aside for it, whatever it decoded; and all of it is given back when nothing is asked. */
#include "base/sanitized.h"
#include "decode/back.h"
#include "decode/front.h"
#include "decode/job.h"
#include "decode/ring.h"
#include "fixture.h"
#include "image/encode.h"
#include "sync/thread.h"
#include "zygote_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LITTLE = 280 << 10, USUAL = 4 << 20, MUCH = 14 << 20 };
enum { SLACK = 256 << 10 }; /* its stack, and what the libraries' own variables take */
enum { PHOTO_W = 2000, PHOTO_H = 1500, SMALL_W = 160, SMALL_H = 120, REST_S = 5 };

static struct fz_zygote *decoders;
static char *folder, *photo, *small;

struct kept {
    struct fz_front front;
    struct fz_engine_counts counts;
    uint64_t own_bytes; /* of the process, before it was asked anything */
};

static char *write_jpeg(const char *name, int w, int h)
{
    size_t bytes = (size_t)w * (size_t)h * 4;
    uint8_t *at = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(i * i >> 8);
    struct fz_pixels pixels = {at, w, h, w * 4};
    struct fz_encode how = {.encoding = FZ_ENCODING_JPEG, .quality = 90};
    struct fz_encoded jpeg;
    struct fz_error err;
    char *path = path_in(folder, name);
    assert_int_equal(fz_image_encode(&pixels, &how, &jpeg, &err), FZ_OK);
    write_file(path, jpeg.bytes, jpeg.len);
    free(jpeg.bytes);
    free(at);
    return path;
}

/* Memory of its own, in bytes: neither files nor what is shared. */
static uint64_t anonymous_of(pid_t pid)
{
    char path[64], line[128];
    unsigned long long kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Anonymous: %llu kB", &kilobytes) == 1)
            break;
    fclose(file);
    return kilobytes << 10;
}

static uint64_t shared_by(const struct fz_front *front)
{
    struct stat st;
    assert_int_equal(fstat(fz_ring_fd(front->ring), &st), 0);
    return (uint64_t)st.st_blocks * 512;
}

static void begin(struct kept *kept, size_t keep_bytes)
{
    struct fz_error err;
    *kept = (struct kept){.own_bytes = 0};
    struct fz_engine_options how = {
        .decoders = decoders, .number = 1, .keep_bytes = keep_bytes, .counts = &kept->counts};
    fz_front_init(&kept->front, &how);
    assert_int_equal(fz_front_await(&kept->front, NULL, NULL, &err), FZ_OK);
    kept->own_bytes = anonymous_of(kept->front.child.pid);
}

/* `bytes` NULL: what stands in the file. Gives the surface. */
static SDL_Surface *load(struct kept *kept, const char *path, int box, const void *bytes, size_t len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct fz_image image;
    struct fz_error err;
    SDL_Surface *surface;
    struct fz_image_request request = {.fd = fd,
                                       .bytes = bytes,
                                       .len = len,
                                       .want = {.box_w = box, .box_h = box},
                                       .limits = fz_image_default_limits};
    assert_int_equal(fz_front_load(&kept->front, &request, &image, &surface, &err), FZ_OK);
    close(fd);
    return surface;
}

static void assert_is_set_aside(const struct kept *kept)
{
    const struct fz_keep *keep = &kept->front.keep;
    uint64_t shared = shared_by(&kept->front), counted = atomic_load(&kept->counts.kept_bytes);
    assert_true(shared + kept->front.process_kept <= counted); /* in whole slots */
    assert_true(counted <= kept->front.options.keep_bytes);
    assert_true(shared <=
                FZ_RING_HEADER_BYTES + keep->input_bytes + keep->slots * (size_t)FZ_RING_SLOT_BYTES);
}

#if !FZ_SANITIZED /* which hold freed memory back */
/* More than at its start; less than that is nothing, too. */
static uint64_t grown_by(const struct kept *kept)
{
    uint64_t now = anonymous_of(kept->front.child.pid);
    return now > kept->own_bytes ? now - kept->own_bytes : 0;
}
#endif

static void assert_own_is_set_aside(const struct kept *kept)
{
#if !FZ_SANITIZED
    const struct fz_keep *keep = &kept->front.keep;
    uint64_t own = grown_by(kept);
    print_message("    own %llu KB, shared %llu KB, of %zu\n", (unsigned long long)own >> 10,
                  (unsigned long long)shared_by(&kept->front) >> 10, kept->front.options.keep_bytes >> 10);
    assert_true(own <= keep->scratch_bytes + keep->heap_bytes + keep->free_bytes + SLACK);
#else
    (void)kept;
#endif
}

/* Tiles by the dozen, a screenful that no slots hold, bytes that were read already, and what goes with a copy. */
static void keeps_what_was_set_aside(void **state)
{
    enum { TILES = 20 };
    static const size_t all[] = {LITTLE, USUAL, MUCH};
    static const int boxes[] = {64, 256, 512, 1024, 2000};
    static struct fz_carried carried;
    static uint8_t padded[FZ_RING_INPUT_BYTES];
    (void)state;
    struct stat st;
    int fd = open(small, O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(read(fd, padded, sizeof padded) == st.st_size);
    for (size_t i = 0; i < COUNT(all); i++) {
        struct kept kept;
        struct fz_error err;
        SDL_Surface *tiles[TILES];
        begin(&kept, all[i]);
        for (size_t box = 0; box < COUNT(boxes); box++) {
            fz_surface_free(load(&kept, photo, boxes[box], NULL, 0));
            assert_is_set_aside(&kept);
            assert_own_is_set_aside(&kept);
        }
        for (int tile = 0; tile < TILES; tile++)
            tiles[tile] = load(&kept, photo, 256, NULL, 0);
        for (int tile = 0; tile < TILES; tile++)
            fz_surface_free(tiles[tile]);
        assert_is_set_aside(&kept);
        fz_surface_free(load(&kept, small, 64, padded, sizeof padded));
        assert_is_set_aside(&kept);
        assert_int_equal(
            fz_front_carry(&kept.front, fd, &(struct fz_smaller_copy){64, 48, false}, NULL, &carried, &err),
            FZ_OK);
        fz_surface_free(load(&kept, small, 64, NULL, 0));
        assert_is_set_aside(&kept);
        assert_own_is_set_aside(&kept);
        fz_front_fini(&kept.front);
        assert_int_equal(atomic_load(&kept.counts.kept_bytes), 0);
    }
    close(fd);
}

static void gives_all_of_it_back_at_rest(void **state)
{
    struct kept kept;
    (void)state;
    begin(&kept, MUCH);
    fz_surface_free(load(&kept, photo, 512, NULL, 0));
    assert_true(shared_by(&kept.front) > 512 << 10);
    fz_front_shrink(&kept.front, false);
    assert_int_equal(shared_by(&kept.front), FZ_RING_HEADER_BYTES);
    assert_int_equal(atomic_load(&kept.counts.kept_bytes), FZ_RING_HEADER_BYTES);
#if !FZ_SANITIZED
    for (double end_s = now_s() + REST_S; grown_by(&kept) > SLACK && now_s() < end_s;)
        sleep_ms(20);
    assert_true(grown_by(&kept) <= SLACK);
#endif
    fz_front_fini(&kept.front);
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&fz_decoder_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_was_set_aside),
        cmocka_unit_test(gives_all_of_it_back_at_rest),
    };
    become_zygote(argc, argv, roles);
    decoders = start_zygote(&fz_decoder_role, true);
    fz_thread_claim_main();
    folder = make_folder();
    photo = write_jpeg("photo.jpg", PHOTO_W, PHOTO_H);
    small = write_jpeg("small.jpg", SMALL_W, SMALL_H);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fz_zygote_front_stop(decoders);
    free(photo);
    free(small);
    remove_folder(folder);
    return failed;
}
