#include "ctl/key.h"

#include "base/str.h"

#include <stdio.h>
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
    {"Menu", SDLK_APPLICATION},
    {"F1", SDLK_F1},
    {"F2", SDLK_F2},
    {"F3", SDLK_F3},
    {"F4", SDLK_F4},
    {"F5", SDLK_F5},
    {"F6", SDLK_F6},
    {"F7", SDLK_F7},
    {"F8", SDLK_F8},
    {"F9", SDLK_F9},
    {"F10", SDLK_F10},
    {"F11", SDLK_F11},
    {"F12", SDLK_F12},
};
enum { NAMED_KEYS = sizeof named_keys / sizeof *named_keys };

/* As keyboards give them: a character has its Shift in itself, but with Ctrl or Alt, where it is that of the key. False: none gives it. */
static bool settle_shift(struct fz_key *key)
{
    const bool is_letter = (key->code | 0x20) >= 'a' && (key->code | 0x20) <= 'z';
    const bool is_chord = (key->mods & (FZ_MOD_CTRL | FZ_MOD_ALT)) != 0;
    const bool is_shifted = (key->mods & FZ_MOD_SHIFT) != 0;
    key->mods &= ~(uint32_t)FZ_MOD_SHIFT;
    if (is_letter && is_chord)
        key->code |= 0x20;
    else if (is_letter && is_shifted)
        key->code &= ~(uint32_t)0x20;
    return is_letter || is_chord || !is_shifted;
}

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
    return n > 0 && n == len && key->code > ' ' && settle_shift(key);
}

static bool is_named(SDL_Keycode code)
{
    for (int i = 0; i < NAMED_KEYS; i++)
        if (named_keys[i].code == code)
            return true;
    return false;
}

/* From SDLK_KP_1 to SDLK_KP_0, then SDLK_KP_PERIOD: what is written below the digits, where nothing is moved to in the middle. */
static const SDL_Keycode keypad_moves[] = {SDLK_END,     SDLK_DOWN,   SDLK_PAGEDOWN, SDLK_LEFT,
                                           SDLK_UNKNOWN, SDLK_RIGHT,  SDLK_HOME,     SDLK_UP,
                                           SDLK_PAGEUP,  SDLK_INSERT, SDLK_DELETE};

static SDL_Keycode without_keypad(SDL_Keycode code, uint16_t mods)
{
    if (code == SDLK_KP_ENTER)
        return SDLK_RETURN;
    bool moves = (mods & KMOD_NUM) == 0 && code >= SDLK_KP_1 && code <= SDLK_KP_PERIOD;
    return moves ? keypad_moves[code - SDLK_KP_1] : code;
}

bool fz_key_is_chord(uint16_t mods)
{
    bool level =
        (mods & (KMOD_MODE | KMOD_RALT)) != 0; /* makes characters on many layouts, as Ctrl+Alt on some */
    return (mods & (KMOD_LALT | KMOD_GUI)) != 0 || ((mods & KMOD_CTRL) != 0 && !level);
}

bool fz_key_from_event(const SDL_Event *event, uint16_t pressed_mods, struct fz_key *key)
{
    *key = (struct fz_key){0};
    if (event->type == SDL_TEXTINPUT) {
        /* X11 gives text with Alt held too, and with Ctrl where the layout is not Latin: the press was the key. */
        if (fz_key_is_chord(pressed_mods))
            return false;
        const char *text = event->text.text;
        size_t len = strlen(text), n = fz_utf8_decode(text, len, &key->code);
        return n > 0 && n == len && key->code > ' ';
    }
    if (event->type != SDL_KEYDOWN)
        return false;
    uint16_t mod = event->key.keysym.mod;
    SDL_Keycode code = without_keypad(event->key.keysym.sym, mod);
    bool chord = (mod & (KMOD_CTRL | KMOD_LALT)) != 0 && (mod & KMOD_MODE) == 0;
    if (mod & KMOD_GUI) /* the desktop's own */
        return false;
    if (!is_named(code) && (!chord || code < ' ' || (code & SDLK_SCANCODE_MASK)))
        return false;
    key->code = (uint32_t)code;
    key->mods = ((mod & KMOD_CTRL) ? FZ_MOD_CTRL : 0u) | ((mod & KMOD_LALT) ? FZ_MOD_ALT : 0u) |
                ((mod & KMOD_SHIFT) && is_named(code) ? FZ_MOD_SHIFT : 0u);
    return true;
}

struct fz_key fz_key_without_caps(struct fz_key key, uint16_t mods)
{
    bool letter = (key.code >= 'a' && key.code <= 'z') || (key.code >= 'A' && key.code <= 'Z');
    bool shift = (mods & KMOD_SHIFT) != 0;
    if (letter && (mods & KMOD_CAPS) != 0)
        key.code = (key.code | 0x20) - (shift ? 0x20 : 0); /* of ASCII */
    return key;
}

/* Plain and with shift, from SDL_SCANCODE_1 to SDL_SCANCODE_0 and from SDL_SCANCODE_MINUS to SDL_SCANCODE_SLASH (USB HID
 * usage tables, page 7, which SDL's scancodes follow). */
static const char us_digits[][2] = {{'1', '!'}, {'2', '@'}, {'3', '#'}, {'4', '$'}, {'5', '%'},
                                    {'6', '^'}, {'7', '&'}, {'8', '*'}, {'9', '('}, {'0', ')'}};
static const char us_signs[][2] = {{'-', '_'}, {'=', '+'},  {'[', '{'}, {']', '}'}, {'\\', '|'}, {'\\', '|'},
                                   {';', ':'}, {'\'', '"'}, {'`', '~'}, {',', '<'}, {'.', '>'},  {'/', '?'}};

bool fz_key_by_place(SDL_Scancode place, uint16_t mods, struct fz_key *key)
{
    bool shift = (mods & KMOD_SHIFT) != 0;
    char c = '\0';
    if (place >= SDL_SCANCODE_A && place <= SDL_SCANCODE_Z)
        c = (char)((shift ? 'A' : 'a') + (place - SDL_SCANCODE_A));
    else if (place >= SDL_SCANCODE_1 && place <= SDL_SCANCODE_0)
        c = us_digits[place - SDL_SCANCODE_1][shift];
    else if (place >= SDL_SCANCODE_MINUS && place <= SDL_SCANCODE_SLASH)
        c = us_signs[place - SDL_SCANCODE_MINUS][shift];
    if (c == '\0')
        return false;
    uint32_t chord = ((mods & KMOD_CTRL) ? FZ_MOD_CTRL : 0u) | ((mods & KMOD_LALT) ? FZ_MOD_ALT : 0u);
    if (chord && c >= 'A' && c <= 'Z')
        c = (char)(c - 'A' + 'a');
    *key = (struct fz_key){(uint32_t)(unsigned char)c, chord};
    return true;
}

size_t fz_key_format(struct fz_key key, char *out, size_t size)
{
    const char *name = NULL;
    for (int i = 0; i < NAMED_KEYS; i++)
        if ((uint32_t)named_keys[i].code == key.code)
            name = named_keys[i].name;
    char character[5] = "";
    if (!name)
        character[fz_utf8_encode(key.code, character)] = '\0';
    int n = snprintf(out, size, "%s%s%s%s", key.mods & FZ_MOD_CTRL ? "^" : "",
                     key.mods & FZ_MOD_SHIFT ? "S-" : "", key.mods & FZ_MOD_ALT ? "A-" : "",
                     name ? name : character);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}
