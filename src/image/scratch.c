#include "image/scratch.h"

#include "base/mem.h"
#include "image/image.h"
#include "image/pixels/profile.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    BUFFERS = 11,
    KEPT_HEAD_BYTES = 256 << 10, /* of a file: what it tells beside its pixels mostly stands there */
};

struct fz_image_scratch *fz_image_scratch_new(size_t keep_bytes)
{
    struct fz_image_scratch *scratch = fz_calloc(1, sizeof *scratch);
    scratch->profiles = fz_profiles_new();
    scratch->keep_bytes = keep_bytes;
    return scratch;
}

static void buffer_fini(struct fz_buffer *buffer)
{
    fz_block_free(buffer->data);
    *buffer = (struct fz_buffer){0};
}

struct fz_held fz_held_of(const struct stat *st)
{
    return (struct fz_held){
        .device = st->st_dev,
        .inode = st->st_ino,
        .bytes = (uint64_t)st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
    };
}

size_t fz_scratch_held(const struct fz_image_scratch *scratch, const struct stat *st)
{
    const struct fz_held *held = &scratch->held, of = fz_held_of(st);
    bool same = held->device == of.device && held->inode == of.inode && held->bytes == of.bytes &&
                held->mtime_ns == of.mtime_ns;
    return same ? held->len : 0;
}

/* False where it is no larger than that. */
static bool cut_to_head(struct fz_image_scratch *s)
{
    if (s->held.len == 0 || s->file.size <= KEPT_HEAD_BYTES)
        return false;
    uint8_t *head = fz_block_resize(s->file.data, KEPT_HEAD_BYTES);
    if (!head)
        return false;
    s->file = (struct fz_buffer){head, KEPT_HEAD_BYTES};
    if (s->held.len > KEPT_HEAD_BYTES)
        s->held.len = KEPT_HEAD_BYTES;
    return true;
}

/* The largest of them; *total is what all hold together. */
static struct fz_buffer *largest_buffer(struct fz_image_scratch *s, size_t *total)
{
    struct fz_buffer *const all[BUFFERS] = {&s->file,    &s->input,  &s->sums,    &s->rows,
                                            &s->column,  &s->firsts, &s->weights, &s->output,
                                            &s->profile, &s->planes, &s->huffman};
    struct fz_buffer *largest = all[0];
    *total = 0;
    for (int i = 0; i < BUFFERS; i++) {
        *total += all[i]->size;
        if (all[i]->size > largest->size)
            largest = all[i];
    }
    return largest;
}

/* Gives what the buffers still hold. */
static size_t trim_to(struct fz_image_scratch *scratch, size_t keep_bytes)
{
    size_t total;
    for (struct fz_buffer *largest; largest = largest_buffer(scratch, &total), total > keep_bytes;) {
        bool is_file = largest == &scratch->file;
        if (is_file && keep_bytes > 0 && cut_to_head(scratch))
            continue;
        buffer_fini(largest);
        scratch->held.len = is_file ? 0 : scratch->held.len;
    }
    return total;
}

void fz_image_scratch_free(struct fz_image_scratch *scratch)
{
    if (!scratch)
        return;
    trim_to(scratch, 0);
    fz_profiles_free(scratch->profiles);
    free(scratch);
}

size_t fz_image_scratch_trim(struct fz_image_scratch *scratch)
{
    size_t transforms = fz_profiles_trim(scratch->profiles, scratch->keep_bytes / 2);
    return transforms +
           trim_to(scratch, scratch->keep_bytes > transforms ? scratch->keep_bytes - transforms : 0);
}

void fz_image_scratch_empty(struct fz_image_scratch *scratch)
{
    fz_profiles_trim(scratch->profiles, 0);
    trim_to(scratch, 0);
}

bool fz_buffer_need(struct fz_buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->size)
        return true;
    buffer_fini(buffer);
    buffer->data = fz_try_block(bytes);
    buffer->size = buffer->data ? bytes : 0;
    fz_mem_populate(buffer->data, bytes);
    return buffer->data != NULL;
}

bool fz_buffer_grow(struct fz_buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->size)
        return true;
    uint8_t *data = buffer->data ? fz_block_resize(buffer->data, bytes) : fz_try_block(bytes);
    if (!data)
        return false;
    fz_mem_populate(data + buffer->size, bytes - buffer->size);
    *buffer = (struct fz_buffer){data, bytes};
    return true;
}
