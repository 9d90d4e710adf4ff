/* What the list costs at a size: filling, memory, searching, sorting, marking, dropping.
 *
 *   bench_list [COUNT=100000 [FOLDERS=20]]
 *
 * Prints the milliseconds of each call that the render thread makes, and of a worker's sort: of CPU time, so that
 * other programs do not count. */
#include "base/clock.h"
#include "source/batch.h"
#include "source/drop.h"
#include "source/list.h"
#include "source/list_state.h"
#include "source/marks.h"
#include "source/search.h"
#include "source/sorter.h"
#include "sync/thread.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, FRAME_BUDGET_US = 2000, ROUNDS = 5 };

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t end)
{
    random_state = random_state * 1664525u + 1013904223u; /* Numerical Recipes */
    return (uint32_t)(((uint64_t)random_state * end) >> 32);
}

static double ms_since(int64_t start_us)
{
    return (double)(fz_thread_cpu_us() - start_us) / 1e3;
}

static size_t held_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* --- Filling --- */

static void ascii_name(char *name, size_t size, uint32_t n)
{
    snprintf(name, size, "IMG_%08u_%04u.JPG", 20200101 + n / 37, n * 7919 % 10000);
}

static void other_name(char *name, size_t size, uint32_t n)
{
    snprintf(name, size, "Фотоальбом Ünïcode %u — Málaga.jpg", n);
}

typedef void make_name(char *name, size_t size, uint32_t n);

static struct fz_list *filled(uint32_t count, uint32_t folders, make_name *make)
{
    struct fz_list *list = fz_list_new();
    struct fz_batch batch = {0};
    for (uint32_t n = 0; n < count;) {
        uint32_t folder = (uint32_t)((uint64_t)n * folders / count);
        char dir[64], name[128];
        snprintf(dir, sizeof dir, "/pictures/2024/folder %u", folder);
        while (n < count && batch.count < BATCH && (uint64_t)n * folders / count == folder) {
            make(name, sizeof name, n++);
            fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
        }
        fz_batch_sort(&batch);
        struct fz_source_event *event = fz_batch_event(&batch, FZ_SOURCE_ADDED, 0, dir);
        struct fz_list_change change;
        while (!fz_list_apply(list, event, &change))
            continue;
        fz_source_event_free(event);
    }
    struct fz_source_event *event = fz_batch_event(&batch, FZ_SOURCE_LISTED, 0, "");
    struct fz_list_change change;
    fz_list_apply(list, event, &change);
    fz_source_event_free(event);
    fz_batch_fini(&batch);
    return list;
}

static void invent_facts(struct fz_list *list)
{
    struct fz_items *items = &list->items;
    items->mtimes = calloc(items->capacity, sizeof *items->mtimes);
    items->sizes = calloc(items->capacity, sizeof *items->sizes);
    items->mtime_capacity = items->size_capacity = items->capacity;
    for (uint32_t slot = 0; slot < items->used; slot++) {
        items->mtimes[slot] = (uint64_t)1 << 63 | random_below(1u << 30);
        items->sizes[slot] = random_below(1u << 22);
        items->rows[slot].flags |= FZ_ITEM_FACTS;
    }
}

/* --- What is measured --- */

static void search(struct fz_list *list, const char *text)
{
    double most = 0, all = 0, refresh = 0;
    int steps = 0;
    for (int round = 0; round < ROUNDS; round++) {
        fz_list_search(list, "");
        for (size_t len = 1; len <= strlen(text); len++) {
            char typed[64];
            snprintf(typed, sizeof typed, "%.*s", (int)len, text);
            int64_t start = fz_thread_cpu_us();
            fz_list_search(list, typed);
            int asked = 0;
            for (bool done = false; !done; asked++) {
                int64_t step = fz_thread_cpu_us();
                done = fz_list_search_step(list, FRAME_BUDGET_US);
                most = ms_since(step) > most ? ms_since(step) : most;
            }
            all = ms_since(start) > all ? ms_since(start) : all;
            steps = asked > steps ? asked : steps;
            start = fz_thread_cpu_us();
            fz_list_count(list);
            refresh = ms_since(start) > refresh ? ms_since(start) : refresh;
        }
    }
    printf("search %-12s found %6zu  a letter <= %.2f ms in %d steps  step <= %.2f  first count <= %.2f\n",
           text, fz_list_count(list), all, steps, most, refresh);
    fz_list_search(list, NULL);
}

