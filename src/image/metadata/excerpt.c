#include "image/metadata/excerpt.h"

#include "base/io.h"
#include "base/mem.h"

#include <sys/stat.h>
#include <unistd.h>

enum { MOST_READS = 512, MOST_BYTES = 8 << 20, MATCHED_MOST = 32 };

/* As much as can be read. */
static size_t read_at(struct fz_excerpt *excerpt, uint64_t pos, uint8_t *to, size_t len)
{
    size_t got;
    excerpt->failed |= !fz_pread_full(excerpt->fd, to, len, (off_t)pos, &got);
    return got;
}

bool fz_excerpt_open(struct fz_excerpt *excerpt, int fd, const struct fz_image_scratch *scratch,
                     size_t head_bytes)
{
    struct stat st;
    *excerpt = (struct fz_excerpt){.fd = fd, .reads_left = MOST_READS, .bytes_left = MOST_BYTES};
    excerpt->failed = fstat(fd, &st) != 0;
    if (excerpt->failed || !S_ISREG(st.st_mode) || st.st_size <= 0)
        return false;
    excerpt->bytes = (uint64_t)st.st_size;
    excerpt->head_len = scratch ? fz_scratch_held(scratch, &st) : 0;
    if (excerpt->head_len > 0) {
        excerpt->head = scratch->file.data;
        return true;
    }
    size_t wanted = excerpt->bytes < head_bytes ? (size_t)excerpt->bytes : head_bytes;
    excerpt->head = excerpt->own = fz_try_malloc(wanted);
    excerpt->failed = !excerpt->own;
    if (excerpt->own)
        excerpt->head_len = read_at(excerpt, 0, excerpt->own, wanted);
    return excerpt->head_len > 0;
}

void fz_excerpt_own(struct fz_excerpt *excerpt, uint8_t *bytes, size_t len)
{
    *excerpt = (struct fz_excerpt){.fd = -1, .bytes = len, .head = bytes, .head_len = len, .own = bytes};
}

void fz_excerpt_close(struct fz_excerpt *excerpt)
{
    free(excerpt->own);
    *excerpt = (struct fz_excerpt){.fd = -1};
}

static bool is_in_head(const struct fz_excerpt *excerpt, uint64_t pos, size_t len)
{
    return pos <= excerpt->head_len && len <= excerpt->head_len - pos;
}

bool fz_excerpt_skim(struct fz_excerpt *excerpt, uint64_t pos, void *to, size_t len)
{
    bool there = pos <= excerpt->bytes && len <= excerpt->bytes - pos;
    if (is_in_head(excerpt, pos, len))
        memcpy(to, excerpt->head + pos, len);
    else if (!there || read_at(excerpt, pos, to, len) != len) {
        memset(to, 0, len);
        return false;
    }
    return true;
}

bool fz_excerpt_get(struct fz_excerpt *excerpt, uint64_t pos, void *to, size_t len)
{
    if (!is_in_head(excerpt, pos, len)) {
        if (excerpt->reads_left == 0 || len > excerpt->bytes_left) {
            memset(to, 0, len);
            return false;
        }
        excerpt->reads_left--;
        excerpt->bytes_left -= len;
    }
    return fz_excerpt_skim(excerpt, pos, to, len);
}

uint8_t *fz_excerpt_copy(struct fz_excerpt *excerpt, uint64_t pos, uint64_t len, size_t most)
{
    if (len == 0 || len > most || pos > excerpt->bytes || len > excerpt->bytes - pos)
        return NULL;
    uint8_t *copy = fz_try_malloc((size_t)len);
    if (copy && !fz_excerpt_get(excerpt, pos, copy, (size_t)len)) {
        free(copy);
        copy = NULL;
    }
    return copy;
}

uint64_t fz_excerpt_be(struct fz_excerpt *excerpt, uint64_t pos, unsigned count)
{
    uint8_t bytes[8];
    uint64_t value = 0;
    fz_excerpt_get(excerpt, pos, bytes, count);
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

uint64_t fz_excerpt_le(struct fz_excerpt *excerpt, uint64_t pos, unsigned count)
{
    uint8_t bytes[8];
    uint64_t value = 0;
    fz_excerpt_get(excerpt, pos, bytes, count);
    for (unsigned i = count; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

bool fz_excerpt_match(struct fz_excerpt *excerpt, uint64_t pos, const char *what, size_t count)
{
    char bytes[MATCHED_MOST];
    return count <= sizeof bytes && fz_excerpt_get(excerpt, pos, bytes, count) &&
           memcmp(bytes, what, count) == 0;
}
