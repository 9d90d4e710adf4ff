/* The config files: INI with options, [keys] and [run]. What is wrong in them is named by file and line, and the rest
 * is taken. frieze.conf(5) describes the format. */
#ifndef FZ_CTL_CONFIG_H
#define FZ_CTL_CONFIG_H

#include "ctl/option.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FZ_CONFIG_MAX_BYTES = 1 << 20, /* of a file; what a larger one has behind them is left out */
    FZ_CONFIG_MAX_LINE = 4096,     /* bytes of a line */
    FZ_CONFIG_MAX_COMPLAINTS = 10, /* lines about one file; the others are counted */
};

enum fz_config_section { FZ_CONFIG_KEYS, FZ_CONFIG_RUN };

struct fz_config_file {
    char *path;
    char *complaints[FZ_CONFIG_MAX_COMPLAINTS];
    size_t complaint_count; /* also of those that found no place */
};

/* A line of [keys] or [run], not looked into any further: neither side of it is empty. */
struct fz_config_entry {
    enum fz_config_section section;
    char *key, *value; /* owned by the config */
    struct fz_config_file *file;
    int line;
};

/* One owner's thread. */
struct fz_config {
    struct fz_config_file **files;
    size_t file_count, file_capacity;
    struct fz_config_entry *entries; /* in the order of reading: of two for one key the later one counts */
    size_t entry_count, entry_capacity;
};

void fz_config_init(struct fz_config *config);
/* Ends the life of names that options borrow: after fz_options_fini. */
void fz_config_fini(struct fz_config *config);

/* Main thread, before the loop: reads files. Those of XDG_CONFIG_DIRS and then the user's, or as --config and
 * --no-config ask for, into the layers of `options` below the command line. */
void fz_config_load(struct fz_config *config, struct fz_options *options);

/* The same for one file; one that is not there is complained of only where it is `required`. */
void fz_config_read(struct fz_config *config, const char *path, enum fz_option_origin origin, bool required,
                    struct fz_options *options);

size_t fz_config_count(const struct fz_config *config);
/* Borrowed, until the next file is read. */
const struct fz_config_entry *fz_config_entry(const struct fz_config *config, size_t index);

/* For whoever looks into an entry and finds a fault: one line, without file and line number. */
void fz_config_complain(const struct fz_config_entry *entry, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes all complaints to standard error, once. */
void fz_config_report(struct fz_config *config);

#endif
