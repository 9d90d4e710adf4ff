#include "ctl/complete.h"

#include "ctl/command.h"
#include "ctl/option.h"

#include <stdio.h>
#include <string.h>

static void offer(struct fz_completion *done, const char *begun, const char *word, size_t length)
{
    size_t have = strlen(begun);
    if (length < have || strncmp(word, begun, have) != 0)
        return;
    const char *rest = word + have;
    size_t rest_length = length - have, same = 0;
    if (done->count == 0) {
        snprintf(done->added, sizeof done->added, "%.*s", (int)rest_length, rest);
    } else {
        while (same < rest_length && done->added[same] && done->added[same] == rest[same])
            same++;
        done->added[same] = '\0';
    }
    size_t used = strlen(done->list);
    if (used + length + 3 < sizeof done->list)
        snprintf(done->list + used, sizeof done->list - used, "%s%.*s", used > 0 ? "  " : "", (int)length,
                 word);
    done->count++;
}

/* What is written "a|b", or "[a|b]", is a choice; what is in capitals is anything. */
static void offer_choices(struct fz_completion *done, const char *begun, const char *argument)
{
    for (const char *p = argument; *p;) {
        size_t length = strcspn(p, "|[] ");
        if (length > 0 && p[0] >= 'a' && p[0] <= 'z')
            offer(done, begun, p, length);
        p += length + strspn(p + length, "|[]");
        if (*p == ' ')
            break;
    }
}

static void offer_options(struct fz_completion *done, const char *begun)
{
    for (int id = 0; id < FZ_OPTIONS; id++) {
        const struct fz_option_row *row = fz_option_row((enum fz_option_id)id);
        if (row->reach == FZ_REACH_LIVE)
            offer(done, begun, row->name, strlen(row->name));
    }
}

/* What the option named before it takes. */
static void offer_values(struct fz_completion *done, const char *option, const char *begun)
{
    char name[32];
    enum fz_option_id id;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(option, " "), option);
    if (strchr(begun, ' ') || !fz_option_find(name, &id))
        return;
    const struct fz_option_row *row = fz_option_row(id);
    if (row->type == FZ_TYPE_FLAG)
        offer_choices(done, begun, "yes|no");
    else if (row->type == FZ_TYPE_CHOICE)
        offer_choices(done, begun, row->metavar);
}

void fz_complete(const char *before, struct fz_completion *completion)
{
    *completion = (struct fz_completion){0};
    before += strspn(before, " ");
    const char *space = strchr(before, ' ');
    if (!space) {
        for (int id = 0; id < FZ_COMMANDS; id++) {
            const char *name = fz_command_name((enum fz_command_id)id);
            offer(completion, before, name, strlen(name));
        }
    } else {
        char name[32];
        enum fz_command_id id;
        const char *begun = space + strspn(space, " ");
        snprintf(name, sizeof name, "%.*s", (int)(space - before), before);
        const char *argument = fz_command_find(name, &id) ? fz_command_argument(id) : NULL;
        const char *second = strchr(begun, ' ');
        if (argument && strstr(argument, "OPTION") && !second)
            offer_options(completion, begun);
        else if (argument && !second)
            offer_choices(completion, begun, argument);
        else if (argument && id == FZ_COMMAND_SET)
            offer_values(completion, begun, second + strspn(second, " "));
    }
    size_t length = strlen(completion->added);
    if (completion->count == 1 && length + 1 < sizeof completion->added)
        memcpy(completion->added + length, " ", 2);
}
