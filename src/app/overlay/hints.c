#include "app/overlay/hints.h"

#include "app/app.h"
#include "app/overlay/panel.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The home row first. */
static const char LETTERS[] = "asdfghjklqwertyuiopzxcvbnm";
enum { LETTER_COUNT = sizeof LETTERS - 1 };

/* The letters of the tile `index`, `length` of them; "" where so many do not reach that far. */
static void make_label(size_t index, int length, char label[FZ_HINT_LETTERS + 1])
{
    memset(label, 0, FZ_HINT_LETTERS + 1);
    for (int i = length - 1; i >= 0; i--, index /= LETTER_COUNT)
        label[i] = LETTERS[index % LETTER_COUNT];
    if (index > 0)
        label[0] = '\0';
}

/* How many letters each of `count` tiles needs. */
static int length_for(size_t count)
{
    int length = 1;
    for (size_t room = LETTER_COUNT; room < count && length < FZ_HINT_LETTERS; room *= LETTER_COUNT)
        length++;
    return length;
}

void fz_hints_start(struct fz_app *app)
{
    size_t first, last;
    /* Where it is going, if it still moves. */
    if (!fz_layout_visible(&app->wall.layout, app->wall.scroll.target, &first, &last))
        return;
    struct fz_hints *hints = &app->hints;
    hints->count = last - first + 1;
    hints->items = fz_grow(hints->items, &hints->capacity, hints->count, sizeof *hints->items);
    for (size_t i = 0; i < hints->count; i++)
        hints->items[i] = fz_list_at(app->list, first + i);
    hints->length = length_for(hints->count);
    memset(hints->typed, 0, sizeof hints->typed);
    hints->active = app->dirty = true;
}

void fz_hints_fini(struct fz_hints *hints)
{
    free(hints->items);
    *hints = (struct fz_hints){0};
}

void fz_hints_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_hints *hints = &app->hints;
    struct fz_key key = fz_press_latin(press);
    size_t typed = strlen(hints->typed);
    fz_steady_cut(app, FZ_STEADY_CUT);
    app->dirty = true;
    if (key.code == SDLK_BACKSPACE && typed > 0) {
        hints->typed[typed - 1] = '\0';
        return;
    }
    if (key.mods != 0 || key.code > 'z' || !strchr(LETTERS, (int)key.code)) {
        hints->active = false;
        return;
    }
    hints->typed[typed] = (char)key.code;
    bool begins = false;
    size_t index;
    for (size_t i = 0; i < hints->count; i++) {
        char label[FZ_HINT_LETTERS + 1];
        make_label(i, hints->length, label);
        if (!fz_list_index(app->list, hints->items[i], &index))
            continue;
        if (strcmp(label, hints->typed) == 0) {
            hints->active = false;
            fz_app_select(app, index);
            return;
        }
        begins |= strncmp(label, hints->typed, typed + 1) == 0;
    }
    hints->active = begins;
}

/* So that no chip stands on the letters of another: a letter is at most this wide, a line this high, both in px of its size. */
static int text_px(const struct fz_app *app)
{
    const double LETTER = 0.85, BESIDE = 0.5, LINE = 1.5;
    const struct fz_layout *layout = &app->wall.layout;
    double across = layout->pitch_x / (app->hints.length * LETTER + BESIDE), down = layout->pitch_y / LINE;
    return (int)fmin(FZ_PANEL_PX, fmax(fmin(across, down) / fz_app_text_scale(app), 1));
}

/* Of a tile that the edge of the window cuts, on what is seen of it. */
static struct fz_rect chip_on(struct fz_rect tile, int text_w, int text_h, bool small)
{
    if (small) /* the chip is about as large as the tile */
        return (struct fz_rect){floor(tile.x + (tile.w - text_w) / 2) - 2,
                                floor(tile.y + (tile.h - text_h) / 2), text_w + 4, text_h};
    return (struct fz_rect){fmax(tile.x, 0) + 4, fmax(tile.y, 0) + 4, fmax(text_w + 12, text_h + 4),
                            text_h + 4};
}

void fz_hints_draw(struct fz_app *app)
{
    struct fz_hints *hints = &app->hints;
    if (!hints->active)
        return;
    size_t index;
    struct fz_text_style style = {.px = text_px(app), .bold = true};
    for (size_t i = 0; i < hints->count; i++) {
        char label[FZ_HINT_LETTERS + 1];
        make_label(i, hints->length, label);
        int w, h;
        if (strncmp(label, hints->typed, strlen(hints->typed)) != 0 ||
            !fz_list_index(app->list, hints->items[i], &index) ||
            !fz_text_size(app->head, label, &style, &w, &h))
            continue;
        struct fz_rect tile = fz_wall_rect_of(app, index);
        struct fz_rect chip = chip_on(tile, w, h, style.px < FZ_PANEL_PX);
        fz_draw_fill(app->head, chip, fz_panel_fill);
        fz_draw_ring(app->head, chip, 1, fz_panel_key);
        fz_text_draw(app->head, label, &style, chip.x + (chip.w - w) / 2, chip.y + (chip.h - h) / 2,
                     fz_panel_key);
    }
}
