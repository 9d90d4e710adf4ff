/* Every picture decodes to the same pixels in a decoder process as on a worker's own thread. What an SVG takes besides itself,
 * fonts and modules for pictures inside it, a second kind of decoder has, which begins when it is wanted. */
#include "test_image_samples.h"
#include "zygote_fixture.h"

#include "decode/back.h"
#include "decode/engine.h"
#include "decode/job.h"
#include "frieze_config.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#define HEAD "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "

static struct fz_zygote *decoders, *heavy_decoders, *svg_decoders;
static struct fz_engine_counts counts;
static struct fz_engine *process, *thread;

struct outcome {
    enum fz_err code;
    struct fz_error err;
    struct fz_image image;
    SDL_Surface *surface;
};

static bool any_amount(void *ctx, uint64_t bytes)
{
    (void)bytes;
    ++*(int *)ctx;
    return true;
}

static struct outcome decode_by(struct fz_engine *engine, int fd, int box)
{
    struct outcome outcome = {0};
    int reserved = 0;
    struct fz_image_request request = {
        .fd = fd,
        .want = {.box_w = box, .box_h = box, .background = 0x204060},
        .limits = fz_image_default_limits,
        .host = {.ctx = &reserved, .reserve = any_amount},
    };
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    outcome.code = fz_engine_load(engine, &request, &outcome.image, &outcome.surface, &outcome.err);
    assert_true(reserved <= 1 || outcome.code == FZ_E_LIMIT);
    return outcome;
}

static void assert_same_outcome(const char *name, int box, const struct outcome *a, const struct outcome *b)
{
    if (a->code != b->code || strcmp(a->err.msg, b->err.msg) != 0)
        fail_msg("%s: in a process \"%s\", on a thread \"%s\"", name, a->err.msg, b->err.msg);
    assert_int_equal(a->image.width, b->image.width);
    assert_int_equal(a->image.height, b->image.height);
    assert_int_equal(a->image.frames, b->image.frames);
    assert_int_equal(a->image.damaged, b->image.damaged);
    assert_true((a->surface == NULL) == (b->surface == NULL));
    if (!a->surface || !b->surface)
        return;
    assert_int_equal(a->surface->w, b->surface->w);
    assert_int_equal(a->surface->h, b->surface->h);
    for (int y = 0; y < a->surface->h; y++)
        if (memcmp((uint8_t *)a->surface->pixels + (ptrdiff_t)y * a->surface->pitch,
                   (uint8_t *)b->surface->pixels + (ptrdiff_t)y * b->surface->pitch,
                   (size_t)a->surface->w * 4) != 0)
            fail_msg("%s: other pixels in row %d of box %d", name, y, box);
}

/* Gives whether it is a picture. */
static bool assert_same(const char *name, int fd)
{
    static const int boxes[] = {0, 40};
    bool shown = false;
    for (int i = 0; i < 2; i++) {
        struct outcome a = decode_by(process, fd, boxes[i]), b = decode_by(thread, fd, boxes[i]);
        assert_same_outcome(name, boxes[i], &a, &b);
        shown = a.surface != NULL;
        fz_surface_free(a.surface);
        fz_surface_free(b.surface);
    }
    return shown;
}

static int is_no_dot(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void the_whole_corpus(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir(FZ_TEST_CORPUS, &entries, is_no_dot, alphasort), shown = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", FZ_TEST_CORPUS, entries[i]->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        shown += assert_same(entries[i]->d_name, fd);
        close(fd);
        free(entries[i]);
    }
    free(entries);
    assert_true(shown > 90);
    for (int i = 0; i < SAMPLES; i++) {
        struct bytes bytes = samples[i].make();
        int fd = open_bytes(bytes.data, bytes.len);
        assert_true(assert_same(samples[i].format, fd));
        close(fd);
        free(bytes.data);
    }
}

#if FRIEZE_WITH_RSVG

/* Of the pixels that both decode to: how many are not the background. */
static int count_drawn_of(const char *text)
{
    int fd = open_bytes(text, strlen(text)), drawn = 0;
    assert_true(assert_same(text, fd));
    struct outcome outcome = decode_by(process, fd, 0);
    close(fd);
    assert_int_equal(outcome.code, FZ_OK);
    const SDL_Surface *s = outcome.surface;
    for (int i = 0; i < s->w * s->h; i++)
        drawn += memcmp((uint8_t *)s->pixels + (ptrdiff_t)(i / s->w) * s->pitch + (ptrdiff_t)(i % s->w) * 4,
                        "\x60\x40\x20\xff", 4) != 0;
    fz_surface_free(outcome.surface);
    return drawn;
}

