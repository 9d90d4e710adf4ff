#include "app/overlay/info.h"

#include "app/app.h"
#include "app/overlay/panel.h"
#include "base/human.h"
#include "base/path.h"
#include "source/marks.h"
#include "source/stacks.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAD_X = 14, PAD_Y = 8, GAP = 28, USUAL_LINES = 7 };
static const double LINE = 1.5, LABEL_W = 5.2; /* of the text's size */
static const double WIDTH = 36, LEAST_W = 14;  /* the same: at most, and what is still worth a line */

void fz_info_next(struct fz_app *app)
{
    if (app->mode == FZ_MODE_PICTURE)
        fz_arrange_forget_nth(app); /* it is about this one */
    app->info.level = (app->info.level + 1) % FZ_INFO_LEVELS;
    if (app->info.level == FZ_INFO_OFF)
        app->info.shown.name[0] = app->info.next.name[0] = '\0';
    app->dirty = true;
}

/* ---- What it says ------------------------------------------------------------------------------------------------ */

void fz_info_add(struct fz_info_page *page, const char *label, const char *fmt, ...)
{
    if (page->count == FZ_INFO_LINES)
        return;
    va_list args;
    va_start(args, fmt);
    page->lines[page->count].label = label;
    vsnprintf(page->lines[page->count++].text, FZ_INFO_TEXT, fmt, args);
    va_end(args);
}

/* As people write it, from their home on; the end of a path that is too long tells more than its beginning. */
static void add_folder(struct fz_info_page *page, const char *folder)
{
    const char *home = getenv("HOME");
    size_t below = home ? strlen(home) : 0, room = FZ_INFO_TEXT - sizeof "…";
    bool at_home = below > 1 && strncmp(folder, home, below) == 0 && (folder[below] == '/' || !folder[below]);
    if (at_home && strlen(folder + below) < room) {
        fz_info_add(page, "Folder", "~%s", folder + below);
        return;
    }
    size_t length = strlen(folder);
    const char *end = length > room ? folder + length - room : folder;
    while (end > folder && ((unsigned char)*end & 0xc0) == 0x80)
        end++;
    fz_info_add(page, "Folder", "%s%s", end > folder ? "…" : "", end);
}

static void add_file(struct fz_info_page *page, const struct fz_tile *tile)
{
    char pixels[32], text[32];
    fz_human_pixels(pixels, sizeof pixels, (uint64_t)tile->picture_w * (uint64_t)tile->picture_h);
    if (tile->picture_w > 0)
        fz_info_add(page, "Size", "%d × %d%s%s", tile->picture_w, tile->picture_h, *pixels ? "   " : "",
                    pixels);
    if (tile->whole_w > 0)
        fz_info_add(page, "Sensor", "%d × %d", tile->whole_w, tile->whole_h);
    if (tile->format) {
        snprintf(text, sizeof text, "%s", tile->format);
        for (char *c = text; *c; c++)
            *c = (char)toupper((unsigned char)*c);
        fz_info_add(page, "Format", "%s", text);
    }
    if (!tile->file.known)
        return;
    fz_human_bytes(text, sizeof text, tile->file.bytes);
    fz_info_add(page, "File", "%s", text);
    fz_human_time(text, sizeof text, tile->file.mtime_ns / 1000000000);
    if (*text)
        fz_info_add(page, "Modified", "%s", text);
}

static void add_turn(struct fz_info_page *page, const struct fz_turn *turn)
{
    static const char *const turned[] = {"", "90° clockwise", "180°", "90° counter-clockwise"};
    const char *comma = turn->quarters > 0 ? ", " : "";
    const char *flipped = turn->flip_h && turn->flip_v ? "mirrored both ways"
                          : turn->flip_h               ? "mirrored left and right"
                          : turn->flip_v               ? "mirrored top and bottom"
                                                       : "";
    if (turn->quarters > 0 || *flipped)
        fz_info_add(page, "Turned", "%s%s%s", turned[turn->quarters], *flipped ? comma : "", flipped);
}

