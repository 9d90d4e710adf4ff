/* XCF of GIMP 1 to 3 (GIMP, "The XCF file format", versions 0 to 22): all precisions and both ways of packing; layers with
 * their opacity, masks and groups, put together a band of rows at a time. Modes other than those of xcf_blend.c are drawn as
 * the usual one, filters of layers (from version 20 on) are left out, and both are told as damage. SDL2_image's reader knows
 * neither opacity nor masks nor more than 8 bits, and reads outside of its memory. */
#include "image/codecs/xcf.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    PROP_END = 0,
    PROP_COLORMAP = 1,
    PROP_OPACITY = 6,
    PROP_MODE = 7,
    PROP_VISIBLE = 8,
    PROP_APPLY_MASK = 11,
    PROP_OFFSETS = 15,
    PROP_COMPRESSION = 17,
    PROP_PARASITES = 21,
    PROP_GROUP_ITEM = 29,
    PROP_ITEM_PATH = 30,
    PROP_FLOAT_OPACITY = 33,
    PROP_COVER = 35,
    PROP_MIX_SPACE = 36,
    PROP_BLEND_SPACE = 37,
    MAX_PROPS = 10000,
    FILTERS_SINCE = 20, /* the version of a file */
    MAX_FILTERS = 64,   /* of a layer, that are looked at, with some properties of each */
    MAX_FILTER_PROPS = 100,
    PROPS_AT = 26, /* of the picture, before version 4 */
    FIXED_BYTES = 512 << 10,
    INDEXED = 2, /* the base of such a picture */
    PASS_THROUGH = 61,
    MAX_DEPTH = 32, /* of groups in groups that is looked at */
};

bool fz_xcf_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "gimp xcf ", 9);
}

enum fz_head_status fz_xcf_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, PROPS_AT))
        return FZ_HEAD_MORE;
    header->width = fz_bytes_be(bytes, 14, 4);
    header->height = fz_bytes_be(bytes, 18, 4);
    header->by_rows = true;
    return FZ_HEAD_OK;
}

uint64_t fz_xcf_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    return (uint64_t)d->header.width * FZ_XCF_TILE * 8 * FZ_XCF_DEPTH + FIXED_BYTES +
           FZ_XCF_MAX_LAYERS * sizeof(struct fz_xcf_layer) + (uint64_t)2 * FZ_XCF_TILE_BYTES;
}

static uint64_t pointer(const struct fz_xcf *x, uint64_t at)
{
    uint64_t first = fz_bytes_be(x->file, at, 4);
    return x->samples.pointer_bytes == 4 ? first : first << 32 | fz_bytes_be(x->file, at + 4, 4);
}

/* A property at *pos: its type and where its data stands; *pos goes behind it. False at the last one. */
static bool next_property(const struct fz_xcf *x, uint64_t *pos, uint32_t *type, uint64_t *data,
                          uint64_t *len)
{
    *type = fz_bytes_be(x->file, *pos, 4);
    *len = fz_bytes_be(x->file, *pos + 4, 4);
    *data = *pos + 8;
    if (*type == PROP_COLORMAP) /* whose length old versions get wrong */
        *len = 4 + (uint64_t)fz_bytes_be(x->file, *data, 4) * 3;
    *pos = *data + *len;
    return *type != PROP_END && fz_bytes_has(x->file, *data, *len);
}

static uint64_t skip_string(const struct fz_xcf *x, uint64_t pos)
{
    return pos + 4 + (uint64_t)fz_bytes_be(x->file, pos, 4);
}

/* Things that programs attach: of interest is the colour profile. */
static void read_parasites(struct fz_xcf *x, uint64_t pos, uint64_t end)
{
    while (pos < end) {
        uint64_t value = skip_string(x, pos) + 8, len = fz_bytes_be(x->file, value - 4, 4);
        if (fz_bytes_match(x->file, pos + 4, "icc-profile", 12) && fz_bytes_has(x->file, value, len) &&
            len <= FZ_MAX_PROFILE_BYTES)
            x->profile = (struct fz_bytes){.at = x->file->at + value, .len = (size_t)len};
        pos = value + len;
    }
}

