#include "app/wall/browse.h"

#include "app/app.h"
#include "app/overlay/help_sheet.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- Order ------------------------------------------------------------------------------------------------------- */

static const char *const sort_names[] = {
    [FZ_SORT_NAME] = "name", [FZ_SORT_DATE] = "date",     [FZ_SORT_MODIFIED] = "modified",
    [FZ_SORT_SIZE] = "size", [FZ_SORT_RATING] = "rating", [FZ_SORT_RANDOM] = "random"};

static uint32_t new_seed(void)
{
    uint32_t seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (uint32_t)fz_now_us();
    return seed;
}

static void say_order(struct fz_app *app, const struct fz_sort *sort)
{
    static const char *const said[][2] = {
        [FZ_SORT_GIVEN] = {"As given", "As given, backwards"},
        [FZ_SORT_NAME] = {"By name", "By name, Z to A"},
        [FZ_SORT_DATE] = {"By date, oldest first", "By date, newest first"},
        [FZ_SORT_MODIFIED] = {"By date of the file, oldest first", "By date of the file, newest first"},
        [FZ_SORT_SIZE] = {"By size, smallest first", "By size, largest first"},
        [FZ_SORT_RATING] = {"By rating, best first", "By rating, worst first"},
        [FZ_SORT_RANDOM] = {"In random order", "In random order"},
    };
    fz_app_notice(app, "%s", said[sort->key][sort->descending]);
}

/* By a key: the options tell it, as if they had been set. */
static void sort_by_key(struct fz_app *app, const struct fz_sort *sort)
{
    const char *name = sort_names[sort->key];
    if (name)
        fz_option_set(&app->options, FZ_OPTION_SORT, name, FZ_ORIGIN_RUN_TIME, NULL);
    else
        fz_option_reset(&app->options, FZ_OPTION_SORT, FZ_ORIGIN_RUN_TIME);
    fz_option_set(&app->options, FZ_OPTION_REVERSE, sort->descending ? "yes" : "no", FZ_ORIGIN_RUN_TIME,
                  NULL);
    fz_arrange_sort(app, sort);
    say_order(app, sort);
}

void fz_browse_sort(struct fz_app *app, enum fz_sort_key key)
{
    struct fz_sort now = app->arrange.wanted;
    enum fz_sort_key is =
        now.key == FZ_SORT_GIVEN && fz_list_is_given_by_name(app->list) ? FZ_SORT_NAME : now.key;
    struct fz_sort sort = {.key = key, .descending = is == key && !now.descending};
    if (key == FZ_SORT_RANDOM)
        sort = (struct fz_sort){.key = key, .seed = new_seed()};
    sort_by_key(app, &sort);
}

void fz_browse_sort_by_options(struct fz_app *app)
{
    const char *name = app->options.values[FZ_OPTION_SORT].text;
    struct fz_sort sort = {.key = FZ_SORT_GIVEN,
                           .descending = fz_option_is_on(&app->options, FZ_OPTION_REVERSE),
                           .seed = new_seed()};
    for (size_t key = FZ_SORT_NAME; name && key < sizeof sort_names / sizeof *sort_names; key++)
        if (strcmp(sort_names[key], name) == 0)
            sort.key = (enum fz_sort_key)key;
    fz_arrange_sort(app, &sort);
}

void fz_browse_shuffle(struct fz_app *app)
{
    struct fz_sort now = app->arrange.wanted, sort = app->unshuffled;
    if (now.key != FZ_SORT_RANDOM) {
        app->unshuffled = now;
        sort = (struct fz_sort){.key = FZ_SORT_RANDOM, .seed = new_seed()};
    }
    sort_by_key(app, &sort);
}

void fz_browse_random(struct fz_app *app)
{
    size_t count = fz_list_count(app->list), index = fz_app_selected_index(app);
    if (count < 2)
        return;
    uint64_t drawn = (uint64_t)new_seed() << 32 | new_seed();
    fz_app_go_to(app, (index + 1 + (size_t)(drawn % (count - 1))) % count);
}

/* ---- Dropping ---------------------------------------------------------------------------------------------------- */

void fz_browse_drop(struct fz_app *app, size_t count)
{
    size_t first, left = fz_list_count(app->list);
    fz_item_id item = fz_app_act_on_current(app);
    if (!fz_list_index(app->list, item, &first)) /* nothing is lost that a search leaves out */
        return;
    count = count < left - first ? count : left - first;
    fz_item_id *items = fz_calloc(count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = fz_list_at(app->list, first + i);
    size_t dropped = fz_arrange_drop(app, items, count);
    free(items);
    char hint[64] = "";
    fz_help_hint(app, FZ_COMMAND_UNDROP, ", ", dropped == 1 ? "brings it back" : "brings them back", hint,
                 sizeof hint);
    if (dropped > 0)
        fz_app_notice(app, "%zu dropped from the list%s", dropped, hint);
}

void fz_browse_undo_drop(struct fz_app *app)
{
    size_t back = fz_arrange_undo_drop(app);
    if (back > 0)
        fz_app_notice(app, "%zu brought back", back);
    else
        fz_app_notice(app, "Nothing was dropped");
}
