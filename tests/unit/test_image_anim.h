/* A stream under test, and pictures of a few pixels: a digit is a colour, '.' is clear. */
#ifndef FZ_TEST_IMAGE_ANIM_H
#define FZ_TEST_IMAGE_ANIM_H

#include "test_image_support.h"

#include "image/anim/anim.h"

enum { BACKGROUND = 0x204060 };
static const uint32_t anim_colors[4] = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff};

struct play {
    struct fz_anim *anim;
    struct fz_image_scratch *scratch;
    struct host host;
    struct fz_anim_frame frame;
    struct fz_image image;
    struct fz_error err;
};

static inline enum fz_err open_play(struct play *p, const void *bytes, size_t len, int max_frames)
{
    *p = (struct play){.scratch = fz_image_scratch_new(1 << 20)};
    int fd = open_bytes(bytes, len);
    struct fz_image_request request = make_request(fd, 0, 0, &p->host);
    request.limits.max_whole_px = 1 << 20; /* larger ones are slow with sanitizers */
    if (max_frames > 0)
        request.limits.max_frames = max_frames;
    enum fz_err code = fz_anim_open(&request, &p->anim, &p->err);
    assert_true((code == FZ_OK) == (p->anim != NULL));
    close(fd);
    return code;
}

static inline void close_play(struct play *p)
{
    host_fini(&p->host);
    fz_anim_free(p->anim);
    fz_image_scratch_free(p->scratch);
}

static inline enum fz_err compose(struct play *p, int index)
{
    struct fz_image_host host = {.ctx = &p->host, .cancelled = host_cancelled};
    return fz_anim_compose(p->anim, index, &host, &p->frame, &p->err);
}

static inline void render(struct play *p, int box_w, int box_h)
{
    host_fini(&p->host);
    struct fz_image_request request = make_request(-1, box_w, box_h, &p->host);
    assert_int_equal(fz_anim_render(p->anim, &request, p->scratch, &p->image, &p->err), FZ_OK);
}

static inline void assert_canvas(struct play *p, const char *expected)
{
    render(p, 0, 0);
    for (int i = 0; i < p->image.width * p->image.height; i++) {
        uint32_t color = expected[i] == '.' ? BACKGROUND : anim_colors[expected[i] - '0'];
        assert_int_equal(pixel(&p->image, i % p->image.width, i / p->image.width), color);
    }
}

static inline void assert_next(struct play *p, int index, const char *expected)
{
    assert_int_equal(compose(p, FZ_ANIM_NEXT), FZ_OK);
    assert_int_equal(p->frame.index, index);
    assert_canvas(p, expected);
}

/* The first frame lies as the still picture does, which has that orientation: the same pixels in the same places. */
static inline void assert_lies_as_still(const struct bytes *b, int orientation, int tolerance)
{
    struct host host = {0};
    struct fz_image still;
    struct fz_error err;
    struct play p;
    assert_int_equal(load(b->data, b->len, 0, 0, &host, &still, &err), FZ_OK);
    assert_int_equal(still.orientation, orientation);
    assert_int_equal(open_play(&p, b->data, b->len, 0), FZ_OK);
    assert_int_equal(compose(&p, 1), FZ_OK); /* and is come back to */
    assert_int_equal(compose(&p, 0), FZ_OK);
    render(&p, 0, 0);
    assert_int_equal(p.image.orientation, orientation);
    assert_true(p.image.width == still.width && p.image.height == still.height);
    assert_true(p.image.out_w == still.out_w && p.image.out_h == still.out_h);
    for (int y = 0; y < still.out_h; y++)
        for (int x = 0; x < still.out_w; x++)
            assert_near(pixel(&p.image, x, y), pixel(&still, x, y), tolerance);
    close_play(&p);
    host_fini(&host);
}

/* Opens and plays the file with each byte from `from` on changed in turn: an error, or frames of the size that was said. */
static inline void play_changed(const struct bytes *b, size_t from, int max_frames)
{
    uint32_t seed = 5;
    for (size_t at = from; at < b->len; at++) {
        uint8_t before = b->data[at];
        b->data[at] = (uint8_t)next_random(&seed);
        struct play p;
        int count = open_play(&p, b->data, b->len, max_frames) == FZ_OK ? 4 : 0;
        for (int i = 0; i < count; i++)
            if (compose(&p, FZ_ANIM_NEXT) == FZ_OK)
                render(&p, 8, 8);
        close_play(&p);
        b->data[at] = before;
    }
}

#endif
