#include "app/hints.h"

#include "app/app.h"
#include "app/panel.h"

#include <math.h>
#include <string.h>

/* The home row first. */
static const char LETTERS[] = "asdfghjklqwertyuiopzxcvbnm";
enum { LETTER_COUNT = sizeof LETTERS - 1 };

void fz_hints_label(size_t index, int length, char label[FZ_HINT_LETTERS + 1])
{
    memset(label, 0, FZ_HINT_LETTERS + 1);
    if (index >= (size_t)(length == 1 ? LETTER_COUNT : LETTER_COUNT * LETTER_COUNT))
        return;
    if (length == 1) {
        label[0] = LETTERS[index];
        return;
    }
    label[0] = LETTERS[index / LETTER_COUNT];
    label[1] = LETTERS[index % LETTER_COUNT];
}

void fz_hints_start(struct fz_app *app)
{
    if (fz_list_count(app->list) == 0)
        return;
    struct fz_focus focus = fz_wall_focus(app);
    size_t count = focus.last - focus.first + 1;
    app->hints = (struct fz_hints){
        .active = true, .first = focus.first, .count = count, .length = count > LETTER_COUNT ? 2 : 1};
    app->dirty = true;
}

void fz_hints_press(struct fz_app *app, const struct fz_press *press)
{
    struct fz_hints *hints = &app->hints;
    struct fz_key key = press->key.code > 0x7e && press->place.code ? press->place : press->key;
    size_t typed = strlen(hints->typed);
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
    for (size_t i = 0; i < hints->count; i++) {
        char label[FZ_HINT_LETTERS + 1];
        fz_hints_label(i, hints->length, label);
        if (strcmp(label, hints->typed) == 0) {
            hints->active = false;
            fz_app_select(app, hints->first + i);
            return;
        }
        begins |= label[0] == hints->typed[0];
    }
    hints->active = begins;
}

void fz_hints_draw(struct fz_app *app)
{
    struct fz_hints *hints = &app->hints;
    if (!hints->active)
        return;
    size_t count = fz_list_count(app->list);
    struct fz_text_style style = {.px = FZ_PANEL_PX, .bold = true};
    for (size_t i = 0; i < hints->count && hints->first + i < count; i++) {
        char label[FZ_HINT_LETTERS + 1];
        fz_hints_label(i, hints->length, label);
        int w, h;
        if (strncmp(label, hints->typed, strlen(hints->typed)) != 0 ||
            !fz_text_size(app->head, label, &style, &w, &h))
            continue;
        struct fz_rect rect = fz_wall_rect_of(app, hints->first + i);
        struct fz_rect chip = {rect.x + 4, rect.y + 4, fmax(w + 12, h + 4), h + 4};
        fz_draw_fill(app->head, chip, fz_panel_fill);
        fz_draw_ring(app->head, chip, 1, fz_panel_key);
        fz_text_draw(app->head, label, &style, chip.x + (chip.w - w) / 2, chip.y + 2, fz_panel_key);
    }
}
