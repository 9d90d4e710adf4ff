#include "ctl/keymap.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fz_key_sequence_parse(const char *text, struct fz_key_sequence *sequence)
{
    *sequence = (struct fz_key_sequence){.length = 1};
    if (fz_key_parse(text, &sequence->keys[0]))
        return true;
    uint32_t code;
    size_t n = fz_utf8_decode(text, strlen(text), &code);
    sequence->length = FZ_SEQUENCE_KEYS;
    sequence->keys[0] = (struct fz_key){code, 0};
    return n > 0 && code > ' ' && fz_key_parse(text + n, &sequence->keys[1]) && text[n] &&
           !fz_key_is_named(sequence->keys[1]) && sequence->keys[1].mods == 0;
}

size_t fz_key_sequence_format(const struct fz_key_sequence *sequence, char *out, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < sequence->length; i++)
        used += fz_key_format(sequence->keys[i], out + used, size - used);
    return used;
}

/* Whether the shorter of two is the beginning of the other. */
static bool overlap(const struct fz_key_sequence *a, const struct fz_key_sequence *b)
{
    int length = a->length < b->length ? a->length : b->length;
    for (int i = 0; i < length; i++)
        if (!fz_key_equal(a->keys[i], b->keys[i]))
            return false;
    return true;
}

void fz_keymap_unbind(struct fz_keymap *map, const struct fz_key_sequence *keys, enum fz_command_view view)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct fz_binding *binding = &map->bindings[i];
        if (binding->view == view && overlap(&binding->keys, keys))
            free(binding->argument);
        else
            map->bindings[kept++] = *binding;
    }
    map->count = kept;
}

void fz_keymap_bind(struct fz_keymap *map, const struct fz_key_sequence *keys, enum fz_command_view view,
                    enum fz_command_id command, const char *argument)
{
    fz_keymap_unbind(map, keys, view);
    map->bindings = fz_grow(map->bindings, &map->capacity, map->count + 1, sizeof *map->bindings);
    map->bindings[map->count++] =
        (struct fz_binding){*keys, view, command, argument ? fz_strdup(argument) : NULL};
}

void fz_keymap_bind_list(struct fz_keymap *map, const char *keys, enum fz_command_view view,
                         enum fz_command_id command)
{
    while (*keys) {
        char word[24];
        size_t len = strcspn(keys, " ");
        struct fz_key_sequence sequence;
        if (len < sizeof word) {
            memcpy(word, keys, len);
            word[len] = '\0';
            if (fz_key_sequence_parse(word, &sequence))
                fz_keymap_bind(map, &sequence, view, command, NULL);
        }
        keys += len + strspn(keys + len, " ");
    }
}

void fz_keymap_init(struct fz_keymap *map)
{
    *map = (struct fz_keymap){0};
    for (int id = 0; id < FZ_COMMANDS; id++)
        for (int view = 0; view < FZ_VIEWS; view++)
            fz_keymap_bind_list(map, fz_command_keys((enum fz_command_id)id, (enum fz_command_view)view),
                                (enum fz_command_view)view, (enum fz_command_id)id);
}

void fz_keymap_fini(struct fz_keymap *map)
{
    for (size_t i = 0; i < map->count; i++)
        free(map->bindings[i].argument);
    free(map->bindings);
    *map = (struct fz_keymap){0};
}

enum fz_key_match fz_keymap_find(const struct fz_keymap *map, const struct fz_key_sequence *pressed,
                                 enum fz_command_view view, const struct fz_binding **binding)
{
    enum fz_key_match match = FZ_KEY_UNBOUND;
    for (size_t i = 0; i < map->count; i++) {
        const struct fz_binding *b = &map->bindings[i];
        if (b->view != view || b->keys.length < pressed->length || !overlap(&b->keys, pressed))
            continue;
        *binding = b;
        match = b->keys.length == pressed->length ? FZ_KEY_BOUND : FZ_KEY_BEGINS;
        break;
    }
    if (match == FZ_KEY_UNBOUND && view == FZ_VIEW_SHOW)
        return fz_keymap_find(map, pressed, FZ_VIEW_PICTURE, binding);
    return match;
}

bool fz_keymap_is_in_view(const struct fz_keymap *map, const struct fz_binding *binding,
                          enum fz_command_view view)
{
    const struct fz_binding *found = NULL;
    return fz_keymap_find(map, &binding->keys, view, &found) == FZ_KEY_BOUND && found == binding;
}

int fz_keymap_format_keys(const struct fz_keymap *map, enum fz_command_id command, enum fz_command_view view,
                          char *out, size_t size)
{
    int count = 0;
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < map->count; i++) {
        const struct fz_binding *b = &map->bindings[i];
        if (b->command != command || b->argument || !fz_keymap_is_in_view(map, b, view))
            continue;
        char word[64];
        size_t len = fz_key_sequence_format(&b->keys, word, sizeof word);
        if (used + len + 2 > size)
            break;
        used += (size_t)snprintf(out + used, size - used, "%s%s", count > 0 ? " " : "", word);
        count++;
    }
    return count;
}
