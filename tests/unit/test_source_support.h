/* For the tests of sources: a temporary folder, readers on it, and the list that their events make. */
#ifndef FZ_TEST_SOURCE_SUPPORT_H
#define FZ_TEST_SOURCE_SUPPORT_H

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "source/list.h"
#include "source/source.h"
#include "sync/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define FZ_TEST __attribute__((unused)) static

/* A program that defines FZ_TEST_PROCESSES before this file has readers that are processes. */
#ifdef FZ_TEST_PROCESSES
#include "process/zygote.h"
#include "source/reader.h"

static struct fz_zygote *readers;

FZ_TEST int begin_all(void **state)
{
    static const struct fz_role role = {.name = "reader", .run = fz_reader_back_run};
    struct fz_error err;
    (void)state;
    assert_int_equal(fz_zygote_front_start(&readers, &role, false, &err), FZ_OK);
    return 0;
}

FZ_TEST int end_all(void **state)
{
    (void)state;
    fz_zygote_front_stop(readers);
    return 0;
}
#else
static struct fz_zygote *const readers = NULL;
#define begin_all NULL
#define end_all NULL
#endif

struct world {
    char dir[64]; /* the temporary folder; the working directory of the test */
    struct fz_list *list;
    struct fz_sources *sources;
    struct fz_ready ready;
    struct fz_doorbell bell; /* zeroed: nobody sleeps, it is never rung */
    struct fz_cancel quit;
    size_t roots, listed;
    uint32_t left_out;
    size_t added_events, renamed_events, added, changed, removed, errors, away, back, polled;
    char last_error[256];
    enum fz_err last_code;
    int64_t first_added_us;
    char *changed_names, *beside_names, *access_names; /* one per line; a folder ends with / */
};

