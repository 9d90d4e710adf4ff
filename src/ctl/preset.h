/* The PRESET TABLE: what --keys changes for people who come from another viewer. */
#ifndef FZ_CTL_PRESET_H
#define FZ_CTL_PRESET_H

#include "ctl/keymap.h"

/* X(preset, COMMAND, keys on the wall, keys in the picture view): added to the command's own keys, taken from whichever
 * command had them. After feh 3.9 as it runs (its manual has PgUp and PgDn the other way round), nsxiv(1) 31, imv(5) 4.3 and the example
 * configuration of swayimg 4; what they have and frieze has not is left out. */
#define FZ_PRESET_TABLE(X)                     \
    X(feh, QUIT, "Esc x", "Esc x")             \
    X(feh, NEXT, "Right Space", "Right")       \
    X(feh, PREVIOUS, "Left BackSpace", "Left") \
    X(feh, FORWARD, "PgDn", "PgDn")            \
    X(feh, BACKWARD, "PgUp", "PgUp")           \
    X(feh, FOLDER_NEXT, "]", "]")              \
    X(feh, FOLDER_PREVIOUS, "[", "[")          \
    X(feh, OPEN, "R", "")                      \
    X(feh, LEFT, "^Left", "^Left")             \
    X(feh, RIGHT, "^Right", "^Right")          \
    X(feh, UP, "^Up", "^Up")                   \
    X(feh, DOWN, "^Down", "^Down")             \
    X(feh, ZOOM_IN, "", "Up")                  \
    X(feh, ZOOM_OUT, "", "Down")               \
    X(feh, ZOOM_FIT, "", "/")                  \
    X(feh, ZOOM_FILL, "", "!")                 \
    X(feh, ZOOM_KEEP, "", "k")                 \
    X(feh, PAUSE_SHOW, "", "h")                \
    X(feh, NAMES, "d", "d")                    \
    X(feh, INFO, "e", "e")                     \
    X(feh, RUN, "^x", "^x")                    \
    X(nsxiv, FIRST, "g", "g")                  \
    X(nsxiv, PAGE_DOWN, "^j ^Down", "")        \
    X(nsxiv, PAGE_UP, "^k ^Up", "")            \
    X(nsxiv, ZOOM_ORIGINAL, "", "=")           \
    X(nsxiv, ZOOM_FIT, "", "w W e E")          \
    X(nsxiv, ZOOM_FILL, "", "F")               \
    X(nsxiv, NAMES, "b", "b")                  \
    X(nsxiv, ANIMATION, "", "^a")              \
    X(nsxiv, MARK_PREVIOUS, "P", "P")          \
    X(nsxiv, MARK_NEXT, "N", "N")              \
    X(nsxiv, MARK_NONE, "^u", "^u")            \
    X(nsxiv, MARK_INVERT, "^m", "^m")          \
    X(nsxiv, RUN, "^x", "^x")                  \
    X(imv, NEXT, "]", "Right ]")               \
    X(imv, PREVIOUS, "[", "Left [")            \
    X(imv, ZOOM_IN, "", "Up i")                \
    X(imv, ZOOM_OUT, "", "Down o")             \
    X(imv, ZOOM_RESET, "", "r")                \
    X(imv, ROTATE_RIGHT, "^r", "^r")           \
    X(imv, RUN, "^x", "^x")                    \
    X(imv, DROP, "x", "x")                     \
    X(imv, SLIDESHOW, "t", "t")                \
    X(imv, ANIMATION, "", "Space")             \
    X(imv, FRAME_NEXT, "", ".")                \
    X(imv, INFO, "d", "d")                     \
    X(cull, RUN, "^x", "^x")                   \
    X(swayimg, QUIT, "Esc", "Esc")             \
    X(swayimg, MARK, "", "Ins")                \
    X(swayimg, MARK_RANGE, "", "S-Ins")        \
    X(swayimg, DROP, "c", "c")                 \
    X(swayimg, FOLDER_NEXT, "d", "d")          \
    X(swayimg, FOLDER_PREVIOUS, "D", "D")      \
    X(swayimg, ZOOM_ORIGINAL, "", "0")         \
    X(swayimg, ZOOM_FIT, "", "z w BackSpace")  \
    X(swayimg, ZOOM_FILL, "", "Z")             \
    X(swayimg, ZOOM_KEEP, "", "A-z")           \
    X(swayimg, ROTATE_LEFT, "[", "[")          \
    X(swayimg, ROTATE_RIGHT, "]", "]")         \
    X(swayimg, FLIP_V, "", "m")                \
    X(swayimg, FLIP_H, "", "M")

/* X(preset, COMMAND, what it is given, keys in both views): bound after those above. */
#define FZ_PRESET_ARGUMENT_TABLE(X) \
    X(cull, RATE, "0", "0")         \
    X(cull, RATE, "1", "1")         \
    X(cull, RATE, "2", "2")         \
    X(cull, RATE, "3", "3")         \
    X(cull, RATE, "4", "4")         \
    X(cull, RATE, "5", "5")         \
    X(cull, RATE, "-1", "x")        \
    X(cull, SHOW_RATED, "0", "A-0") \
    X(cull, SHOW_RATED, "1", "A-1") \
    X(cull, SHOW_RATED, "2", "A-2") \
    X(cull, SHOW_RATED, "3", "A-3") \
    X(cull, SHOW_RATED, "4", "A-4") \
    X(cull, SHOW_RATED, "5", "A-5") \
    X(cull, SHOW_RATED, "-1", "A-x")

/* One owner's thread. Puts the rows of a preset into the map; an unknown name changes nothing. */
void fz_preset_apply(struct fz_keymap *map, const char *name);

#endif
