/* What the help says: the keys of now with what they do, by topics, and the few that everybody needs first. */
#ifndef FZ_APP_OVERLAY_HELP_SHEET_H
#define FZ_APP_OVERLAY_HELP_SHEET_H

#include "app/input/keys.h"

struct fz_app;

enum {
    FZ_HELP_ROWS = 160,
    FZ_HELP_BASICS = 10,
    FZ_HELP_PAIR = 2,  /* commands that share a row: opposites */
    FZ_HELP_KEYS = 64, /* bytes of the keys of one */
};

/* A heading, or one or two commands. */
struct fz_help_row {
    bool heading;
    enum fz_command_id ids[FZ_HELP_PAIR];
    char keys[FZ_HELP_PAIR][FZ_HELP_KEYS]; /* of each, separated by spaces; "": none */
    const char *text;                      /* static, the config's, or: */
    char own[FZ_KEYS_TEXT];                /* a command with what it is given */
};

/* "← → move" */
struct fz_help_basic {
    char keys[FZ_HELP_KEYS];
    const char *text; /* static */
};

struct fz_help_sheet {
    struct fz_help_row rows[FZ_HELP_ROWS];
    size_t count;
    struct fz_help_basic basics[FZ_HELP_BASICS];
    size_t basic_count;
};

/* Render thread. From the keymap and the view of now. */
void fz_help_fill(const struct fz_app *app, struct fz_help_sheet *sheet);

/* Render thread. Appends `before`, a key that does it in the view of now, and what it does; nothing where there is no key. */
void fz_help_hint(const struct fz_app *app, enum fz_command_id id, const char *before, const char *does,
                  char *text, size_t size);

/* Any thread. How a key ("^f", "S-Space") is written on its cap ("Ctrl+f", "Shift+Space"). */
void fz_help_cap(char *out, size_t size, const char *key, size_t length);
/* The same of several, separated by spaces; those that have no room are left out. */
void fz_help_caps(char *out, size_t size, const char *keys);

#endif