FZ_TEST struct world *world_new(void)
{
    struct world *w = fz_calloc(1, sizeof *w);
    const char *tmp = getenv("TMPDIR");
    snprintf(w->dir, sizeof w->dir, "%.40s/frieze-test-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(w->dir));
    assert_int_equal(chdir(w->dir), 0);
    w->list = fz_list_new();
    fz_cancel_init(&w->quit, NULL);
    w->changed_names = fz_strdup("");
    w->beside_names = fz_strdup("");
    w->access_names = fz_strdup("");
    return w;
}

FZ_TEST void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
FZ_TEST void run(const char *fmt, ...)
{
    char command[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

FZ_TEST enum fz_err world_start_many(struct world *w, const struct fz_source_options *options,
                                     const char *const *arguments, size_t count, struct fz_error *err)
{
    w->roots = count;
    struct fz_source_options all = *options;
    all.readers = readers;
    enum fz_err code =
        fz_sources_start(&w->sources, arguments, count, &all, &w->ready, &w->bell, &w->quit, err);
    for (uint32_t i = 0; code == FZ_OK && i < count; i++)
        fz_list_set_order(w->list, i, fz_sources_order(w->sources, i));
    return code;
}

FZ_TEST void world_start(struct world *w, struct fz_source_options options, const char *argument)
{
    struct fz_error err;
    const char *arguments[] = {argument};
    assert_int_equal(world_start_many(w, &options, arguments, 1, &err), FZ_OK);
}

static void world_note_change(struct world *w, const struct fz_list_change *change)
{
    w->added += change->added;
    w->changed += change->changed_count;
    for (size_t i = 0; i < change->beside_count; i++) {
        char *more = fz_asprintf("%s%s\n", w->beside_names, fz_list_name(w->list, change->beside[i]));
        free(w->beside_names);
        w->beside_names = more;
    }
    w->removed += change->removed_count;
    for (size_t i = 0; i < change->changed_count; i++) {
        char *more = fz_asprintf("%s%s\n", w->changed_names, fz_list_name(w->list, change->changed[i]));
        free(w->changed_names);
        w->changed_names = more;
    }
}

static void world_note_access(struct world *w, const struct fz_source_event *event)
{
    char *more = event->count > 0 ? fz_asprintf("%s%s\n", w->access_names, event->names[0])
                                  : fz_asprintf("%s%s/\n", w->access_names, fz_path_name(event->dir));
    free(w->access_names);
    w->access_names = more;
}

static void world_take_event(struct world *w, struct fz_source_event *event)
{
    struct fz_list_change change;
    for (bool all = false; !all;) {
        all = fz_list_apply(w->list, event, &change);
        world_note_change(w, &change);
    }
    switch (event->kind) {
    case FZ_SOURCE_ADDED:
        if (w->added_events++ == 0)
            w->first_added_us = fz_now_us();
        for (uint32_t i = 1; i < event->count; i++)
            if (fz_sources_order(w->sources, event->root) == FZ_SOURCE_NATURAL)
                assert_true(fz_natural_cmp(event->names[i - 1], event->names[i]) < 0);
        break;
    case FZ_SOURCE_LISTED:
        w->listed++;
        w->left_out += event->left_out;
        break;
    case FZ_SOURCE_ERROR:
        w->errors++;
        w->last_code = event->error.code;
        snprintf(w->last_error, sizeof w->last_error, "%s", event->error.msg);
        break;
    case FZ_SOURCE_AWAY:
        w->away++;
        break;
    case FZ_SOURCE_BACK:
        w->back++;
        break;
    case FZ_SOURCE_ACCESS:
        world_note_access(w, event);
        break;
    case FZ_SOURCE_POLLED:
        w->polled++;
        break;
    case FZ_SOURCE_RENAMED:
        w->renamed_events++;
        break;
    case FZ_SOURCE_REMOVED:
    case FZ_SOURCE_CHANGED:
    case FZ_SOURCE_BESIDE:
    case FZ_SOURCE_WHOLE:
    case FZ_SOURCE_FOLDERS:
    case FZ_SOURCE_STUCK:
    case FZ_SOURCE_FREED:
        break;
    }
}

/* Takes what is there. */
FZ_TEST void world_take(struct world *w)
{
    for (struct fz_ready_node *node = fz_ready_take(&w->ready), *next; node; node = next) {
        next = node->next;
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        world_take_event(w, event);
        fz_source_event_free(event);
    }
}

FZ_TEST void nap_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

FZ_TEST void world_until_listed(struct world *w)
{
    int64_t deadline = fz_now_us() + 30000000;
    while (w->listed < w->roots) {
        assert_true(fz_now_us() < deadline);
        nap_ms(1);
        world_take(w);
    }
}

FZ_TEST void world_start_listed(struct world *w, const char *argument)
{
    world_start(w, (struct fz_source_options){.recursive = true, .watch = true}, argument);
    world_until_listed(w);
}

/* The list as text: one path a line, relative to the temporary folder where it lies in it. Caller frees. */
FZ_TEST char *world_text(const struct world *w)
{
    size_t capacity = 0, used = 0;
    char *text = fz_grow(NULL, &capacity, 1, 1);
    for (size_t i = 0; i < fz_list_count(w->list); i++) {
        char *path = fz_list_path(w->list, fz_list_at(w->list, i));
        size_t skip = strncmp(path, w->dir, strlen(w->dir)) == 0 ? strlen(w->dir) + 1 : 0;
        size_t len = strlen(path + skip);
        text = fz_grow(text, &capacity, used + len + 2, 1);
        memcpy(text + used, path + skip, len);
        text[used + len] = '\n';
        used += len + 1;
        free(path);
    }
    text[used] = '\0';
    return text;
}

FZ_TEST void assert_list(struct world *w, const char *expected)
{
    char *text = world_text(w);
    assert_string_equal(text, expected);
    free(text);
}

/* Waits until the list is as expected; then for a moment whether it stays so. */
FZ_TEST void world_until(struct world *w, const char *expected)
{
    int64_t deadline = fz_now_us() + 30000000;
    for (;;) {
        world_take(w);
        char *text = world_text(w);
        bool same = strcmp(text, expected) == 0;
        if (same || fz_now_us() > deadline) {
            assert_string_equal(text, expected);
            free(text);
            return;
        }
        free(text);
        nap_ms(2);
    }
}

/* Waits until so many sources have gone away, and come back, so far. */
FZ_TEST void world_until_away(struct world *w, size_t away, size_t back)
{
    int64_t deadline = fz_now_us() + 10000000;
    for (; (w->away < away || w->back < back) && fz_now_us() < deadline; nap_ms(2))
        world_take(w);
    assert_int_equal(w->away, away);
    assert_int_equal(w->back, back);
}

/* Waits until others may read these, one at a time, and no others. */
FZ_TEST void world_until_access(struct world *w, const char *expected)
{
    int64_t deadline = fz_now_us() + 10000000;
    for (; strlen(w->access_names) < strlen(expected) && fz_now_us() < deadline; nap_ms(2))
        world_take(w);
    assert_string_equal(w->access_names, expected);
    w->access_names[0] = '\0';
}

/* Waits until these, and no others, had news of their sidecars. */
FZ_TEST void world_until_beside(struct world *w, const char *expected)
{
    int64_t deadline = fz_now_us() + 10000000;
    for (; strlen(w->beside_names) < strlen(expected) && fz_now_us() < deadline; nap_ms(2))
        world_take(w);
    assert_string_equal(w->beside_names, expected);
    w->beside_names[0] = '\0';
}

/* Lets `ms` pass, taking what comes. */
FZ_TEST void world_pass(struct world *w, long ms)
{
    for (int64_t end = fz_now_us() + ms * 1000; fz_now_us() < end; nap_ms(2))
        world_take(w);
}

FZ_TEST void world_stop(struct world *w)
{
    fz_sources_stop(w->sources);
    w->sources = NULL;
    for (struct fz_ready_node *node = fz_ready_take(&w->ready), *next; node; node = next) {
        next = node->next;
        fz_source_event_free(FZ_CONTAINER(node, struct fz_source_event, node));
    }
}

FZ_TEST void world_free(struct world *w)
{
    if (w->sources)
        world_stop(w);
    fz_list_free(w->list);
    assert_int_equal(chdir("/"), 0);
    run("chmod -R u+rwx '%s' && rm -rf '%s'", w->dir, w->dir);
    free(w->changed_names);
    free(w->beside_names);
    free(w->access_names);
    free(w);
}

FZ_TEST int setup(void **state)
{
    *state = world_new();
    return 0;
}

FZ_TEST int teardown(void **state)
{
    world_free(*state);
    return 0;
}

FZ_TEST void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
