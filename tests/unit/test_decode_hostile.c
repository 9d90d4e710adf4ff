/* A decoder that somebody has taken over: it lies, reaches for what is not its own, and calls what it may not. Each attempt costs
 * its own picture; whatever stopped it is named; the next picture is answered. */
#include "test_decode_taken_over.h"
#include "zygote_fixture.h"

#include "base/str.h"
#include "decode/back.h"
#include "decode/engine.h"
#include "decode/job.h"
#include "decode/quarantine.h"
#include "image/metadata/carry.h"

#define ROW(function, ...)               \
    {                                    \
        function, #function, __VA_ARGS__ \
    }

static const struct row {
    void (*does)(struct taken_over *d);
    const char *name;
    enum fz_err code;
    const char *says; /* in the error's text; NULL: whatever it is */
    int box;
    bool is_put_down; /* another decoder takes its place */
} rows[] = {
    ROW(is_honest, FZ_E_DAMAGED, "honest", BOX, false),
    ROW(sends_a_short_message, FZ_E_CRASHED, NULL, BOX, true),
    ROW(sends_a_long_message, FZ_E_CRASHED, NULL, BOX, true),
    ROW(sends_a_byte, FZ_E_CRASHED, NULL, BOX, true),
    ROW(names_another_call, FZ_E_CRASHED, NULL, BOX, true),
    ROW(says_what_there_is_not, FZ_E_CRASHED, NULL, BOX, true),
    ROW(gives_more_than_was_asked, FZ_E_CRASHED, "size", BOX, true),
    ROW(gives_less_than_nothing, FZ_E_CRASHED, "size", BOX, true),
    ROW(gives_more_than_a_slot_holds, FZ_E_CRASHED, "fit", 0, true),
    ROW(claims_more_than_the_limits, FZ_E_CRASHED, "over the limits", BOX, true),
    ROW(claims_a_side_over_the_limit, FZ_E_CRASHED, "over the limits", BOX, true),
    ROW(claims_no_size, FZ_E_CRASHED, "no size", BOX, true),
    ROW(says_that_it_takes_too_long, FZ_E_TIMEOUT, "too long", BOX, false),
    ROW(knows_another_format, FZ_E_CRASHED, NULL, BOX, true),
    ROW(has_a_format_without_end, FZ_E_CRASHED, NULL, BOX, true),
    ROW(has_an_error_of_its_own, FZ_E_CRASHED, "error", BOX, true),
    ROW(has_a_text_without_end, FZ_E_DAMAGED, "AAAA", BOX, false),
    ROW(asks_for_all_memory, FZ_E_DAMAGED, "not granted", BOX, false),
    ROW(asks_without_end, FZ_E_CRASHED, "again and again", BOX, true),
    ROW(sets_bounds_without_end, FZ_E_CRASHED, "no picture needs", BOX, true),
    ROW(goes_beyond_its_own_bound, FZ_E_TIMEOUT, "much for what it is", BOX, true),
    ROW(says_that_it_was_cancelled, FZ_E_CRASHED, "cancelled", BOX, true),
    ROW(asks_for_pixels_without_end, FZ_E_CRASHED, NULL, 0, true),
    ROW(asks_for_pixels_below_nothing, FZ_E_CRASHED, NULL, 0, true),
    ROW(asks_for_slots_twice, FZ_E_CRASHED, "no picture needs", 0, true),
    ROW(gives_more_than_its_slots_hold, FZ_E_CRASHED, "fit", 0, true),
    ROW(never_answers, FZ_E_TIMEOUT, NULL, BOX, true),
    ROW(hangs_up, FZ_E_CRASHED, "hung up", BOX, true),
    ROW(goes, FZ_E_CRASHED, "status 0", BOX, true),
    ROW(hands_over_descriptors, FZ_E_CRASHED, NULL, BOX, true),
    ROW(shrinks_what_is_shared, FZ_E_DAMAGED, "sealed", BOX, false),
    ROW(shrinks_its_pixels, FZ_OK, NULL, 0, false),
    ROW(scribbles, FZ_OK, NULL, BOX, false),
    ROW(counts_its_descriptors, FZ_E_DAMAGED, "1 memory, 1 other", BOX, false),
    ROW(opens_a_file, FZ_E_DAMAGED, "Permission denied", BOX, false),
    ROW(calls_socket, FZ_E_CRASHED, "socket", BOX, true),
    ROW(calls_execve, FZ_E_CRASHED, "execve", BOX, true),
    ROW(calls_fork, FZ_E_CRASHED, "clone", BOX, true),
    ROW(calls_kill, FZ_E_CRASHED, "kill", BOX, true),
    ROW(calls_process_vm_writev, FZ_E_CRASHED, "process_vm_writev", BOX, true),
    ROW(writes_to_slots_of_others, FZ_E_CRASHED, "process_vm_writev", BOX, true),
};
enum { ANSWERS_TWICE = COUNT(rows), NEVER_LISTENS, ENDS };

