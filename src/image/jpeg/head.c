/* What a JPEG says of itself before its first scan (ITU-T T.81, annex B). */
#include "base/mem.h"
#include "image/metadata/exif_pixels.h"
#include "image/format.h"
#include "image/jpeg/dc.h"
#include "image/jpeg/lower.h"

#include <stdlib.h>

bool fz_jpeg_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "\xff\xd8\xff", 3);
}

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP2 = 0xe2, TEM = 0x01 };

/* A marker and the bytes of its segment, its length field included. */
struct segment {
    uint8_t marker;
    uint64_t pos, len;
};

static bool is_frame(uint8_t marker) /* SOF0..SOF15 without DHT, JPG, DAC */
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Goes on from *pos to the next segment, over fill bytes and rubbish, as libjpeg does. False at the end of
 * the bytes. */
static bool next_segment(const struct fz_bytes *b, uint64_t *pos, struct segment *s)
{
    for (uint64_t p = *pos; p + 1 < b->len; p++) {
        uint8_t marker = b->at[p + 1];
        if (b->at[p] != 0xff || marker == 0xff || marker == 0 || marker == TEM ||
            (marker >= 0xd0 && marker <= SOI))
            continue;
        *s = (struct segment){.marker = marker, .pos = p + 2};
        if (marker == EOI)
            return true;
        s->len = fz_bytes_be(b, s->pos, 2);
        *pos = s->pos + s->len;
        return fz_bytes_has(b, s->pos, 2) && s->len >= 2;
    }
    return false;
}

/* libjpeg-turbo does the sequential and the progressive ones, by Huffman's codes or arithmetic ones. */
static bool is_supported(uint8_t frame)
{
    enum { BASELINE = 0xc0, EXTENDED, PROGRESSIVE, ARITHMETIC = 0xc9, ARITHMETIC_PROGRESSIVE };
    return frame == BASELINE || frame == EXTENDED || frame == PROGRESSIVE || frame == ARITHMETIC ||
           frame == ARITHMETIC_PROGRESSIVE;
}

static const char *read_frame(const struct fz_bytes *b, const struct segment *s, struct fz_header *header,
                              unsigned *components)
{
    header->height = fz_bytes_be(b, s->pos + 3, 2);
    header->width = fz_bytes_be(b, s->pos + 5, 2);
    *components = fz_bytes_be(b, s->pos + 7, 1);
    if (s->len < 8 || *components < 1 || *components > 4 || s->len < 8 + 3 * (uint64_t)*components)
        return "its frame header makes no sense";
    if (!is_supported(s->marker))
        return "lossless, hierarchical and differential ones are not supported";
    if (fz_bytes_be(b, s->pos + 2, 1) != 8)
        return "only 8 bits a sample are supported";
    if (header->width == 0 || header->height == 0)
        return "its size is missing";
    return NULL;
}

/* What libjpeg holds of the whole picture: 16 bits a sample, in whole MCUs. */
static uint64_t coefficient_bytes(const struct fz_bytes *b, const struct segment *s,
                                  const struct fz_header *header, unsigned components)
{
    uint64_t max_h = 1, max_v = 1, samples = 0;
    for (unsigned i = 0; i < components; i++) {
        uint32_t factors = fz_bytes_be(b, s->pos + 9 + 3 * (uint64_t)i, 1);
        max_h = factors >> 4 > max_h ? factors >> 4 : max_h;
        max_v = (factors & 15) > max_v ? factors & 15 : max_v;
        samples += (uint64_t)(factors >> 4) * (factors & 15);
    }
    uint64_t mcus = (header->width / (8 * max_h) + 1) * (header->height / (8 * max_v) + 1);
    return mcus * samples * 64 * 2;
}

/* Whether dc.c takes the first scan of a progressive file: the DC values of all components, to within a bit. */
static bool is_coarse(const struct fz_bytes *b, const struct segment *frame, const struct segment *scan,
                      unsigned components)
{
    enum { PROGRESSIVE_HUFFMAN = 0xc2 };
    uint64_t bands = scan->pos + 3 + 2 * (uint64_t)components;
    if (frame->marker != PROGRESSIVE_HUFFMAN || (components != 1 && components != 3) ||
        fz_bytes_be(b, scan->pos + 2, 1) != components || fz_bytes_be(b, bands, 2) != 0 ||
        fz_bytes_be(b, bands + 2, 1) > 1)
        return false;
    uint64_t of_frame = frame->pos + 8, of_scan = scan->pos + 3;
    uint32_t h = fz_bytes_be(b, of_frame + 1, 1) >> 4, v = fz_bytes_be(b, of_frame + 1, 1) & 15;
    for (unsigned i = 0; i < components; i++, of_frame += 3, of_scan += 2)
        if (fz_bytes_be(b, of_frame, 1) != fz_bytes_be(b, of_scan, 1) ||
            (i > 0 && fz_bytes_be(b, of_frame + 1, 1) != 0x11))
            return false;
    return components == 1 || fz_jpeg_dc_takes(h, v);
}

