/* What each key does: the keys of the command table, changed by a preset, then by the config file. */
#ifndef FZ_CTL_KEYMAP_H
#define FZ_CTL_KEYMAP_H

#include "base/error.h"
#include "ctl/command.h"
#include "ctl/key.h"

enum { FZ_SEQUENCE_KEYS = 2 };

/* One key, or two that are pressed one after the other ("gg"). */
struct fz_key_sequence {
    struct fz_key keys[FZ_SEQUENCE_KEYS];
    int length;
};

/* Any thread. Reads one key ("G", "^f", "PgDn") or two characters ("gg"); false where the text is neither. */
bool fz_key_sequence_parse(const char *text, struct fz_key_sequence *sequence);
/* Any thread. Writes it as it is read, at most `size` bytes with the NUL; returns the length. */
size_t fz_key_sequence_format(const struct fz_key_sequence *sequence, char *out, size_t size);

struct fz_binding {
    struct fz_key_sequence keys;
    enum fz_command_view view;
    enum fz_command_id command;
    char *argument; /* handed to the command; owned; NULL: none */
};

/* One owner's thread, like all functions on it. */
struct fz_keymap {
    struct fz_binding *bindings;
    size_t count, capacity;
};

/* The keys of the command table. */
void fz_keymap_init(struct fz_keymap *map);
void fz_keymap_fini(struct fz_keymap *map);

/* Binds keys in a view, and takes them from what had them; also from a sequence that begins with a key that becomes a
 * command, and the other way round. */
void fz_keymap_bind(struct fz_keymap *map, const struct fz_key_sequence *keys, enum fz_command_view view,
                    enum fz_command_id command, const char *argument);
void fz_keymap_unbind(struct fz_keymap *map, const struct fz_key_sequence *keys, enum fz_command_view view);

/* Binds every key of a list like those of the command table. */
void fz_keymap_bind_list(struct fz_keymap *map, const char *keys, enum fz_command_view view,
                         enum fz_command_id command);

enum fz_key_match { FZ_KEY_UNBOUND, FZ_KEY_BEGINS, FZ_KEY_BOUND };

/* What the keys pressed so far are; a running show's own keys come before those of the picture view. */
enum fz_key_match fz_keymap_find(const struct fz_keymap *map, const struct fz_key_sequence *pressed,
                                 enum fz_command_view view, const struct fz_binding **binding);

/* Whether its keys do that in a view. */
bool fz_keymap_is_in_view(const struct fz_keymap *map, const struct fz_binding *binding,
                          enum fz_command_view view);

/* The keys of a command without an argument in a view, as people write them, separated by spaces; returns their number. */
int fz_keymap_format_keys(const struct fz_keymap *map, enum fz_command_id command, enum fz_command_view view,
                          char *out, size_t size);

#endif