/* Of metadata, animations and what probe tells: nonsense where the rest of the answer is left. */
static void leaves_nonsense(struct taken_over *d)
{
    struct fz_call_done done = honest(d);
    memset(d->memory + FZ_RING_HEADER_BYTES, d->call.id % 2 ? 0xff : 0x1b, sizeof(union fz_call_more));
    memset(&done.frame.last, 0xff, sizeof done.frame.last);
    answer(d, &done);
}

/* Which row is played stands where the page would. */
static int run_taken_over(int socket, int number, struct fz_sandbox *sandbox)
{
    struct taken_over d;
    (void)number;
    if (!begins(&d, socket, sandbox))
        return 1;
    for (int fd; hears(&d, &fd);) {
        if (d.call.want.page == ENDS || d.call.index == ENDS || d.call.want.box_w == ENDS)
            goes(&d);
        else if (d.call.what != FZ_CALL_LOAD)
            leaves_nonsense(&d);
        else if (d.call.want.page == ANSWERS_TWICE)
            answers_twice(&d);
        else if (d.call.want.page == NEVER_LISTENS)
            never_listens(&d);
        else if (d.call.want.page >= 0 && d.call.want.page < (int)COUNT(rows))
            rows[d.call.want.page].does(&d);
        if (fd >= 0)
            close(fd);
    }
    return 0;
}

static const struct fz_role taken_over_role = {.name = "decoder", .sandboxed = true, .run = run_taken_over};

/* --- the program --------------------------------------------------------------------------------------------- */

static struct fz_zygote *zygote;
static struct fz_engine_counts counts;
static int picture = -1;

static struct fz_engine *begin_with(struct fz_quarantine *quarantine)
{
    struct fz_engine_options how = {.decoders = zygote,
                                    .number = 1,
                                    .keep_bytes = 4 << 20,
                                    .working_bytes = 64 << 20,
                                    .quarantine = quarantine,
                                    .counts = &counts};
    return fz_engine_new(&how);
}

static struct fz_engine *begin(void)
{
    return begin_with(NULL);
}

static bool refuses(void *ctx, uint64_t bytes)
{
    (void)ctx;
    return bytes <= 64 << 20;
}

/* What the decoder will do; NULL: no row says. */
static void (*picked(int page))(struct taken_over *d)
{
    return page >= 0 && page < (int)COUNT(rows) ? rows[page].does : NULL;
}

static enum fz_err load(struct fz_engine *engine, int page, int box, SDL_Surface **surface,
                        struct fz_image *image, struct fz_error *err)
{
    struct fz_image_request request = {.fd = picture,
                                       .want = {.box_w = box, .box_h = box, .page = page},
                                       .limits = fz_image_default_limits,
                                       .host.reserve = refuses};
    request.limits.max_cpu_us = picked(page) == never_answers ? 50000 : 5000000;
    *surface = NULL;
    return fz_engine_load(engine, &request, image, surface, err);
}

static void assert_honest(struct fz_engine *engine)
{
    SDL_Surface *surface;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(engine, 0, BOX, &surface, &image, &err), FZ_E_DAMAGED);
    assert_string_equal(err.msg, "honest");
}

static void play(const struct row *row)
{
    struct fz_engine *engine = begin();
    SDL_Surface *surface;
    struct fz_image image;
    struct fz_error err = {0};
    int respawned = atomic_load(&counts.respawned);
    assert_honest(engine);
    enum fz_err code = load(engine, (int)(row - rows), row->box, &surface, &image, &err);
    print_message("    %-30s %s%s%.60s\n", row->name, fz_err_name(code), code ? ": " : "",
                  code ? err.msg : "");
    assert_int_equal(code, row->code);
    if (row->code != FZ_OK) {
        assert_null(surface);
        assert_true(strlen(err.msg) > 0 && strlen(err.msg) < sizeof err.msg);
        assert_true(!row->says || strstr(err.msg, row->says));
    } else {
        assert_non_null(surface);
        for (int y = 0; y < surface->h; y++) /* all of it is there to be read */
            assert_true(((volatile uint8_t *)surface->pixels)[y * surface->pitch + surface->pitch - 1] <=
                        255);
        assert_true(row->does != shrinks_its_pixels || image.width == 1);
    }
    fz_surface_free(surface);
    assert_int_equal(atomic_load(&counts.respawned) - respawned, row->is_put_down);
    assert_honest(engine);
    fz_engine_free(engine);
}

