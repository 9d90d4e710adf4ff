#include "app/overlay/perf.h"

#include "app/app.h"
#include "app/overlay/panel.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TELL_US = 500000, /* figures that change faster cannot be read */
    BAR_PX = 2,
    GRAPH_H = 100,    /* at most, at a text scale of 1 */
    GRAPH_US = 50000, /* its full height */
    PAD = 12,
    LEAST_PX = 8, /* of text that can still be read, whatever the text scale */
};
static const double LINE_EM = 1.45;     /* from line to line, at most */
static const double GRAPH_PART = 0.125; /* of the window's height, at most */
static const struct fz_color WORK = {96, 190, 120, 255};
static const struct fz_color PRESENT = {90, 140, 220, 255};
static const struct fz_color TOO_LONG = {240, 110, 90, 255};
static const struct fz_color GRID = {255, 255, 255, 70};

void fz_perf_toggle(struct fz_app *app)
{
    app->perf.open = !app->perf.open;
    app->perf.told_us = 0;
    app->dirty = true;
}

void fz_perf_add(struct fz_perf *perf, int64_t work_us, int64_t present_us)
{
    perf->work_us[perf->next] = (uint32_t)fmin((double)work_us, UINT32_MAX);
    perf->present_us[perf->next] = (uint32_t)fmin((double)present_us, UINT32_MAX);
    perf->next = (perf->next + 1) % FZ_PERF_FRAMES;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *p = a, *q = b;
    return *p < *q ? -1 : *p > *q;
}

struct fz_perf_recent fz_perf_recent(const struct fz_perf *perf)
{
    int64_t total_us[FZ_PERF_FRAMES], work_us[FZ_PERF_FRAMES];
    int n = 0;
    for (int i = 0; i < FZ_PERF_FRAMES; i++)
        if (perf->work_us[i] + perf->present_us[i] > 0) {
            total_us[n] = (int64_t)perf->work_us[i] + perf->present_us[i];
            work_us[n++] = perf->work_us[i];
        }
    if (n == 0)
        return (struct fz_perf_recent){0};
    qsort(total_us, (size_t)n, sizeof *total_us, by_value);
    qsort(work_us, (size_t)n, sizeof *work_us, by_value);
    return (struct fz_perf_recent){total_us[n / 2], total_us[n * 99 / 100], total_us[n - 1], work_us[n / 2]};
}

int64_t fz_perf_next_us(const struct fz_app *app)
{
    return app->perf.open ? app->perf.told_us + TELL_US : FZ_NEVER;
}

static struct fz_perf_times times(const struct fz_histogram *h)
{
    double p50_us = (double)fz_histogram_percentile(h, 0.5),
           p99_us = (double)fz_histogram_percentile(h, 0.99);
    return (struct fz_perf_times){fmax(p50_us, 0) / 1000, fmax(p99_us, 0) / 1000, (double)h->max_us / 1000};
}

static void count_queue(const struct fz_loader *loader, size_t queued[FZ_PRIORITY_CLASSES])
{
    for (size_t i = 0; i < loader->flying_count; i++) {
        uint32_t class = fz_heap_class(atomic_load(&loader->flying[i]->priority));
        if (fz_job_loads(loader->flying[i]) && class < FZ_PRIORITY_CLASSES)
            queued[class]++;
    }
}

static void tell(struct fz_app *app)
{
    struct fz_perf *perf = &app->perf;
    const struct fz_stats *stats = &app->stats;
    const struct fz_texture_counts *textures = fz_texture_get_counts(app->head);
    if (perf->told_us > 0)
        perf->decodes_per_s =
            (double)(stats->decodes - perf->decodes) * 1e6 / (double)(app->now_us - perf->told_us);
    perf->decodes = stats->decodes;
    perf->told_us = app->now_us;
    char sandbox[FZ_SANDBOX_TEXT];
    fz_sandbox_format(fz_pool_layers(&app->pool), sandbox);
    struct fz_perf_facts facts = {
        .renderer = fz_head_renderer_name(app->head),
        .isolation = app->options.values[FZ_OPTION_ISOLATION].text,
        .sandbox = sandbox,
        .frames = stats->total.count,
        .late = stats->late,
        .uploads = textures->uploads,
        .decodes = stats->decodes,
        .hits = stats->hits,
        .replaced = atomic_load(&app->pool.counts.engine.respawned),
        .decodes_per_s = perf->decodes_per_s,
        .is_paused = app->loading_paused,
        .waiting = fz_loader_pending(app),
        .work = times(&stats->work),
        .present = times(&stats->present),
        .bound_bytes = app->memory_bytes,
        .pss_peak_bytes = atomic_load(&app->pool.counts.engine.pss_peak_bytes),
        .is_short = app->budgets.pressure != FZ_PRESSURE_NONE,
        .texture_bytes = textures->bytes,
        .texture_budget_bytes = fz_texture_budget(app->head),
        .texture_peak_bytes = textures->bytes_peak,
        .decode_bytes = fz_ledger_reserved(&app->pool.ledger),
        .decode_budget_bytes = fz_ledger_capacity(&app->pool.ledger),
        .surface_bytes = app->loader.credit_bytes,
        .surface_budget_bytes = app->loader.credit_limit_bytes,
    };
    count_queue(&app->loader, facts.queued);
    fz_perf_write(&facts, perf->wanted);
}

