#include "ctl/program.h"

#include "base/mem.h"
#include "base/path.h"
#include "process/spawn.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static const char MARKED[] = "{marked}";

/* ---- What stands in braces --------------------------------------------------------------------------------------- */

enum part { PART_END, PART_CHARACTER, PART_PATH, PART_DIR, PART_MARKED, PART_UNKNOWN };

static bool skip(const char **p, const char *text)
{
    size_t length = strlen(text);
    if (strncmp(*p, text, length) != 0)
        return false;
    *p += length;
    return true;
}

/* Reads one part of a word; of PART_CHARACTER *c is the character. */
static enum part next_part(const char **p, char *c)
{
    if (**p == '\0')
        return PART_END;
    if (skip(p, "{path}"))
        return PART_PATH;
    if (skip(p, "{dir}"))
        return PART_DIR;
    if (skip(p, MARKED))
        return PART_MARKED;
    *c = **p;
    if ((*c == '{' || *c == '}') && (*p)[1] != *c)
        return PART_UNKNOWN;
    *p += *c == '{' || *c == '}' ? 2 : 1;
    return PART_CHARACTER;
}

/* How much of an unknown {word} is shown. */
static int length_shown(const char *p)
{
    size_t length = strcspn(p, "}");
    length += p[length] == '}';
    return length < 40 ? (int)length : 40;
}

static bool check_word(const struct fz_config_entry *entry, struct fz_program *program, const char *word)
{
    const char *p = word;
    char c;
    if (strcmp(word, MARKED) == 0) {
        program->wants_marked = true;
        return true;
    }
    for (enum part part; (part = next_part(&p, &c)) != PART_END;) {
        char shown[64];
        fz_str_escape(shown, sizeof shown, p);
        if (part == PART_MARKED)
            fz_config_complain(entry, "{marked} becomes many arguments: it stands alone, not in a word");
        else if (part == PART_UNKNOWN && *p == '{')
            fz_config_complain(entry, "%.*s is none of {path}, {dir} and {marked}; {{ stands for a brace",
                               length_shown(shown), shown);
        else if (part == PART_UNKNOWN)
            fz_config_complain(entry, "a } closes nothing; }} stands for a brace");
        if (part == PART_MARKED || part == PART_UNKNOWN)
            return false;
        program->wants_path |= part != PART_CHARACTER;
    }
    return true;
}

static void add(struct fz_words *arguments, char *word)
{
    arguments->list =
        fz_grow(arguments->list, &arguments->capacity, arguments->count + 2, sizeof *arguments->list);
    arguments->list[arguments->count++] = word;
    arguments->list[arguments->count] = NULL;
}

static char *fill(const char *word, const char *path, const char *dir)
{
    size_t size = 1, used = 0;
    char c = '\0';
    const char *p = word;
    for (enum part part; (part = next_part(&p, &c)) != PART_END;)
        size += part == PART_PATH ? strlen(path) : part == PART_DIR ? strlen(dir) : 1;
    char *out = fz_malloc(size);
    p = word;
    for (enum part part; (part = next_part(&p, &c)) != PART_END;) {
        const char *text = part == PART_PATH ? path : part == PART_DIR ? dir : &c;
        size_t length = part == PART_CHARACTER ? 1 : strlen(text);
        memcpy(out + used, text, length);
        used += length;
    }
    out[used] = '\0';
    return out;
}

/* Whether the last argument still has room. */
static bool fits(const struct fz_words *arguments, size_t *room)
{
    size_t cost = fz_spawn_cost(arguments->list[arguments->count - 1]);
    bool does = cost <= *room;
    *room -= does ? cost : 0;
    return does;
}

enum fz_err fz_program_expand(const struct fz_program *program, const struct fz_picked *picked, size_t room,
                              struct fz_words *arguments, struct fz_error *err)
{
    *arguments = (struct fz_words){0};
    const char *path = picked->path ? picked->path : "";
    char *dir = fz_path_dir(path);
    bool fitted = true;
    for (size_t i = 0; i < program->words.count && fitted; i++) {
        const char *word = program->words.list[i];
        bool many = strcmp(word, MARKED) == 0;
        if (!many || picked->marked_count == 0) {
            add(arguments, many ? fz_strdup(path) : fill(word, path, dir));
            fitted = fits(arguments, &room);
        }
        for (size_t k = 0; many && k < picked->marked_count && fitted; k++) {
            add(arguments, fz_strdup(picked->marked[k]));
            fitted = fits(arguments, &room);
        }
    }
    free(dir);
    if (fitted)
        return FZ_OK;
    fz_words_fini(arguments);
    return fz_fail(err, FZ_E_LIMIT, 0, "%zu marked pictures are more arguments than a program can take",
                   picked->marked_count);
}

