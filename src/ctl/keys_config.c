#include "ctl/keys_config.h"

#include "base/str.h"
#include "ctl/words.h"

#include <string.h>

/* Where the command has keys of its own, or everywhere. */
static bool has_meaning(enum fz_command_id id, enum fz_command_view view)
{
    enum fz_command_view elsewhere;
    return fz_command_belongs(id, view, &elsewhere) &&
           (view != FZ_VIEW_SHOW || fz_command_keys(id, FZ_VIEW_SHOW)[0]);
}

static void bind(struct fz_keymap *map, const struct fz_key_sequence *keys, bool none, enum fz_command_id id,
                 const char *argument)
{
    for (int view = 0; view < FZ_VIEWS; view++) {
        if (none)
            fz_keymap_unbind(map, keys, (enum fz_command_view)view);
        else if (has_meaning(id, (enum fz_command_view)view))
            fz_keymap_bind(map, keys, (enum fz_command_view)view, id, argument);
    }
}

/* The command of a line, and where its arguments begin. */
static bool read_command(const struct fz_config_entry *entry, enum fz_command_id *id, const char **argument)
{
    char name[32];
    size_t length = strcspn(entry->value, " \t");
    const char *rest = entry->value + length + strspn(entry->value + length, " \t");
    *argument = *rest ? rest : NULL;
    if (length < sizeof name) {
        memcpy(name, entry->value, length);
        name[length] = '\0';
    }
    if (length >= sizeof name || !fz_command_find(name, id)) {
        fz_config_complain(entry, "unknown command %.*s", length < 60 ? (int)length : 60, entry->value);
        return false;
    }
    if (*argument && !fz_command_argument(*id)) {
        fz_config_complain(entry, "%s takes no argument", name);
        return false;
    }
    struct fz_words words;
    struct fz_error err;
    enum fz_err code = fz_words_split(&words, rest, &err);
    fz_words_fini(&words);
    if (code != FZ_OK)
        fz_config_complain(entry, "%s", err.msg);
    return code == FZ_OK;
}

static void apply(struct fz_keymap *map, const struct fz_config_entry *entry)
{
    enum fz_command_id id = FZ_COMMANDS;
    const char *argument = NULL;
    bool none = strcmp(entry->value, "none") == 0;
    struct fz_words words;
    struct fz_key_sequence keys;
    if (!none && !read_command(entry, &id, &argument))
        return;
    if (fz_words_split_plain(&words, entry->key) == 0)
        fz_config_complain(entry, "a key is missing");
    for (size_t i = 0; i < words.count; i++) {
        char shown[64];
        fz_str_escape(shown, sizeof shown, words.list[i]);
        if (!fz_key_sequence_parse(words.list[i], &keys))
            fz_config_complain(entry, "%s is no key", shown);
        else
            bind(map, &keys, none, id, argument);
    }
    fz_words_fini(&words);
}

void fz_keys_config_apply(struct fz_keymap *map, const struct fz_config *config)
{
    for (size_t i = 0; i < fz_config_count(config); i++) {
        const struct fz_config_entry *entry = fz_config_entry(config, i);
        if (entry->section == FZ_CONFIG_KEYS)
            apply(map, entry);
    }
}
