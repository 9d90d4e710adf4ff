/* The manual, the lists in docs/ and the completions, written from the option table and the command table. A template
 * holds the words; where a line of it is @NAME@, a function of that name below writes the rows of a table. */
#ifndef FZ_TOOLS_PAGES_H
#define FZ_TOOLS_PAGES_H

#include "ctl/command.h"
#include "ctl/option.h"

#include <stdio.h>

/* What can be completed after an option or a command. */
enum expected { EXPECT_NOTHING, EXPECT_ANYTHING, EXPECT_FILE, EXPECT_CHOICE, EXPECT_OPTION };

static inline const struct fz_option_row *option_at(int id)
{
    return fz_option_row((enum fz_option_id)id);
}

/* The keys of a command, "" where it has none there. */
const char *keys_of(int id, enum fz_command_view view);
/* Whether it has a key anywhere. */
bool has_keys(int id);

enum expected option_expects(const struct fz_option_row *row);
/* Of the first argument of a command; its choices are written to `choices`, separated by '|'. */
enum expected command_expects(int id, char *choices, size_t size);

/* Writes `text`, with each character of `special` after a backslash. */
void put_escaped(FILE *out, const char *text, const char *special);
/* Writes `choices`, separated by spaces in place of '|'. */
void put_words(FILE *out, const char *choices);
/* Writes the names of options that reach that far, separated by spaces. */
void put_option_names(FILE *out, enum fz_option_reach reach);

/* What @NAME@ stands for. */
void man_options(FILE *out);
void man_keys(FILE *out);
void man_commands(FILE *out);
void man_file_options(FILE *out);
void markdown_options(FILE *out);
void markdown_commands(FILE *out);
void bash_options(FILE *out);
void bash_values(FILE *out);
void bash_commands(FILE *out);
void bash_arguments(FILE *out);
void zsh_options(FILE *out);
void zsh_commands(FILE *out);
void zsh_arguments(FILE *out);
void fish_options(FILE *out);
void fish_commands(FILE *out);
void fish_arguments(FILE *out);

#endif
