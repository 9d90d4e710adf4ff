#include "ctl/edit.h"

#include "base/str.h"

#include <string.h>

static size_t before(const struct fz_edit *line, size_t at)
{
    if (at > 0)
        at--;
    while (at > 0 && ((unsigned char)line->text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static size_t after(const struct fz_edit *line, size_t at)
{
    uint32_t code;
    return at + (at < line->length ? fz_utf8_decode(line->text + at, line->length - at, &code) : 0);
}

/* The start of the word before: spaces, then what is none. */
static size_t before_word(const struct fz_edit *line)
{
    size_t at = line->cursor;
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

static void erase(struct fz_edit *line, size_t from, size_t to)
{
    memmove(line->text + from, line->text + to, line->length - to + 1);
    line->length -= to - from;
    line->cursor = from;
}

void fz_edit_insert(struct fz_edit *line, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t code = 0;
        size_t n = fz_utf8_decode(text, left, &code), step = n > 0 ? n : 1;
        if (n > 0 && code >= ' ' && code != 0x7f && line->length + n < sizeof line->text) {
            memmove(line->text + line->cursor + n, line->text + line->cursor,
                    line->length - line->cursor + 1);
            memcpy(line->text + line->cursor, text, n);
            line->length += n;
            line->cursor += n;
        }
        text += step;
        left -= step;
    }
}

void fz_edit_set(struct fz_edit *line, const char *text)
{
    *line = (struct fz_edit){0};
    fz_edit_insert(line, text);
}

static bool edit(struct fz_edit *line, uint32_t code)
{
    size_t at = line->cursor;
    switch (code) {
    case SDLK_BACKSPACE:
        erase(line, before(line, at), at);
        return true;
    case SDLK_DELETE:
        erase(line, at, after(line, at));
        return true;
    case SDLK_LEFT:
        line->cursor = before(line, at);
        return true;
    case SDLK_RIGHT:
        line->cursor = after(line, at);
        return true;
    case SDLK_HOME:
        line->cursor = 0;
        return true;
    case SDLK_END:
        line->cursor = line->length;
        return true;
    default:
        return false;
    }
}

static bool edit_by_ctrl(struct fz_edit *line, uint32_t code)
{
    size_t at = line->cursor;
    switch (code) {
    case 'w':
        erase(line, before_word(line), at);
        return true;
    case 'u':
        erase(line, 0, at);
        return true;
    case 'k':
        erase(line, at, line->length);
        line->cursor = at;
        return true;
    default: {
        static const struct {
            char ctrl;
            SDL_Keycode code;
        } same[] = {{'h', SDLK_BACKSPACE}, {'d', SDLK_DELETE}, {'b', SDLK_LEFT},
                    {'f', SDLK_RIGHT},     {'a', SDLK_HOME},   {'e', SDLK_END}};
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            if ((uint32_t)same[i].ctrl == code)
                return edit(line, (uint32_t)same[i].code);
        return false;
    }
    }
}

bool fz_edit_press(struct fz_edit *line, struct fz_key key)
{
    if (key.mods == FZ_MOD_CTRL)
        return edit_by_ctrl(line, key.code);
    if (key.mods & ~(uint32_t)FZ_MOD_SHIFT)
        return false;
    if (key.code != SDLK_SPACE && fz_key_is_named(key))
        return edit(line, key.code);
    char text[5] = "";
    fz_utf8_encode(key.code, text);
    fz_edit_insert(line, text);
    return true;
}