static int row_of(void (*does)(struct taken_over *d))
{
    int row = 0;
    while (rows[row].does != does)
        row++;
    return row;
}

/* White, in slots of that decoder's own. */
static SDL_Surface *picture_of(struct fz_engine *engine)
{
    SDL_Surface *surface;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(engine, row_of(scribbles), BOX, &surface, &image, &err), FZ_OK);
    assert_non_null(surface);
    return surface;
}

static void each_attempt_costs_its_own_picture(void **state)
{
    (void)state;
    assert_honest((struct fz_engine *)*state);
    SDL_Surface *others = picture_of((struct fz_engine *)*state);
    int descriptors = open_descriptors(), threads = settled_threads();
    bool is_filtered = atomic_load(&counts.layers) & FZ_SANDBOX_SECCOMP;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (is_filtered || (rows[i].does != opens_a_file && strncmp(rows[i].name, "calls_", 6) != 0 &&
                            rows[i].does != writes_to_slots_of_others))
            play(&rows[i]);
        else
            print_message("    %-30s NOT JUDGED: there is no filter here\n", rows[i].name);
    }
    for (int i = 0; i < others->h * others->pitch; i++)
        assert_int_equal(((uint8_t *)others->pixels)[i], 0xff);
    fz_surface_free(others);
    assert_int_equal(open_descriptors(), descriptors);
    assert_threads(threads);
    if (!is_filtered)
        skip();
}

/* The picture that is asked for next is not to blame for it. */
static void a_second_answer_is_none(void **state)
{
    (void)state;
    struct fz_engine *engine = begin();
    SDL_Surface *surface;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(engine, ANSWERS_TWICE, BOX, &surface, &image, &err), FZ_OK);
    fz_surface_free(surface);
    assert_int_equal(load(engine, 0, BOX, &surface, &image, &err), FZ_E_BUSY);
    print_message("    %s\n", err.msg);
    assert_honest(engine);
    fz_engine_free(engine);
}

/* Until no more can be told it: then it is put down, and nobody has waited for it. */
static void who_never_listens_is_not_waited_for(void **state)
{
    (void)state;
    enum { MOST_CALLS = 20000 };
    struct fz_engine *engine = begin();
    struct fz_error err = {0};
    enum fz_err code = FZ_OK;
    int calls = 0;
    for (; calls < MOST_CALLS && code == FZ_OK; calls++) {
        SDL_Surface *surface;
        struct fz_image image;
        code = load(engine, NEVER_LISTENS, BOX, &surface, &image, &err);
        fz_surface_free(surface);
    }
    print_message("    after %d calls: %s\n", calls, err.msg);
    assert_int_equal(code, FZ_E_CRASHED);
    assert_honest(engine);
    fz_engine_free(engine);
}

static void assert_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    assert_true(len < size);
    for (size_t at = 0, n; at < len; at += n) {
        uint32_t c = 0;
        n = fz_utf8_decode(text + at, len - at, &c);
        assert_true(n > 0 && c >= 0x20 && (c < 0x7f || c > 0x9f));
    }
}

static void assert_metadata(const struct fz_metadata *m)
{
    assert_text(m->title, sizeof m->title);
    assert_text(m->description, sizeof m->description);
    assert_text(m->place, sizeof m->place);
    assert_text(m->camera, sizeof m->camera);
    assert_text(m->lens, sizeof m->lens);
    const bool flags[] = {m->date.known, m->date.is_local, m->has_position, m->has_rating};
    for (size_t i = 0; i < COUNT(flags); i++) {
        uint8_t byte;
        memcpy(&byte, &flags[i], 1);
        assert_true(byte <= 1);
    }
    assert_true(isfinite(m->exposure_s) && isfinite(m->f_number) && isfinite(m->focal_mm));
    assert_true(fabs(m->latitude) <= 90 && fabs(m->longitude) <= 180);
    assert_in_range(m->date.of, FZ_METADATA_TAKEN, FZ_METADATA_CHANGED);
    assert_in_range(m->date.to, FZ_METADATA_SECOND, FZ_METADATA_YEAR);
    assert_in_range(m->rating + 1, 0, FZ_RATING_MOST + 1);
    assert_true(llabs((long long)fz_metadata_time_s(&m->date)) < INT64_C(400000000000));
}

