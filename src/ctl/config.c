#include "ctl/config.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "ctl/config_file.h"
#include "sync/thread.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SHOWN = 600 }; /* bytes of a path's end in a message: the reason must fit too */

/* One file, as it is read. */
struct parser {
    struct fz_config *config;
    struct fz_config_file *file;
    struct fz_options *options;
    enum fz_option_origin origin;
    int line;
    enum section { IN_OPTIONS, IN_KEYS, IN_RUN, IN_UNKNOWN } section;
};

void fz_config_init(struct fz_config *config)
{
    *config = (struct fz_config){0};
}

void fz_config_fini(struct fz_config *config)
{
    for (size_t i = 0; i < config->entry_count; i++) {
        free(config->entries[i].key);
        free(config->entries[i].value);
    }
    for (size_t i = 0; i < config->file_count; i++) {
        for (size_t k = 0; k < FZ_CONFIG_MAX_COMPLAINTS; k++)
            free(config->files[i]->complaints[k]);
        free(config->files[i]->path);
        free(config->files[i]);
    }
    free(config->entries);
    free(config->files);
    *config = (struct fz_config){0};
}

size_t fz_config_count(const struct fz_config *config)
{
    return config->entry_count;
}

const struct fz_config_entry *fz_config_entry(const struct fz_config *config, size_t index)
{
    return &config->entries[index];
}

/* ---- What is wrong ----------------------------------------------------------------------------------------------- */

static const char *shown_path(const struct fz_config_file *file)
{
    size_t len = strlen(file->path);
    return file->path + (len > PATH_SHOWN ? len - PATH_SHOWN : 0);
}

/* Line 0: the file as a whole. */
static void complain(struct fz_config_file *file, int line, const char *what)
{
    if (file->complaint_count < FZ_CONFIG_MAX_COMPLAINTS)
        file->complaints[file->complaint_count] = line > 0
                                                      ? fz_asprintf("%s:%d: %s", shown_path(file), line, what)
                                                      : fz_asprintf("%s: %s", shown_path(file), what);
    file->complaint_count++;
}

void fz_config_complain(const struct fz_config_entry *entry, const char *fmt, ...)
{
    char what[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    complain(entry->file, entry->line, what);
}

static void complain_here(struct parser *parser, const char *what)
{
    complain(parser->file, parser->line, what);
}

void fz_config_report(struct fz_config *config)
{
    for (size_t i = 0; i < config->file_count; i++) {
        struct fz_config_file *file = config->files[i];
        for (size_t k = 0; k < FZ_CONFIG_MAX_COMPLAINTS && file->complaints[k]; k++) {
            fz_log("%s", file->complaints[k]);
            free(file->complaints[k]);
            file->complaints[k] = NULL;
        }
        if (file->complaint_count > FZ_CONFIG_MAX_COMPLAINTS)
            fz_log("%s: and %zu more", shown_path(file), file->complaint_count - FZ_CONFIG_MAX_COMPLAINTS);
        file->complaint_count = 0;
    }
}

/* ---- A line ------------------------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    while (is_blank(*text))
        text++;
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        text[--len] = '\0';
    return text;
}

static void enter_section(struct parser *parser, const char *line)
{
    static const char *const names[] = {[IN_OPTIONS] = "[options]", [IN_KEYS] = "[keys]", [IN_RUN] = "[run]"};
    parser->section = IN_UNKNOWN;
    for (int i = 0; i < IN_UNKNOWN; i++)
        if (strcmp(line, names[i]) == 0)
            parser->section = (enum section)i;
    if (parser->section != IN_UNKNOWN)
        return;
    struct fz_error err;
    fz_fail(&err, FZ_E_USAGE, 0, "unknown section %.60s: what follows is left out", line);
    complain_here(parser, err.msg);
}

static bool is_escape(const char *p)
{
    return p[0] == '\\' && p[1] != '\0' && strchr("\\=[#;", p[1]) != NULL;
}

/* Ends the key at the first '=' and takes the backslashes out that made a key of one of \ = [ # and ;. Returns what
 * follows, or NULL. */
static char *split(char *line)
{
    char *to = line;
    for (char *from = line; *from; from++) {
        if (*from == '=') {
            *to = '\0';
            return from + 1;
        }
        from += is_escape(from);
        *to++ = *from;
    }
    return NULL;
}

static void take_option(struct parser *parser, const char *name, const char *value)
{
    enum fz_option_id id;
    struct fz_error err = {0};
    if (!fz_option_find(name, &id))
        fz_fail(&err, FZ_E_USAGE, 0, "unknown option %.60s", name);
    else if (fz_option_row(id)->reach == FZ_REACH_LINE)
        fz_fail(&err, FZ_E_USAGE, 0, "%s has its place on the command line only", name);
    else
        fz_option_set_in_file(parser->options, id, value, parser->origin, parser->file->path, parser->line,
                              &err);
    if (err.code != FZ_OK)
        complain_here(parser, err.msg);
}

static void take_entry(struct parser *parser, const char *key, const char *value)
{
    struct fz_config *config = parser->config;
    if (!*value) {
        complain_here(parser, parser->section == IN_KEYS ? "wants a command after the ="
                                                         : "wants a program after the =");
        return;
    }
    config->entries =
        fz_grow(config->entries, &config->entry_capacity, config->entry_count + 1, sizeof *config->entries);
    config->entries[config->entry_count++] =
        (struct fz_config_entry){.section = parser->section == IN_KEYS ? FZ_CONFIG_KEYS : FZ_CONFIG_RUN,
                                 .key = fz_strdup(key),
                                 .value = fz_strdup(value),
                                 .file = parser->file,
                                 .line = parser->line};
}

static void take_line(struct parser *parser, char *line)
{
    line = trim(line);
    size_t len = strlen(line);
    if (len == 0 || *line == '#' || *line == ';')
        return;
    if (*line == '[' && line[len - 1] == ']') {
        enter_section(parser, line);
        return;
    }
    if (parser->section == IN_UNKNOWN)
        return;
    char *value = *line == '[' ? NULL : split(line);
    if (!value) {
        complain_here(parser, "wants NAME = VALUE or [SECTION]");
        return;
    }
    char *key = trim(line);
    value = trim(value);
    if (!*key)
        complain_here(parser, "wants a name before the =");
    else if (parser->section == IN_OPTIONS)
        take_option(parser, key, value);
    else
        take_entry(parser, key, value);
}

/* ---- A file ------------------------------------------------------------------------------------------------------ */

static bool has_controls(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)bytes[i] < 0x20 && !is_blank(bytes[i])) || bytes[i] == 0x7f)
            return true;
    return false;
}

