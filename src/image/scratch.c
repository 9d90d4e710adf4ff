#include "image/scratch.h"

#include "base/mem.h"
#include "image/image.h"

#include <stdlib.h>

enum { KEPT_BYTES = 32 << 20 };

struct fz_image_scratch *fz_image_scratch_new(void)
{
    return fz_calloc(1, sizeof(struct fz_image_scratch));
}

static void buffer_fini(struct fz_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct fz_buffer){0};
}

void fz_image_scratch_free(struct fz_image_scratch *scratch)
{
    if (!scratch)
        return;
    buffer_fini(&scratch->file);
    buffer_fini(&scratch->input);
    buffer_fini(&scratch->sums);
    buffer_fini(&scratch->totals);
    buffer_fini(&scratch->firsts);
    buffer_fini(&scratch->weights);
    buffer_fini(&scratch->output);
    free(scratch);
}

static void buffer_trim(struct fz_buffer *buffer)
{
    if (buffer->size > KEPT_BYTES)
        buffer_fini(buffer);
}

void fz_image_scratch_trim(struct fz_image_scratch *scratch)
{
    buffer_trim(&scratch->file);
    buffer_trim(&scratch->input);
    buffer_trim(&scratch->sums);
    buffer_trim(&scratch->totals);
    buffer_trim(&scratch->firsts);
    buffer_trim(&scratch->weights);
    buffer_trim(&scratch->output);
}

bool fz_buffer_need(struct fz_buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->size)
        return true;
    buffer_fini(buffer);
    buffer->data = fz_try_malloc(bytes);
    buffer->size = buffer->data ? bytes : 0;
    return buffer->data != NULL;
}

bool fz_buffer_grow(struct fz_buffer *buffer, size_t bytes)
{
    if (bytes <= buffer->size)
        return true;
    uint8_t *data = realloc(buffer->data, bytes);
    if (!data)
        return false;
    buffer->data = data;
    buffer->size = bytes;
    return true;
}
