/* SDL's events become keys, and keys become commands. */
#include "app/app.h"
#include "base/log.h"

#include <string.h>

enum fz_command_view fz_app_view(const struct fz_app *app)
{
    if (app->mode == FZ_MODE_WALL)
        return FZ_VIEW_WALL;
    return app->show.running ? FZ_VIEW_SHOW : FZ_VIEW_PICTURE;
}

bool fz_app_is_covered(const struct fz_app *app)
{
    return app->menu.open || app->help.open || app->scale_panel.open;
}

bool fz_app_is_over_bar(const struct fz_app *app, double x, double y)
{
    return fz_prompt_is_at(app, x, y) || fz_board_is_at(app, x, y) || fz_scale_bar_is_at(app, x, y);
}

void fz_app_press(struct fz_app *app, const struct fz_press *press)
{
    fz_arrange_finish_search(app);
    if (app->scale_panel.open)
        fz_scale_panel_press(app, press);
    else if (app->menu.open)
        fz_menu_press(app, press);
    else if (app->prompt.kind != FZ_PROMPT_NONE)
        fz_prompt_press(app, press);
    else if (app->help.open)
        fz_help_press(app, press);
    else if (app->hints.active)
        fz_hints_press(app, press);
    else
        fz_keys_press(app, press);
}

static void count_input(struct fz_app *app)
{
    app->stats.inputs++;
    if (app->stats.first_input_us == 0)
        app->stats.first_input_us = app->stats.input_since_us;
}

static void window_event(struct fz_app *app, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED && fz_head_update_size(app->head)) {
        fz_wall_resize(app, fz_head_w(app->head), fz_head_h(app->head));
        app->wall.scrolled_us = 0;
        fz_picture_resized(app);
    } else if (event->event == SDL_WINDOWEVENT_FOCUS_LOST) {
        fz_touch_cancel(app);
        app->pressed = (SDL_Keysym){0};
        fz_mouse_let_go(app); /* where the button comes up is not told any more */
    } else if (event->event == SDL_WINDOWEVENT_LEAVE) {
        app->mouse.inside = false;
    } else if (event->event == SDL_WINDOWEVENT_HIDDEN || event->event == SDL_WINDOWEVENT_MINIMIZED) {
        fz_animate_set_hidden(app, true);
    } else if (event->event == SDL_WINDOWEVENT_SHOWN || event->event == SDL_WINDOWEVENT_RESTORED ||
               event->event == SDL_WINDOWEVENT_EXPOSED) {
        fz_animate_set_hidden(app, false);
    }
    app->dirty = true;
}

/* SDL asks for the end where its window is closed, and where the compositor has gone; an X server that goes ends the program by
 * Xlib. */
static void quit_by_display(struct fz_app *app)
{
    bool is_lost = fz_head_is_lost(app->head);
    if (is_lost && !app->ending)
        fz_log("the display has gone");
    fz_app_quit(app, is_lost ? FZ_E_DISPLAY : FZ_OK);
}

/* Each press gives one key: by itself, or by the text that follows it. */
static bool handle_key(struct fz_app *app, const SDL_Event *event)
{
    if (event->type == SDL_KEYDOWN) {
        app->key_held = event->key.repeat != 0;
        app->pressed = event->key.keysym;
    }
    /* What comes as text now is of no key: of an input method, say, that took all that followed. */
    if (event->type == SDL_KEYUP) {
        app->pressed = (SDL_Keysym){.mod = event->key.keysym.mod};
        app->key_held = false;
    }
    struct fz_press press = {.held = app->key_held};
    bool has_line = app->prompt.kind != FZ_PROMPT_NONE || app->scale_panel.open;
    bool typing = has_line && event->type == SDL_TEXTINPUT;
    if (fz_key_from_event(event, app->pressed.mod, &press.key)) {
        if (!has_line)
            press.key = fz_key_without_caps(press.key, app->pressed.mod);
        fz_key_by_place(app->pressed.scancode, app->pressed.mod, &press.place);
        count_input(app);
        fz_board_close(app); /* there is a keyboard */
        fz_app_press(app, &press);
        return true;
    }
    if (typing && !fz_key_is_chord(app->pressed.mod) &&
        strcmp(event->text.text, " ") != 0) { /* an input method; a space came as a key */
        count_input(app);
        fz_board_close(app);
        if (app->scale_panel.open)
            fz_scale_panel_insert(app, event->text.text);
        else
            fz_prompt_insert(app, event->text.text);
    }
    return typing;
}

void fz_app_handle_event(struct fz_app *app, const SDL_Event *event)
{
    if (handle_key(app, event))
        return;
    switch (event->type) {
    case SDL_QUIT:
        quit_by_display(app);
        break;
    case SDL_WINDOWEVENT:
        window_event(app, &event->window);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        fz_head_drop_textures(app->head);
        fz_loader_list_changed(app);
        app->dirty = true;
        break;
    case SDL_MOUSEWHEEL:
        count_input(app);
        fz_mouse_turn(app, &event->wheel);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        count_input(app);
        fz_mouse_press(app, &event->button);
        break;
    case SDL_MOUSEMOTION:
        fz_mouse_move(app, &event->motion);
        break;
    case SDL_FINGERDOWN:
    case SDL_FINGERMOTION:
    case SDL_FINGERUP:
        count_input(app);
        fz_touch_handle(app, &event->tfinger);
        break;
    case SDL_DROPBEGIN:
    case SDL_DROPFILE:
    case SDL_DROPTEXT:
    case SDL_DROPCOMPLETE:
        fz_drop_event(app, &event->drop);
        break;
    default:
        break;
    }
}