/* False: none of the known ones. The numbers are those of version 7; 5 and 6 had no half floats among the 500s. */
static bool read_precision(struct fz_xcf_samples *s, uint32_t version, uint32_t number)
{
    if (version < 4)
        number = 150;
    else if (version == 4)
        number = number < 5 ? (const uint32_t[]){150, 250, 300, 500, 600}[number] : 0;
    else if (version < 7 && number >= 400)
        number += 100;
    s->floats = number >= 500;
    s->linear = number % 100 == 0;
    switch (number / 100) {
    case 1:
        s->bytes = 1;
        break;
    case 2:
    case 5:
        s->bytes = 2;
        break;
    case 3:
    case 6:
        s->bytes = 4;
        break;
    case 7:
        s->bytes = 8;
        break;
    default:
        return false;
    }
    s->little = version < 12 && s->bytes > 1; /* before, they were stored as they were in memory */
    return true;
}

/* Where the list of layers begins, in *layers. */
static bool read_head(struct fz_xcf *x, uint64_t *layers)
{
    const struct fz_bytes *b = x->file;
    for (uint64_t i = 10; fz_bytes_match(b, 9, "v", 1) && i < 13; i++)
        x->version = x->version * 10 + (fz_bytes_be(b, i, 1) - '0') % 10;
    x->width = fz_bytes_be(b, 14, 4);
    x->height = fz_bytes_be(b, 18, 4);
    x->base = fz_bytes_be(b, 22, 4);
    x->samples.pointer_bytes = x->version >= 11 ? 8 : 4;
    uint64_t pos = PROPS_AT, data, len;
    if (!read_precision(&x->samples, x->version, fz_bytes_be(b, pos, 4)))
        return false;
    pos += x->version >= 4 ? 4 : 0;
    x->samples.linear = x->samples.linear && x->base != INDEXED;
    uint32_t type;
    for (int i = 0; next_property(x, &pos, &type, &data, &len) && i < MAX_PROPS; i++) {
        if (type == PROP_COMPRESSION)
            x->samples.pack = (enum fz_xcf_pack)fz_bytes_be(b, data, 1);
        if (type == PROP_PARASITES)
            read_parasites(x, data, data + len);
        if (type == PROP_COLORMAP) {
            x->samples.colors = b->at + data + 4;
            x->samples.color_count = (uint32_t)(len / 3);
        }
    }
    *layers = pos;
    return type == PROP_END && x->samples.pack <= FZ_XCF_ZLIB && x->base <= INDEXED;
}

/* A hierarchy, of which the first level is the picture in full. */
static bool read_plane(const struct fz_xcf *x, uint64_t at, struct fz_xcf_plane *plane)
{
    uint64_t level = pointer(x, at + 12);
    plane->pixel_bytes = fz_bytes_be(x->file, at + 8, 4);
    plane->width = fz_bytes_be(x->file, level, 4);
    plane->height = fz_bytes_be(x->file, level + 4, 4);
    plane->tiles_at = level + 8;
    return at > 0 && level > 0 && plane->width > 0 && plane->height > 0;
}

static void read_choice(struct fz_xcf_choice *choice, uint32_t type, uint32_t value)
{
    switch (type) {
    case PROP_MODE:
        choice->mode = value;
        break;
    case PROP_COVER:
        choice->cover = (int32_t)value;
        break;
    case PROP_MIX_SPACE:
        choice->mix_space = (int32_t)value;
        break;
    case PROP_BLEND_SPACE:
        choice->blend_space = (int32_t)value;
        break;
    default:
        break;
    }
}

