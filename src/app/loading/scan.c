/* What the readers report, taken into the list. */
#include "app/app.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/marks.h"
#include "sync/thread.h"

#include <stdlib.h>

enum {
    BUDGET_US = 2000,   /* of one frame: a hundred thousand names come in many */
    ORDER_US = 5000000, /* that a show waits for its order */
};

static void open_named(struct fz_app *app)
{
    size_t index;
    fz_item_id item =
        fz_list_find(app->list, 0, app->first_folder, fz_path_name(app->first_path)); /* of the only source */
    if (fz_list_index(app->list, item, &index)) {
        app->open_first = false;
        fz_picture_open(app, index, true);
    } else if (fz_app_is_listed(app)) {
        app->open_first = false;
        app->start_mode = FZ_MODE_WALL;
        fz_log("%s is no picture", app->first_path);
        fz_app_notice(app, "%s is no picture", fz_path_name(app->first_path));
    }
}

/* A show begins with the first of all pictures: it waits until they are listed, and in their order, but for no reader that hangs, nor long for
 * what their files tell. */
int64_t fz_app_begin_show(struct fz_app *app)
{
    struct fz_scan *scan = &app->scan;
    bool is_listed = scan->roots_listed + scan->stuck_count >= scan->roots && !app->open_first;
    if (!app->start_show || !app->head || fz_list_count(app->list) == 0 || !is_listed)
        return FZ_NEVER;
    if (scan->order_until_us == 0)
        scan->order_until_us = app->now_us + ORDER_US;
    bool waits = !app->wall.touched && scan->stuck_count == 0 && fz_arrange_is_busy(app);
    if (waits && app->now_us < scan->order_until_us)
        return scan->order_until_us;
    app->start_show = false;
    fz_show_start(app);
    app->show.paused = app->start_paused;
    app->start_paused = false;
    return FZ_NEVER;
}

void fz_app_open_first(struct fz_app *app)
{
    fz_resume_go(app);
    if (!app->head || fz_list_count(app->list) == 0)
        return;
    if (app->open_first)
        open_named(app);
}

/* The last picture is gone; a slideshow goes on when there is one again. */
static void leave_empty_view(struct fz_app *app)
{
    app->start_show = app->show.running;
    app->start_paused = app->show.paused;
    app->scan.order_until_us = 0;
    fz_picture_close(app);
}

void fz_app_picture_gone(struct fz_app *app, size_t index)
{
    if (app->mode != FZ_MODE_PICTURE || fz_list_has(app->list, app->picture.item))
        return;
    size_t count = fz_list_count(app->list);
    app->picture.item = FZ_ITEM_NONE;
    if (count > 0)
        fz_picture_go_to(app, index < count ? index : count - 1);
    else
        leave_empty_view(app);
}

void fz_app_leave_out(struct fz_app *app, fz_item_id item)
{
    struct fz_scan *scan = &app->scan;
    fz_loader_forget(app, item, true);
    scan->leaving =
        fz_grow(scan->leaving, &scan->leaving_capacity, scan->leaving_count + 1, sizeof *scan->leaving);
    scan->leaving[scan->leaving_count++] = item;
}

void fz_app_forget_left_out(struct fz_app *app)
{
    struct fz_scan *scan = &app->scan;
    if (scan->leaving_count == 0)
        return;
    fz_wall_follow(app, fz_wall_anchor(app));
    fz_list_remove(app->list, scan->leaving, scan->leaving_count);
    fz_wall_list_changed(app, fz_wall_followed(app));
    for (size_t i = 0; i < scan->leaving_count; i++)
        fz_picture_forget(app, scan->leaving[i]);
    fz_app_picture_gone(app, fz_app_selected_index(app));
    scan->leaving_count = 0;
}

/* Names that came, for which the wall was not laid out yet: once a turn is enough, and costs what there are folders. */
struct arrivals {
    bool any;
    fz_item_id anchor; /* from before the first of them */
};

static void lay_out(struct fz_app *app, struct arrivals *arrivals)
{
    if (arrivals->any)
        fz_wall_list_changed(app, arrivals->anchor);
    arrivals->any = false;
}

/* Programs that rate or describe pictures write files beside them. */
static void take_beside(struct fz_app *app, const struct fz_list_change *change)
{
    for (size_t i = 0; i < change->beside_count; i++)
        fz_about_forget(app, change->beside[i]);
    if (change->beside_count > 0) {
        app->dirty = true;
        fz_telling_step(app);
    }
}

/* New bytes are read whatever the tile cache says, where the wall has a tile of them: programs that keep a file's time may keep its size too. */
static void take_changed(struct fz_app *app, fz_item_id item, const struct fz_source_event *event)
{
    if (event->kind == FZ_SOURCE_RENAMED) {
        fz_loader_renamed(app, item);
        return;
    }
    if (event->perhaps) {
        fz_loader_forget(app, item, false);
        return;
    }
    fz_loader_read_anew(app, item);
    if (item == app->wall.selected)
        fz_about_read_anew(app, item);
}

/* The list takes of the event what it can at once. */
static bool apply(struct fz_app *app, struct fz_source_event *event, struct arrivals *arrivals,
                  struct fz_list_change *change)
{
    if (!arrivals->any)
        arrivals->anchor = fz_wall_anchor(app);
    fz_wall_follow(app, arrivals->anchor);
    bool all = fz_list_apply(app->list, event, change);
    arrivals->anchor = fz_wall_followed(app);
    return all;
}

