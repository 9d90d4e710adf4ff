/* The thread that runs programs: marked pictures, results in any number, the end. */
#include "fixture.h"

#include "app/run/runner.h"
#include "base/path.h"
#include "source/batch.h"
#include "sync/thread.h"

#include <sys/wait.h>

enum { PICTURES = 500 };

struct setup {
    char *folder, *conf;
    struct fz_options options;
    struct fz_config config;
    struct fz_programs programs;
    struct fz_ready done;
    struct fz_doorbell bell; /* zeroed: nobody sleeps, it is never rung */
    struct fz_runner *runner;
    struct fz_list *list;
};

static void begin(struct setup *s, const char *lines)
{
    struct fz_error err;
    *s = (struct setup){.folder = make_folder(), .list = fz_list_new()};
    s->conf = path_in(s->folder, "conf");
    write_file(s->conf, lines, strlen(lines));
    fz_options_init(&s->options);
    fz_config_init(&s->config);
    fz_config_read(&s->config, s->conf, FZ_ORIGIN_USER_FILE, true, &s->options);
    fz_programs_init(&s->programs, &s->config);
    assert_int_equal(s->config.files[0]->complaint_count, 0);
    assert_int_equal(fz_runner_start(&s->runner, &s->done, &s->bell, &err), FZ_OK);
}

static void free_run(struct setup *s, struct fz_run *run)
{
    if (run->marked)
        fz_list_marked_end(s->list, run->marked);
    free(run->path);
    free(run);
}

static struct fz_run *take(struct setup *s)
{
    struct fz_ready_node *node = NULL;
    for (double end = now_s() + SOON_S * 2; !(node = fz_ready_take(&s->done)); sleep_ms(1))
        assert_true(now_s() < end);
    assert_null(node->next);
    return FZ_CONTAINER(node, struct fz_run, node);
}

static void submit(struct setup *s, const char *key, const char *path, bool marked)
{
    struct fz_run *run = calloc(1, sizeof *run);
    run->program = fz_programs_find(&s->programs, key);
    assert_non_null(run->program);
    run->path = path ? strdup(path) : NULL;
    run->timeout_s = 60;
    run->marked = marked ? fz_list_marked_begin(s->list) : NULL;
    fz_runner_submit(s->runner, run);
}

static void finish(struct setup *s)
{
    for (struct fz_ready_node *node = fz_ready_take(&s->done); node;) {
        struct fz_run *run = FZ_CONTAINER(node, struct fz_run, node);
        node = node->next;
        free_run(s, run);
    }
    fz_list_free(s->list);
    fz_programs_fini(&s->programs);
    fz_options_fini(&s->options);
    fz_config_fini(&s->config);
    free(s->conf);
    remove_folder(s->folder);
}

/* Half of 500 pictures are of each of two roots. */
static void list_pictures(struct setup *s)
{
    struct fz_list_change change;
    for (uint32_t root = 0; root < 2; root++) {
        struct fz_batch batch = {0};
        for (int i = 0; i < PICTURES / 2; i++) {
            char name[32];
            snprintf(name, sizeof name, "%u-%03d $(x).png", root, i);
            char *path = path_in(s->folder, name);
            write_file(path, "x", 1);
            free(path);
            fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
        }
        struct fz_source_event *event = fz_batch_event(&batch, FZ_SOURCE_ADDED, root, s->folder);
        fz_list_apply(s->list, event, &change);
        fz_source_event_free(event);
        fz_batch_fini(&batch);
    }
    assert_int_equal(fz_list_count(s->list), PICTURES);
}

/* 500 marked ones come in the order of the list. */
static void marked_pictures_are_given(void **state)
{
    (void)state;
    struct setup s;
    begin(&s, "[run]\nk = sh -c 'for f; do echo \"$f\"; done >\"$0\"' {path} {marked}\n");
    list_pictures(&s);
    fz_list_mark_all(s.list);
    char *out = path_in(s.folder, "out");
    write_file(out, "", 0);
    submit(&s, "k", out, true);
    struct fz_run *run = take(&s);
    assert_int_equal(run->end, FZ_RUN_DONE);
    assert_string_equal(run->err, "");
    assert_int_equal(run->status, 0);
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    char line[256];
    for (size_t i = 0; i < PICTURES; i++) {
        char *path = fz_list_path(s.list, fz_list_at(s.list, i));
        assert_non_null(fgets(line, sizeof line, file));
        line[strcspn(line, "\n")] = '\0';
        assert_string_equal(line, path);
        free(path);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    free(out);
    free_run(&s, run);
    assert_true(fz_runner_stop(s.runner, 1000));
    finish(&s);
}

/* Of much output the beginning, or the end, is kept, and nothing blocks. */
static void output_is_bounded(void **state)
{
    (void)state;
    struct setup s;
    begin(&s, "[run]\nk = sh -c 'seq 100000; seq 100000 >&2; exit 2'\nz = printf 'a\\000b'\n");
    submit(&s, "k", NULL, false);
    struct fz_run *run = take(&s);
    assert_int_equal(WEXITSTATUS(run->status), 2);
    assert_int_equal(strlen(run->out), FZ_RUN_TEXT);
    assert_int_equal(strncmp(run->out, "1\n2\n3\n", 6), 0);
    assert_int_equal(strlen(run->err), FZ_RUN_TEXT);
    assert_string_equal(run->err + FZ_RUN_TEXT - 14, "\n99999\n100000\n");
    free_run(&s, run);
    submit(&s, "z", NULL, false);
    run = take(&s);
    assert_string_equal(run->out, "a b");
    free_run(&s, run);
    assert_true(fz_runner_stop(s.runner, 1000));
    finish(&s);
}

/* The end comes at once, however many run or wait; each comes back, and nothing is left open. */
static void the_end_comes_at_once(void **state)
{
    (void)state;
    struct setup s;
    int before = open_descriptors(), threads = settled_threads();
    begin(&s, "[run]\nk = sleep 12\n");
    for (int i = 0; i < 20; i++)
        submit(&s, "k", NULL, false);
    sleep_ms(50);
    double began = now_s();
    assert_true(fz_runner_stop(s.runner, 10000));
    double took = now_s() - began, load = 0;
    assert_int_equal(getloadavg(&load, 1), 1);
    assert_true(took < 0.5 * (load > 1 ? load : 1)); /* of a core that others want, too */
    int count = 0;
    struct fz_ready_node *all = fz_ready_take(&s.done);
    for (struct fz_ready_node *node = all; node; node = node->next)
        count++;
    assert_int_equal(count, 20);
    while (all) {
        struct fz_run *run = FZ_CONTAINER(all, struct fz_run, node);
        all = all->next;
        free_run(&s, run);
    }
    assert_threads(threads);
    assert_int_equal(open_descriptors(), before);
    assert_true(fz_runner_stop(NULL, 0));
    finish(&s);
}

int main(void)
{
    fz_thread_claim_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marked_pictures_are_given),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(the_end_comes_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