static void add_view(struct fz_info_page *page, const struct fz_app *app, const struct fz_tile *tile)
{
    double zoom = app->picture.camera.zoom * 100, px, of_px;
    if (app->picture.shown == tile->item && tile->picture_w > 0 && !tile->error) {
        fz_info_add(page, "Zoom", "%.*f %%", zoom < 10 ? 1 : 0, zoom);
        if (fz_picture_is_reduced(app, &px, &of_px))
            fz_info_add(page, "Reduced", "%.1f of %.1f Mpx: --memory holds no more", px / 1e6, of_px / 1e6);
    }
}

static void add_beneath(struct fz_info_page *page, const struct fz_app *app, fz_item_id item)
{
    char *path = fz_list_path_beneath(app->list, item);
    if (path)
        fz_info_add(page, "RAW", "%.400s", fz_path_name(path));
    free(path);
}

static void add_position(struct fz_info_page *page, const struct fz_list *list, fz_item_id item)
{
    size_t index, count = fz_list_count(list);
    if (fz_list_index(list, item, &index))
        snprintf(page->position, sizeof page->position, "%zu / %zu", index + 1, count);
    else
        snprintf(page->position, sizeof page->position, "– / %zu", count);
}

static void tell(struct fz_app *app, fz_item_id item, struct fz_info_page *page)
{
    const struct fz_tile *tile = fz_loader_tile(app, item);
    const struct fz_metadata *about;
    snprintf(page->name, sizeof page->name, "%s", fz_list_name(app->list, item));
    add_position(page, app->list, item);
    if ((about = fz_about_get(app, item)) != NULL)
        fz_info_add_caption(page, about);
    if (app->info.level < FZ_INFO_DETAILS)
        return;
    add_folder(page, fz_list_folder(app->list, item));
    if (tile)
        add_file(page, tile);
    if (about)
        fz_info_add_about(page, about);
    if (tile) {
        if (app->mode == FZ_MODE_PICTURE)
            add_view(page, app, tile);
        add_turn(page, &tile->turn);
        if (tile->error)
            fz_info_add(page, "Failed", "%s", tile->error->msg);
        else if (tile->damage)
            fz_info_add(page, "Damaged", "%s", tile->damage);
    }
    add_beneath(page, app, item);
    if (fz_list_is_marked(app->list, item))
        fz_info_add(page, "Marked", "yes");
}

/* ---- Drawing ----------------------------------------------------------------------------------------------------- */

static double line_h(const struct fz_app *app)
{
    return ceil(FZ_PANEL_PX * fz_app_text_scale(app) * LINE);
}

double fz_info_usual_h(const struct fz_app *app)
{
    if (app->info.level == FZ_INFO_OFF)
        return 0;
    return line_h(app) * (app->info.level == FZ_INFO_NAME ? 1 : 1 + USUAL_LINES) + 2 * PAD_Y;
}

/* The performance overlay stands to the right: beside it where there is room, else below. */
static double room(const struct fz_app *app, double em)
{
    double w = fmin(fz_head_w(app->head) - 2.0 * (FZ_PANEL_MARGIN + PAD_X), WIDTH * em);
    double beside = w;
    if (app->perf.open)
        beside = app->perf.box.x - 2.0 * (FZ_PANEL_MARGIN + PAD_X);
    return fmax(beside >= LEAST_W * em ? fmin(w, beside) : w, 1);
}