/* True when all of it has been taken. */
static bool take_changes(struct fz_app *app, struct fz_source_event *event, struct arrivals *arrivals)
{
    struct fz_list_change change;
    bool held = fz_resume_holds(app);
    bool comes = event->kind == FZ_SOURCE_ADDED;
    if (!comes) /* what goes may be the anchor, or the selection */
        lay_out(app, arrivals);
    app->scan.any_named |= comes && event->count > 0 && event->doubts[0] == FZ_SOURCE_EXPLICIT;
    bool all = apply(app, event, arrivals, &change);
    app->loader.stale = true; /* also for what has no place in the list yet, and must be looked into */
    for (size_t i = 0; i < change.removed_count; i++) {
        fz_picture_forget(app, change.removed[i]);
        fz_loader_forget(app, change.removed[i], true);
    }
    for (size_t i = 0; i < change.changed_count; i++)
        take_changed(app, change.changed[i], event);
    take_beside(app, &change);
    for (size_t i = 0; event->kind == FZ_SOURCE_RENAMED && i < change.changed_count; i++)
        if (fz_list_is_marked(app->list, change.changed[i]))
            fz_marks_changed(app);
    arrivals->any |= change.added > 0 || change.removed_count > 0 || change.changed_count > 0;
    bool gone = app->mode == FZ_MODE_PICTURE && !fz_list_has(app->list, app->picture.item);
    if (!comes || held || gone || fz_drop_reads(app, event->root)) /* these look at the layout at once */
        lay_out(app, arrivals);
    fz_resume_note(app, event, held);
    fz_drop_note(app, event, &change);
    if (app->mode == FZ_MODE_PICTURE)
        fz_app_picture_gone(app, fz_app_selected_index(app));
    return all;
}

bool fz_app_is_listed(const struct fz_app *app)
{
    return app->scan.roots_listed == app->scan.roots && fz_list_unknown_count(app->list) == 0;
}

static bool can_grow(const struct fz_app *app)
{
    return fz_option_is_on(&app->options, FZ_OPTION_WATCH) || fz_option_is_on(&app->options, FZ_OPTION_WAIT);
}

static void report(struct fz_app *app)
{
    struct fz_scan *scan = &app->scan;
    bool at_rest = fz_app_is_listed(app) && app->loader.flying_count == 0 && !app->loader.stale;
    if (scan->reported || !(at_rest || app->ending) || scan->unsupported == 0)
        return;
    scan->reported = true;
    if (scan->unsupported == 1 && scan->first_unsupported)
        fz_log("%s is no picture", scan->first_unsupported);
    else if (scan->first_unsupported)
        fz_log("%zu files are no pictures, among them %s", scan->unsupported, scan->first_unsupported);
}

static void set_stuck(struct fz_scan *scan, uint32_t root, bool stuck)
{
    if ((root < scan->stuck_capacity && scan->stuck[root]) == stuck)
        return;
    scan->stuck = fz_grow_zeroed(scan->stuck, &scan->stuck_capacity, root + 1u, sizeof *scan->stuck);
    scan->stuck[root] = stuck;
    stuck ? scan->stuck_count++ : scan->stuck_count--;
}

static bool take_event(struct fz_app *app, struct fz_source_event *event, struct arrivals *arrivals)
{
    if (event->root >= FZ_SCALE_ROOT) { /* those that write */
        if (event->kind == FZ_SOURCE_ERROR)
            fz_log_error(&event->error);
        return true;
    }
    if (event->kind == FZ_SOURCE_ERROR) {
        fz_log_error(&event->error);
        app->scan.failed |= !fz_source_error_passes(&event->error);
        if (event->error.code == FZ_E_BUSY)
            fz_app_notice(app, "%s", event->error.msg);
        fz_drop_note(app, event, NULL);
    } else if (event->kind == FZ_SOURCE_LISTED) {
        struct fz_list_change none;
        fz_list_apply(app->list, event, &none);
        app->scan.roots_listed++;
        set_stuck(&app->scan, event->root, false);
        app->scan.unsupported += event->left_out;
        app->loader.stale = app->dirty = true;
        fz_drop_note(app, event, NULL);
    } else if (event->kind == FZ_SOURCE_AWAY || event->kind == FZ_SOURCE_BACK) {
        fz_loader_set_away(app, event->root, event->dir, event->kind == FZ_SOURCE_AWAY);
    } else if (event->kind == FZ_SOURCE_STUCK || event->kind == FZ_SOURCE_FREED) {
        set_stuck(&app->scan, event->root, event->kind == FZ_SOURCE_STUCK);
    } else if (event->kind == FZ_SOURCE_POLLED) {
        fz_revisit_add_root(app, event->root);
    } else if (event->kind == FZ_SOURCE_ACCESS) {
        if (event->taken == 0)
            fz_list_touched(app->list, event);
        return fz_loader_hear_access(app, event);
    } else {
        return take_changes(app, event, arrivals);
    }
    return true;
}

void fz_app_take_source_events(struct fz_app *app)
{
    FZ_MAIN_ONLY();
    struct fz_ready_node **end = &app->backlog;
    while (*end)
        end = &(*end)->next;
    *end = fz_ready_take(&app->events);
    int64_t until = fz_now_us() + BUDGET_US;
    struct arrivals arrivals = {0};
    while (app->backlog && fz_now_us() < until) {
        struct fz_source_event *event = FZ_CONTAINER(app->backlog, struct fz_source_event, node);
        if (!take_event(app, event, &arrivals))
            continue;
        app->backlog = app->backlog->next;
        fz_source_event_free(event);
    }
    lay_out(app, &arrivals);
    fz_app_open_first(app);
}

void fz_app_judge_scan(struct fz_app *app)
{
    report(app);
    bool nothing = fz_app_is_listed(app) && fz_list_all_count(app->list) == app->scan.explicit_failures;
    if (nothing && !app->scan.any_picture && !can_grow(app) && !app->ending) {
        fz_log("there is no picture to show");
        fz_app_quit(app, FZ_E_EMPTY);
    }
}