/* The bars of one kind. */
struct bars {
    struct fz_rect rects[FZ_PERF_FRAMES];
    int count;
};

static void add_bar(struct bars *bars, double x, double bottom, double h)
{
    if (h > 0)
        bars->rects[bars->count++] = (struct fz_rect){x, bottom - h, BAR_PX, h};
}

/* How the overlay is drawn in a window: the graph's frames and height, the texts' size and which of them there are. */
struct plan {
    int frames, count;
    int lines[FZ_PERF_LINES];
    double graph_h;
    struct fz_text_style style;
};

/* Where both overlays do not find room above each other, this one's texts become smaller, and then fewer: the other one
 * is about the picture. */
static struct plan make_plan(const struct fz_app *app)
{
    double view_w = fz_head_w(app->head), view_h = fz_head_h(app->head), scale = fz_app_text_scale(app);
    struct plan plan = {.graph_h = fmin(round(GRAPH_H * scale), floor(view_h * GRAPH_PART))};
    double w = view_w - 2 * (PAD + FZ_PANEL_MARGIN), below = fz_info_usual_h(app);
    double room = fz_panel_foot(app) - FZ_PANEL_MARGIN - plan.graph_h - 3 * PAD;
    room -= below > 0 ? fmin(below + FZ_PANEL_GAP, view_h / 2) : 0;
    double px = fmax(floor(room / (FZ_PERF_LINES * LINE_EM * scale)), ceil(LEAST_PX / scale));
    plan.style = (struct fz_text_style){.px = (int)fmin(FZ_PANEL_PX - 2, px), .max_w = (int)fmax(w, 1)};
    plan.count =
        fz_perf_choose((int)fmin(room / (plan.style.px * LINE_EM * scale), FZ_PERF_LINES), plan.lines);
    plan.frames = (int)fmin(fmax(w / BAR_PX, 1), FZ_PERF_FRAMES);
    return plan;
}

static void draw_graph(struct fz_app *app, const struct plan *plan, double x, double y)
{
    const struct fz_perf *perf = &app->perf;
    struct bars work = {.count = 0}, present = {.count = 0}, too_long = {.count = 0};
    double bottom = y + plan->graph_h, per_us = plan->graph_h / GRAPH_US;
    for (int i = 0; i < plan->frames; i++) {
        unsigned at = (perf->next + (unsigned)(FZ_PERF_FRAMES - plan->frames + i)) % FZ_PERF_FRAMES;
        double both_us = (double)perf->work_us[at] + perf->present_us[at];
        double work_h = fmin(perf->work_us[at], GRAPH_US) * per_us;
        double both_h = fmin(both_us, GRAPH_US) * per_us, left = x + i * BAR_PX;
        add_bar(&work, left, bottom, work_h);
        add_bar(both_us > GRAPH_US ? &too_long : &present, left, bottom - work_h, both_h - work_h);
    }
    fz_draw_fills(app->head, present.rects, present.count, PRESENT);
    fz_draw_fills(app->head, too_long.rects, too_long.count, TOO_LONG);
    fz_draw_fills(app->head, work.rects, work.count, WORK);
    struct fz_rect lines[2];
    static const double lines_us[] = {16667, 33333};
    for (int i = 0; i < 2; i++)
        lines[i] = (struct fz_rect){x, floor(bottom - lines_us[i] * per_us), plan->frames * BAR_PX, 1};
    fz_draw_fills(app->head, lines, 2, GRID);
}

/* The size of the widest of the lines, and of one; false where they are not all there: of those that are. */
static bool measure(const struct fz_app *app, char lines[][FZ_PERF_TEXT], const struct plan *plan, double *w,
                    double *h)
{
    bool ready = true;
    *w = *h = 0;
    for (int i = 0; i < plan->count; i++) {
        int text_w = 0, text_h = 0;
        ready = fz_text_size(app->head, lines[plan->lines[i]], &plan->style, &text_w, &text_h) && ready;
        *w = fmax(*w, text_w);
        *h = fmax(*h, text_h);
    }
    return ready;
}

void fz_perf_draw(struct fz_app *app)
{
    struct fz_perf *perf = &app->perf;
    if (!perf->open)
        return;
    if (app->now_us >= fz_perf_next_us(app))
        tell(app);
    struct plan plan = make_plan(app);
    double text_w, line;
    if (measure(app, perf->wanted, &plan, &text_w, &line))
        memcpy(perf->lines, perf->wanted, sizeof perf->lines);
    else
        measure(app, perf->lines, &plan, &text_w, &line);
    double w = fmax(plan.frames * BAR_PX, text_w) + 2 * PAD;
    double h = plan.graph_h + (plan.count > 0 ? 3 : 2) * PAD + line * plan.count;
    double left = fmax(fz_head_w(app->head) - w - FZ_PANEL_MARGIN, 0);
    perf->box = fz_panel_place(app, (struct fz_rect){left, FZ_PANEL_MARGIN, w, h}, true);
    fz_draw_fill(app->head, perf->box, fz_panel_fill);
    double x = perf->box.x + PAD, y = perf->box.y + PAD;
    draw_graph(app, &plan, x, y);
    for (int i = 0; i < plan.count; i++)
        fz_text_draw(app->head, perf->lines[plan.lines[i]], &plan.style, x, y + plan.graph_h + PAD + i * line,
                     fz_panel_text);
}