/* ---- Lines of [run] ---------------------------------------------------------------------------------------------- */

static void program_fini(struct fz_program *program)
{
    fz_words_fini(&program->words);
    free(program->line);
}

static bool read_program(const struct fz_config_entry *entry, struct fz_program *program)
{
    struct fz_error err;
    *program = (struct fz_program){.line = fz_strdup(entry->value)};
    if (fz_words_split(&program->words, entry->value, &err) != FZ_OK) {
        fz_config_complain(entry, "%s", err.msg);
        return false;
    }
    if (!*program->words.list[0]) {
        fz_config_complain(entry, "wants a program after the =");
        return false;
    }
    if (!check_word(entry, program, program->words.list[0]))
        return false;
    if (program->wants_path || program->wants_marked) {
        fz_config_complain(entry, "a picture is no program: its path can be an argument only");
        return false;
    }
    for (size_t i = 1; i < program->words.count; i++)
        if (!check_word(entry, program, program->words.list[i]))
            return false;
    return true;
}

static void read_entry(struct fz_programs *programs, const struct fz_config_entry *entry)
{
    struct fz_words keys;
    fz_words_split_plain(&keys, entry->key);
    for (size_t i = 0; i < keys.count; i++) {
        struct fz_program program;
        char shown[64];
        struct fz_key key;
        fz_str_escape(shown, sizeof shown, keys.list[i]);
        if (!fz_key_parse(keys.list[i], &key)) {
            fz_config_complain(entry, "%s is no key", shown);
        } else if (read_program(entry, &program)) {
            programs->list =
                fz_grow(programs->list, &programs->capacity, programs->count + 1, sizeof *programs->list);
            program.key = key;
            programs->list[programs->count++] = program;
        } else {
            program_fini(&program);
            break; /* one complaint about a line is enough */
        }
    }
    fz_words_fini(&keys);
}

void fz_programs_init(struct fz_programs *programs, const struct fz_config *config)
{
    *programs = (struct fz_programs){0};
    for (size_t i = 0; i < fz_config_count(config); i++)
        if (fz_config_entry(config, i)->section == FZ_CONFIG_RUN)
            read_entry(programs, fz_config_entry(config, i));
}

void fz_programs_fini(struct fz_programs *programs)
{
    for (size_t i = 0; i < programs->count; i++)
        program_fini(&programs->list[i]);
    free(programs->list);
    *programs = (struct fz_programs){0};
}

/* ---- Which one --------------------------------------------------------------------------------------------------- */

const char *fz_program_name(const struct fz_program *program)
{
    const char *name = fz_path_name(program->words.list[0]);
    return *name ? name : program->words.list[0];
}

const struct fz_program *fz_programs_find(const struct fz_programs *programs, const char *text)
{
    struct fz_key key;
    bool is_key = fz_key_parse(text, &key);
    for (size_t i = programs->count; is_key && i > 0; i--)
        if (fz_key_equal(programs->list[i - 1].key, key))
            return &programs->list[i - 1];
    for (size_t i = programs->count; i > 0; i--)
        if (strcmp(fz_program_name(&programs->list[i - 1]), text) == 0)
            return &programs->list[i - 1];
    return NULL;
}

/* A key as the argument of a command, which is split into words before it is used. */
static void quote_key(struct fz_key key, char *out, size_t size)
{
    char text[64];
    fz_key_format(key, text, sizeof text);
    for (const char *p = text; *p && size > 2; size--) {
        if (strchr("\"'\\", *p)) {
            *out++ = '\\';
            size--;
        }
        *out++ = *p++;
    }
    *out = '\0';
}

/* A key that is the command run, and nothing else follows it. */
static const struct fz_binding *find_prefix(const struct fz_keymap *map)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct fz_binding *b = &map->bindings[i];
        if (b->command == FZ_COMMAND_RUN && b->keys.length == 1 && !b->argument)
            return b;
    }
    return NULL;
}

void fz_programs_bind(const struct fz_programs *programs, struct fz_keymap *map)
{
    const struct fz_binding *prefix;
    while (programs->count > 0 && (prefix = find_prefix(map)) != NULL) {
        struct fz_key first = prefix->keys.keys[0];
        enum fz_command_view view = prefix->view;
        for (size_t i = 0; i < programs->count; i++) {
            struct fz_key_sequence keys = {.keys = {first, programs->list[i].key}, .length = 2};
            char argument[64];
            quote_key(programs->list[i].key, argument, sizeof argument);
            fz_keymap_bind(map, &keys, view, FZ_COMMAND_RUN, argument);
        }
    }
}
