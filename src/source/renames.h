/* Renames on their way: gathered for a moment, as other news is (burst.h), so that a folder whose files are all renamed is
 * a few events and not one each, of which each costs what the list has. A file may be renamed more than once, or
 * take the name that another just had: their order is kept. They go before all that happened later, since whoever hands
 * over an event sends them first; and what happened earlier to one of their names goes before them. */
#ifndef FZ_SOURCE_RENAMES_H
#define FZ_SOURCE_RENAMES_H

#include "source/batch.h"
#include "source/tree.h"

enum { FZ_RENAMES_FOLDERS = 16 }; /* at once; with more of them all are sent */

/* Zeroed = empty. The scanner's thread. */
struct fz_renames {
    struct fz_renames_folder {
        struct fz_tree_ref folder; /* LISTED, so of one root */
        struct fz_batch pairs;
    } folders[FZ_RENAMES_FOLDERS];
    size_t count;   /* of folders in use; what lies behind keeps its memory */
    int64_t due_us; /* when they go out; 0 = there are none */
};

struct fz_scanner;

/* The scanner's thread, all of these. */
void fz_renames_fini(struct fz_renames *renames);

/* A file of a LISTED folder has another name; `doubt` is of that. */
void fz_renames_note(struct fz_scanner *scanner, uint32_t folder, const char *from, const char *to,
                     enum fz_source_doubt doubt);

/* When they are to be sent (INT64_MAX: never), and doing that then. */
int64_t fz_renames_due_us(const struct fz_renames *renames);
void fz_renames_work(struct fz_scanner *scanner);

/* Sends them without waiting for more. */
void fz_renames_send(struct fz_scanner *scanner);

#endif
