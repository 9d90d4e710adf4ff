/* The options as words of a command line, and their --help. */
#include "ctl/option.h"

#include <string.h>

static int find_by_name(const char *name, size_t len)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const char *known = fz_option_row((enum fz_option_id)id)->name;
        if (strlen(known) == len && strncmp(known, name, len) == 0)
            return id;
    }
    return -1;
}

static int find_by_letter(char letter)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        char known = fz_option_row((enum fz_option_id)id)->letter;
        if (known && known == letter)
            return id;
    }
    return -1;
}

/* Sets option `id`, its value in the same word or in the next one. */
static enum fz_err set_with_value(struct fz_options *options, int id, const char *attached, int argc,
                                  char **argv, int *i, struct fz_error *err)
{
    const struct fz_option_row *row = fz_option_row((enum fz_option_id)id);
    const char *value = attached;
    if (!value && row->type != FZ_TYPE_FLAG) {
        if (*i + 1 >= argc)
            return fz_fail(err, FZ_E_USAGE, 0, "--%s wants %s", row->name, row->metavar);
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
        bool flag = fz_option_row((enum fz_option_id)id)->type == FZ_TYPE_FLAG;
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

static void print_row(FILE *out, const struct fz_option_row *row)
{
    char words[64];
    snprintf(words, sizeof words, "--%s%s%s", row->name, row->metavar ? " " : "",
             row->metavar ? row->metavar : "");
    char letter[8] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    fprintf(out, "  %s%-28s %s%s%s%s\n", letter, words, row->help, row->fallback ? " (" : "",
            row->fallback ? row->fallback : "", row->fallback ? ")" : "");
}

void fz_options_print_help(FILE *out)
{
    for (int group = 0; group < FZ_OPTION_GROUPS; group++) {
        fprintf(out, "%s%s:\n", group > 0 ? "\n" : "", fz_option_group_title((enum fz_option_group)group));
        for (int id = 0; id < FZ_OPTIONS; id++)
            if (fz_option_row((enum fz_option_id)id)->group == (enum fz_option_group)group)
                print_row(out, fz_option_row((enum fz_option_id)id));
    }
}
