/* ctest: COST 15 */
/* Watched folders under anything that may happen to them: the list must be what the folder is in the end. */
#include "base/path.h"
#include "source/listing.h"
#include "test_source_support.h"

#include <ftw.h>
#include <sys/inotify.h>

static const struct fz_source_options watched = {.recursive = true, .watch = true};

static uint32_t random_state;
static int rounds = 12; /* FZ_TEST_ROUNDS says how many for longer runs */

static uint32_t random_below(uint32_t end)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % end;
}

static void random_path(char *path, size_t size, uint32_t depth)
{
    size_t used = (size_t)snprintf(path, size, "d");
    for (uint32_t i = random_below(depth + 1); i > 0; i--)
        used += (size_t)snprintf(path + used, size - used, "/f%u", random_below(4));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void random_change(void)
{
    char a[128], b[128], name[64];
    random_path(a, sizeof a, 3);
    random_path(b, sizeof b, 3);
    size_t n = strlen(a), m = strlen(b);
    snprintf(name, sizeof name, "/%u.jpg", random_below(12));
    switch (random_below(12)) {
    case 0:
    case 1:
        mkdir(a, 0777);
        break;
    case 2:
        if (n > 1 && random_below(3) == 0)
            nftw(a, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        break;
    case 3:
        if (n > 1 && m > 1)
            (void)!rename(a, b);
        break;
    case 4:
        strcat(a, name);
        unlink(a);
        break;
    case 5:
        strcat(a, name);
        snprintf(name, sizeof name, "/%u.jpg", random_below(12));
        strcat(b, name);
        (void)!rename(a, b);
        break;
    case 6:
        strcat(a, name);
        strcat(b, "/l.jpg");
        (void)!link(a, b);
        break;
    case 7:
        strcat(a, name);
        (void)!rename(a, "out.jpg");
        break;
    case 8:
        strcat(b, name);
        (void)!rename("out.jpg", b);
        break;
    default:
        strcat(a, name);
        n = (size_t)open(a, O_CREAT | O_WRONLY, 0666);
        if ((int)n >= 0)
            close((int)n);
    }
}

static int path_cmp(const void *a, const void *b)
{
    return fz_natural_path_cmp(*(char *const *)a, *(char *const *)b);
}

/* The folder as the list should be, by another way than the program's. */
static char **found;
static size_t found_count, found_capacity;

static int find_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (type == FTW_F) {
        found = fz_grow(found, &found_capacity, found_count + 1, sizeof *found);
        found[found_count++] = fz_strdup(path);
    }
    return 0;
}

/* Order is the list's own matter, tested elsewhere: both sides are sorted the same way. */
static bool is_same(struct world *w, bool tell)
{
    found_count = 0;
    nftw("d", find_entry, 16, FTW_PHYS);
    if (found_count > 0)
        qsort(found, found_count, sizeof *found, path_cmp);
    size_t count = fz_list_count(w->list);
    char **listed = fz_calloc(count, sizeof *listed);
    for (size_t i = 0; i < count; i++) {
        char *path = fz_list_path(w->list, fz_list_at(w->list, i));
        listed[i] = fz_strdup(path + strlen(w->dir) + 1);
        free(path);
    }
    if (count > 0)
        qsort(listed, count, sizeof *listed, path_cmp);
    bool same = count == found_count;
    for (size_t i = 0; i < count && same; i++)
        same = strcmp(listed[i], found[i]) == 0;
    for (size_t i = 0; tell && !same && i < (count > found_count ? count : found_count); i++)
        print_message("listed %-40s there %s\n", i < count ? listed[i] : "-",
                      i < found_count ? found[i] : "-");
    for (size_t i = 0; i < count; i++)
        free(listed[i]);
    free(listed);
    for (size_t i = 0; i < found_count; i++)
        free(found[i]);
    return same;
}

static void until_same(struct world *w)
{
    for (int64_t end = fz_now_us() + 12000000; fz_now_us() < end && !is_same(w, false); nap_ms(10))
        world_take(w);
    assert_true(is_same(w, true));
    world_pass(w, 150);
    assert_true(is_same(w, true));
}

static void random_changes(void **state)
{
    struct world *w = *state;
    run("mkdir d");
    world_start(w, watched, "d");
    for (int round = 0; round < rounds; round++) {
        uint32_t changes = random_below(3) == 0 ? 400 : 20;
        for (uint32_t i = 0; i < changes; i++) {
            random_change();
            if (random_below(20) == 0)
                nap_ms((long)random_below(30));
            if (random_below(10) == 0)
                world_take(w);
        }
        until_same(w);
    }
    assert_true(w->errors <= 2); /* the folder was empty at first; too few watches */
    found_count = 0;
}

/* --- Limits --- */

/* More news than the kernel keeps, while nobody reads it: everything is read again, and nothing is lost or
 * doubled. The test itself stands still meanwhile; started from a shell with job control it goes on in the
 * background. */
static void an_overflowing_queue(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/f1 d/f2 && touch d/old.jpg d/f1/rewritten.jpg d/f2/gone.jpg");
    nap_ms(2100); /* what is younger may have changed after it was read: some clocks step by 2 s */
    world_start_listed(w, "d");
    fz_item_id old = fz_list_at(w->list, 0);
    run("kill -STOP $PPID; cd d/f1; i=0; while [ $i -lt 10000 ]; do : > $i.jpg; i=$((i+1)); done; echo x > "
        "rewritten.jpg;"
        "cd ..; mkdir -p f3/deep && touch f3/deep/a.jpg && rm -r f2; kill -CONT $PPID");
    until_same(w);
    assert_int_equal(fz_list_count(w->list), 10003);
    assert_int_equal(fz_list_at(w->list, 0), old);
    assert_non_null(strstr(w->changed_names, "rewritten.jpg"));
    assert_null(strstr(w->changed_names, "old.jpg"));
    run("kill -STOP $PPID; cd d/f1; rm -f [1-8]*.jpg; i=0; while [ $i -lt 10000 ]; do : > x; i=$((i+1)); "
        "done; rm x;"
        "kill -CONT $PPID");
    until_same(w);
    assert_true(fz_list_count(w->list) < 2000);
    assert_int_equal(fz_list_at(w->list, 0), old);
}

static bool there_is_inotify(void)
{
    int fd = inotify_init1(IN_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* One test of this program once more, in a user namespace where the kernel grants no more than `limit` says: no other
 * program's limit is touched. It mostly waits, so that it runs beside the other tests. */
struct again {
    const char *limit, *test;
    FILE *output; /* NULL: not started */
    bool possible;
};

static struct again no_instances = {.limit = "0 > /proc/sys/user/max_inotify_instances",
                                    .test = "without_inotify"};
static struct again no_instances_ended = {.limit = "0 > /proc/sys/user/max_inotify_instances",
                                          .test = "a_listing_that_was_ended"};
static struct again few_watches = {.limit = "6 > /proc/sys/user/max_inotify_watches",
                                   .test = "random_changes"};

static void again_start(struct again *again)
{
    char self[512] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    char *few = fz_asprintf("unshare -Ur sh -c 'echo %s", again->limit);
    char *probe = fz_asprintf("%s' 2>/dev/null", few);
    char *command = fz_asprintf("%s && FZ_TEST_ROUNDS=%d exec \"%s\" %u %s' 2>&1", few, (rounds + 3) / 4,
                                self, random_state, again->test);
    again->possible = system(probe) == 0;
    if (again->possible) {
        again->output = popen(command, "r");
        assert_non_null(again->output);
    }
    free(probe);
    free(command);
    free(few);
}

/* Waits for it, and fails where it failed. Skips where there are no such namespaces. */
static void again_end(struct again *again)
{
    if (!again->output)
        again_start(again);
    if (!again->possible) {
        print_message("no user namespaces here\n");
        skip();
    }
    char line[512];
    while (fgets(line, sizeof line, again->output))
        print_message("  with limits: %s", line);
    assert_int_equal(pclose(again->output), 0);
}

/* Without inotify the folders are polled. */
static void without_inotify(void **state)
{
    struct world *w = *state;
    if (there_is_inotify()) {
        again_end(&no_instances);
        return;
    }
    run("mkdir -p d/a && touch d/a/x.jpg d/y.jpg");
    nap_ms(2100); /* what is younger may have changed after it was read: some clocks step by 2 s */
    world_start_listed(w, "d");
    assert_list(w, "d/y.jpg\nd/a/x.jpg\n");
    assert_int_equal(w->errors, 1);
    assert_int_equal(w->last_code, FZ_E_LIMIT);
    fz_list_remove(w->list, &(fz_item_id){fz_list_at(w->list, 0)}, 1);
    run("touch d/a/new.jpg && mkdir d/b && touch d/b/z.jpg");
    world_until(w, "d/a/new.jpg\nd/a/x.jpg\nd/b/z.jpg\n"); /* y.jpg was dropped and stays so */
    run("rm -r d/a && rm d/b/z.jpg && touch d/b/w.jpg");
    world_until(w, "d/b/w.jpg\n");
}

/* One that changed while the listing was held, and waits to be read again when that is ended: it is followed as ever. */
static void a_listing_that_was_ended(void **state)
{
    enum { FOLDERS = 5000, POLLED_MS = 4500 };
    struct world *w = *state;
    char path[64];
    if (there_is_inotify()) {
        again_end(&no_instances_ended);
        return;
    }
    mkdir("d", 0777);
    for (int i = 0; i < FOLDERS; i++) {
        snprintf(path, sizeof path, "d/%d", i);
        assert_int_equal(mkdir(path, 0777), 0);
        strcat(path, "/x.jpg");
        assert_int_equal(mknod(path, S_IFREG | 0666, 0), 0);
    }
    nap_ms(2100); /* as above */
    world_start(w, watched, "d");
    while (fz_list_count(w->list) == 0) {
        nap_ms(1);
        world_take(w);
    }
    fz_sources_hold(w->sources, true);
    char *first = fz_list_path(w->list, fz_list_at(w->list, 0)), *folder = fz_path_dir(first);
    run("touch '%s/new.jpg'", folder);
    nap_ms(POLLED_MS);
    fz_sources_end_listing(w->sources);
    fz_sources_hold(w->sources, false);
    world_until_listed(w);
    assert_true(fz_list_count(w->list) < FOLDERS);
    bool comes = false;
    for (int64_t deadline = fz_now_us() + 10000000; !comes; nap_ms(2)) {
        assert_true(fz_now_us() < deadline);
        world_take(w);
        char *text = world_text(w);
        comes = strstr(text, "/new.jpg\n") != NULL;
        free(text);
    }
    free(folder);
    free(first);
}

/* Some folders with a watch, the others polled. */
static void too_few_watches(void **state)
{
    (void)state;
    again_end(&few_watches);
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    random_state = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : (uint32_t)time(NULL) * 2654435761u | 1;
    print_message("seed %u\n", random_state);
    if (argc > 2)
        cmocka_set_test_filter(argv[2]);
    if (getenv("FZ_TEST_ROUNDS"))
        rounds = atoi(getenv("FZ_TEST_ROUNDS"));
    if (argc == 1 && there_is_inotify()) {
        again_start(&no_instances);
        again_start(&no_instances_ended);
        again_start(&few_watches);
    }
    const struct CMUnitTest tests[] = {
        TEST(random_changes),           TEST(an_overflowing_queue), TEST(without_inotify),
        TEST(a_listing_that_was_ended), TEST(too_few_watches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
