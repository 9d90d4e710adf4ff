/* Files that hold nothing but metadata, in every place that a format has for it. */
#ifndef FZ_TEST_IMAGE_METADATA_SUPPORT_H
#define FZ_TEST_IMAGE_METADATA_SUPPORT_H

#include "test_image_support.h"

#include "image/metadata/metadata.h"

#include <zlib.h>

/* A TIFF structure: IFD0 with three ASCII entries and Microsoft's rating, EXIF with date, offset and exposure, GPS. Its
 * values stand where `put` below says. */
static inline struct bytes sample_exif(bool little)
{
    struct bytes b = {0};
    void (*put)(struct bytes *, uint32_t, int) = little ? bytes_put_le : bytes_put_be;
    enum {
        IFD0 = 8,
        EXIF = IFD0 + 2 + 6 * 12 + 4,
        GPS = EXIF + 2 + 5 * 12 + 4,
        VALUES = GPS + 2 + 4 * 12 + 4
    };
    const struct entry {
        int tag, type, count, value;
    } entries[] = {
        {6, 0, 0, 0}, /* how many follow */
        {0x10e, 2, 10, VALUES},
        {0x10f, 2, 18, VALUES + 10},
        {0x110, 2, 11, VALUES + 28},
        {0x4746, 3, 1, 2},
        {0x8769, 4, 1, EXIF},
        {0x8825, 4, 1, GPS},
        {5, 0, 0, 0},
        {0x829a, 5, 1, VALUES + 39},
        {0x829d, 5, 1, VALUES + 47},
        {0x8827, 3, 1, 400},
        {0x9003, 2, 20, VALUES + 55},
        {0x9011, 2, 7, VALUES + 75},
        {4, 0, 0, 0},
        {1, 2, 2, 'S'},
        {2, 5, 3, VALUES + 82},
        {3, 2, 2, 'E'},
        {4, 5, 3, VALUES + 106},
    };
    bytes_put(&b, little ? "II*\0\10\0\0\0" : "MM\0*\0\0\0\10", 8);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const struct entry *e = &entries[i];
        bool next_is_count = i + 1 == sizeof entries / sizeof *entries || entries[i + 1].type == 0;
        put(&b, (uint32_t)e->tag, 2);
        if (e->type > 0) {
            put(&b, (uint32_t)e->type, 2);
            put(&b, (uint32_t)e->count, 4);
            bool is_text = e->type == 2 && e->count <= 4;
            if (is_text)
                bytes_put_le(&b, (uint32_t)e->value, 4);
            else if (e->type == 3) {
                put(&b, (uint32_t)e->value, 2);
                put(&b, 0, 2);
            } else
                put(&b, (uint32_t)e->value, 4);
        }
        if (next_is_count)
            put(&b, 0, 4);
    }
    bytes_put(&b, "By EXIF\xe4!\0NIKON CORPORATION\0NIKON D750\0", 10 + 18 + 11);
    const uint32_t numbers[] = {1, 125, 28, 10}, place[] = {33, 1, 30, 1, 0, 1, 70, 1, 15, 1, 36, 1};
    for (int i = 0; i < 4; i++)
        put(&b, numbers[i], 4);
    bytes_put(&b, "2021:02:03 04:05:06\0-03:30\0", 27);
    for (int i = 0; i < 12; i++)
        put(&b, place[i], 4);
    return b;
}

#define XMP_HEAD                                                                                       \
    "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "  \
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "           \
    "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' "            \
    "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:exif='http://ns.adobe.com/exif/1.0/' " \
    "xmlns:own='http://example.org/own/' "
#define XMP_TAIL "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"

static const char sample_xmp[] =
    XMP_HEAD "xmp:Rating='4' photoshop:City='Kyōto' photoshop:Country='Japan' "
             "exif:DateTimeOriginal='2020-12-31T23:59:58Z' "
             "own:thing='kept'><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>By "
             "XMP</rdf:li></rdf:Alt></dc:title>" XMP_TAIL;

