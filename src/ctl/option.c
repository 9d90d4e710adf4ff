#include "ctl/option.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const struct fz_option_row rows[FZ_OPTIONS] = {
#define X(id, type, name, letter, fallback, min, max, metavar, group, reach, help)                     \
    [FZ_OPTION_##id] = {FZ_TYPE_##type,   name, letter, fallback, min, max, metavar, FZ_GROUP_##group, \
                        FZ_REACH_##reach, help},
    FZ_OPTION_TABLE(X)
#undef X
};

static const char *const group_titles[FZ_OPTION_GROUPS] = {
#define X(id, title) [FZ_GROUP_##id] = title,
    FZ_OPTION_GROUP_TABLE(X)
#undef X
};

const struct fz_option_row *fz_option_row(enum fz_option_id id)
{
    return &rows[id];
}

const char *fz_option_group_title(enum fz_option_group group)
{
    return group_titles[group];
}

const char *fz_option_origin_name(enum fz_option_origin origin)
{
    static const char *const names[FZ_ORIGINS] = {
        [FZ_ORIGIN_UNSET] = "default",
        [FZ_ORIGIN_DEFAULT] = "default",
        [FZ_ORIGIN_SYSTEM_FILE] = "system file",
        [FZ_ORIGIN_USER_FILE] = "user file",
        [FZ_ORIGIN_COMMAND_LINE] = "command line",
        [FZ_ORIGIN_RUN_TIME] = "run time",
    };
    return names[origin];
}

bool fz_option_find(const char *name, enum fz_option_id *id)
{
    for (int i = 0; i < FZ_OPTIONS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *id = (enum fz_option_id)i;
            return true;
        }
    }
    return false;
}

/* The highest layer that says something. */
static void choose(struct fz_options *options, enum fz_option_id id)
{
    options->values[id] = (struct fz_option_value){0};
    for (int origin = FZ_ORIGIN_DEFAULT; origin < FZ_ORIGINS; origin++)
        if (options->layers[origin][id].origin != FZ_ORIGIN_UNSET)
            options->values[id] = options->layers[origin][id];
}

enum fz_err fz_option_set_in_file(struct fz_options *options, enum fz_option_id id, const char *text,
                                  enum fz_option_origin origin, const char *file, int line,
                                  struct fz_error *err)
{
    struct fz_option_value value = {.origin = origin, .file = file, .line = line};
    if (!fz_option_parse(&rows[id], text, &value)) {
        char wants[80];
        fz_option_wants(&rows[id], wants, sizeof wants);
        return fz_fail(err, FZ_E_USAGE, 0, "%s%s=%.60s: wants %s",
                       origin == FZ_ORIGIN_COMMAND_LINE ? "--" : "", rows[id].name, text, wants);
    }
    if (value.text)
        value.text = fz_strdup(text);
    free(options->layers[origin][id].text);
    options->layers[origin][id] = value;
    choose(options, id);
    return FZ_OK;
}

enum fz_err fz_option_set(struct fz_options *options, enum fz_option_id id, const char *text,
                          enum fz_option_origin origin, struct fz_error *err)
{
    return fz_option_set_in_file(options, id, text, origin, NULL, 0, err);
}

void fz_option_reset(struct fz_options *options, enum fz_option_id id, enum fz_option_origin origin)
{
    free(options->layers[origin][id].text);
    options->layers[origin][id] = (struct fz_option_value){0};
    choose(options, id);
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
    for (int origin = 0; origin < FZ_ORIGINS; origin++)
        for (int id = 0; id < FZ_OPTIONS; id++)
            free(options->layers[origin][id].text);
    memset(options, 0, sizeof *options);
}
