/* A message of any length between two of our processes: small ones travel in the message itself, large ones in a memory file
 * beside it, which the receiver reads (and never maps: its sender could cut it short). */
#ifndef FZ_PROCESS_PARCEL_H
#define FZ_PROCESS_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FZ_PARCEL_MORE = 7 };

/* What its fields mean, the two sides know. */
struct fz_parcel {
    uint32_t kind, number, count, flags;
    int64_t value;
    char *bytes; /* NULL where there are none; received: owned, with a NUL behind them */
    size_t len;
    int fd; /* goes along; -1: none; received: owned */
    uint32_t more_count;
    int more[FZ_PARCEL_MORE]; /* the same, so many of them */
};

/* Any thread; several may send by one socket. The parcel stays the caller's. False: the other side is gone, or takes nothing
 * (errno). */
bool fz_parcel_send(int socket, const struct fz_parcel *parcel);

enum fz_parcel_end {
    FZ_PARCEL_CAME,
    FZ_PARCEL_LATE, /* nothing came in time */
    FZ_PARCEL_SPOILT, /* what came is no parcel, longer than `most_bytes`, or there were no descriptors or memory for it */
    FZ_PARCEL_ENDED, /* the other side has ended */
};

/* One thread at a time for each side. Waits at most `timeout_ms` (-1: for ever). */
enum fz_parcel_end fz_parcel_receive(int socket, struct fz_parcel *parcel, size_t most_bytes, int timeout_ms);

/* Frees what a received parcel holds. */
void fz_parcel_fini(struct fz_parcel *parcel);

/* Only what is in `more`, but for what was taken from there (-1). */
void fz_parcel_close_more(struct fz_parcel *parcel);

/* Any thread, of a parcel that is being made: another text, with its NUL. *capacity, of `bytes`, begins with 0. */
void fz_parcel_add_text(struct fz_parcel *parcel, size_t *capacity, const char *text);

/* The text that begins at *at, of those that each end with a NUL; moves *at behind it. NULL where none is left. */
const char *fz_parcel_text(const struct fz_parcel *parcel, size_t *at);

#endif
