#include "ctl/key.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    SDL_Keycode code;
} named_keys[] = {
    {"Space", SDLK_SPACE},
    {"Return", SDLK_RETURN},
    {"Esc", SDLK_ESCAPE},
    {"Tab", SDLK_TAB},
    {"BackSpace", SDLK_BACKSPACE},
    {"Del", SDLK_DELETE},
    {"Ins", SDLK_INSERT},
    {"Home", SDLK_HOME},
    {"End", SDLK_END},
    {"PgUp", SDLK_PAGEUP},
    {"PgDn", SDLK_PAGEDOWN},
    {"Up", SDLK_UP},
    {"Down", SDLK_DOWN},
    {"Left", SDLK_LEFT},
    {"Right", SDLK_RIGHT},
    {"F1", SDLK_F1},
    {"F5", SDLK_F5},
    {"F11", SDLK_F11},
};
enum { NAMED_KEYS = sizeof named_keys / sizeof *named_keys };

bool fz_key_parse(const char *text, struct fz_key *key)
{
    *key = (struct fz_key){0};
    for (;; text += text[0] == '^' ? 1 : 2) {
        if (text[0] == '^' && text[1])
            key->mods |= FZ_MOD_CTRL;
        else if (strncmp(text, "S-", 2) == 0 && text[2])
            key->mods |= FZ_MOD_SHIFT;
        else if (strncmp(text, "A-", 2) == 0 && text[2])
            key->mods |= FZ_MOD_ALT;
        else
            break;
    }
    for (int i = 0; i < NAMED_KEYS; i++) {
        if (strcasecmp(named_keys[i].name, text) == 0) {
            key->code = (uint32_t)named_keys[i].code;
            return true;
        }
    }
    size_t len = strlen(text), n = fz_utf8_decode(text, len, &key->code);
    return n > 0 && n == len && key->code > ' ';
}

static bool is_named(SDL_Keycode code)
{
    for (int i = 0; i < NAMED_KEYS; i++)
        if (named_keys[i].code == code)
            return true;
    return false;
}

static SDL_Keycode without_keypad(SDL_Keycode code)
{
    return code == SDLK_KP_ENTER ? SDLK_RETURN : code;
}

bool fz_key_from_event(const SDL_Event *event, uint16_t pressed_mods, struct fz_key *key)
{
    *key = (struct fz_key){0};
    if (event->type == SDL_TEXTINPUT) {
        /* X11 gives text with Alt held too; the right Alt makes characters on many layouts. */
        if (pressed_mods & (KMOD_LALT | KMOD_GUI))
            return false;
        const char *text = event->text.text;
        size_t len = strlen(text), n = fz_utf8_decode(text, len, &key->code);
        return n > 0 && n == len && key->code > ' ';
    }
    if (event->type != SDL_KEYDOWN)
        return false;
    SDL_Keycode code = without_keypad(event->key.keysym.sym);
    uint16_t mod = event->key.keysym.mod;
    bool chord = (mod & (KMOD_CTRL | KMOD_LALT)) != 0 && (mod & KMOD_MODE) == 0;
    if (mod & KMOD_GUI) /* the desktop's own */
        return false;
    if (!is_named(code) && (!chord || code < ' ' || code > 0x7e))
        return false;
    key->code = (uint32_t)code;
    key->mods = ((mod & KMOD_CTRL) ? FZ_MOD_CTRL : 0u) | ((mod & KMOD_LALT) ? FZ_MOD_ALT : 0u) |
                ((mod & KMOD_SHIFT) && is_named(code) ? FZ_MOD_SHIFT : 0u);
    return true;
}
