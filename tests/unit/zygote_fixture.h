/* A test whose program is its own zygote, too. */
#ifndef FZ_TEST_ZYGOTE_FIXTURE_H
#define FZ_TEST_ZYGOTE_FIXTURE_H

#include "process/title.h"
#include "process/zygote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First of all in main: does not return where the program was started as one. */
static inline void become_zygote(int argc, char **argv, const struct fz_role *const *roles)
{
    fz_title_init(argc, argv);
    if (argc > 1 && strcmp(argv[1], FZ_ZYGOTE_ARGUMENT) == 0)
        exit(fz_zygote_back_main(argc, argv, roles));
}

/* As fz_zygote_front_start; ends the program where that fails. */
static inline struct fz_zygote *start_zygote(const struct fz_role *role, bool sandbox)
{
    struct fz_zygote *zygote;
    struct fz_error err;
    if (fz_zygote_front_start(&zygote, role, sandbox, &err) == FZ_OK)
        return zygote;
    fprintf(stderr, "%s\n", err.msg);
    exit(1);
}

#endif