static int count_drawn(const char *body)
{
    char text[4096];
    int len = snprintf(text, sizeof text, HEAD "width='300' height='80' font-size='24'>%s</svg>", body);
    assert_true(len > 0 && len < (int)sizeof text);
    return count_drawn_of(text);
}

#define TEXT(attributes, letters) "<text y='40' fill='#fff' " attributes ">" letters "</text>"

static void text_is_drawn_with_the_same_fonts(void **state)
{
    (void)state;
    enum { FEW = 300 };
    assert_int_equal(count_drawn(""), 0);
    int sans = count_drawn(TEXT("", "The wall of pictures"));
    int bold = count_drawn(TEXT("font-weight='bold'", "The wall of pictures"));
    int mono = count_drawn(TEXT("font-family='monospace'", "The wall of pictures"));
    assert_true(sans > FEW && bold > sans && mono > FEW && mono != sans);
    assert_true(count_drawn(TEXT("font-family='serif' font-style='italic'", "The wall")) > FEW);
    assert_true(count_drawn(TEXT("font-family='no such font at all'", "The wall")) > FEW);
    assert_true(count_drawn(TEXT("", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d")) > 0); /* Hebrew */
    assert_true(count_drawn(TEXT("", "\xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\xa9")) >
                0); /* Arabic */
    assert_true(count_drawn(TEXT("", "\xe4\xb8\xad\xe6\x96\x87 \xed\x95\x9c\xea\xb5\xad")) >
                0); /* Chinese, Korean */
    assert_true(count_drawn(TEXT("", "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8\xe0\xa5\x8d")) >
                0);                                                              /* Devanagari */
    assert_true(count_drawn(TEXT("", "\xf0\x9f\x99\x82 \xf0\x9f\x9a\x80")) > 0); /* emoji */
    assert_true(count_drawn("<defs>" TEXT(
                    "id='t'", "Th") "</defs><use href='#t'/>"
                                    "<use xlink:href='#t' x='99' transform='rotate(20)'/>") > 100);
}

/* By a name with a prefix, or from an entity. */
static void text_is_found_wherever_it_stands(void **state)
{
    (void)state;
    static const char prefix[] =
        HEAD "xmlns:s='http://www.w3.org/2000/svg' width='99' height='40'><s:text y='30'>abc</s:text></svg>";
    static const char entity[] =
        "<!DOCTYPE svg [<!ENTITY t '&#60;te&#120;t y=\"30\"&#62;abc&#60;/te&#120;t&#62;'>]>" HEAD
        "width='99' height='40'>&t;</svg>";
    static const char *const texts[] = {prefix, entity};
    assert_int_equal(count_drawn("<desc>text</desc><!-- text --><g class='text' id=\"text\"/>"), 0);
    for (int i = 0; i < 2; i++)
        assert_true(count_drawn_of(texts[i]) > 20);
}

static void put_base64(struct bytes *to, const struct bytes *from)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < from->len; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < from->len ? from->data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            bytes_put(to, k > from->len - i ? "=" : &digits[three >> (18 - 6 * k) & 63], 1);
    }
}

static void pictures_inside_are_drawn(void **state)
{
    (void)state;
    static const char *const formats[] = {"png", "gif", "bmp", "tiff", "svg"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        int sample = 0;
        while (sample < SAMPLES && strcmp(samples[sample].format, formats[i]) != 0)
            sample++;
        assert_true(sample < SAMPLES);
        struct bytes picture = samples[sample].make(), body = {0};
        char start[100];
        int len =
            snprintf(start, sizeof start, "<image width='40' height='40' xlink:href='data:image/%s;base64,",
                     strcmp(formats[i], "svg") == 0 ? "svg+xml" : formats[i]);
        bytes_put(&body, start, (size_t)len);
        put_base64(&body, &picture);
        bytes_put(&body, "'/>", 4);
        int fd;
        char head[] = HEAD "width='60' height='60'>";
        struct bytes whole = {0};
        bytes_put(&whole, head, sizeof head - 1);
        bytes_put(&whole, body.data, body.len - 1);
        bytes_put(&whole, "</svg>", 6);
        fd = open_bytes(whole.data, whole.len);
        assert_true(assert_same(formats[i], fd));
        struct outcome outcome = decode_by(process, fd, 0);
        const uint8_t *row = (uint8_t *)outcome.surface->pixels + (ptrdiff_t)10 * outcome.surface->pitch;
        assert_true(i >= 2 || memcmp(row + 80, "\x60\x40\x20\xff", 4) != 0);
        fz_surface_free(outcome.surface);
        close(fd);
        free(whole.data);
        free(body.data);
        free(picture.data);
    }
}

/* A coarse form, and beside it all of the picture. */
struct beside {
    struct fz_image_index index;
    int asked, told;
};

static bool tell_beside(void *ctx, struct fz_image_index *index)
{
    struct beside *beside = ctx;
    if (beside->asked++ < 1)
        return false;
    beside->told++;
    *index = beside->index;
    return true;
}

static struct outcome load_beside(struct fz_engine *engine, int fd, int box, struct fz_image_index *index,
                                  struct beside *beside)
{
    struct outcome outcome = {0};
    struct fz_image_request request = {.fd = fd,
                                       .want = {.box_w = box, .box_h = box, .alone = true},
                                       .index = index,
                                       .limits = fz_image_default_limits,
                                       .host = {.ctx = beside, .index = beside ? tell_beside : NULL}};
    outcome.code = fz_engine_load(engine, &request, &outcome.image, &outcome.surface, &outcome.err);
    assert_int_equal(outcome.code, FZ_OK);
    return outcome;
}

static void where_rows_begin_is_told(void **state)
{
    (void)state;
    struct fz_engine *const engines[] = {process, thread};
    struct bytes file = photo_jpeg(3000, 4000, (struct jpeg_options){.sampling = 2});
    struct fz_image_index index[2] = {{0}, {0}};
    int fd = open_bytes(file.data, file.len);
    struct outcome one = decode_by(thread, fd, 1700);
    for (int i = 0; i < 2; i++) {
        struct outcome coarse = load_beside(engines[i], fd, 300, &index[i], NULL);
        struct beside beside = {.index = index[i]};
        struct outcome both = load_beside(engines[i], fd, 1700, NULL, &beside);
        assert_true(index[i].count > 10);
        assert_int_equal(beside.told, 1);
        assert_same_outcome("photo", 1700, &both, &one);
        fz_surface_free(coarse.surface);
        fz_surface_free(both.surface);
    }
    assert_true(index[0].count == index[1].count && index[0].file_bytes == index[1].file_bytes);
    for (uint32_t i = 0; i < index[0].count; i++)
        assert_int_equal(index[0].places[i].offset, index[1].places[i].offset);
    fz_surface_free(one.surface);
    close(fd);
    free(file.data);
}

static void what_needs_no_files_does_not_wait_for_them(void **state)
{
    (void)state;
    static const char shape[] = HEAD "width='30' height='30'><rect width='9' height='9'/></svg>";
    static const char text[] = HEAD "width='30' height='30'><text y='20'>a</text></svg>";
    struct fz_engine_options how = {.decoders = decoders,
                                    .heavy_decoders = heavy_decoders,
                                    .number = 2,
                                    .working_bytes = 64 << 20,
                                    .counts = &counts};
    struct fz_engine *plain = fz_engine_new(&how);
    int fds[] = {open_bytes(shape, sizeof shape - 1), open_bytes(text, sizeof text - 1)};
    for (int i = 0; i < 2; i++) {
        struct outcome outcome = decode_by(plain, fds[i], 0);
        assert_int_equal(outcome.code, i == 0 ? FZ_OK : FZ_E_UNSUPPORTED);
        assert_true((outcome.surface != NULL) == (i == 0));
        fz_surface_free(outcome.surface);
        close(fds[i]);
    }
    fz_engine_free(plain);
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d (%*[^)]) %*c %d", &parent), 1);
    fclose(file);
    return parent;
}