/* Two calls each, which leave different nonsense. */
static void nonsense_is_made_into_what_there_can_be(void **state)
{
    struct fz_engine *engine = *state;
    struct fz_error err;
    for (int i = 0; i < 2; i++) {
        struct fz_image_request request = {.fd = picture, .limits = fz_image_default_limits};
        struct fz_metadata metadata;
        struct fz_probe probe;
        struct fz_stream *stream;
        struct fz_anim_frame frame = {0};
        fz_engine_read_metadata(engine, picture, NULL, &metadata);
        assert_metadata(&metadata);
        fz_engine_read_xmp(engine, "<x/>", 4, NULL, &metadata);
        assert_metadata(&metadata);
        fz_engine_read_xmp(engine, "<x/>", 4, NULL, &metadata);
        assert_metadata(&metadata);
        assert_int_equal(fz_engine_probe(engine, &request, &probe, &err), FZ_OK);
        assert_text(probe.date, sizeof probe.date);
        assert_int_equal(fz_stream_open(engine, &request, &stream, &err), FZ_OK);
        assert_int_equal(fz_stream_compose(stream, FZ_ANIM_NEXT, NULL, &frame, &err), FZ_OK);
        const struct fz_anim_facts *facts = fz_stream_facts(stream);
        assert_true(facts->frames >= 0 && facts->plays >= 0);
        assert_text(facts->damage.msg, sizeof facts->damage.msg);
        assert_in_range(facts->damage.code, 0, FZ_E_INTERNAL);
        uint8_t last;
        memcpy(&last, &frame.last, 1);
        assert_true(last <= 1);
        fz_stream_free(stream);
    }
}

/* As often as a wall would ask for it: two decoders die of it, and those only. */
static void a_first_picture_that_ends_decoders_is_set_aside(void **state)
{
    (void)state;
    struct fz_quarantine *quarantine = fz_quarantine_new();
    struct fz_engine *engine = begin_with(quarantine);
    struct fz_image image;
    SDL_Surface *surface;
    struct fz_image_request request = {
        .fd = -1, .head = {(uint8_t *)"bad", 3}, .want.page = ENDS, .limits = fz_image_default_limits};
    struct fz_image_thumbnail thumbnail = {.uri = "file:///a", .png = (const uint8_t *)"png", .len = 3};
    const struct fz_content good = {.fd = -1, .parts = {{"god", 3}}};
    int respawned = atomic_load(&counts.respawned);
    for (int i = 0; i < 4; i++)
        assert_false(fz_engine_load_first(engine, &request, &image, &surface));
    assert_int_equal(atomic_load(&counts.respawned) - respawned, 2);
    for (int i = 0; i < 4; i++)
        assert_false(fz_engine_load_thumbnail(engine, &request, &thumbnail, &image, &surface));
    assert_int_equal(atomic_load(&counts.respawned) - respawned, 4);
    assert_false(fz_quarantine_holds(quarantine, &good));
    fz_engine_free(engine);
    fz_quarantine_free(quarantine);
}

static int written_picture(const char *text)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

/* Frames come long after the file was closed. */
static void an_animation_whose_frames_end_decoders_is_set_aside(void **state)
{
    (void)state;
    struct fz_quarantine *quarantine = fz_quarantine_new();
    struct fz_engine *engine = begin_with(quarantine);
    struct fz_error err = {0};
    struct fz_stream *stream;
    struct fz_anim_frame frame;
    int respawned = atomic_load(&counts.respawned);
    for (int i = 0; i < 2; i++) {
        struct fz_image_request bad = {.fd = written_picture("bad"), .limits = fz_image_default_limits};
        assert_int_equal(fz_stream_open(engine, &bad, &stream, &err), FZ_OK);
        close(bad.fd);
        assert_int_equal(fz_stream_compose(stream, FZ_ANIM_NEXT, NULL, &frame, &err), FZ_OK);
        assert_int_equal(fz_stream_compose(stream, ENDS, NULL, &frame, &err), FZ_E_CRASHED);
        fz_stream_free(stream);
    }
    assert_int_equal(atomic_load(&counts.respawned) - respawned, 2);
    struct fz_image_request bad = {.fd = written_picture("bad"), .limits = fz_image_default_limits};
    struct fz_image_request good = {.fd = written_picture("god"), .limits = fz_image_default_limits};
    assert_int_equal(fz_stream_open(engine, &bad, &stream, &err), FZ_E_CRASHED);
    assert_non_null(strstr(err.msg, "set aside"));
    assert_int_equal(fz_stream_open(engine, &good, &stream, &err), FZ_OK);
    fz_stream_free(stream);
    close(bad.fd);
    close(good.fd);
    fz_engine_free(engine);
    fz_quarantine_free(quarantine);
}

