/* The file of marks, which several programs and an editor write: nobody's marks are lost, and what one took away stays away. */
#include "app/wall/marks_file.h"
#include "base/mem.h"
#include "fixture.h"
#include "sync/thread.h"

enum { PATHS = 10, PROGRAMS = 3, STEPS = 200, TICK_NS = 12000000 };

static char *folder, *place;

static int open_folder(void **state)
{
    (void)state;
    folder = make_folder();
    place = path_in(folder, "marks");
    return 0;
}

static int close_folder(void **state)
{
    (void)state;
    free(place);
    remove_folder(folder);
    return 0;
}

/* One that keeps its marks there. */
struct program {
    struct fz_list *list;
    struct fz_marks_file file;
    bool on[PATHS]; /* what it believes to be marked */
};

static char *path_of(int number)
{
    return fz_asprintf("/pictures/%d.jpg", number);
}

static int number_of(const char *path)
{
    int number = -1;
    assert_int_equal(sscanf(path, "/pictures/%d.jpg", &number), 1);
    return number;
}

static void take_news(struct program *p, struct fz_marks_news *news)
{
    for (size_t i = 0; i < news->added_count; i++) {
        fz_list_mark_path(p->list, news->added[i]);
        p->on[number_of(news->added[i])] = true;
    }
    for (size_t i = 0; i < news->removed_count; i++) {
        fz_list_unmark_path(p->list, news->removed[i]);
        p->on[number_of(news->removed[i])] = false;
    }
    fz_marks_news_fini(news);
}

static void start(struct program *p, char end)
{
    struct fz_marks_news news;
    *p = (struct program){.list = fz_list_new(), .file = {.path = fz_strdup(place), .end = end}};
    assert_int_equal(fz_marks_file_read(&p->file, NULL, &news, NULL), FZ_OK);
    take_news(p, &news);
}

static void stop(struct program *p)
{
    fz_list_free(p->list);
    fz_marks_file_fini(&p->file);
}

/* How often others had written it. */
static int put(struct program *p)
{
    for (int late = 0;; late++) {
        struct fz_marks_news news;
        struct fz_marked *marked = fz_list_marked_begin(p->list);
        enum fz_err code = fz_marks_file_write(&p->file, marked, &news, NULL);
        fz_list_marked_end(p->list, marked);
        assert_int_equal(code, news.is_late ? FZ_E_BUSY : FZ_OK);
        bool is_late = news.is_late;
        take_news(p, &news);
        if (!is_late)
            return late;
        assert_true(late < 2);
    }
}

static void toggle(struct program *p, int number)
{
    char *path = path_of(number);
    p->on[number] = !p->on[number];
    if (p->on[number])
        fz_list_mark_path(p->list, path);
    else
        fz_list_unmark_path(p->list, path);
    free(path);
}

static void read_back(bool on[PATHS], char end)
{
    char text[PATHS * 32];
    FILE *file = fopen(place, "rb");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    memset(on, 0, PATHS * sizeof *on);
    for (char *line = text; line < text + len;) {
        char *stop_at = memchr(line, end, (size_t)(text + len - line));
        assert_non_null(stop_at);
        *stop_at = '\0';
        on[number_of(line)] = true;
        line = stop_at + 1;
    }
}

static void edit(const bool on[PATHS])
{
    FILE *file = fopen(place, "wb");
    assert_non_null(file);
    for (int i = 0; i < PATHS; i++)
        if (on[i])
            fprintf(file, "/pictures/%d.jpg\n", i);
    assert_int_equal(fclose(file), 0);
}

static void each_keeps_what_the_others_do(void **state)
{
    (void)state;
    struct random random = random_start();
    struct program programs[PROGRAMS];
    bool meant[PATHS] = {false}, there[PATHS];
    for (int i = 0; i < PROGRAMS; i++)
        start(&programs[i], '\n');
    for (int step = 0; step < STEPS; step++) {
        nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL); /* file systems count no finer */
        int who = random_int(&random, 0, PROGRAMS), number = random_int(&random, 0, PATHS - 1);
        if (who == PROGRAMS) {
            meant[number] = !meant[number];
            edit(meant);
            continue;
        }
        toggle(&programs[who], number);
        meant[number] = programs[who].on[number];
        put(&programs[who]);
        read_back(there, '\n');
        assert_memory_equal(there, meant, sizeof meant);
        assert_memory_equal(programs[who].on, meant, sizeof meant);
    }
    for (int i = 0; i < PROGRAMS; i++)
        stop(&programs[i]);
}

static void nothing_is_lost_with_the_file(void **state)
{
    (void)state;
    struct program p;
    bool there[PATHS];
    start(&p, '\0');
    toggle(&p, 3);
    assert_int_equal(put(&p), 0);
    toggle(&p, 4);
    assert_int_equal(put(&p), 0); /* its own file is no news */
    assert_int_equal(unlink(place), 0);
    toggle(&p, 3);
    assert_int_equal(put(&p), 1);
    read_back(there, '\0');
    assert_true(there[4] && !there[3]);
    stop(&p);
}

/* What can be read no more is left as it is. */
static void what_took_its_place_stays(void **state)
{
    (void)state;
    struct program p;
    struct fz_error err = {0};
    struct fz_marks_news news;
    start(&p, '\n');
    toggle(&p, 1);
    assert_int_equal(put(&p), 0);
    assert_int_equal(unlink(place), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    struct fz_marked *marked = fz_list_marked_begin(p.list);
    assert_int_not_equal(fz_marks_file_write(&p.file, marked, &news, &err), FZ_OK);
    fz_list_marked_end(p.list, marked);
    assert_false(news.is_late);
    assert_non_null(strstr(err.msg, place));
    struct stat st;
    assert_int_equal(stat(place, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(rmdir(place), 0);
    stop(&p);
}

int main(void)
{
    fz_thread_claim_main();
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        TEST(each_keeps_what_the_others_do),
        TEST(nothing_is_lost_with_the_file),
        TEST(what_took_its_place_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
