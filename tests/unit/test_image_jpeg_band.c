/* Parts of JPEGs by way of an index: the same pixels as without one, and nothing above them is read. */
#include "test_image_support.h"

enum { W = 624, H = 1504, PARTS = 24, PIECE_LIMIT = 1 << 10 };

/* Leaves the part in host; a region of no width is the whole, in a box. */
static enum fz_err load_any(const struct bytes *file, bool in_pieces, struct fz_image_region region,
                            int box_w, int box_h, struct fz_image_index *index, struct host *host,
                            struct fz_image *image)
{
    static struct fz_image_scratch *scratch; /* as of one worker */
    struct fz_error err;
    int fd = open_bytes(file->data, file->len);
    if (!scratch)
        scratch = fz_image_scratch_new(1 << 20);
    *host = (struct host){0};
    struct fz_image_request request = make_request(fd, box_w, box_h, host);
    request.want.region = region;
    request.index = index;
    if (in_pieces && region.w > 0)
        request.limits.max_held_bytes = PIECE_LIMIT;
    else if (in_pieces)
        request.limits.max_whole_bytes = PIECE_LIMIT;
    enum fz_err code = fz_image_load(&request, scratch, image, &err);
    close(fd);
    if (!index) {
        fz_image_scratch_free(scratch);
        scratch = NULL;
    }
    return code;
}

static enum fz_err load_part(const struct bytes *file, bool in_pieces, struct fz_image_region region,
                             int scale, struct fz_image_index *index, struct host *host,
                             struct fz_image *image)
{
    int w = (region.w + scale - 1) / scale, h = (region.h + scale - 1) / scale;
    return load_any(file, in_pieces, region, w, h, index, host, image);
}

/* With the index and without. */
static void assert_same(const struct bytes *file, bool in_pieces, struct fz_image_region region, int scale,
                        struct fz_image_index *index)
{
    struct host host, other;
    struct fz_image part, wanted;
    assert_int_equal(load_part(file, in_pieces, region, scale, index, &host, &part), FZ_OK);
    assert_int_equal(load_part(file, in_pieces, region, scale, NULL, &other, &wanted), FZ_OK);
    assert_int_equal(part.damaged, wanted.damaged);
    assert_true(part.width == wanted.width && part.height == wanted.height);
    assert_true(part.out_w == wanted.out_w && part.out_h == wanted.out_h);
    for (int y = 0; y < part.out_h; y++)
        if (memcmp(part.pixels + (size_t)y * (size_t)part.pitch_bytes,
                   wanted.pixels + (size_t)y * (size_t)wanted.pitch_bytes, (size_t)part.out_w * 4) != 0)
            fail_msg("row %d of %dx%d+%d+%d at 1/%d", y, region.w, region.h, region.x, region.y, scale);
    host_fini(&host);
    host_fini(&other);
}

static struct fz_image_region any_region(uint32_t *seed)
{
    struct fz_image_region r = {.w = 16 + (int)(next_random(seed) % 200),
                                .h = 16 + (int)(next_random(seed) % 200)};
    r.x = (int)(next_random(seed) % (unsigned)(W - r.w));
    r.y = (int)(next_random(seed) % (unsigned)(H - r.h));
    return r;
}

static const struct jpeg_options kinds[] = {
    {.sampling = 1},
    {.sampling = 2},
    {.in = JCS_GRAYSCALE, .channels = 1},
    {.sampling = 2, .restart_rows = 1},
    {.sampling = 1, .restart_rows = 3},
    {.sampling = 2, .restart_rows = 50},
    {.sampling = 2, .progressive = true},
};
enum { KINDS = sizeof kinds / sizeof *kinds, WITHOUT = KINDS - 1 };

/* Down, up, to the last row; at each scale; of files that are held and of those that are read in pieces. */
static void test_parts_are_the_same(void **state)
{
    (void)state;
    uint32_t seed = 3;
    for (int kind = 0; kind < KINDS; kind++)
        for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
            struct bytes file = photo_jpeg(W, H, kinds[kind]);
            struct fz_image_index index = {0};
            assert_same(&file, in_pieces, (struct fz_image_region){0, 0, W, 64}, 1, &index);
            assert_int_equal(index.count, 0);
            for (int i = 0; i < PARTS; i++)
                assert_same(&file, in_pieces, any_region(&seed), 1 << i % 4, &index);
            assert_same(&file, in_pieces, (struct fz_image_region){0, H - 48, W, 48}, 1, &index);
            assert_true(kind == WITHOUT ? index.count == 0 : index.count > 0);
            free(file.data);
        }
}

