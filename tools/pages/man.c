/* roff, with the macros of man(7). */
#include "pages.h"

#include <ctype.h>
#include <string.h>

/* A hyphen that is typed, not one that may break a word; and none of roff's own characters. */
static void put_typed(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '^')
            fputs("\\(ha", out);
        else if (*text == '\'')
            fputs("\\(aq", out);
        else
            fputc(*text, out);
    }
}

static void put_sentence(FILE *out, const char *text)
{
    fputc(toupper((unsigned char)*text), out);
    put_typed(out, text + 1);
    fputs(".\n", out);
}

static void put_option(FILE *out, const struct fz_option_row *row)
{
    fputs(".TP\n", out);
    if (row->letter)
        fprintf(out, "\\fB\\-%c\\fR%s%s%s, ", row->letter, row->metavar ? " \\fI" : "",
                row->metavar ? row->metavar : "", row->metavar ? "\\fR" : "");
    fputs("\\fB\\-\\-", out);
    put_typed(out, row->name);
    fputs("\\fR", out);
    if (row->metavar)
        fprintf(out, "=\\fI%s\\fR", row->metavar);
    fputc('\n', out);
    put_sentence(out, row->help);
    if (row->fallback)
        fprintf(out, "Default: %s.\n", row->fallback);
}

void man_options(FILE *out)
{
    for (int group = 0; group < FZ_OPTION_GROUPS; group++) {
        fprintf(out, ".SS %s\n", fz_option_group_title((enum fz_option_group)group));
        for (int id = 0; id < FZ_OPTIONS; id++)
            if (option_at(id)->group == (enum fz_option_group)group)
                put_option(out, option_at(id));
    }
}

void man_file_options(FILE *out)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct fz_option_row *row = option_at(id);
        if (row->reach < FZ_REACH_FILE)
            continue;
        char wants[80];
        fz_option_wants(row, wants, sizeof wants);
        fputs(".TP\n\\fB", out);
        put_typed(out, row->name);
        fprintf(out, "\\fR = \\fI%s\\fR\n", row->metavar ? row->metavar : "yes|no");
        put_sentence(out, row->help);
        if (row->metavar)
            fprintf(out, "Wants %s.\n", wants);
        if (row->fallback || !row->metavar)
            fprintf(out, "Default: %s.\n", row->fallback ? row->fallback : "no");
        if (row->reach == FZ_REACH_LIVE)
            fputs("Can be changed while frieze runs.\n", out);
    }
}

void man_keys(FILE *out)
{
    fputs(".TS\nl l lx.\n\\fBOn the wall\\fR\t\\fBIn the picture view\\fR\t\\fBWhat it does\\fR\n", out);
    for (int id = 0; id < FZ_COMMANDS; id++) {
        if (!has_keys(id))
            continue;
        const char *show = keys_of(id, FZ_VIEW_SHOW);
        fputs("\\fB", out);
        put_typed(out, keys_of(id, FZ_VIEW_WALL));
        fputs("\\fR\t\\fB", out);
        put_typed(out, keys_of(id, FZ_VIEW_PICTURE));
        put_typed(out, show);
        fprintf(out, "\\fR%s\tT{\n", *show ? " in a show" : "");
        put_typed(out, fz_command_help((enum fz_command_id)id));
        fputs("\nT}\n", out);
    }
    fputs(".TE\n", out);
}

void man_commands(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        const char *argument = fz_command_argument((enum fz_command_id)id);
        fputs(".TP\n\\fB", out);
        put_typed(out, fz_command_name((enum fz_command_id)id));
        fprintf(out, "\\fR%s", argument ? " \\fI" : "");
        put_typed(out, argument ? argument : "");
        fprintf(out, "%s\n", argument ? "\\fR" : "");
        put_sentence(out, fz_command_help((enum fz_command_id)id));
    }
}
