/* Keys as people write them: "q", "+", "^f", "S-Space", "PgDn", "F11". */
#ifndef FZ_CTL_KEY_H
#define FZ_CTL_KEY_H

#include <SDL_events.h>
#include <stdbool.h>
#include <stdint.h>

enum fz_key_mods { FZ_MOD_CTRL = 1, FZ_MOD_SHIFT = 2, FZ_MOD_ALT = 4 };

/* A character that was produced, or a named key; shift only counts with named keys. */
struct fz_key {
    uint32_t code; /* Unicode, or SDL_Keycode of a named key */
    uint32_t mods; /* enum fz_key_mods */
};

/* Any thread. False where the text names no key. */
bool fz_key_parse(const char *text, struct fz_key *key);

/* Any thread. Whether keys pressed with these KMOD_ flags are commands, whatever text X11 makes of them. */
bool fz_key_is_chord(uint16_t mods);

/* Any thread. The key of an SDL_KEYDOWN that produces no text (named, or with Ctrl), or of an SDL_TEXTINPUT; false for
 * every other event. Each press gives exactly one of the two. `pressed_mods` are the KMOD_ flags of the last
 * SDL_KEYDOWN: by the time that a text is looked at, its keys may be up again. */
bool fz_key_from_event(const SDL_Event *event, uint16_t pressed_mods, struct fz_key *key);

/* Any thread. The key that it would be without Caps Lock, which is for what is typed: a letter is small unless Shift is held. */
struct fz_key fz_key_without_caps(struct fz_key key, uint16_t mods);

/* Any thread. The key that stands in this place on a US keyboard, whatever Caps Lock says: for layouts that have none of our characters. False
 * for a place without a character. */
bool fz_key_by_place(SDL_Scancode place, uint16_t mods, struct fz_key *key);

/* Any thread. Writes it as fz_key_parse reads it, at most `size` bytes with the NUL; returns the length. */
size_t fz_key_format(struct fz_key key, char *out, size_t size);

static inline bool fz_key_is_named(struct fz_key key)
{
    return key.code <= ' ' || key.code == SDLK_DELETE || (key.code & SDLK_SCANCODE_MASK) != 0;
}

static inline bool fz_key_equal(struct fz_key a, struct fz_key b)
{
    return a.code == b.code && a.mods == b.mods;
}

#endif
