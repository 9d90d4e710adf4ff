/* What became of files that a program was given. */
#include "fixture.h"

#include "decode/decoder.h"
#include "source/recheck.h"

#include <stdio.h>

static char *folder;

static char *make(const char *name)
{
    char *path = path_in(folder, name);
    write_file(path, name, strlen(name));
    return path;
}

/* As a worker of a program whose readers are threads. */
static void look(struct fz_recheck *recheck)
{
    struct fz_decoder decoder = {0};
    struct fz_job job = {.decoder = &decoder};
    fz_recheck_look(recheck, &job);
}

/* All events as "root kind name name; ...". */
static const char *told(struct fz_recheck *recheck)
{
    static char text[1024];
    static const char *const kinds[] = {[FZ_SOURCE_ADDED] = "added",
                                        [FZ_SOURCE_REMOVED] = "removed",
                                        [FZ_SOURCE_CHANGED] = "changed",
                                        [FZ_SOURCE_RENAMED] = "renamed"};
    struct fz_ready ready = {NULL};
    struct fz_decoder decoder = {0};
    struct fz_job job = {.decoder = &decoder};
    size_t used = 0;
    fz_recheck_report(recheck, &job, &ready);
    text[0] = '\0';
    for (struct fz_ready_node *node = fz_ready_take(&ready); node;) {
        struct fz_source_event *event = FZ_CONTAINER(node, struct fz_source_event, node);
        node = node->next;
        assert_string_equal(event->dir, folder);
        used += (size_t)snprintf(text + used, sizeof text - used, "%u %s", event->root, kinds[event->kind]);
        for (uint32_t i = 0; i < event->count; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, " %s", event->names[i]);
        used += (size_t)snprintf(text + used, sizeof text - used, "; ");
        fz_source_event_free(event);
    }
    fz_recheck_free(recheck);
    return text;
}

static void rename_in(const char *from, const char *to)
{
    char *new_path = path_in(folder, to);
    assert_int_equal(rename(from, new_path), 0);
    free(new_path);
}

static void what_became_of_them(void **state)
{
    (void)state;
    folder = make_folder();
    char *kept = make("kept.png"), *gone = make("gone.png"), *moved = make("moved.png"),
         *hidden = make("h.png"), *changed = make("changed.png"), *replaced = make("replaced.png"),
         *other = make("other.png"), *never = path_in(folder, "never.png"), *text = make("t.png");
    struct fz_recheck *recheck = fz_recheck_new();
    const char *const paths[] = {kept, gone, moved, hidden, changed, replaced, never, text};
    for (size_t i = 0; i < COUNT(paths); i++)
        fz_recheck_add(recheck, 3, paths[i]);
    look(recheck);
    unlink(gone);
    rename_in(moved, "new name.png");
    rename_in(hidden, ".trash.png");
    rename_in(other, "replaced.png");
    rename_in(text, "t.txt");
    write_file(changed, "more bytes than before", 22);
    assert_string_equal(told(recheck), "3 removed gone.png h.png t.png; 3 renamed moved.png new name.png; "
                                       "3 changed changed.png replaced.png; ");
    char *all[] = {kept, gone, moved, hidden, changed, replaced, other, never, text};
    for (size_t i = 0; i < COUNT(all); i++)
        free(all[i]);
    remove_folder(folder);
}

static void nothing_became_of_them(void **state)
{
    (void)state;
    folder = make_folder();
    char *a = make("a.png"), *b = make("b.png");
    struct fz_recheck *recheck = fz_recheck_new();
    fz_recheck_add(recheck, 0, a);
    fz_recheck_add(recheck, 1, b);
    look(recheck);
    assert_string_equal(told(recheck), "");
    assert_string_equal(told(fz_recheck_new()), "");
    fz_recheck_free(NULL);
    /* Of each root by itself. */
    recheck = fz_recheck_new();
    fz_recheck_add(recheck, 0, a);
    fz_recheck_add(recheck, 1, b);
    look(recheck);
    unlink(a);
    unlink(b);
    assert_string_equal(told(recheck), "0 removed a.png; 1 removed b.png; ");
    free(a);
    free(b);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_became_of_them),
        cmocka_unit_test(nothing_became_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
