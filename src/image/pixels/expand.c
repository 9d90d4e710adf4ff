#include "image/pixels/expand.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#define SSSE3 __attribute__((target("ssse3")))
#endif

void fz_expand_rgb_plain(uint8_t *to, const uint8_t *from, int width)
{
    for (int x = 0; x < width; x++, from += 3, to += 4) {
        uint32_t px;
        memcpy(&px, from, sizeof px);
        px = htole32(be32toh(px) >> 8 | UINT32_C(0xff000000));
        memcpy(to, &px, sizeof px);
    }
}

#ifdef __x86_64__
/* Four pixels at once. 3 megapixels in ms: 3.2 in plain C, which is a twenty-fifth of what their PNG takes in all; 0.6. */
SSSE3 static void expand_rgb_ssse3(uint8_t *to, const uint8_t *from, int width)
{
    enum { PIXELS = 4, READS = 6 /* begun: 16 bytes */ };
    const __m128i order = _mm_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
    const __m128i opaque = _mm_set1_epi32((int)0xff000000);
    int x = 0;
    for (; x + READS <= width; x += PIXELS, from += (ptrdiff_t)PIXELS * 3, to += (ptrdiff_t)PIXELS * 4) {
        __m128i px;
        memcpy(&px, from, sizeof px);
        px = _mm_or_si128(_mm_shuffle_epi8(px, order), opaque);
        memcpy(to, &px, sizeof px);
    }
    fz_expand_rgb_plain(to, from, width - x);
}
#endif

void fz_expand_rgb(uint8_t *to, const uint8_t *from, int width)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("ssse3")) {
        expand_rgb_ssse3(to, from, width);
        return;
    }
#endif
    fz_expand_rgb_plain(to, from, width);
}