static int children_of(pid_t parent)
{
    char command[64];
    int count = 0;
    snprintf(command, sizeof command, "pgrep -P %d", (int)parent);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    for (int pid; fscanf(list, "%d", &pid) == 1;)
        count++;
    pclose(list);
    return count;
}

/* Its fonts and glyphs are more memory than an idle decoder may have. */
static void resting_engine_has_no_svg_decoder(void **state)
{
    (void)state;
    struct fz_child child;
    struct fz_error err;
    assert_int_equal(fz_zygote_front_fork(svg_decoders, 9, &child, &err), FZ_OK);
    pid_t zygote = parent_of(child.pid);
    fz_zygote_front_end(svg_decoders, &child, NULL);
    assert_true(count_drawn(TEXT("", "a")) > 0);
    assert_int_equal(children_of(zygote), 1);
    fz_engine_shrink(process, false);
    for (int i = 0; i < 500 && children_of(zygote) > 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(children_of(zygote), 0);
    assert_true(count_drawn(TEXT("", "a")) > 0);
    assert_int_equal(atomic_load(&counts.respawned), 0);
}

/* On a thread there is no process that could go, and nothing else may. */
static void what_was_drawn_is_weighed_and_dropped(void **state)
{
    (void)state;
    assert_true(count_drawn(TEXT("", "a")) > 0);
    assert_in_range(fz_engine_drawn_bytes(process), 1 << 16, 64 << 20);
    fz_engine_drop_drawn(process);
    assert_int_equal(fz_engine_drawn_bytes(process), 0);
    assert_true(count_drawn(TEXT("", "a")) > 0);
    int input = fcntl(STDIN_FILENO, F_GETFD);
    assert_int_equal(fz_engine_drawn_bytes(thread), 0);
    fz_engine_drop_drawn(thread);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), input);
}

