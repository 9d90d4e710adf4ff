#include "decode/quarantine.h"

#include "base/io.h"
#include "base/mem.h"

#include <pthread.h>
#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(FZ_CONTENT_DIGEST == SHA256_DIGEST_LENGTH, "it is a SHA-256");

enum {
    ENTRIES = 4096,
    BLOCK_BYTES = 64 << 10,
    END_BYTES = 4 << 20, /* at each end of a long file, of which that is enough */
    /* A decoder that somebody killed weighs less: so often by chance is none. */
    OWN_WEIGHT = 16,
    CHANCE_WEIGHT = 1,
    ENOUGH = 2 * OWN_WEIGHT,
};

struct entry {
    struct fz_content_name name;
    int weight; /* of the decoders that ended over it */
};

struct fz_quarantine {
    pthread_mutex_t lock;
    struct entry entries[ENTRIES]; /* under lock; the oldest gives way */
    unsigned count;                /* under lock: ever */
};

struct fz_quarantine *fz_quarantine_new(void)
{
    struct fz_quarantine *quarantine = fz_calloc(1, sizeof *quarantine);
    pthread_mutex_init(&quarantine->lock, NULL);
    return quarantine;
}

void fz_quarantine_free(struct fz_quarantine *quarantine)
{
    if (quarantine)
        pthread_mutex_destroy(&quarantine->lock);
    free(quarantine);
}

static bool add_part(SHA2_CTX *context, int fd, int64_t from, int64_t bytes)
{
    uint8_t *block = fz_malloc(BLOCK_BYTES);
    bool came = true;
    size_t n;
    for (int64_t at = 0; at < bytes && came; at += (int64_t)n) {
        size_t wanted = (size_t)(bytes - at < BLOCK_BYTES ? bytes - at : BLOCK_BYTES);
        came = fz_pread_full(fd, block, wanted, from + at, &n) && n > 0;
        if (came)
            SHA256Update(context, block, n);
    }
    free(block);
    return came;
}

/* A long one is known by its ends and its time: to read all of it would take as long as to show other pictures. */
static bool add_file(SHA2_CTX *context, int fd, int64_t *bytes)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    *bytes = st.st_size;
    if (st.st_size <= 2L * END_BYTES)
        return add_part(context, fd, 0, st.st_size);
    if (st.st_nlink > 0) /* a copy of what lies on a share is as old as itself */
        SHA256Update(context, (const uint8_t *)&st.st_mtim, sizeof st.st_mtim);
    return add_part(context, fd, 0, END_BYTES) && add_part(context, fd, st.st_size - END_BYTES, END_BYTES);
}

struct fz_content_name fz_content_name_of(const struct fz_content *content)
{
    struct fz_content_name name = {.use = content->use};
    SHA2_CTX context;
    SHA256Init(&context);
    if (content->fd >= 0 && !add_file(&context, content->fd, &name.bytes))
        return (struct fz_content_name){.bytes = 0};
    for (int i = 0; i < FZ_CONTENT_PARTS && content->fd < 0; i++) {
        if (content->parts[i].len > 0)
            SHA256Update(&context, content->parts[i].bytes, content->parts[i].len);
        name.bytes += (int64_t)content->parts[i].len;
    }
    SHA256Final(name.digest, &context);
    return name;
}

/* Under lock. */
static struct entry *find(struct fz_quarantine *quarantine, const struct fz_content_name *name)
{
    for (int i = 0; i < ENTRIES; i++) {
        struct entry *entry = &quarantine->entries[i];
        if (entry->weight > 0 && entry->name.use == name->use && entry->name.bytes == name->bytes &&
            memcmp(entry->name.digest, name->digest, sizeof name->digest) == 0)
            return entry;
    }
    return NULL;
}

void fz_quarantine_note(struct fz_quarantine *quarantine, const struct fz_content_name *name, bool by_chance)
{
    int weight = by_chance ? CHANCE_WEIGHT : OWN_WEIGHT;
    if (name->bytes == 0)
        return;
    pthread_mutex_lock(&quarantine->lock);
    struct entry *known = find(quarantine, name);
    if (known)
        known->weight += weight;
    else
        quarantine->entries[quarantine->count++ % ENTRIES] = (struct entry){*name, weight};
    pthread_mutex_unlock(&quarantine->lock);
}

static bool has_size(struct fz_quarantine *quarantine, int64_t bytes)
{
    bool found = false;
    pthread_mutex_lock(&quarantine->lock);
    for (int i = 0; i < ENTRIES && !found; i++)
        found = quarantine->entries[i].weight >= ENOUGH && quarantine->entries[i].name.bytes == bytes;
    pthread_mutex_unlock(&quarantine->lock);
    return found;
}

static int64_t size_of(const struct fz_content *content)
{
    struct stat st;
    if (content->fd >= 0)
        return fstat(content->fd, &st) == 0 ? st.st_size : 0;
    size_t bytes = 0;
    for (int i = 0; i < FZ_CONTENT_PARTS; i++)
        bytes += content->parts[i].len;
    return (int64_t)bytes;
}

bool fz_quarantine_holds(struct fz_quarantine *quarantine, const struct fz_content *content)
{
    int64_t bytes = size_of(content);
    if (bytes == 0 || !has_size(quarantine, bytes))
        return false;
    struct fz_content_name name = fz_content_name_of(content);
    pthread_mutex_lock(&quarantine->lock);
    const struct entry *known = find(quarantine, &name);
    bool holds = known && known->weight >= ENOUGH;
    pthread_mutex_unlock(&quarantine->lock);
    return holds;
}
