/* The rows of the list: slots with generations, the names and folders that they refer to, and the way from
 * a path back to its slot. Their order is no matter of this file. */
#ifndef FZ_SOURCE_ITEMS_H
#define FZ_SOURCE_ITEMS_H

#include "source/index.h"
#include "source/list.h"
#include "source/names.h"

enum {
    FZ_ITEM_LIVE = 1,      /* the slot is in use */
    FZ_ITEM_ORDERED = 2,   /* has a place in the order */
    FZ_ITEM_UNKNOWN = 4,   /* of unknown kind, not settled yet */
    FZ_ITEM_GIVEN = 8,     /* unknown, and somebody looks into it */
    FZ_ITEM_EXPLICIT = 16, /* named by the user */
    FZ_ITEM_DOUBTED = 32,  /* was of unknown kind when it came */
    FZ_ITEM_OUT = 64,      /* was taken out of the list, but is still in its folder: no item, only a name */
    FZ_ITEM_GOES = 128,    /* for the length of one call */
    FZ_ITEM_KEPT =
        256, /* stays: until all of the event has been taken; with GOES: goes only to another place */
    FZ_ITEM_DROPPED = 512,  /* OUT because the user dropped it */
    FZ_ITEM_MARKED = 1024,  /* by the user; counts while it is in the order */
    FZ_ITEM_FACTS = 2048,   /* its facts are filled in, with those of its old bytes perhaps */
    FZ_ITEM_ASKED = 4096,   /* somebody looked for the facts of its present bytes */
    FZ_ITEM_MATCH_A = 8192, /* answers to a search: of the one that stands, and of the one under way */
    FZ_ITEM_MATCH_B = 16384,
    FZ_ITEM_BENEATH = 32768, /* lies beneath another item (stacks.h): it has no place in the order */
};

/* 16 bytes: there may be millions. Slots, folders and roots are FZ_ITEMS_MOST at most. */
struct fz_item {
    uint32_t name; /* in the pool; of a free slot: the next free one, plus 1 */
    uint32_t folder : 24, generation : 8;
    uint32_t position : 24; /* in the order; a hint that the list checks */
    uint32_t root_high : 8; /* fz_item_root */
    uint16_t root_low;
    uint16_t flags;
};

static inline uint32_t fz_item_root(const struct fz_item *item)
{
    return (uint32_t)item->root_high << 16 | item->root_low;
}

/* Of a row with FACTS of which the other one alone is known yet. */
#define FZ_ITEM_MTIME_UNKNOWN UINT64_MAX
#define FZ_ITEM_SIZE_UNKNOWN UINT32_MAX

/* What the file tells of itself; 8 bytes. */
enum {
    FZ_TOLD_ASKED = 1,
    FZ_TOLD_ANSWERED = 2,
    FZ_TOLD_TAKEN = 4,
    FZ_TOLD_RATED = 8,
    FZ_TOLD_ANEW = 16, /* the next time the file itself is asked, not the tile cache */
    FZ_TOLD_FLAGS = 5, /* bits of those */
};
#define FZ_TOLD_BIAS ((int64_t)1 << 39) /* years of four digits fit */
struct fz_item_told {
    uint32_t taken_low; /* s since 1970, plus the bias, */
    uint8_t taken_high;
    uint8_t taken_part; /* and 1/256 s */
    uint8_t
        generation; /* of what is known without asking: answers to questions from before it are outdated */
    uint8_t known;  /* below; the three bits above are the rating */
};

/* ns since 1970; beyond what 64 bits hold, the first or the last of them. */
static inline int64_t fz_item_taken_ns(const struct fz_item_told *told)
{
    const int64_t most = INT64_MAX / 1000000000 - 1;
    int64_t s = (int64_t)((uint64_t)told->taken_high << 32 | told->taken_low) - FZ_TOLD_BIAS;
    s = s < -most ? -most : s > most ? most : s;
    return s * 1000000000 + told->taken_part * INT64_C(1000000000) / 256;
}

static inline int fz_item_rating(const struct fz_item_told *told)
{
    const int bits = told->known >> FZ_TOLD_FLAGS;
    return bits == 7 ? -1 : bits;
}

static inline void fz_item_set_rating(struct fz_item_told *told, int rating)
{
    const unsigned flags = told->known & ((1u << FZ_TOLD_FLAGS) - 1);
    told->known = (uint8_t)(flags | ((unsigned)rating & 7) << FZ_TOLD_FLAGS);
}

/* 8 bytes: a tree has many. */
struct fz_item_folder {
    uint32_t path;  /* in the pool; FZ_NAMES_FULL = free row */
    uint32_t items; /* that refer to it; the row goes with the last one */
};

