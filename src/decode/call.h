/* What goes between a worker and its decoder process. Structures of fixed size, made and read by the same program; all that
 * comes from the decoder is checked by the worker's side (front_check.c) before anything believes it. */
#ifndef FZ_DECODE_CALL_H
#define FZ_DECODE_CALL_H

#include "decode/quarantine.h"
#include "decode/ring.h"
#include "image/anim/anim.h"
#include "image/image.h"
#include "image/metadata/carry.h"
#include "image/metadata/metadata.h"
#include "image/probe.h"

/* The CALL TABLE: what a decoder process does. X(ID, function in back_work.c, what its content is wanted for (fz_content_use), enum
 * fz_call_trait) */
#define FZ_CALL_TABLE(X)                                                                           \
    /* [descriptor], head, bytes -> pixels */                                                      \
    X(LOAD, load, SHOWN, FZ_CALL_TELLS_ROWS)                                                       \
    /* head -> pixels */                                                                           \
    X(FIRST, load_first, SHOWN, FZ_CALL_MAY_FIND)                                                  \
    /* head, bytes, text (its URI) -> pixels */                                                    \
    X(THUMBNAIL, load_thumbnail, SHOWN, FZ_CALL_MAY_FIND)                                          \
    /* descriptor -> format */                                                                     \
    X(SNIFF, sniff, SHOWN, 0)                                                                      \
    /* descriptor -> facts */                                                                      \
    X(PROBE, probe, SHOWN, FZ_CALL_TELLS)                                                          \
    /* descriptor -> metadata */                                                                   \
    X(METADATA, read_metadata, TOLD, FZ_CALL_TELLS)                                                \
    /* bytes -> metadata */                                                                        \
    X(XMP, read_xmp, TOLD, FZ_CALL_TELLS)                                                          \
    /* descriptor, box (the size of the copy), turned -> what goes with it, in the ring's input */ \
    X(CARRY, carry, CARRIED, 0)                                                                    \
    /* descriptor -> an animation, which the decoder holds from then on */                         \
    X(OPEN, open_anim, SHOWN, FZ_CALL_TELLS)                                                       \
    /* -> its next frame, or frame `index`, on the canvas */                                       \
    X(COMPOSE, compose, SHOWN, FZ_CALL_TELLS | FZ_CALL_OF_OPENED)                                  \
    /* -> the canvas as pixels */                                                                  \
    X(RENDER, render, SHOWN, FZ_CALL_OF_OPENED)

enum fz_call_what {
#define X(id, function, use, traits) FZ_CALL_##id,
    FZ_CALL_TABLE(X)
#undef X
};

enum fz_call_trait {
    FZ_CALL_TELLS = 1,      /* something beside what stands in fz_call_done: union fz_call_more */
    FZ_CALL_TELLS_ROWS = 2, /* the same, of a LOAD where they are wanted */
    FZ_CALL_OF_OPENED = 4,  /* of the animation that the decoder holds: nothing is given with it */
    FZ_CALL_MAY_FIND = 8,   /* pixels: that there are none is no error (fz_call_done.found) */
};

struct fz_call_row {
    enum fz_content_use use; /* what its content is set aside for, where that ends decoders */
    unsigned traits;         /* enum fz_call_trait */
};
extern const struct fz_call_row fz_call_rows[]; /* by enum fz_call_what; any thread, any process */

/* First of all. With the descriptor of the ring's memory. */
struct fz_call_setup {
    uint32_t slots;         /* of the ring */
    uint64_t scratch_bytes; /* that its buffers may hold between two calls, */
    uint64_t heap_bytes;    /* and its C library in freed blocks */
    /* working memory that it need not ask for: a small picture costs one round trip, not two */
    uint64_t free_bytes;
    uint64_t address_bytes; /* that the process may have in all; 0: no limit */
    uint64_t file_bytes;    /* of the largest picture */
    uint32_t cpu_s;         /* that the process may use in its life */
};

struct fz_call {
    uint32_t what;
    uint32_t id; /* counts up from 1 */
    struct fz_image_want want;
    int32_t index;              /* COMPOSE */
    int32_t slot;               /* the first of those that it may write to; -1: none */
    uint32_t slots;             /* how many */
    uint32_t turned;            /* CARRY */
    uint32_t wants_rows;        /* LOAD: an index is answered */
    uint32_t rows_come;         /* LOAD: in the header of the ring, perhaps */
    struct fz_image_index rows; /* LOAD where they are wanted: as far as they are known */
    struct fz_image_limits limits;
    int64_t mtime_s;                        /* THUMBNAIL */
    uint32_t head_len, bytes_len, text_len; /* one behind the other in the ring's input */
};

/* The answer to that. */
struct fz_call_ready {
    uint32_t layers;                  /* of the sandbox, that hold */
    char missing[FZ_SANDBOX_MISSING]; /* why others do not */
};

enum fz_tell_what {
    FZ_TELL_RESERVE, /* asks for working memory; answered by a fz_call_grant */
    FZ_TELL_CLAIM,   /* the same, of memory that something else has to give up */
    FZ_TELL_ALLOC, /* asks for more memory than its slots have; answered by one with slots, or with a descriptor */
    /* Says what it may take from now on, in bytes and cpu_us: it does not look at that itself. Answered by a fz_call_grant once
     * what it has taken until now is known. */
    FZ_TELL_BOUND,
    FZ_TELL_DONE, /* and what follows it */
};

struct fz_tell {
    uint32_t what;
    uint32_t id; /* of the call */
    uint64_t bytes;
    int64_t cpu_us;
    int32_t w, h;
};

struct fz_call_grant {
    uint32_t id;
    uint32_t granted; /* 0 or 1 */
    int32_t slot;     /* ALLOC: the first of those that hold it; -1: the memory behind the descriptor does */
};

/* struct fz_image, and how it went. */
struct fz_call_image {
    char format[16];
    int32_t width, height, orientation, frames, whole_w, whole_h, out_w, out_h;
    uint8_t has_profile, shows_background, damaged, needs_files, needs_heavy;
};

struct fz_call_done {
    struct fz_tell tell;
    int64_t cpu_us;
    uint64_t kept_bytes; /* in its buffers, until the next call */
    int32_t found;       /* of what is true or false */
    struct fz_error error;
    struct fz_call_image image;
    struct fz_anim_frame frame; /* COMPOSE */
};

/* What else is known; left at the start of the ring's input, where the worker copies it before it looks at it. */
union fz_call_more {
    struct fz_metadata metadata;    /* METADATA, XMP */
    char date[FZ_PROBE_DATE_BYTES]; /* PROBE */
    struct fz_image_index rows;     /* LOAD */
    struct {
        char format[16];
        int32_t frames, plays;
        uint64_t held_bytes;
        struct fz_error damage;
    } anim; /* OPEN, COMPOSE: what is known by now */
};

#endif