static void read_layer_property(const struct fz_xcf *x, struct fz_xcf_layer *l, uint32_t type, uint64_t data,
                                uint64_t len)
{
    uint32_t value = fz_bytes_be(x->file, data, 4);
    switch (type) {
    case PROP_OPACITY:
        l->opacity = (float)(value < 255 ? value : 255) / 255;
        break;
    case PROP_FLOAT_OPACITY:
        memcpy(&l->opacity, &value, 4);
        l->opacity = l->opacity > 0 ? (l->opacity < 1 ? l->opacity : 1) : 0;
        break;
    case PROP_VISIBLE:
        l->visible = value != 0;
        break;
    case PROP_APPLY_MASK:
        l->masked = value != 0;
        break;
    case PROP_OFFSETS:
        l->x = (int32_t)value;
        l->y = (int32_t)fz_bytes_be(x->file, data + 4, 4);
        break;
    case PROP_GROUP_ITEM:
        l->group = true;
        break;
    case PROP_ITEM_PATH:
        l->depth = len >= 4 ? (uint32_t)(len / 4) - 1 : 0;
        break;
    default:
        break;
    }
}

/* Whether one of the filters, whose places stand from there on, is switched on. */
static bool has_filters(const struct fz_xcf *x, uint64_t at)
{
    uint64_t filter, data, len;
    for (int i = 0; x->version >= FILTERS_SINCE && (filter = pointer(x, at)) != 0; i++) {
        uint32_t kind;
        bool visible = true;
        uint64_t pos =
            skip_string(x, skip_string(x, skip_string(x, filter))); /* its name, icon and operation */
        for (int k = 0; k < MAX_FILTER_PROPS && next_property(x, &pos, &kind, &data, &len); k++)
            if (kind == PROP_VISIBLE)
                visible = fz_bytes_be(x->file, data, 4) != 0;
        if (visible || i == MAX_FILTERS)
            return true;
        at += x->samples.pointer_bytes;
    }
    return false;
}

/* False where it cannot be drawn. */
static bool read_layer(struct fz_xcf *x, uint64_t at, struct fz_xcf_layer *l)
{
    uint64_t pos = skip_string(x, at + 12), data, len;
    uint32_t kind;
    struct fz_xcf_choice choice = {0};
    *l = (struct fz_xcf_layer){
        .type = fz_bytes_be(x->file, at + 8, 4), .opacity = 1, .visible = true, .masked = true};
    for (int i = 0; next_property(x, &pos, &kind, &data, &len) && i < MAX_PROPS; i++) {
        read_layer_property(x, l, kind, data, len);
        read_choice(&choice, kind, fz_bytes_be(x->file, data, 4));
    }
    l->odd = !fz_xcf_choose_way(&choice, &l->way);
    uint64_t hierarchy = pointer(x, pos), mask = pointer(x, pos + x->samples.pointer_bytes);
    l->odd = l->odd || has_filters(x, pos + (uint64_t)2 * x->samples.pointer_bytes);
    const uint32_t channels = (l->type < 2 ? 3u : 1u) + (l->type & 1);
    bool sound = l->type < 6 && l->type / 2 == x->base && read_plane(x, hierarchy, &l->plane) &&
                 l->plane.pixel_bytes == channels * (l->type < 4 ? x->samples.bytes : 1);
    l->masked = l->masked && mask > 0;
    pos = skip_string(x, mask + 8);
    for (int i = 0; l->masked && next_property(x, &pos, &kind, &data, &len) && i < MAX_PROPS; i++)
        continue;
    if (l->masked && (!read_plane(x, pointer(x, pos), &l->mask) || l->mask.pixel_bytes != x->samples.bytes ||
                      l->mask.width != l->plane.width || l->mask.height != l->plane.height)) {
        l->mask.tiles_at = 0;
        sound = false;
    }
    const bool whole = l->opacity >= 1 && !l->masked, usual = l->way.blend == FZ_XCF_NORMAL && l->way.covers;
    const bool passes = l->group && choice.mode == PASS_THROUGH;
    l->through = passes && whole;
    l->plain = usual && whole;
    l->odd = l->odd || (passes && !whole) || (l->group && l->masked && l->mask.tiles_at == 0);
    return sound || l->group;
}