/* Its own clock may say so; whoever lives on has not been ended. */
static void who_takes_too_long_and_says_so_goes_on(void **state)
{
    (void)state;
    struct fz_quarantine *quarantine = fz_quarantine_new();
    struct fz_engine *engine = begin_with(quarantine);
    struct fz_image image;
    SDL_Surface *surface;
    struct fz_error err;
    struct fz_image_request request = {.fd = written_picture("slow"),
                                       .want.page = row_of(says_that_it_takes_too_long),
                                       .limits = fz_image_default_limits};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(fz_engine_load(engine, &request, &image, &surface, &err), FZ_E_TIMEOUT);
        assert_string_equal(err.msg, "too long");
    }
    close(request.fd);
    fz_engine_free(engine);
    fz_quarantine_free(quarantine);
}

/* What ends a decoder that reads what goes with a picture says nothing of its pixels. */
static void what_cannot_be_carried_is_still_shown(void **state)
{
    (void)state;
    struct fz_quarantine *quarantine = fz_quarantine_new();
    struct fz_engine *engine = begin_with(quarantine);
    struct fz_error err = {0};
    struct fz_carried carried;
    struct fz_image image;
    SDL_Surface *surface;
    struct fz_image_request request = {.fd = written_picture("bad"), .limits = fz_image_default_limits};
    const struct fz_smaller_copy copy = {.width = ENDS, .height = BOX};
    int respawned = atomic_load(&counts.respawned);
    for (int i = 0; i < 4; i++)
        assert_int_equal(fz_engine_carry(engine, request.fd, &copy, NULL, &carried, &err), FZ_E_CRASHED);
    assert_non_null(strstr(err.msg, "set aside"));
    assert_int_equal(atomic_load(&counts.respawned) - respawned, 2);
    assert_int_equal(fz_engine_load(engine, &request, &image, &surface, &err), FZ_E_DAMAGED);
    assert_string_equal(err.msg, "honest");
    request.want.page = ENDS;
    for (int i = 0; i < 4; i++)
        assert_int_equal(fz_engine_load(engine, &request, &image, &surface, &err), FZ_E_CRASHED);
    assert_int_equal(atomic_load(&counts.respawned) - respawned, 4);
    const struct fz_content told = {.use = FZ_CONTENT_TOLD, .fd = request.fd};
    assert_false(fz_quarantine_holds(quarantine, &told));
    close(request.fd);
    fz_engine_free(engine);
    fz_quarantine_free(quarantine);
}

static int set_up(void **state)
{
    picture = memfd_create("picture", MFD_CLOEXEC);
    *state = begin(); /* a second decoder, from the same zygote, with memory of its own */
    return picture < 0;
}

static int tear_down(void **state)
{
    assert_honest(*state);
    fz_engine_free(*state);
    close(picture);
    return 0;
}

int main(int argc, char **argv)
{
    const struct fz_role *const roles[] = {&taken_over_role, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_attempt_costs_its_own_picture),
        cmocka_unit_test(a_second_answer_is_none),
        cmocka_unit_test(who_never_listens_is_not_waited_for),
        cmocka_unit_test(nonsense_is_made_into_what_there_can_be),
        cmocka_unit_test(a_first_picture_that_ends_decoders_is_set_aside),
        cmocka_unit_test(an_animation_whose_frames_end_decoders_is_set_aside),
        cmocka_unit_test(who_takes_too_long_and_says_so_goes_on),
        cmocka_unit_test(what_cannot_be_carried_is_still_shown),
    };
    become_zygote(argc, argv, roles);
    zygote = start_zygote(&taken_over_role, true);
    int failed = cmocka_run_group_tests(tests, set_up, tear_down);
    fz_zygote_front_stop(zygote);
    return failed;
}