static void lost_zygote_is_replaced(void **state)
{
    (void)state;
    static const char text[] = HEAD "width='99' height='40'><text y='30'>a</text></svg>";
    struct fz_child child;
    struct fz_error err;
    assert_true(count_drawn(TEXT("", "a")) > 0);
    assert_int_equal(fz_zygote_front_replaced(svg_decoders), 0); /* the first one stands for no other */
    assert_int_equal(fz_zygote_front_fork(svg_decoders, 9, &child, &err), FZ_OK);
    pid_t zygote = parent_of(child.pid);
    assert_int_equal(parent_of(zygote), getpid());
    assert_int_equal(kill(zygote, SIGKILL), 0);
    fz_zygote_front_end(svg_decoders, &child, NULL);
    int drawn = 0;
    for (int i = 0; i < 2 && drawn == 0; i++) { /* the decoder may still be dying */
        int fd = open_bytes(text, sizeof text - 1);
        struct outcome outcome = decode_by(process, fd, 0);
        drawn = outcome.code == FZ_OK;
        assert_true(drawn || outcome.code == FZ_E_BUSY);
        fz_surface_free(outcome.surface);
        close(fd);
    }
    assert_true(drawn);
    assert_int_equal(fz_zygote_front_replaced(svg_decoders), 1);
    assert_true(count_drawn(TEXT("", "a")) > 0);
}

#endif

static int set_up(void **state)
{
    (void)state;
    struct fz_engine_options how = {
        .number = 1, .working_bytes = 1 << 30, .keep_bytes = 8 << 20, .counts = &counts};
    fz_image_init();
    thread = fz_engine_new(&how);
    how.decoders = decoders;
    how.heavy_decoders = heavy_decoders;
    how.svg_decoders = svg_decoders;
    process = fz_engine_new(&how);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fz_engine_free(process);
    fz_engine_free(thread);
    fz_image_fini();
    return 0;
}

int main(int argc, char **argv)
{
    static const struct fz_role *const roles[] = {&fz_decoder_role, &fz_heavy_decoder_role,
                                                  &fz_svg_decoder_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_corpus),
        cmocka_unit_test(where_rows_begin_is_told),
#if FRIEZE_WITH_RSVG
        cmocka_unit_test(text_is_drawn_with_the_same_fonts),
        cmocka_unit_test(text_is_found_wherever_it_stands),
        cmocka_unit_test(pictures_inside_are_drawn),
        cmocka_unit_test(what_needs_no_files_does_not_wait_for_them),
        cmocka_unit_test(resting_engine_has_no_svg_decoder),
        cmocka_unit_test(what_was_drawn_is_weighed_and_dropped),
        cmocka_unit_test(lost_zygote_is_replaced),
#endif
    };
    become_zygote(argc, argv, roles);
    decoders = start_zygote(&fz_decoder_role, true);
    heavy_decoders = fz_zygote_front_later(&fz_heavy_decoder_role, true);
    svg_decoders = fz_zygote_front_later(&fz_svg_decoder_role, true);
    int failed = cmocka_run_group_tests(tests, set_up, tear_down);
    fz_zygote_front_stop(heavy_decoders);
    fz_zygote_front_stop(svg_decoders);
    fz_zygote_front_stop(decoders);
    return failed;
}