/* Groups have a band of their own, but for those that let through what is below. */
static void choose_band(struct fz_xcf_layer *l, uint32_t *bands)
{
    const uint32_t depth = l->depth < MAX_DEPTH - 1 ? l->depth : MAX_DEPTH - 2;
    l->band = bands[depth];
    if (l->group)
        bands[depth + 1] = l->band + !l->through;
}

static enum fz_err read_layers(struct fz_xcf *x, uint64_t at)
{
    uint32_t hidden_depth = UINT32_MAX; /* of a group that is not shown */
    uint32_t bands[MAX_DEPTH];          /* of the layers in the last group of each depth */
    for (uint32_t i = 0; i < MAX_DEPTH; i++)
        bands[i] = i;
    x->layers = fz_try_malloc(FZ_XCF_MAX_LAYERS * sizeof *x->layers);
    if (!x->layers)
        return fz_fail(x->d->err, FZ_E_MEMORY, 0, "no memory for layers");
    uint32_t seen = 0; /* also of those that cannot be drawn */
    for (uint64_t layer; (layer = pointer(x, at)) != 0; at += x->samples.pointer_bytes) {
        if (seen++ == FZ_XCF_MAX_LAYERS)
            return fz_fail(x->d->err, FZ_E_LIMIT, 0, "xcf: more than %d layers", FZ_XCF_MAX_LAYERS);
        struct fz_xcf_layer *l = &x->layers[x->count];
        if (!read_layer(x, layer, l)) {
            x->incomplete = true;
            continue;
        }
        x->count++;
        choose_band(l, bands);
        if (l->depth <= hidden_depth)
            hidden_depth = l->group && !l->visible ? l->depth : UINT32_MAX;
        else
            l->visible = false;
        bool too_deep = l->group && !l->through && !l->plain && l->band + 1 >= FZ_XCF_DEPTH;
        x->odd = x->odd || (l->visible && (l->odd || too_deep));
    }
    return FZ_OK;
}

/* The lowest that is seen, of the picture and of each group with a band of its own, has nothing to blend with, or to erase: it is drawn as it is. */
static void mark_lowest(struct fz_xcf *x)
{
    bool drawn_on[FZ_XCF_DEPTH + 1] = {false};
    for (uint32_t i = x->count; i > 0; i--) {
        struct fz_xcf_layer *l = &x->layers[i - 1];
        const uint32_t band = l->band < FZ_XCF_DEPTH ? l->band : FZ_XCF_DEPTH - 1;
        if (l->group && !l->through)
            drawn_on[band + 1] = false;
        if (!l->visible || (l->group && l->through))
            continue;
        if (!drawn_on[band])
            l->way = (struct fz_xcf_way){.blend = FZ_XCF_NORMAL, .covers = true};
        drawn_on[band] = true;
    }
}

static enum fz_err load(struct fz_xcf *x)
{
    struct fz_decode *d = x->d;
    uint64_t layers;
    if (!read_head(x, &layers) || x->width == 0 || x->width != d->header.width ||
        x->height != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "xcf: its header is damaged, or of a kind that is not known");
    enum fz_err code = read_layers(x, layers);
    if (code != FZ_OK)
        return code;
    if (x->count == 0)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "xcf: it has no layer");
    mark_lowest(x);
    d->color = x->base == 1 ? FZ_COLOR_GREY : FZ_COLOR_RGB;
    if (x->profile.len > 0)
        fz_decode_set_profile(d, x->profile.at, x->profile.len);
    code = fz_xcf_push_bands(x);
    d->out->damaged = code == FZ_OK && (x->incomplete || x->odd);
    if (d->out->damaged)
        fz_fail(d->err, FZ_E_DAMAGED, 0, "%s",
                x->incomplete ? "the file ends early, or its tiles are damaged"
                              : "xcf: its layers blend in ways, or have filters, that are not known here");
    return code;
}

enum fz_err fz_xcf_load(struct fz_decode *d)
{
    struct fz_xcf x = {.d = d, .file = &d->file};
    enum fz_err code = load(&x);
    fz_xcf_bands_fini(&x);
    free(x.layers);
    return code;
}
