#include "image/inflate.h"

#include <limits.h>
#include <zlib.h>

enum { PIECE_BYTES = 16 << 10, ZLIB_OR_GZIP = 32 + MAX_WBITS };

size_t fz_inflate(const struct fz_bytes *from, uint8_t *to, size_t room, bool *whole)
{
    uint8_t piece[PIECE_BYTES];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)from->at,
                  .avail_in = from->len < UINT_MAX ? (uInt)from->len : UINT_MAX};
    int state = inflateInit2(&z, ZLIB_OR_GZIP) == Z_OK ? Z_OK : Z_STREAM_ERROR;
    size_t done = 0;
    while (state == Z_OK && done < room) {
        size_t most = to ? UINT_MAX : sizeof piece;
        most = most < room - done ? most : room - done;
        z.next_out = to ? to + done : piece;
        z.avail_out = (uInt)most;
        state = inflate(&z, Z_NO_FLUSH); /* Z_BUF_ERROR where the data ends early */
        done += most - z.avail_out;
    }
    inflateEnd(&z);
    if (whole)
        *whole = state == Z_STREAM_END;
    return done;
}
