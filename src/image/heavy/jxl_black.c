#include "image/heavy/jxl_black.h"

#if FRIEZE_WITH_JXL

#include <string.h>

enum { NO_INK = 255 };

static const JxlPixelFormat format = {1, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};

int fz_jxl_black_find(const JxlDecoder *decoder, const JxlBasicInfo *info)
{
    JxlExtraChannelInfo extra;
    for (uint32_t i = 0; i < info->num_extra_channels; i++)
        if (JxlDecoderGetExtraChannelInfo(decoder, i, &extra) == JXL_DEC_SUCCESS &&
            extra.type == JXL_CHANNEL_BLACK)
            return (int)i;
    return FZ_JXL_NO_BLACK;
}

bool fz_jxl_black_ask(JxlDecoder *decoder, const JxlBasicInfo *info, int channel, uint8_t *plane)
{
    const size_t room = (size_t)info->xsize * info->ysize;
    size_t bytes = 0;
    memset(plane, NO_INK, room);
    return channel == FZ_JXL_NO_BLACK ||
           (JxlDecoderExtraChannelBufferSize(decoder, &format, &bytes, (uint32_t)channel) ==
                JXL_DEC_SUCCESS &&
            bytes == room &&
            JxlDecoderSetExtraChannelBuffer(decoder, &format, plane, bytes, (uint32_t)channel) ==
                JXL_DEC_SUCCESS);
}

/* libjxl does so with colours alone, but blends black by its alpha as it does them. */
static uint8_t unpremultiply(unsigned black, unsigned alpha)
{
    const unsigned value = alpha > 0 ? (black * 255U + alpha / 2U) / alpha : NO_INK;
    return (uint8_t)(value < 255 ? value : 255);
}

void fz_jxl_black_merge(uint8_t *pixels, uint8_t *plane, size_t count, bool premultiplied)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t *fourth = pixels + i * 4 + 3, alpha = *fourth;
        *fourth = premultiplied ? unpremultiply(plane[i], alpha) : plane[i];
        plane[i] = alpha;
    }
}

#endif