static void take_bytes(struct parser *parser, const char *bytes, size_t len)
{
    static const char BOM[3] = "\xef\xbb\xbf";
    const char *p = bytes, *end = bytes + len;
    if (len >= sizeof BOM && memcmp(bytes, BOM, sizeof BOM) == 0)
        p += sizeof BOM;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t line_len = (size_t)((newline ? newline : end) - p);
        parser->line++;
        if (line_len > FZ_CONFIG_MAX_LINE) {
            complain_here(parser, "is longer than 4096 bytes");
        } else if (has_controls(p, line_len)) {
            complain_here(parser, "is no text");
        } else {
            char *line = fz_strndup(p, line_len);
            take_line(parser, line);
            free(line);
        }
        p += line_len + 1;
    }
}

/* Before all other faults, which are told in part where they are many. */
static void complain_of_length(struct fz_config_file *file, const char *bytes, size_t len)
{
    struct fz_error err;
    int line = 1;
    for (size_t i = 0; i < len; i++)
        line += bytes[i] == '\n';
    fz_fail(&err, FZ_E_LIMIT, 0, "the file is larger than %d KB: from this line on nothing is taken",
            FZ_CONFIG_MAX_BYTES / 1024);
    complain(file, line, err.msg);
}

void fz_config_read(struct fz_config *config, const char *path, enum fz_option_origin origin, bool required,
                    struct fz_options *options)
{
    FZ_MAIN_ONLY();
    struct fz_error err = {0};
    char *bytes;
    size_t len;
    bool cut;
    enum fz_err code = fz_config_slurp(path, FZ_CONFIG_MAX_BYTES, &bytes, &len, &cut, &err);
    if (code == FZ_E_NOT_FOUND && !required)
        return;
    config->files = fz_grow(config->files, &config->file_capacity, config->file_count + 1,
                            sizeof(struct fz_config_file *));
    struct fz_config_file *file = config->files[config->file_count++] = fz_calloc(1, sizeof *file);
    file->path = fz_strdup(path);
    if (code != FZ_OK) {
        complain(file, 0, err.msg);
        return;
    }
    if (cut)
        complain_of_length(file, bytes, len);
    struct parser parser = {.config = config, .file = file, .options = options, .origin = origin};
    take_bytes(&parser, bytes, len);
    free(bytes);
}

/* ---- Which files ------------------------------------------------------------------------------------------------- */

static void read_in(struct fz_config *config, const char *folder, struct fz_options *options)
{
    if (folder[0] != '/') /* a relative one is to be ignored (XDG Base Directory Specification) */
        return;
    char *path = fz_path_join(folder, "frieze/frieze.conf");
    fz_config_read(config, path, FZ_ORIGIN_SYSTEM_FILE, false, options);
    free(path);
}

/* The first folder of the list counts most: it is read last. */
static void read_system(struct fz_config *config, struct fz_options *options)
{
    const char *variable = getenv("XDG_CONFIG_DIRS");
    char *folders = fz_strdup(variable && *variable ? variable : "/etc/xdg");
    for (char *colon; (colon = strrchr(folders, ':')) != NULL; *colon = '\0')
        read_in(config, colon + 1, options);
    read_in(config, folders, options);
    free(folders);
}

static void read_user(struct fz_config *config, struct fz_options *options)
{
    char *path = fz_path_of_user("XDG_CONFIG_HOME", ".config", "frieze/frieze.conf");
    if (path)
        fz_config_read(config, path, FZ_ORIGIN_USER_FILE, false, options);
    free(path);
}

void fz_config_load(struct fz_config *config, struct fz_options *options)
{
    const char *only = options->values[FZ_OPTION_CONFIG].text;
    if (only) {
        char *path = fz_path_absolute(only);
        fz_config_read(config, path, FZ_ORIGIN_USER_FILE, true, options);
        free(path);
    } else if (!fz_option_is_on(options, FZ_OPTION_NO_CONFIG)) {
        read_system(config, options);
        read_user(config, options);
    }
}
