#include "decode/congestion.h"

#include "decode/pages.h"

#include <stdbool.h>

enum {
    FIRST_WINDOW = 10,    /* reads at once, when the first one took its time: as of TCP, RFC 6928 */
    LEAST_WINDOW = 4,     /* the same later on */
    LARGER_US = 700000,   /* up to here twice as much is asked for at once, */
    SMALLER_US = 1400000, /* and from here half as much */
    FIRST_US =
        2500000, /* of all first reads, were it bytes that take the time: a share that gives none for longer hangs */
};

static int first_window(int64_t took_us)
{
    int64_t window = FIRST_US / took_us;
    return window < 1 ? 1 : window < FIRST_WINDOW ? (int)window : FIRST_WINDOW;
}

/* What is remembered as the least grows slowly: the share may have become slower for good. What comes at once was kept in memory, and says
 * nothing of the share. */
static void learn_window(struct fz_congestion *c, int64_t took_us)
{
    if (took_us < FZ_PAGES_QUICK_US) {
        c->window = c->window > 1 ? c->window - 1 : 1;
        return;
    }
    c->least_us += c->least_us / 64;
    bool is_first = c->least_us == 0;
    if (is_first || took_us < c->least_us)
        c->least_us = took_us;
    if (is_first)
        c->window = first_window(took_us);
    else if (took_us < c->least_us * 3 / 2)
        c->window += c->window < LEAST_WINDOW ? LEAST_WINDOW - 1 : c->window < FZ_READS_MOST;
    else if (took_us > c->least_us * 2)
        c->window -= c->window > 1;
}

/* Blocks of a megabyte, ten at a time, keep each other waiting for seconds where the link is narrow, which looks as if it hung. */
static void learn_block(struct fz_congestion *c, uint64_t block, uint64_t most_bytes, int64_t took_us)
{
    if (block != c->block)
        return;
    if (took_us <= LARGER_US && block < most_bytes) {
        c->block *= 2;
        c->least_us *= 2;
    } else if (took_us > SMALLER_US && block > FZ_BLOCK_LEAST_BYTES) {
        c->block /= 2;
        c->least_us /= 2;
        c->window = c->window > 1 ? c->window / 2 : 1;
    }
}

void fz_congestion_learn(struct fz_congestion *congestion, uint64_t block, uint64_t most_bytes,
                         int64_t took_us)
{
    learn_window(congestion, took_us);
    learn_block(congestion, block, most_bytes, took_us);
}
