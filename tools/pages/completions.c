/* Words for bash, zsh and fish. Names of rows hold no character that a shell would see; help texts may. */
#include "pages.h"

#include <string.h>

/* Inside '...', where nothing but the quote itself is special. */
static void put_quoted(FILE *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            fputc('\\', out);
        fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, out);
    }
}

static void put_name(FILE *out, const struct fz_option_row *row)
{
    fprintf(out, "--%s", row->name);
    if (row->letter)
        fprintf(out, "|-%c", row->letter);
}

/* ---- bash -------------------------------------------------------------------------------------------------------- */

void bash_options(FILE *out)
{
    fputs("_frieze_options='", out);
    for (int id = 0; id < FZ_OPTIONS; id++)
        fprintf(out, "%s--%s", id > 0 ? " " : "", option_at(id)->name);
    fputs("'\n", out);
}

void bash_values(FILE *out)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct fz_option_row *row = option_at(id);
        enum expected expected = option_expects(row);
        if (expected == EXPECT_NOTHING)
            continue;
        fputs("    ", out);
        put_name(out, row);
        fputs(") ", out);
        if (expected == EXPECT_CHOICE) {
            fputs("_frieze_words '", out);
            put_words(out, row->metavar);
            fputs("' ;;\n", out);
        } else {
            fputs(expected == EXPECT_FILE ? "_frieze_files ;;\n" : ";;\n", out);
        }
    }
}

void bash_commands(FILE *out)
{
    fputs("_frieze_commands='", out);
    for (int id = 0; id < FZ_COMMANDS; id++)
        fprintf(out, "%s%s", id > 0 ? " " : "", fz_command_name((enum fz_command_id)id));
    fputs("'\n", out);
}

/* get asks for any option, the others change those that can be changed. */
static enum fz_option_reach reach_of(int id)
{
    return id == FZ_COMMAND_GET ? FZ_REACH_LINE : FZ_REACH_LIVE;
}

void bash_arguments(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        char choices[128];
        enum expected expected = command_expects(id, choices, sizeof choices);
        if (expected == EXPECT_NOTHING || expected == EXPECT_ANYTHING)
            continue;
        fprintf(out, "    %s) ", fz_command_name((enum fz_command_id)id));
        if (expected == EXPECT_FILE) {
            fputs("_frieze_files ;;\n", out);
            continue;
        }
        fputs("_frieze_words '", out);
        if (expected == EXPECT_CHOICE)
            put_words(out, choices);
        else
            put_option_names(out, reach_of(id));
        fputs("' ;;\n", out);
    }
}

/* ---- zsh --------------------------------------------------------------------------------------------------------- */

void zsh_options(FILE *out)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct fz_option_row *row = option_at(id);
        enum expected expected = option_expects(row);
        bool flag = expected == EXPECT_NOTHING;
        fputs("        ", out);
        if (row->letter)
            fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter, flag ? "" : "+",
                    row->name, flag ? "" : "=");
        else
            fprintf(out, "'--%s%s[", row->name, flag ? "" : "=");
        put_quoted(out, row->help, "[]:\\");
        fputc(']', out);
        if (!flag)
            fprintf(out, ":%s:", expected == EXPECT_CHOICE ? row->name : row->metavar);
        if (expected == EXPECT_CHOICE) {
            fputc('(', out);
            put_words(out, row->metavar);
            fputc(')', out);
        } else if (!flag) {
            fputs(expected == EXPECT_FILE ? "_files" : " ", out);
        }
        fputs("' \\\n", out);
    }
}

void zsh_commands(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        fprintf(out, "        '%s:", fz_command_name((enum fz_command_id)id));
        put_quoted(out, fz_command_help((enum fz_command_id)id), ":\\");
        fputs("'\n", out);
    }
}

void zsh_arguments(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        char choices[128];
        enum expected expected = command_expects(id, choices, sizeof choices);
        if (expected == EXPECT_NOTHING || expected == EXPECT_ANYTHING)
            continue;
        fprintf(out, "        %s) ", fz_command_name((enum fz_command_id)id));
        if (expected == EXPECT_FILE) {
            fputs("_files ;;\n", out);
            continue;
        }
        fputs("compadd -- ", out);
        if (expected == EXPECT_CHOICE)
            put_words(out, choices);
        else
            put_option_names(out, reach_of(id));
        fputs(" ;;\n", out);
    }
}

/* ---- fish -------------------------------------------------------------------------------------------------------- */

static void put_fish_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    put_escaped(out, text, "'\\");
    fputs("'", out);
}

void fish_options(FILE *out)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct fz_option_row *row = option_at(id);
        enum expected expected = option_expects(row);
        fprintf(out, "complete -c frieze -n 'not __frieze_is_ctl' -l %s", row->name);
        if (row->letter)
            fprintf(out, " -s %c", row->letter);
        if (expected == EXPECT_CHOICE) {
            fputs(" -x -a '", out);
            put_words(out, row->metavar);
            fputc('\'', out);
        } else if (expected != EXPECT_NOTHING) {
            fputs(expected == EXPECT_FILE ? " -r -F" : " -x", out);
        }
        fputs(" -d ", out);
        put_fish_quoted(out, row->help);
        fputc('\n', out);
    }
}

void fish_commands(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        fprintf(out, "complete -c frieze -n __frieze_wants_command -a %s -d ",
                fz_command_name((enum fz_command_id)id));
        put_fish_quoted(out, fz_command_help((enum fz_command_id)id));
        fputc('\n', out);
    }
}

void fish_arguments(FILE *out)
{
    for (int id = 0; id < FZ_COMMANDS; id++) {
        char choices[128];
        enum expected expected = command_expects(id, choices, sizeof choices);
        if (expected == EXPECT_NOTHING || expected == EXPECT_ANYTHING)
            continue;
        fprintf(out, "complete -c frieze -n '__frieze_wants_argument %s' ",
                fz_command_name((enum fz_command_id)id));
        if (expected == EXPECT_FILE) {
            fputs("-F\n", out);
            continue;
        }
        fputs("-a '", out);
        if (expected == EXPECT_CHOICE)
            put_words(out, choices);
        else
            put_option_names(out, reach_of(id));
        fputs("'\n", out);
    }
}
