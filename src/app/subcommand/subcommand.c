#include "app/subcommand/subcommand.h"

#include "base/io.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The one being read. */
struct parse {
    const struct fz_subcommand *command;
    struct fz_arguments *arguments;
    int argc, i;
    char **argv;
    struct fz_error *err;
};

static void print_row(char letter, const char *name, const char *metavar, const char *help,
                      const char *fallback)
{
    char words[64], dash[8] = "    ";
    snprintf(words, sizeof words, "--%s%s%s", name, metavar ? " " : "", metavar ? metavar : "");
    if (letter)
        snprintf(dash, sizeof dash, "-%c, ", letter);
    printf("  %s%-28s %s%s%s%s\n", dash, words, help, fallback ? " (" : "", fallback ? fallback : "",
           fallback ? ")" : "");
}

/* The number of its own option with that letter, or else of a shared one; of as many as there are: none. */
static size_t find_own(const struct fz_subcommand *command, char letter)
{
    size_t i = 0;
    while (i < command->own_count && command->own[i].letter != letter)
        i++;
    return i;
}

static size_t find_shared(const struct fz_subcommand *command, char letter)
{
    size_t i = 0;
    while (i < command->shared_count && fz_option_row(command->shared[i])->letter != letter)
        i++;
    return i;
}

static void print_help(const struct fz_subcommand *command)
{
    printf("Usage: frieze %s %s\n\n%s\n\nOptions:\n", command->name, command->usage, command->about);
    for (size_t i = 0; i < command->own_count; i++) {
        const struct fz_own_option *row = &command->own[i];
        print_row(row->letter, row->name, row->metavar, row->help, NULL);
    }
    for (size_t i = 0; i < command->shared_count; i++) {
        const struct fz_option_row *row = fz_option_row(command->shared[i]);
        bool is_free = find_own(command, row->letter) == command->own_count;
        print_row(is_free ? row->letter : 0, row->name, row->metavar, row->help, row->fallback);
    }
    print_row('h', "help", NULL, "print this and end", NULL);
}

static enum fz_err fail_unknown(const struct parse *p, const char *dashes, const char *name, size_t len)
{
    return fz_fail(p->err, FZ_E_USAGE, 0, "unknown option %s%.*s (frieze %s --help lists them)", dashes,
                   (int)len, name, p->command->name);
}

/* The value of an option, in its own word or the next one. */
static enum fz_err take_value(struct parse *p, const char *name, const char *metavar, const char *attached,
                              const char **value)
{
    *value = attached;
    if (!attached && p->i + 1 >= p->argc)
        return fz_fail(p->err, FZ_E_USAGE, 0, "--%s wants %s", name, metavar);
    if (!attached)
        *value = p->argv[++p->i];
    return FZ_OK;
}

static enum fz_err set_own(struct parse *p, size_t index, const char *attached)
{
    const struct fz_own_option *row = &p->command->own[index];
    const char **value = &p->arguments->own[index];
    if (row->metavar)
        return take_value(p, row->name, row->metavar, attached, value);
    if (attached)
        return fz_fail(p->err, FZ_E_USAGE, 0, "--%s takes no value", row->name);
    *value = "";
    return FZ_OK;
}

static enum fz_err set_shared(struct parse *p, enum fz_option_id id, const char *value)
{
    const struct fz_option_row *row = fz_option_row(id);
    enum fz_err code = row->metavar ? take_value(p, row->name, row->metavar, value, &value) : FZ_OK;
    if (code != FZ_OK)
        return code;
    return fz_option_set(&p->arguments->options, id, value, FZ_ORIGIN_COMMAND_LINE, p->err);
}

static enum fz_err parse_long(struct parse *p)
{
    const char *name = p->argv[p->i] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    for (size_t i = 0; i < p->command->own_count; i++)
        if (strlen(p->command->own[i].name) == len && strncmp(p->command->own[i].name, name, len) == 0)
            return set_own(p, i, equals ? equals + 1 : NULL);
    for (size_t i = 0; i < p->command->shared_count; i++) {
        const struct fz_option_row *row = fz_option_row(p->command->shared[i]);
        if (strlen(row->name) != len || strncmp(row->name, name, len) != 0)
            continue;
        return set_shared(p, p->command->shared[i], equals ? equals + 1 : NULL);
    }
    if (strcmp(name, "help") != 0)
        return fail_unknown(p, "--", name, len);
    p->arguments->help = true;
    return FZ_OK;
}

static enum fz_err parse_letters(struct parse *p)
{
    for (const char *letter = p->argv[p->i] + 1; *letter; letter++) {
        const struct fz_subcommand *command = p->command;
        size_t own = find_own(command, *letter), shared = find_shared(command, *letter);
        bool is_own = own < command->own_count;
        if (is_own || shared < command->shared_count) {
            bool flag =
                !(is_own ? command->own[own].metavar : fz_option_row(command->shared[shared])->metavar);
            const char *attached = flag || !letter[1] ? NULL : letter + 1;
            enum fz_err code =
                is_own ? set_own(p, own, attached) : set_shared(p, command->shared[shared], attached);
            if (code != FZ_OK || !flag)
                return code;
        } else if (*letter == 'h') {
            p->arguments->help = true;
        } else {
            return fail_unknown(p, "-", letter, 1);
        }
    }
    return FZ_OK;
}

enum fz_err fz_subcommand_parse(const struct fz_subcommand *command, int argc, char **argv,
                                struct fz_arguments *arguments, struct fz_error *err)
{
    struct parse p = {.command = command, .arguments = arguments, .argc = argc, .argv = argv, .err = err};
    *arguments = (struct fz_arguments){.own = fz_calloc(command->own_count + 1, sizeof *arguments->own),
                                       .operands = fz_calloc((size_t)argc + 1, sizeof *arguments->operands)};
    fz_options_init(&arguments->options);
    enum fz_err code = FZ_OK;
    bool ended = false;
    for (p.i = 1; p.i < argc && code == FZ_OK; p.i++) {
        const char *word = argv[p.i];
        if (ended || word[0] != '-' || word[1] == '\0')
            arguments->operands[arguments->operand_count++] = word;
        else if (strcmp(word, "--") == 0)
            ended = true;
        else
            code = word[1] == '-' ? parse_long(&p) : parse_letters(&p);
    }
    if (code != FZ_OK || !arguments->help)
        return code;
    print_help(command);
    return fz_flush_output(p.err);
}

void fz_arguments_fini(struct fz_arguments *arguments)
{
    fz_options_fini(&arguments->options);
    free(arguments->own);
    free(arguments->operands);
    *arguments = (struct fz_arguments){0};
}