static const char bare_xmp[] = XMP_HEAD "own:thing='kept'>" XMP_TAIL;

/* Datasets 2:05 (title), 2:120 (caption), 2:55 and 2:60 (date), 2:90 (city), in the resource of Photoshop's that
 * holds them. */
static inline void put_dataset(struct bytes *b, uint8_t number, const char *text)
{
    bytes_put(b, (uint8_t[]){0x1c, 2, number}, 3);
    bytes_put_be(b, (uint32_t)strlen(text), 2);
    bytes_put(b, text, strlen(text));
}

static inline struct bytes sample_iptc(bool as_resource)
{
    static const struct {
        uint8_t number;
        const char *text;
    } sets[] = {{5, "By IPTC"}, {55, "20190807"}, {60, "101112+0200"}, {90, "Bern"}, {120, "A caption"}};
    struct bytes data = {0}, b = {0};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        put_dataset(&data, sets[i].number, sets[i].text);
    if (!as_resource)
        return data;
    bytes_put(&b,
              "Photoshop 3.0\0"
              "8BIM\4\4\0\0",
              22);
    bytes_put_be(&b, (uint32_t)data.len, 4);
    bytes_put(&b, data.data, data.len);
    bytes_put(&b, "\0", data.len & 1);
    free(data.data);
    return b;
}

static inline uint32_t number_at(const uint8_t *at, unsigned bytes, bool little)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)at[i] << 8 * (little ? i : bytes - 1 - i);
    return value;
}

/* Of 8 bytes, though small. */
static inline void put_8(struct bytes *b, bool little, uint32_t value)
{
    if (little)
        bytes_put_le(b, value, 4);
    bytes_put(b, "\0\0\0\0", 4);
    if (!little)
        bytes_put_be(b, value, 4);
}

/* What sample_exif makes, as a BigTIFF, with XMP: its values stand behind the directories, all that it was. */
static inline struct bytes sample_big_tiff(bool little)
{
    enum { DIRECTORIES = 3, HEAD = 16, XMP = 700, EXIF = 0x8769, GPS = 0x8825, BYTE = 1, IFD8 = 18 };
    static const uint32_t counts[DIRECTORIES] = {7, 5, 4}, sizes[] = {0, 1, 1, 2, 4, 8};
    void (*put)(struct bytes *, uint32_t, int) = little ? bytes_put_le : bytes_put_be;
    struct bytes b = {0}, old = sample_exif(little);
    uint32_t at[DIRECTORIES + 1] = {HEAD};
    for (int i = 0; i < DIRECTORIES; i++)
        at[i + 1] = at[i] + 8 + counts[i] * 20 + 8;
    const uint32_t values = at[DIRECTORIES], xmp_at = values + (uint32_t)old.len;
    const uint8_t *from = old.data + 8;
    bytes_put(&b, little ? "II+\0\10\0\0\0" : "MM\0+\0\10\0\0", 8);
    put_8(&b, little, HEAD);
    for (int i = 0; i < DIRECTORIES; i++) {
        put_8(&b, little, counts[i]);
        from += 2;
        for (uint32_t k = 0; k < counts[i]; k++) {
            const bool is_xmp = i == 0 && k == 3;
            const uint32_t tag = is_xmp ? XMP : number_at(from, 2, little),
                           type = number_at(from + 2, 2, little), count = number_at(from + 4, 4, little),
                           bytes = sizes[type] * count;
            const bool is_lead = tag == EXIF || tag == GPS;
            put(&b, tag, 2);
            put(&b, is_xmp ? BYTE : is_lead ? IFD8 : type, 2);
            put_8(&b, little, is_xmp ? (uint32_t)strlen(sample_xmp) : count);
            if (is_xmp)
                put_8(&b, little, xmp_at);
            else if (is_lead)
                put_8(&b, little, at[tag == EXIF ? 1 : 2]);
            else if (bytes > 8)
                put_8(&b, little, values + number_at(from + 8, 4, little));
            else {
                bytes_put(&b, bytes > 4 ? old.data + number_at(from + 8, 4, little) : from + 8, bytes);
                bytes_put(&b, "\0\0\0\0\0\0\0", 8 - bytes);
            }
            from += is_xmp ? 0 : 12;
        }
        put_8(&b, little, 0);
        from += 4;
    }
    bytes_put(&b, old.data, old.len);
    bytes_put(&b, sample_xmp, strlen(sample_xmp));
    free(old.data);
    return b;
}

