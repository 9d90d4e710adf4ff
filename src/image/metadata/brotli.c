/* What JPEG XL keeps compressed: a `brob` box (ISO/IEC 18181-2, 9.4), unpacked by Brotli's own library (RFC 7932). */
#include "base/mem.h"
#include "frieze_config.h"
#include "image/metadata/parts.h"

#if FRIEZE_WITH_BROTLI

#include <brotli/decode.h>

bool fz_excerpt_unpack(struct fz_excerpt *out, struct fz_excerpt *file, uint64_t at, uint64_t len)
{
    size_t room = FZ_XMP_MOST;
    uint8_t *packed = fz_excerpt_copy(file, at, len, FZ_XMP_MOST);
    uint8_t *bytes = packed ? fz_try_malloc(room) : NULL;
    bool whole =
        bytes && BrotliDecoderDecompress((size_t)len, packed, &room, bytes) == BROTLI_DECODER_RESULT_SUCCESS;
    free(packed);
    if (whole)
        fz_excerpt_own(out, bytes, room);
    else
        free(bytes);
    return whole;
}

#else

bool fz_excerpt_unpack(struct fz_excerpt *out, struct fz_excerpt *file, uint64_t at, uint64_t len)
{
    (void)out;
    (void)file;
    (void)at;
    (void)len;
    return false;
}

#endif
