/* What all pages want to know of a row. */
#include "pages.h"

#include <string.h>

const char *keys_of(int id, enum fz_command_view view)
{
    return fz_command_keys((enum fz_command_id)id, view);
}

bool has_keys(int id)
{
    for (int view = 0; view < FZ_VIEWS; view++)
        if (*keys_of(id, (enum fz_command_view)view))
            return true;
    return false;
}

enum expected option_expects(const struct fz_option_row *row)
{
    if (row->type == FZ_TYPE_FLAG)
        return EXPECT_NOTHING;
    if (row->type == FZ_TYPE_CHOICE)
        return EXPECT_CHOICE;
    return strncmp(row->metavar, "FILE", 4) == 0 ? EXPECT_FILE : EXPECT_ANYTHING;
}

enum expected command_expects(int id, char *choices, size_t size)
{
    const char *argument = fz_command_argument((enum fz_command_id)id);
    *choices = '\0';
    if (!argument)
        return EXPECT_NOTHING;
    argument += *argument == '[';
    snprintf(choices, size, "%.*s", (int)strcspn(argument, " ]."), argument);
    if (strchr(choices, '|'))
        return EXPECT_CHOICE;
    if (strcmp(choices, "OPTION") == 0)
        return EXPECT_OPTION;
    return strcmp(choices, "FILE") == 0 ? EXPECT_FILE : EXPECT_ANYTHING;
}

void put_escaped(FILE *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

void put_words(FILE *out, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, out);
}

void put_option_names(FILE *out, enum fz_option_reach reach)
{
    const char *space = "";
    for (int id = 0; id < FZ_OPTIONS; id++) {
        if (option_at(id)->reach < reach)
            continue;
        fprintf(out, "%s%s", space, option_at(id)->name);
        space = " ";
    }
}