enum fz_head_status fz_jpeg_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    uint64_t pos = 2;
    struct segment s, frame = {0};
    unsigned components = 0;
    while (next_segment(bytes, &pos, &s) && s.marker != EOI) {
        if (!fz_bytes_has(bytes, s.pos, s.len))
            return FZ_HEAD_MORE;
        if (is_frame(s.marker) && !frame.marker) {
            frame = s;
            header->reason = read_frame(bytes, &s, header, &components);
            if (header->reason)
                return FZ_HEAD_BAD;
        } else if (s.marker == SOS) {
            if (!frame.marker)
                return FZ_HEAD_BAD;
            bool progressive = (frame.marker & 3) == 2;
            bool several_scans = progressive || fz_bytes_be(bytes, s.pos + 2, 1) < components;
            header->coefficient_bytes =
                several_scans ? coefficient_bytes(bytes, &frame, header, components) : 0;
            header->by_rows = !several_scans;
            header->coarse_first = is_coarse(bytes, &frame, &s, components) &&
                                   fz_jpeg_shows_end(0, header->width, 1) &&
                                   fz_jpeg_shows_end(0, header->height, 1);
            return FZ_HEAD_OK;
        }
    }
    return bytes->whole ? FZ_HEAD_BAD : FZ_HEAD_MORE;
}

/* Rows of libjpeg (an MCU row with its neighbours, as samples and upsampled) and its small objects. */
uint64_t fz_jpeg_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)file_bytes;
    bool is_coarse = fz_decode_is_coarse(d);
    uint64_t dc_bytes =
        fz_jpeg_dc_pays(d) ? fz_jpeg_dc_bytes(&d->header, d->request->want.smooth && !is_coarse ? 2 : 1) : 0;
    uint64_t coefficient_bytes = is_coarse ? 0 : d->header.coefficient_bytes;
    bool shared = d->request->want.alone && !d->frugal;
    uint64_t lower_bytes = shared ? fz_jpeg_lower_bytes(d->header.width) : 0;
    return coefficient_bytes + (uint64_t)d->header.width * 192 + (512 << 10) + dc_bytes + lower_bytes;
}

uint64_t fz_jpeg_height_at(const struct fz_bytes *file)
{
    uint64_t pos = 2;
    struct segment s;
    while (next_segment(file, &pos, &s) && s.marker != SOS && s.marker != EOI)
        if (is_frame(s.marker))
            return s.pos + 3;
    return 0;
}

/* The next TIFF structure of EXIF data behind *pos. */
static bool next_exif(const struct fz_bytes *file, uint64_t *pos, struct fz_bytes *exif)
{
    struct segment s;
    while (next_segment(file, pos, &s) && s.marker != SOS && s.marker != EOI)
        if (s.marker == APP1 && s.len > 16 && fz_bytes_has(file, s.pos, s.len) &&
            fz_bytes_match(file, s.pos + 2, "Exif\0\0", 6)) {
            *exif = (struct fz_bytes){.at = file->at + s.pos + 8, .len = (size_t)s.len - 8};
            return true;
        }
    return false;
}

int fz_jpeg_orientation(const struct fz_bytes *file, int *turn)
{
    uint64_t pos = 2;
    struct fz_bytes exif;
    *turn = 1;
    while (*turn == 1 && next_exif(file, &pos, &exif))
        *turn = fz_exif_orientation(exif.at, exif.len);
    return *turn;
}

/* ICC.1:2010, annex B.4: "ICC_PROFILE", the part's number from 1, how many there are, its bytes. */
enum { ICC_HEAD = 16, ICC_PARTS = 256 };

/* Its parts by their numbers; how many there should be, or 0. */
static unsigned find_profile(const struct fz_bytes *file, struct fz_bytes parts[ICC_PARTS])
{
    uint64_t pos = 2;
    struct segment s;
    unsigned count = 0;
    while (next_segment(file, &pos, &s) && s.marker != SOS && s.marker != EOI) {
        if (s.marker != APP2 || s.len <= ICC_HEAD || !fz_bytes_has(file, s.pos, s.len) ||
            !fz_bytes_match(file, s.pos + 2, "ICC_PROFILE", 12))
            continue;
        struct fz_bytes *part = &parts[fz_bytes_be(file, s.pos + 14, 1)];
        if (!part->at)
            *part = (struct fz_bytes){.at = file->at + s.pos + ICC_HEAD, .len = (size_t)s.len - ICC_HEAD};
        count = fz_bytes_be(file, s.pos + 15, 1);
    }
    return count;
}

/* Adobe RGB (1998) color image encoding, 4.3.1: cameras write no profile with it. */
static void set_adobe_rgb(struct fz_decode *d)
{
    static const struct fz_primaries adobe_rgb = {
        {0.3127, 0.3290}, {0.64, 0.33}, {0.21, 0.71}, {0.15, 0.06}, 563.0 / 256};
    d->has_primaries = true;
    d->primaries = adobe_rgb;
}

static void set_told(struct fz_decode *d, const struct fz_bytes *file)
{
    uint64_t pos = 2;
    struct fz_bytes exif;
    if (next_exif(file, &pos, &exif) && fz_exif_is_adobe_rgb(exif.at, exif.len))
        set_adobe_rgb(d);
}

void fz_jpeg_assume_adobe_rgb(struct fz_decode *d, const struct fz_bytes *file)
{
    uint64_t pos = 2;
    struct fz_bytes exif;
    if (!next_exif(file, &pos, &exif) || !fz_exif_is_srgb(exif.at, exif.len))
        set_adobe_rgb(d);
}

void fz_jpeg_set_profile(struct fz_decode *d, const struct fz_bytes *file)
{
    struct fz_bytes parts[ICC_PARTS] = {{0}};
    unsigned count = find_profile(file, parts);
    size_t len = 0;
    for (unsigned i = 1; i <= count; i++) {
        if (!parts[i].at)
            return;
        len += parts[i].len;
    }
    uint8_t *icc = len > 0 ? fz_try_malloc(len) : NULL;
    if (!icc) {
        set_told(d, file);
        return;
    }
    len = 0;
    for (unsigned i = 1; i <= count; i++) {
        memcpy(icc + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    fz_decode_set_profile(d, icc, len);
    free(icc);
}