/* Zeroed = empty. Render thread only. */
struct fz_items {
    struct fz_item *rows;
    size_t capacity;
    uint32_t used; /* slots ever used */
    /* What the file system says of the files, by slot; each NULL until an order goes by it. */
    uint64_t
        *mtimes;     /* ns since 1970, as a number that sorts: the sign is turned; or FZ_ITEM_MTIME_UNKNOWN */
    uint32_t *sizes; /* bytes below 2 GB; above, 2^31 plus MB; or FZ_ITEM_SIZE_UNKNOWN */
    size_t mtime_capacity, size_capacity;
    struct fz_item_told *told;        /* by slot; NULL until somebody asks */
    size_t told_capacity, told_count; /* rows that are answered */
    uint32_t *arrivals;               /* by slot: number of arrival; NULL while no root keeps that order */
    size_t arrivals_capacity;
    uint32_t arrival;  /* the last number given */
    uint8_t *as_given; /* by root: keeps the order of arrival */
    size_t as_given_capacity;
    uint32_t free_first, free_last; /* first in, first out, so that generations last; plus 1, 0 = none */
    struct fz_names names;
    struct fz_index by_name; /* hash of folder and name */
    struct fz_index by_stem; /* RAW files alone: hash of folder and name without its suffix */
    struct fz_item_folder *folders;
    size_t folder_count, folder_capacity;
    uint32_t folder_free;    /* rows free to be used again, linked through `items`; plus 1 */
    struct fz_index by_path; /* folders */
};

#define FZ_ITEMS_NONE UINT32_MAX
enum { FZ_ITEMS_MOST = FZ_INDEX_MOST };

/* Any thread; stacks.c. The hash of a RAW file in by_stem; false for any other name. */
bool fz_stacks_key(uint32_t folder, const char *name, uint32_t *hash);

/* Whoever has the items; stacks.c. What is to cover a RAW file, if it has one of these flags: of the same root, else of the first that has
 * one, since each file that is named on the command line is a root; FZ_ITEMS_NONE where there is none. */
uint32_t fz_stacks_cover_among(const struct fz_items *items, uint32_t raw, uint16_t flags);

/* Render thread, all of these. */
void fz_items_fini(struct fz_items *items);

/* The folder's row, or FZ_ITEMS_NONE. */
uint32_t fz_items_folder(const struct fz_items *items, const char *path);
/* The same, made where it was not there, unless FZ_ITEMS_MOST folders or 4 GB of names are in use; without an item in it, it goes by
 * fz_items_folder_drop. */
uint32_t fz_items_folder_get(struct fz_items *items, const char *path);
void fz_items_folder_drop(struct fz_items *items, uint32_t folder);

/* Its path, borrowed until the next add or compaction, while the names are pinned until they are not; NULL for a free row. */
const char *fz_items_path(const struct fz_items *items, uint32_t folder);

/* What find and add look for: a name in a folder, of one root. All roots that have it share its hash. */
struct fz_item_key {
    uint32_t root, folder;
    const char *name;
    uint32_t hash;
};
struct fz_item_key fz_items_key(uint32_t root, uint32_t folder, const char *name);

/* The slot, or FZ_ITEMS_NONE. */
uint32_t fz_items_find(const struct fz_items *items, const struct fz_item_key *key);

/* A new slot with flags LIVE; FZ_ITEMS_NONE when FZ_ITEMS_MOST slots or 4 GB of names are in use, or there is no such folder. */
uint32_t fz_items_add(struct fz_items *items, const struct fz_item_key *key);

/* The slot gets another name in its folder; the generation stays. False when 4 GB of names are in use. */
bool fz_items_rename(struct fz_items *items, uint32_t slot, const struct fz_item_key *key);

/* Frees the slot. Its folder's row stays until fz_items_folder_drop. */
void fz_items_remove(struct fz_items *items, uint32_t slot);

/* Gives the slot a new generation, so that ids handed out before are stale. */
void fz_items_renew(struct fz_items *items, uint32_t slot);

/* Once after removals: builds the pool of names anew when most of it is holes. */
void fz_items_compact(struct fz_items *items);

/* Once a listing is complete: gives back room that arrays keep for growing. */
void fz_items_trim(struct fz_items *items);

/* What the slot's file tells; nothing where nobody asked. */
struct fz_item_told fz_items_told(const struct fz_items *items, uint32_t slot);
/* The row to fill in. */
struct fz_item_told *fz_items_told_row(struct fz_items *items, uint32_t slot);

fz_item_id fz_items_id(const struct fz_items *items, uint32_t slot);
/* The slot of a valid id, else FZ_ITEMS_NONE; what is OUT has none. */
uint32_t fz_items_slot(const struct fz_items *items, fz_item_id id);

/* Ordered by arrival, rather than by folder and name? */
bool fz_items_is_as_given(const struct fz_items *items, uint32_t root);

/* The item stands behind all of its root that came before. */
void fz_items_arrive(struct fz_items *items, uint32_t slot);

const char *fz_items_name(const struct fz_items *items, uint32_t slot);
const char *fz_items_folder_path(const struct fz_items *items, uint32_t slot);

#endif
