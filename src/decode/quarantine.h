/* What has ended two decoders is set aside until it changes: known by its content, whatever it is called, and for what it was
 * wanted for then. */
#ifndef FZ_DECODE_QUARANTINE_H
#define FZ_DECODE_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_quarantine;

enum { FZ_CONTENT_PARTS = 2, FZ_CONTENT_DIGEST = 32 };

/* What it was wanted for: each has code of its own, and what ends one may be fine for the others. */
enum fz_content_use {
    FZ_CONTENT_SHOWN,   /* its pixels */
    FZ_CONTENT_TOLD,    /* what it says beside them, */
    FZ_CONTENT_CARRIED, /* and that again, for a copy */
};

/* What a decoder was given: the file `fd`, or, where that is -1, these parts of one. Borrowed. */
struct fz_content {
    enum fz_content_use use;
    int fd;
    struct fz_content_part {
        const void *bytes;
        size_t len;
    } parts[FZ_CONTENT_PARTS];
};

/* What it is known by, when it is not at hand any more. */
struct fz_content_name {
    enum fz_content_use use;
    int64_t bytes; /* 0: it is not known */
    uint8_t digest[FZ_CONTENT_DIGEST];
};

/* The owner. */
struct fz_quarantine *fz_quarantine_new(void);
void fz_quarantine_free(struct fz_quarantine *quarantine); /* NULL-safe */

/* A worker; reads the file, whose offset stays. */
struct fz_content_name fz_content_name_of(const struct fz_content *content);

/* A worker. What has this name has ended a decoder; `by_chance`: perhaps somebody else has, and only many of these count. */
void fz_quarantine_note(struct fz_quarantine *quarantine, const struct fz_content_name *name, bool by_chance);

/* A worker; reads the content only where one of its size is set aside. */
bool fz_quarantine_holds(struct fz_quarantine *quarantine, const struct fz_content *content);

#endif
