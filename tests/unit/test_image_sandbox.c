/* Every format decodes inside the sandbox, to the same pixels as outside, text of an SVG included: one decoder, to which
 * pictures are sent as descriptors. */
#include "base/sanitized.h"
#include "test_image_samples.h"

#include "frieze_config.h"
#include "image/heavy.h"
#include "image/svg/fonts.h"
#include "process/layers.h"
#include "process/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { PIXEL_BYTES = 32 << 20, BOXES = 2 };
static const int boxes[BOXES][2] = {{0, 0}, {40, 40}};

/* Written by the decoder. */
struct answer {
    enum fz_err code;
    struct fz_error err;
    char format[16];
    struct fz_image image;
    struct fz_sandbox_told told;
    uint32_t held;
    uint8_t pixels[PIXEL_BYTES];
};

static struct answer *inside, *outside;

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

static bool any_amount(void *ctx, uint64_t bytes)
{
    (void)ctx;
    (void)bytes;
    return true;
}

static uint8_t *pixels_of(void *ctx, int width, int height, int *pitch_bytes)
{
    struct answer *answer = ctx;
    *pitch_bytes = width * 4;
    return (size_t)width * 4 * (size_t)height <= PIXEL_BYTES ? answer->pixels : NULL;
}

static void decode_to(int fd, int box, struct fz_image_scratch *scratch, struct answer *answer)
{
    struct fz_image_request request = {
        .fd = fd,
        .want = {.box_w = boxes[box][0], .box_h = boxes[box][1], .background = 0x204060},
        .limits = fz_image_default_limits,
        .host = {.ctx = answer, .cancelled = never, .reserve = any_amount, .alloc = pixels_of},
    };
    answer->err = (struct fz_error){0};
    answer->image = (struct fz_image){0};
    answer->code = fz_image_load(&request, scratch, &answer->image, &answer->err);
    snprintf(answer->format, sizeof answer->format, "%s", answer->image.format ? answer->image.format : "");
}

/* --- a decoder and its zygote ------------------------------------------------------------------------- */

static int send_job(int to, int fd, int box)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {
        .head = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))}};
    struct iovec data = {&box, sizeof box};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    if (fd >= 0) {
        memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    return (int)sendmsg(to, &message, MSG_NOSIGNAL);
}

static int take_job(int from, int *fd)
{
    char control[CMSG_SPACE(sizeof(int))] = {0};
    int box = -1;
    struct iovec data = {&box, sizeof box};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) <= 0)
        return -1;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights)
        memcpy(fd, CMSG_DATA(rights), sizeof *fd);
    return box;
}

static void decoder(struct fz_sandbox *s, int jobs)
{
    static const struct fz_sandbox_limits limits = {.address_bytes = UINT64_C(4) << 30,
                                                    .file_bytes = 1 << 30,
                                                    .cpu_s = 100,
                                                    .descriptors = 32,
                                                    .tasks = 4096};
    struct fz_image_scratch *scratch = fz_image_scratch_new(8 << 20);
    inside->held = fz_sandbox_enter_decoder(s, &limits, &inside->told);
    for (int fd = -1, box; (box = take_job(jobs, &fd)) >= 0; close(fd)) {
        decode_to(fd, box, scratch, inside);
        send_job(jobs, -1, box);
    }
    _exit(0);
}

struct side {
    pid_t zygote;
    int jobs;
};

static struct side start_side(void)
{
    int ends[2];
    fflush(NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct fz_sandbox s;
        int keep[] = {STDERR_FILENO, ends[1]}, status = 0;
        fz_svg_fonts_offer();
        fz_sandbox_enter_zygote(&s, keep, 2, 0);
        pid_t child = fork();
        if (child == 0)
            decoder(&s, ends[1]);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    }
    close(ends[1]);
    return (struct side){.zygote = pid, .jobs = ends[0]};
}