enum sample_parts { WITH_EXIF = 1, WITH_XMP = 2, WITH_IPTC = 4, WITH_ALL = 7 };

static inline void put_segment(struct bytes *b, uint32_t marker, const void *name, size_t name_len,
                               const void *data, size_t len)
{
    bytes_put_be(b, marker, 2);
    bytes_put_be(b, (uint32_t)(2 + name_len + len), 2);
    bytes_put(b, name, name_len);
    bytes_put(b, data, len);
}

static inline struct bytes sample_jpeg(int parts, bool little)
{
    static const char xmp_name[] = "http://ns.adobe.com/xap/1.0/";
    struct bytes b = {0}, exif = sample_exif(little), iptc = sample_iptc(true);
    bytes_put(&b, "\xff\xd8", 2);
    if (parts & WITH_EXIF)
        put_segment(&b, 0xffe1, "Exif\0\0", 6, exif.data, exif.len);
    if (parts & WITH_XMP)
        put_segment(&b, 0xffe1, xmp_name, sizeof xmp_name, sample_xmp, strlen(sample_xmp));
    if (parts & WITH_IPTC)
        put_segment(&b, 0xffed, "", 0, iptc.data, iptc.len);
    bytes_put(&b, "\xff\xda\0\2", 4);
    free(exif.data);
    free(iptc.data);
    return b;
}

/* `most` of four pieces of XMP, two of another packet among them, from the last one on; the packet in one segment names
 * what they make up. */
static inline struct bytes sample_long_jpeg(int most)
{
    static const char xmp_name[] = "http://ns.adobe.com/xap/1.0/",
                      more_name[] = "http://ns.adobe.com/xmp/extension/";
    static const char guid[] = "0123456789ABCDEF0123456789ABCDEF",
                      stale[] = "FFFFFFFFFFFFFFFF0123456789ABCDEF";
    static const char *const rest[] = {XMP_HEAD "><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>in "
                                                "the rest</rdf:li></rdf:Alt></dc:description>" XMP_TAIL,
                                       XMP_HEAD "><dc:description><rdf:Alt><rdf:li xml:lang='x-default'>of "
                                                "yesterday</rdf:li></rdf:Alt></dc:description>" XMP_TAIL};
    struct bytes b = {0}, main = {0};
    bytes_put(&main, sample_xmp, strlen(sample_xmp) - strlen(XMP_TAIL));
    bytes_put(&main, "<note:HasExtendedXMP xmlns:note='http://ns.adobe.com/xmp/note/'>", 64);
    bytes_put(&main, guid, 32);
    bytes_put(&main, "</note:HasExtendedXMP>" XMP_TAIL, 22 + strlen(XMP_TAIL));
    bytes_put(&b, "\xff\xd8", 2);
    for (int i = 0; i < most; i++) {
        bool is_stale = i == 0 || i == 2, first = i >= 2;
        const char *packet = rest[is_stale];
        uint32_t len = (uint32_t)strlen(packet), half = len / 2, at = first ? 0 : half;
        struct bytes piece = {0};
        bytes_put(&piece, is_stale ? stale : guid, 32);
        bytes_put_be(&piece, len, 4);
        bytes_put_be(&piece, at, 4);
        bytes_put(&piece, packet + at, first ? half : len - half);
        put_segment(&b, 0xffe1, more_name, sizeof more_name, piece.data, piece.len);
        free(piece.data);
    }
    put_segment(&b, 0xffe1, xmp_name, sizeof xmp_name, main.data, main.len);
    bytes_put(&b, "\xff\xda\0\2", 4);
    free(main.data);
    return b;
}

