/* The programs of the user: lines of [run]. */
#ifndef FZ_CTL_PROGRAM_H
#define FZ_CTL_PROGRAM_H

#include "ctl/config.h"
#include "ctl/keymap.h"
#include "ctl/words.h"

/* Immutable once read. */
struct fz_program {
    struct fz_key key;
    char *line;            /* as it is written */
    struct fz_words words; /* of it, with what stands in braces as it is */
    bool wants_path;       /* {path} or {dir} */
    bool wants_marked;     /* {marked} */
};

struct fz_programs {
    struct fz_program *list; /* owned; of two for one key the later one counts */
    size_t count, capacity;
};

/* Main thread. "KEY... = PROGRAM ARGUMENT..."; what is wrong is complained of, by file and line, and the rest taken. */
void fz_programs_init(struct fz_programs *programs, const struct fz_config *config);
void fz_programs_fini(struct fz_programs *programs);

/* Main thread. Every key that by itself is the command run becomes the first of two; the second says which program. */
void fz_programs_bind(const struct fz_programs *programs, struct fz_keymap *map);

/* Any thread, all of these. The program of a key as people write it, or else of that name; NULL: none. */
const struct fz_program *fz_programs_find(const struct fz_programs *programs, const char *text);
/* Its name without a folder. */
const char *fz_program_name(const struct fz_program *program);

/* What stands for the words in braces. */
struct fz_picked {
    const char *path;          /* of the selected picture, absolute */
    const char *const *marked; /* the same of the marked ones */
    size_t marked_count;       /* 0: the selected one stands for them */
};

/* Any thread. The arguments, ended by NULL beyond arguments->count; LIMIT where they take more than `room` bytes (then
 * *arguments is empty). */
enum fz_err fz_program_expand(const struct fz_program *program, const struct fz_picked *picked, size_t room,
                              struct fz_words *arguments, struct fz_error *err);

#endif
