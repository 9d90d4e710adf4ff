/* Tables of GitHub's Markdown, where a bar ends a cell even in code. */
#include "pages.h"

#include <string.h>

static void put_text(FILE *out, const char *text)
{
    put_escaped(out, text, "|");
}

/* Each word as code, but the space key is the word Space: spaces only separate. */
static void put_keys(FILE *out, const char *keys)
{
    while (*keys) {
        size_t len = strcspn(keys, " ");
        char word[32];
        snprintf(word, sizeof word, "%.*s", (int)len, keys);
        fputs("`", out);
        put_text(out, word);
        keys += len + strspn(keys + len, " ");
        fputs(*keys ? "` " : "`", out);
    }
}

static void put_option(FILE *out, const struct fz_option_row *row)
{
    static const char *const reaches[] = {
        [FZ_REACH_LINE] = "", [FZ_REACH_FILE] = "in a file", [FZ_REACH_LIVE] = "in a file, while it runs"};
    fputs("| ", out);
    if (row->letter)
        fprintf(out, "`-%c` ", row->letter);
    fprintf(out, "`--%s%s", row->name, row->metavar ? "=" : "");
    put_text(out, row->metavar ? row->metavar : "");
    fputs("` | ", out);
    put_text(out, row->help);
    fprintf(out, " | %s%s%s | %s |\n", row->fallback ? "`" : "", row->fallback ? row->fallback : "",
            row->fallback ? "`" : "", reaches[row->reach]);
}

void markdown_options(FILE *out)
{
    for (int group = 0; group < FZ_OPTION_GROUPS; group++) {
        fprintf(out, "%s## %s\n\n| option | what it does | default | also |\n|---|---|---|---|\n",
                group > 0 ? "\n" : "", fz_option_group_title((enum fz_option_group)group));
        for (int id = 0; id < FZ_OPTIONS; id++)
            if (option_at(id)->group == (enum fz_option_group)group)
                put_option(out, option_at(id));
    }
}

void markdown_commands(FILE *out)
{
    fputs("| command | on the wall | in the picture view | what it does |\n|---|---|---|---|\n", out);
    for (int id = 0; id < FZ_COMMANDS; id++) {
        const char *argument = fz_command_argument((enum fz_command_id)id);
        const char *show = keys_of(id, FZ_VIEW_SHOW);
        fprintf(out, "| `%s%s", fz_command_name((enum fz_command_id)id), argument ? " " : "");
        put_text(out, argument ? argument : "");
        fputs("` | ", out);
        put_keys(out, keys_of(id, FZ_VIEW_WALL));
        fputs(" | ", out);
        put_keys(out, keys_of(id, FZ_VIEW_PICTURE));
        put_keys(out, show);
        fprintf(out, "%s | ", *show ? " in a show" : "");
        put_text(out, fz_command_help((enum fz_command_id)id));
        fputs(" |\n", out);
    }
}
