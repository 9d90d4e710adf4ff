#include "ctl/option.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row {
    enum fz_option_type type;
    const char *name;
    char letter;
    const char *fallback;
    double min, max;
    const char *metavar;
    const char *help;
} rows[FZ_OPTIONS] = {
#define X(id, type, name, letter, fallback, min, max, metavar, help) \
    [FZ_OPTION_##id] = {FZ_TYPE_##type, name, letter, fallback, min, max, metavar, help},
    FZ_OPTION_TABLE(X)
#undef X
};

static bool parse_number(const char *text, double *number, const char **rest)
{
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    *rest = end;
    return end != text && errno == 0 && isfinite(*number) &&
           (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

static bool parse_bytes(const char *text, double *bytes)
{
    const char *rest;
    if (!parse_number(text, bytes, &rest))
        return false;
    static const char suffixes[] = "KMG";
    const char *suffix = *rest ? strchr(suffixes, *rest >= 'a' ? *rest - 32 : *rest) : NULL;
    if (suffix) {
        *bytes *= pow(1024, (double)(suffix - suffixes) + 1);
        rest++;
    }
    return *rest == '\0';
}

static bool in_range(const struct option_row *row, double number)
{
    return number >= row->min && number <= row->max;
}

/* Digits alone: strtol would take spaces and signs too. */
static const char *parse_digits(const char *text, int *number)
{
    int value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && value < 100000; p++)
        value = value * 10 + (*p - '0');
    *number = value;
    return p > text ? p : NULL;
}

static bool parse_size(const struct option_row *row, const char *text, struct fz_option_value *value)
{
    const char *p = parse_digits(text, &value->w);
    p = p && *p == 'x' ? parse_digits(p + 1, &value->h) : NULL;
    return p && *p == '\0' && in_range(row, value->w) && in_range(row, value->h);
}

static bool parse_color(const char *text, int64_t *color)
{
    text += *text == '#';
    *color = (int64_t)strtol(text, NULL, 16);
    return strlen(text) == 6 && strspn(text, "0123456789abcdefABCDEF") == 6;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t len = strlen(text);
    if (strchr(text, '|'))
        return false;
    for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
        if (len > 0 && strncmp(p, text, len) == 0 && (p[len] == '|' || p[len] == '\0'))
            return true;
    return false;
}

static bool parse_value(const struct option_row *row, const char *text, struct fz_option_value *value)
{
    double number = 0;
    const char *rest;
    switch (row->type) {
    case FZ_TYPE_FLAG:
        value->number = !text || strcmp(text, "yes") == 0;
        return !text || value->number || strcmp(text, "no") == 0;
    case FZ_TYPE_INT:
        if (!parse_number(text, &number, &rest) || *rest || number != floor(number) || !in_range(row, number))
            return false;
        value->number = (int64_t)number;
        return true;
    case FZ_TYPE_BYTES:
        if (!parse_bytes(text, &number) || !in_range(row, number))
            return false;
        value->number = (int64_t)number;
        return true;
    case FZ_TYPE_COLOR:
        return parse_color(text, &value->number);
    case FZ_TYPE_DURATION:
        if (!parse_number(text, &value->seconds, &rest) || (*rest && strcmp(rest, "s") != 0))
            return false;
        return in_range(row, value->seconds);
    case FZ_TYPE_FACTOR:
        return parse_number(text, &value->factor, &rest) && *rest == '\0' && in_range(row, value->factor);
    case FZ_TYPE_SIZE:
        return parse_size(row, text, value);
    case FZ_TYPE_CHOICE:
        return is_choice(row->metavar, text);
    case FZ_TYPE_TEXT:
        return in_range(row, (double)strlen(text));
    }
    return false;
}

enum fz_err fz_option_set(struct fz_options *options, enum fz_option_id id, const char *text,
                          enum fz_option_origin origin, struct fz_error *err)
{
    const struct option_row *row = &rows[id];
    struct fz_option_value value = {.origin = origin};
    if (!parse_value(row, text, &value)) {
        if (row->type == FZ_TYPE_FLAG)
            return fz_fail(err, FZ_E_USAGE, 0, "--%s takes no value", row->name);
        if (row->type == FZ_TYPE_INT || row->type == FZ_TYPE_DURATION || row->type == FZ_TYPE_FACTOR ||
            row->type == FZ_TYPE_SIZE)
            return fz_fail(err, FZ_E_USAGE, 0, "--%s=%.60s: wants %s, %g to %g", row->name, text,
                           row->metavar, row->min, row->max);
        return fz_fail(err, FZ_E_USAGE, 0, "--%s=%.60s: wants %s", row->name, text, row->metavar);
    }
    if (row->type == FZ_TYPE_TEXT || row->type == FZ_TYPE_CHOICE)
        value.text = fz_strdup(text);
    free(options->values[id].text);
    options->values[id] = value;
    return FZ_OK;
}

void fz_options_init(struct fz_options *options)
{
    memset(options, 0, sizeof *options);
    for (int id = 0; id < FZ_OPTIONS; id++)
        if (rows[id].fallback)
            fz_option_set(options, (enum fz_option_id)id, rows[id].fallback, FZ_ORIGIN_DEFAULT, NULL);
}

void fz_options_fini(struct fz_options *options)
{
    for (int id = 0; id < FZ_OPTIONS; id++)
        free(options->values[id].text);
    memset(options, 0, sizeof *options);
}

static int find_by_name(const char *name, size_t len)
{
    for (int id = 0; id < FZ_OPTIONS; id++)
        if (strlen(rows[id].name) == len && strncmp(rows[id].name, name, len) == 0)
            return id;
    return -1;
}

static int find_by_letter(char letter)
{
    for (int id = 0; id < FZ_OPTIONS; id++)
        if (rows[id].letter && rows[id].letter == letter)
            return id;
    return -1;
}

/* Sets option `id`, its value in the same word or in the next one. */
static enum fz_err set_with_value(struct fz_options *options, int id, const char *attached, int argc,
                                  char **argv, int *i, struct fz_error *err)
{
    const char *value = attached;
    if (!value && rows[id].type != FZ_TYPE_FLAG) {
        if (*i + 1 >= argc)
            return fz_fail(err, FZ_E_USAGE, 0, "--%s wants %s", rows[id].name, rows[id].metavar);
        value = argv[++*i];
    }
    return fz_option_set(options, (enum fz_option_id)id, value, FZ_ORIGIN_COMMAND_LINE, err);
}

static enum fz_err parse_long(struct fz_options *options, int argc, char **argv, int *i, struct fz_error *err)
{
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    int id = find_by_name(name, equals ? (size_t)(equals - name) : strlen(name));
    if (id < 0)
        return fz_fail(err, FZ_E_USAGE, 0, "unknown option %s (frieze --help lists them)", argv[*i]);
    return set_with_value(options, id, equals ? equals + 1 : NULL, argc, argv, i, err);
}

static enum fz_err parse_letters(struct fz_options *options, int argc, char **argv, int *i,
                                 struct fz_error *err)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        int id = find_by_letter(*p);
        if (id < 0)
            return fz_fail(err, FZ_E_USAGE, 0, "unknown option -%c (frieze --help lists them)", *p);
        bool flag = rows[id].type == FZ_TYPE_FLAG;
        enum fz_err code = set_with_value(options, id, flag || !p[1] ? NULL : p + 1, argc, argv, i, err);
        if (code != FZ_OK || !flag)
            return code;
    }
    return FZ_OK;
}

enum fz_err fz_options_parse(struct fz_options *options, int argc, char **argv, const char **operands,
                             size_t *operand_count, struct fz_error *err)
{
    bool ended = false;
    *operand_count = 0;
    for (int i = 1; i < argc; i++) {
        enum fz_err code = FZ_OK;
        if (ended || argv[i][0] != '-' || argv[i][1] == '\0')
            operands[(*operand_count)++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            ended = true;
        else if (argv[i][1] == '-')
            code = parse_long(options, argc, argv, &i, err);
        else
            code = parse_letters(options, argc, argv, &i, err);
        if (code != FZ_OK)
            return code;
    }
    return FZ_OK;
}

void fz_options_print_help(FILE *out)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct option_row *row = &rows[id];
        char words[64];
        snprintf(words, sizeof words, "--%s%s%s", row->name, row->metavar ? " " : "",
                 row->metavar ? row->metavar : "");
        char letter[8] = "    ";
        if (row->letter)
            snprintf(letter, sizeof letter, "-%c, ", row->letter);
        fprintf(out, "  %s%-28s %s%s%s%s\n", letter, words, row->help, row->fallback ? " (" : "",
                row->fallback ? row->fallback : "", row->fallback ? ")" : "");
    }
}
