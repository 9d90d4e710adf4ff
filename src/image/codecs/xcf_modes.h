/* How layers blend: what two colours make. */
#ifndef FZ_IMAGE_CODECS_XCF_MODES_H
#define FZ_IMAGE_CODECS_XCF_MODES_H

enum fz_xcf_blend {
    FZ_XCF_NORMAL,
    FZ_XCF_MULTIPLY,
    FZ_XCF_SCREEN,
    FZ_XCF_DIFFERENCE,
    FZ_XCF_ADDITION,
    FZ_XCF_SUBTRACT,
    FZ_XCF_DARKEN,
    FZ_XCF_LIGHTEN,
    FZ_XCF_DIVIDE,
    FZ_XCF_DODGE,
    FZ_XCF_BURN,
    FZ_XCF_GRAIN_EXTRACT,
    FZ_XCF_GRAIN_MERGE,
    FZ_XCF_EXCLUSION,
    FZ_XCF_LINEAR_BURN,
    FZ_XCF_OVERLAY,
    FZ_XCF_HARD_LIGHT,
    FZ_XCF_SOFT_LIGHT,
    FZ_XCF_VIVID_LIGHT,
    FZ_XCF_PIN_LIGHT,
    FZ_XCF_LINEAR_LIGHT,
    FZ_XCF_HARD_MIX,
    FZ_XCF_HUE,
    FZ_XCF_SATURATION,
    FZ_XCF_COLOR,
    FZ_XCF_VALUE,
    FZ_XCF_LUMINANCE,
    FZ_XCF_LUMA_DARKEN,
    FZ_XCF_LUMA_LIGHTEN,
    FZ_XCF_LCH_HUE,
    FZ_XCF_LCH_CHROMA,
    FZ_XCF_LCH_COLOR,
    FZ_XCF_LCH_LIGHTNESS,
    FZ_XCF_ERASE,
};

/* Any thread. What `above` makes of `below`, three channels each, of the light or of the curve that the mode is of (LCh: linear
 * light); the result may lie beyond 0..1. Nothing where the mode is about alpha alone. */
void fz_xcf_combine(enum fz_xcf_blend blend, const float *below, const float *above, float *out);

#endif