static inline void put_chunk(struct bytes *b, const char *name, const void *data, size_t len)
{
    bytes_put_be(b, (uint32_t)len, 4);
    bytes_put(b, name, 4);
    bytes_put(b, data, len);
    bytes_put(b, "\0\0\0\0", 4);
}

static inline struct bytes sample_png(int parts)
{
    static const char keyword[] = "XML:com.adobe.xmp\0\0\0\0";
    struct bytes b = {0}, exif = sample_exif(false), text = {0};
    bytes_put(&b, "\x89PNG\r\n\x1a\n", 8);
    if (parts & WITH_IPTC) {
        put_chunk(&b, "tEXt", "Title\0By tEXt", 13);
        put_chunk(&b, "iTXt", "Description\0\0\0de\0Beschreibung\0Grün", 35);
    }
    if (parts & WITH_EXIF)
        put_chunk(&b, "eXIf", exif.data, exif.len);
    bytes_put(&text, keyword, sizeof keyword);
    bytes_put(&text, sample_xmp, strlen(sample_xmp));
    if (parts & WITH_XMP)
        put_chunk(&b, "iTXt", text.data, text.len);
    put_chunk(&b, "IEND", "", 0);
    free(exif.data);
    free(text.data);
    return b;
}

static inline struct bytes sample_webp(void)
{
    struct bytes b = {0}, exif = sample_exif(true);
    bytes_put(&b, "RIFF\0\0\0\0WEBPVP8X\1\0\0\0x\0EXIF", 26);
    bytes_put_le(&b, (uint32_t)exif.len, 4);
    bytes_put(&b, exif.data, exif.len);
    bytes_put(&b, "\0", exif.len & 1);
    bytes_put(&b, "XMP ", 4);
    bytes_put_le(&b, (uint32_t)strlen(sample_xmp), 4);
    bytes_put(&b, sample_xmp, strlen(sample_xmp));
    free(exif.data);
    return b;
}

/* GIF: a table of four colours, a comment, and XMP with the trailer that leads out of it. */
static inline struct bytes sample_gif(void)
{
    struct bytes b = {0};
    bytes_put(&b, "GIF89a\1\0\1\0\x81\0\0", 13);
    bytes_put(&b, "\0\0\0\377\377\377\0\0\0\0\0\0", 12);
    bytes_put(&b, "!\xfe\5hello\0!\xff\x0bXMP DataXMP", 9 + 14);
    bytes_put(&b, sample_xmp, strlen(sample_xmp));
    bytes_put(&b, "\1", 1);
    for (int value = 255; value >= 0; value--)
        bytes_put_le(&b, (uint32_t)value, 1);
    bytes_put(&b, "\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", 17);
    return b;
}

static inline void put_box(struct bytes *b, const char *type, const void *data, size_t len)
{
    bytes_put_be(b, (uint32_t)len + 8, 4);
    bytes_put(b, type, 4);
    bytes_put(b, data, len);
}

