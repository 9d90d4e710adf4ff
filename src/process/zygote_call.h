/* What goes between the two ends of a zygote's socket. Its first word is an answer of zeroes: it is ready. */
#ifndef FZ_PROCESS_ZYGOTE_CALL_H
#define FZ_PROCESS_ZYGOTE_CALL_H

#include <stdint.h>

enum fz_zygote_what {
    FZ_ZYGOTE_FORK, /* with the process' end of its socket; answered with a pidfd */
    FZ_ZYGOTE_END,  /* how did it end */
};

struct fz_zygote_call {
    uint32_t what;
    int32_t number; /* FORK */
    int32_t pid;    /* END */
};

struct fz_zygote_answer {
    int32_t pid;    /* FORK: 0 where it failed; END: 0 where it has not ended */
    int32_t sys;    /* FORK: the errno then */
    int32_t status; /* END: to waitpid(2) */
};

#endif
