#include "image/jpeg_bits.h"

void fz_bits_init(struct fz_bits *bits, const uint8_t *from, size_t len, uint8_t *window)
{
    *bits = (struct fz_bits){
        .next = window, .end = window, .from = from, .file_end = from + len, .window = window};
    fz_bits_fill(bits);
}

/* Copies up to the next 0xff, and this one if it is stuffed. False: a marker, or the end of the file. */
static bool copy_run(struct fz_bits *bits, uint8_t **to, size_t room)
{
    size_t left = (size_t)(bits->file_end - bits->from), most = left < room ? left : room;
    const uint8_t *stop = memchr(bits->from, 0xff, most);
    size_t count = stop ? (size_t)(stop - bits->from) : most;
    memcpy(*to, bits->from, count);
    *to += count;
    bits->from += count;
    if (!stop)
        return left > count;
    if (bits->file_end - stop < 2 || stop[1] != 0)
        return false;
    *(*to)++ = 0xff;
    bits->from += 2;
    return true;
}

void fz_bits_fill(struct fz_bits *bits)
{
    size_t kept = (size_t)(bits->end - bits->next);
    memmove(bits->window, bits->next, kept);
    bits->next = bits->window;
    uint8_t *to = bits->window + kept, *limit = bits->window + FZ_BITS_WINDOW_BYTES - FZ_BITS_MCU_BYTES;
    while (!bits->ended && to < limit)
        bits->ended = !copy_run(bits, &to, (size_t)(limit - to));
    bits->end = to;
    if (bits->ended)
        memset(to, 0, FZ_BITS_MCU_BYTES);
}

bool fz_bits_restart(struct fz_bits *bits, unsigned number)
{
    ptrdiff_t left_bits = (bits->end - bits->next) * 8 + (ptrdiff_t)bits->count;
    if (!bits->ended || left_bits < 0 || left_bits > 7)
        return false;
    while (bits->file_end - bits->from > 2 && bits->from[0] == 0xff && bits->from[1] == 0xff)
        bits->from++;
    if (bits->file_end - bits->from < 2 || bits->from[0] != 0xff || bits->from[1] != 0xd0 + number)
        return false;
    size_t len = (size_t)(bits->file_end - bits->from) - 2;
    fz_bits_init(bits, bits->from + 2, len, bits->window);
    return true;
}