static int end_side(struct side *side)
{
    int status;
    close(side->jobs);
    assert_int_equal(waitpid(side->zygote, &status, 0), side->zygote);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- tests -------------------------------------------------------------------------------------------- */

static struct side side;
static struct fz_image_scratch *own_scratch;

/* What is left of it: why it has ended. */
static void bury(const char *name)
{
    char call[FZ_SANDBOX_CALL_NAME] = "none";
    if (inside->told.refused)
        fz_sandbox_call_name(inside->told.refused - 1, call);
    fail_msg("%s: the decoder ended with status %d; call refused: %s", name, end_side(&side), call);
}

/* Gives the format. */
static const char *assert_same(const char *name, int fd)
{
    for (int box = 0; box < BOXES; box++) {
        int none = -1;
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        decode_to(fd, box, own_scratch, outside);
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        if (send_job(side.jobs, fd, box) <= 0 || take_job(side.jobs, &none) != box)
            bury(name);
        const struct fz_image *a = &inside->image, *b = &outside->image;
        if (inside->code != outside->code || strcmp(inside->err.msg, outside->err.msg) != 0)
            fail_msg("%s: inside \"%s\", outside \"%s\"", name, inside->err.msg, outside->err.msg);
        assert_string_equal(inside->format, outside->format);
        assert_true(a->out_w == b->out_w && a->out_h == b->out_h && a->damaged == b->damaged &&
                    a->frames == b->frames);
        if (outside->code == FZ_OK &&
            memcmp(inside->pixels, outside->pixels, (size_t)b->out_w * 4 * (size_t)b->out_h) != 0)
            fail_msg("%s: other pixels in box %d", name, box);
    }
    return outside->code == FZ_OK ? outside->format : "";
}

static const char *const expected[] = {
    "jpeg", "png",  "webp", "gif", "tiff", "bmp", "qoi", "ico",
    "cur",  "pnm",  "xpm",  "svg", "ilbm", "xv",  "pcx", "tga",
#if FRIEZE_WITH_RAW
    "raw",
#endif
#if FRIEZE_WITH_HEIF
    "heic", "avif",
#endif
#if FRIEZE_WITH_JXL
    "jxl",
#endif
};

enum { EXPECTED = sizeof expected / sizeof *expected };

static bool decoded[EXPECTED];

static void note(const char *format)
{
    for (int i = 0; i < EXPECTED; i++)
        decoded[i] |= strcmp(expected[i], format) == 0;
}

static int seen_files(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void every_format_decodes_to_the_same_pixels(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir(FZ_TEST_CORPUS, &entries, seen_files, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", FZ_TEST_CORPUS, entries[i]->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        note(assert_same(entries[i]->d_name, fd));
        close(fd);
        free(entries[i]);
    }
    free(entries);
    for (int i = 0; i < SAMPLES; i++) {
        struct bytes bytes = samples[i].make();
        int fd = open_bytes(bytes.data, bytes.len);
        note(assert_same(samples[i].format, fd));
        close(fd);
        free(bytes.data);
    }
    for (int i = 0; i < EXPECTED; i++)
        if (!decoded[i])
            fail_msg("%s was not decoded", expected[i]);
}

/* Families, styles and scripts, each of which has librsvg open another font. */
static void text_has_its_fonts(void **state)
{
    (void)state;
    static const char svg[] =
        "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300' font-size='20'>"
        "<text y='20' font-family='serif'>serif <tspan font-weight='bold'>bold</tspan></text>"
        "<text y='50' font-family='sans-serif' font-style='italic'>sans italic</text>"
        "<text y='80' font-family='monospace' font-weight='bold'>mono bold</text>"
        "<text y='110' font-family='no such font at all'>none of these</text>"
        "<text y='140'>\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\xa8\xe0\xa5\x8d\xe0\xa4\xa6\xe0\xa5\x80 "
        "\xd8\xa7\xd9\x84\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\xa9 \xe4\xb8\xad\xe6\x96\x87 "
        "\xed\x95\x9c\xea\xb5\xad</text>"
        "<text y='170'>\xf0\x9f\x99\x82 \xf0\x9f\x9a\x80</text></svg>";
    uint32_t opens = inside->told.opens;
    int fd = open_bytes(svg, sizeof svg - 1);
    assert_string_equal(assert_same("text", fd), "svg");
    close(fd);
    if (!FZ_SANITIZED) /* whose runtime opens files of its own when threads start */
        assert_int_equal(inside->told.opens, opens);
    uint32_t other = 0;
    for (int i = 1; i < 40 * 30; i++)
        other += memcmp(inside->pixels + 4 * (size_t)i, inside->pixels, 4) != 0;
    assert_true(other > 100); /* something is written there */
}

static int set_up(void **state)
{
    (void)state;
    inside = mmap(NULL, 2 * sizeof *inside, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (inside == MAP_FAILED)
        return -1;
    outside = inside + 1;
    fz_image_init();
    fz_heavy_load(
        NULL); /* as a decoder of these does: their plug-ins are found before the sandbox closes, or not at all */
    own_scratch = fz_image_scratch_new(8 << 20);
    side = start_side();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    int status = end_side(&side);
    char text[FZ_SANDBOX_TEXT];
    fz_sandbox_format(inside->held, text);
    print_message("decoded in a sandbox that was %s\n", text);
    fz_image_scratch_free(own_scratch);
    fz_image_fini();
    munmap(inside, 2 * sizeof *inside);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_decodes_to_the_same_pixels),
#if FRIEZE_WITH_RSVG
        cmocka_unit_test(text_has_its_fonts),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