/* False where a text is not there yet. */
static bool measure(struct fz_app *app, const struct fz_info_page *page, struct fz_info_measure *m)
{
    double em = FZ_PANEL_PX * fz_app_text_scale(app), most = room(app, em);
    int w, h;
    *m = (struct fz_info_measure){.label = {.px = FZ_PANEL_PX}, .line = line_h(app)};
    bool ready = fz_text_size(app->head, page->position, &m->label, &w, &h);
    m->position_w = ready ? w : 0;
    m->label_w = LABEL_W * em;
    m->name = (struct fz_text_style){
        .px = FZ_PANEL_PX, .bold = true, .max_w = (int)fmax(most - GAP - m->position_w, em)};
    m->text = (struct fz_text_style){.px = FZ_PANEL_PX, .max_w = (int)fmax(most - m->label_w, em)};
    /* Before the position is measured there is no width to ask for the name in. */
    ready = ready && fz_text_size(app->head, page->name, &m->name, &w, &h);
    m->w = ready ? w + GAP + m->position_w : 0;
    for (size_t i = 0; i < page->count; i++) {
        ready &= fz_text_size(app->head, page->lines[i].label, &m->label, &w, &h);
        bool known = fz_text_size(app->head, page->lines[i].text, &m->text, &w, &h);
        ready &= known;
        m->w = fmax(m->w, known ? m->label_w + w : 0);
    }
    return ready;
}

/* On the wall, where it stands in the upper right corner then. */
static bool covers_selected(const struct fz_app *app, const struct fz_rect *box)
{
    if (app->mode != FZ_MODE_WALL || box->x + box->w > fz_head_w(app->head) / 2.0)
        return false;
    struct fz_rect tile = fz_wall_rect_of(app, fz_app_selected_index(app));
    return tile.x < box->x + box->w && tile.y < box->y + box->h && tile.y + tile.h > box->y;
}

static void draw_page(struct fz_app *app, const struct fz_info_page *page, const struct fz_info_measure *m)
{
    struct fz_rect box = {FZ_PANEL_MARGIN, FZ_PANEL_MARGIN, ceil(m->w) + 2 * PAD_X,
                          m->line * (double)(page->count + 1) + 2 * PAD_Y};
    if (covers_selected(app, &box))
        box.x = fz_head_w(app->head) - FZ_PANEL_MARGIN - box.w;
    /* What stands above it and below may have left less room than all lines need, or than the first one. */
    struct fz_rect first = {box.x, box.y, box.w, m->line + 2 * PAD_Y};
    bool found = fz_panel_find(app, &first, true);
    double fit = floor((fz_panel_foot(app) - first.y - first.h) / m->line);
    if (!found || fit < 0)
        return;
    size_t count = (size_t)fmin((double)page->count, fit);
    box.h = first.h + m->line * (double)count;
    box = fz_panel_place(app, box, true);
    fz_draw_fill(app->head, box, fz_panel_fill);
    double x = box.x + PAD_X, y = box.y + PAD_Y;
    fz_text_draw(app->head, page->name, &m->name, x, y, fz_panel_text);
    fz_text_draw(app->head, page->position, &m->label, x + ceil(m->w) - m->position_w, y, fz_panel_title);
    for (size_t i = 0; i < count; i++) {
        y += m->line;
        fz_text_draw(app->head, page->lines[i].label, &m->label, x, y, fz_panel_title);
        fz_text_draw(app->head, page->lines[i].text, &m->text, x + m->label_w, y, fz_panel_text);
    }
}

/* What is wanted now is drawn once it is there; where it changes with each frame, what was wanted a few frames ago is. */
void fz_info_draw(struct fz_app *app)
{
    struct fz_info *info = &app->info;
    fz_item_id item = fz_app_current(app);
    struct fz_info_measure m;
    if (info->level == FZ_INFO_OFF || item == FZ_ITEM_NONE)
        return;
    struct fz_info_page wanted = {0};
    tell(app, item, &wanted);
    bool ready = measure(app, &wanted, &m);
    bool next_ready = !ready && info->next.name[0] && measure(app, &info->next, &m);
    if (ready)
        info->shown = wanted;
    else if (next_ready)
        info->shown = info->next;
    if (ready || next_ready)
        info->measure = m;
    if (next_ready || !info->next.name[0])
        info->next = wanted;
    if (ready)
        info->next.name[0] = '\0';
    if (info->shown.name[0])
        draw_page(app, &info->shown, &info->measure);
}