/* HEIF: two items in `mdat`, which follows `meta`, or in `idat`, inside it; the XMP as a stream of zlib, or as it is. */
static inline struct bytes sample_heif(bool inside, bool packed)
{
    struct bytes b = {0}, meta = {0}, info = {0}, places = {0}, held = {0}, exif = sample_exif(false);
    enum {
        FTYP = 16,
        META = 8 + 4,
        INFO_EXIF = 21,
        INFO_XMP = 41,
        ENCODING = 8,
        IINF = 8 + 6 + INFO_EXIF + INFO_XMP,
        ILOC = 8 + 8 + 2 * 14
    };
    const uint32_t boxes = FTYP + META + IINF + (packed ? ENCODING : 0) + ILOC + 8, from = inside ? 0 : boxes,
                   exif_len = 4 + (uint32_t)exif.len;
    uint8_t stream[2 * sizeof sample_xmp];
    uLongf xmp_len = packed ? sizeof stream : sizeof sample_xmp - 1;
    if (packed)
        assert_int_equal(compress(stream, &xmp_len, (const Bytef *)sample_xmp, sizeof sample_xmp - 1), Z_OK);
    const void *xmp = packed ? stream : (const void *)sample_xmp;
    put_box(&b, "ftyp", "heic\0\0\0\0", 8);
    bytes_put(&info, "\0\0\0\0\0\2", 6);
    put_box(&info, "infe", "\2\0\0\0\0\1\0\0Exif\0", 13);
    put_box(&info, "infe", "\2\0\0\0\0\2\0\0mime\0application/rdf+xml\0deflate", packed ? 33 + ENCODING : 33);
    put_box(&meta, "iinf", info.data, info.len);
    bytes_put(&places, inside ? "\1\0\0\0\x44\0\0\2" : "\0\0\0\0\x44\0\0\2", 8);
    const uint32_t items[2][3] = {{1, from, exif_len}, {2, from + exif_len, (uint32_t)xmp_len}};
    for (int i = 0; i < 2; i++) {
        bytes_put_be(&places, items[i][0], 2);
        bytes_put(&places, "\0\1", inside ? 2 : 0);
        bytes_put_be(&places, 0, 2);
        bytes_put_be(&places, 1, 2);
        bytes_put_be(&places, items[i][1], 4);
        bytes_put_be(&places, items[i][2], 4);
    }
    bytes_put_be(&held, 0, 4);
    bytes_put(&held, exif.data, exif.len);
    bytes_put(&held, xmp, xmp_len);
    put_box(&meta, "iloc", places.data, places.len);
    if (inside)
        put_box(&meta, "idat", held.data, held.len);
    bytes_put_be(&b, (uint32_t)meta.len + 12, 4);
    bytes_put(&b, "meta\0\0\0\0", 8);
    bytes_put(&b, meta.data, meta.len);
    if (!inside)
        put_box(&b, "mdat", held.data, held.len);
    free(exif.data);
    free(held.data);
    free(meta.data);
    free(info.data);
    free(places.data);
    return b;
}

/* A stream of Brotli (RFC 7932) that holds the bytes as they are: one block of them, and an empty last one. */
static inline struct bytes sample_brotli(const void *data, size_t len)
{
    struct bytes b = {0};
    bytes_put_le(&b, (uint32_t)(len - 1) << 4 | 1 << 20, 3);
    bytes_put(&b, data, len);
    bytes_put(&b, "\3", 1);
    return b;
}

static inline void put_packed_box(struct bytes *b, const char *type, const void *data, size_t len)
{
    struct bytes packed = {0}, stream = sample_brotli(data, len);
    bytes_put(&packed, type, 4);
    bytes_put(&packed, stream.data, stream.len);
    put_box(b, "brob", packed.data, packed.len);
    free(packed.data);
    free(stream.data);
}

/* JPEG XL in boxes. */
static inline struct bytes sample_jxl(bool packed)
{
    struct bytes b = {0}, exif = {0}, tiff = sample_exif(true);
    put_box(&b, "JXL ", "\r\n\x87\n", 4);
    bytes_put(&exif, "\0\0\0\0", 4);
    bytes_put(&exif, tiff.data, tiff.len);
    void (*put)(struct bytes *, const char *, const void *, size_t) = packed ? put_packed_box : put_box;
    put(&b, "Exif", exif.data, exif.len);
    put(&b, "xml ", sample_xmp, strlen(sample_xmp));
    free(exif.data);
    free(tiff.data);
    return b;
}

/* Takes the bytes. */
static inline struct fz_metadata read_bytes(struct bytes file)
{
    struct fz_metadata metadata;
    int fd = open_bytes(file.data, file.len);
    fz_metadata_read(fd, NULL, &metadata);
    close(fd);
    free(file.data);
    return metadata;
}

#endif