static void sort(struct fz_list *list, const char *name, struct fz_sort order)
{
    struct fz_cancel cancel;
    fz_cancel_init(&cancel, NULL);
    int64_t start = fz_thread_cpu_us();
    struct fz_sorter *sorter = fz_list_sort_begin(list, &order);
    double begin = ms_since(start);
    start = fz_thread_cpu_us();
    fz_sorter_run(sorter, &cancel);
    double run = ms_since(start);
    start = fz_thread_cpu_us();
    fz_list_sort_apply(list, sorter);
    double apply = ms_since(start);
    start = fz_thread_cpu_us();
    size_t sections = fz_list_section_count(list);
    printf("sort %-14s begin %.2f  worker %.1f  apply %.2f  refresh %.2f ms  sections %zu\n", name, begin,
           run, apply, ms_since(start), sections);
    fz_sorter_free(sorter);
}

static void sorts(struct fz_list *list)
{
    sort(list, "date", (struct fz_sort){.key = FZ_SORT_MODIFIED});
    sort(list, "name", (struct fz_sort){.key = FZ_SORT_NAME});
    sort(list, "size, largest", (struct fz_sort){.key = FZ_SORT_SIZE, .descending = true});
    sort(list, "random", (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = 7});
    sort(list, "name, last", (struct fz_sort){.key = FZ_SORT_NAME, .descending = true});
    sort(list, "as given", (struct fz_sort){.key = FZ_SORT_GIVEN});
}

static void marks_and_drops(struct fz_list *list)
{
    size_t count = fz_list_count(list), index;
    int64_t start = fz_thread_cpu_us();
    fz_list_mark_all(list);
    double all = ms_since(start);
    start = fz_thread_cpu_us();
    fz_list_mark_invert(list);
    double invert = ms_since(start);
    fz_list_mark(list, fz_list_at(list, count - 1), true);
    start = fz_thread_cpu_us();
    fz_list_find_marked(list, 0, 1, &index);
    printf("marks: all %.2f  invert %.2f  next across all %.2f ms", all, invert, ms_since(start));
    fz_list_mark_all(list);
    start = fz_thread_cpu_us();
    struct fz_marked *marked = fz_list_marked_begin(list);
    printf("  snapshot of all %.2f ms\n", ms_since(start));
    fz_list_marked_end(list, marked);
    fz_item_id *ids = malloc(count * sizeof *ids);
    for (size_t i = 0; i < count / 2; i++)
        ids[i] = fz_list_at(list, i * 2);
    start = fz_thread_cpu_us();
    fz_list_drop(list, ids, count / 2);
    double drop = ms_since(start);
    const fz_item_id *back;
    start = fz_thread_cpu_us();
    fz_list_undo_drop(list, &back);
    printf("half of all: drop %.2f  undo %.2f ms\n", drop, ms_since(start));
    start = fz_thread_cpu_us();
    fz_list_drop(list, ids, 0);
    fz_item_id one = fz_list_at(list, 10);
    fz_list_drop(list, &one, 1);
    fz_list_count(list);
    fz_list_section_count(list);
    drop = ms_since(start);
    start = fz_thread_cpu_us();
    fz_list_undo_drop(list, &back);
    fz_list_section_count(list);
    printf("one of all: drop %.2f  undo %.2f ms\n", drop, ms_since(start));
    free(ids);
}

static void measure(const char *what, uint32_t count, uint32_t folders, make_name *make)
{
    size_t before = held_bytes();
    int64_t start = fz_thread_cpu_us();
    struct fz_list *list = filled(count, folders, make);
    double fill = ms_since(start);
    fz_list_section_count(list);
    size_t plain = held_bytes() - before;
    invent_facts(list);
    size_t with_facts = held_bytes() - before;
    fz_list_search(list, "zzzz");
    while (!fz_list_search_step(list, FRAME_BUDGET_US)) {
    }
    printf("--- %s: %u names of %.0f bytes in %u folders: filled in %.1f ms, %.1f bytes a picture, with "
           "facts %.1f\n",
           what, count, (double)list->items.names.used / count, folders, fill, (double)plain / count,
           (double)with_facts / count);
    search(list, "img_2020");
    search(list, "málaga");
    search(list, "folder 1/im");
    sorts(list);
    marks_and_drops(list);
    fz_list_free(list);
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    uint32_t folders = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 20;
    if (count == 0 || folders == 0 || folders > count)
        return 2;
    measure("ASCII", count, folders, ascii_name);
    measure("other letters", count, folders, other_name);
    return 0;
}
