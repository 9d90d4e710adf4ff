#include "image/jpeg/bits.h"

/* Goes on to what follows the bytes at hand; false: nothing. */
static bool next_bytes(struct fz_bits *bits)
{
    struct fz_bits_source *source = &bits->source;
    if (source->bytes.len == 0 && (!source->more || !source->more(source->ctx, &source->bytes)))
        return false;
    bits->from = source->bytes.at;
    bits->file_end = bits->from + source->bytes.len;
    source->pos += source->bytes.len;
    source->bytes.len = 0;
    return true;
}

/* After the last byte at hand, 0xff, the next one stands too; false: nothing follows. */
static bool join(struct fz_bits *bits)
{
    struct fz_bits_source *source = &bits->source;
    bits->joint[0] = *bits->from; /* whose place the next piece may take */
    if (source->bytes.len == 0 && (!source->more || !source->more(source->ctx, &source->bytes)))
        return false;
    bits->joint[1] = *source->bytes.at++;
    source->bytes.len--;
    source->pos++;
    bits->from = bits->joint;
    bits->file_end = bits->joint + sizeof bits->joint;
    return true;
}

void fz_bits_init(struct fz_bits *bits, const struct fz_bits_source *source,
                  const struct fz_bits_place *place, uint8_t *window)
{
    *bits = (struct fz_bits){.buffer = {.next = window}, .end = window, .source = *source, .window = window};
    if (place && place->count > 0) {
        bits->buffer.acc = (uint64_t)place->bits << (64 - place->count);
        bits->buffer.count = place->count;
    }
    fz_bits_fill(bits);
}

/* Copies up to the next 0xff, and this one if it is stuffed. False: a marker, or the end of the file. */
static bool copy_run(struct fz_bits *bits, uint8_t **to, size_t room)
{
    if (bits->from == bits->file_end && !next_bytes(bits))
        return false;
    size_t left = (size_t)(bits->file_end - bits->from), most = left < room ? left : room;
    const uint8_t *stop = memchr(bits->from, 0xff, most);
    size_t count = stop ? (size_t)(stop - bits->from) : most;
    memcpy(*to, bits->from, count);
    *to += count;
    bits->from += count;
    if (!stop)
        return true;
    if ((left - count < 2 && !join(bits)) || bits->from[1] != 0)
        return false;
    *(*to)++ = 0xff;
    bits->from += 2;
    return true;
}

void fz_bits_fill(struct fz_bits *bits)
{
    size_t kept = (size_t)(bits->end - bits->buffer.next);
    memmove(bits->window, bits->buffer.next, kept);
    bits->buffer.next = bits->window;
    uint8_t *to = bits->window + kept, *limit = bits->window + FZ_BITS_WINDOW_BYTES - FZ_BITS_MCU_BYTES;
    while (!bits->ended && to < limit)
        bits->ended = !copy_run(bits, &to, (size_t)(limit - to));
    bits->end = to;
    if (bits->ended)
        memset(to, 0, FZ_BITS_MCU_BYTES);
}

/* Two bytes of a marker are at hand, or the file ends. */
static bool has_marker(struct fz_bits *bits)
{
    ptrdiff_t left = bits->file_end - bits->from;
    return left >= 2 || (left == 1 && join(bits));
}

int fz_bits_marker(struct fz_bits *bits)
{
    while (has_marker(bits) && bits->from[0] == 0xff && bits->from[1] == 0xff)
        bits->from++;
    return has_marker(bits) && bits->from[0] == 0xff ? bits->from[1] : -1;
}

bool fz_bits_restart(struct fz_bits *bits, unsigned number)
{
    ptrdiff_t left_bits = (bits->end - bits->buffer.next) * 8 + (ptrdiff_t)bits->buffer.count;
    if (!bits->ended || left_bits < 0 || left_bits > 7 || fz_bits_marker(bits) != 0xd0 + (int)number)
        return false;
    bits->from += 2;
    bits->buffer = (struct fz_bits_buffer){.next = bits->window};
    bits->end = bits->window;
    bits->ended = false;
    fz_bits_fill(bits);
    return true;
}

/* As they stand in the file, where a zero follows each 0xff. */
static uint64_t stuffed_bytes(const uint8_t *at, size_t len)
{
    uint64_t bytes = len;
    for (size_t i = 0; i < len; i++)
        bytes += at[i] == 0xff;
    return bytes;
}

bool fz_bits_tell(const struct fz_bits *bits, struct fz_bits_place *place)
{
    uint8_t whole[8];
    const struct fz_bits_buffer *buffer = &bits->buffer;
    unsigned part = buffer->count % 8, count = buffer->count / 8;
    if (buffer->next > bits->end)
        return false;
    for (unsigned i = 0; i < count; i++)
        whole[i] = (uint8_t)(buffer->acc >> (56 - part - 8 * i));
    uint64_t from = bits->source.pos - (uint64_t)(bits->file_end - bits->from);
    place->offset =
        from - stuffed_bytes(buffer->next, (size_t)(bits->end - buffer->next)) - stuffed_bytes(whole, count);
    place->bits = (uint8_t)(part > 0 ? buffer->acc >> (64 - part) : 0);
    place->count = (uint8_t)part;
    return true;
}