/* What stands above is destroyed once the index is known. */
static void test_nothing_above_is_read(void **state)
{
    (void)state;
    const struct fz_image_region bottom = {40, H - 80, 500, 80};
    for (int kind = 0; kind < WITHOUT; kind++)
        for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
            struct bytes file = photo_jpeg(W, H, kinds[kind]);
            struct fz_image_index index = {0};
            struct host before, after;
            struct fz_image wanted, part;
            assert_int_equal(load_part(&file, in_pieces, bottom, 1, &index, &before, &wanted), FZ_OK);
            assert_true(index.count > 0);
            uint64_t from = index.places[0].offset - 2000, end = index.places[index.count - 1].offset;
            assert_true(from > 500 && from < end && end < file.len);
            memset(file.data + from, 0xff, (size_t)(end - from));
            assert_int_equal(load_part(&file, in_pieces, bottom, 1, &index, &after, &part), FZ_OK);
            assert_false(part.damaged);
            for (int y = 0; y < part.out_h; y++)
                assert_memory_equal(part.pixels + (size_t)y * (size_t)part.pitch_bytes,
                                    wanted.pixels + (size_t)y * (size_t)wanted.pitch_bytes,
                                    (size_t)part.out_w * 4);
            host_fini(&before);
            host_fini(&after);
            free(file.data);
        }
}

/* Whoever goes through all of the scan finds the same places on the way. */
static void test_whole_finds_the_same(void **state)
{
    (void)state;
    for (int kind = 0; kind < WITHOUT; kind++)
        for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
            struct bytes file = photo_jpeg(W, H, kinds[kind]);
            struct fz_image_index found = {.count = 1}, index = {0};
            struct host host;
            struct fz_image image;
            const struct fz_image_region bottom = {0, H - 48, W, 48};
            assert_int_equal(load_part(&file, in_pieces, bottom, 1, &index, &host, &image), FZ_OK);
            host_fini(&host);
            assert_int_equal(load_any(&file, in_pieces, (struct fz_image_region){.w = 0}, W / 8, H / 8,
                                      &found, &host, &image),
                             FZ_OK);
            host_fini(&host);
            assert_true(index.count > 0 && found.count >= index.count);
            assert_int_equal(found.file_bytes, file.len);
            for (uint32_t i = 0; i < index.count; i++) {
                const struct fz_image_place *a = &index.places[i], *b = &found.places[i];
                assert_int_equal(a->offset, b->offset);
                assert_int_equal(a->bits, b->bits);
                assert_int_equal(a->bit_count, b->bit_count);
                assert_int_equal(a->restart, b->restart);
                assert_memory_equal(a->last, b->last, sizeof a->last);
            }
            free(file.data);
        }
}

/* Cut, and with bytes changed, above the part and in it. */
static void test_damage(void **state)
{
    (void)state;
    uint32_t seed = 9;
    for (int round = 0; round < 40; round++) {
        struct bytes file = photo_jpeg(W, H, kinds[round % WITHOUT]);
        struct fz_image_index index = {0};
        struct host host;
        struct fz_image part;
        if (round % 2)
            file.len = file.len / 2 + next_random(&seed) % (file.len / 2);
        for (int i = 0; i < 4 && round % 2 == 0; i++)
            file.data[1000 + next_random(&seed) % (file.len - 1000)] = (uint8_t)next_random(&seed);
        for (int i = 0; i < 4; i++) {
            struct fz_image_region region = any_region(&seed);
            enum fz_err code = load_part(&file, round % 3 == 0, region, 1, &index, &host, &part);
            if (round % 2) /* what is cut off is told, and what is there is right */
                assert_same(&file, round % 3 == 0, region, 1, &index);
            else
                assert_true(code == FZ_OK || code == FZ_E_DAMAGED);
            host_fini(&host);
        }
        free(file.data);
    }
}

/* An index that lies costs the right pixels and nothing else; one of another file is none. */
static void test_any_index(void **state)
{
    (void)state;
    uint32_t seed = 1;
    struct bytes file = photo_jpeg(W, H, kinds[1]);
    for (int round = 0; round < 200; round++) {
        struct fz_image_index index;
        struct host host;
        struct fz_image part;
        for (size_t i = 0; i < sizeof index; i++)
            ((uint8_t *)&index)[i] = (uint8_t)next_random(&seed);
        index.file_bytes = round % 4 ? file.len : 1;
        index.count = next_random(&seed) % 40;
        for (int i = 0; i < FZ_INDEX_PLACES; i++)
            index.places[i].offset %= file.len * 2;
        struct fz_image_region region = any_region(&seed);
        if (round % 4 == 0)
            assert_same(&file, round % 8 == 0, region, 1, &index);
        enum fz_err code = load_part(&file, round % 8 < 4, region, 1, &index, &host, &part);
        assert_true(code == FZ_OK || code == FZ_E_DAMAGED);
        host_fini(&host);
    }
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_the_same),
        cmocka_unit_test(test_nothing_above_is_read),
        cmocka_unit_test(test_whole_finds_the_same),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_any_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
