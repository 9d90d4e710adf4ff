/* The chunks of a PNG that hold metadata (W3C, Portable Network Graphics, third edition, 11.3; XMP specification part 3, 1.1.5),
 * and the texts in which older programs keep it. They may stand behind the pixels, and these in a chunk for every 8 KB. */
#include "base/mem.h"
#include "image/metadata/parts.h"
#include "image/metadata/png_chunks.h"
#include "image/metadata/png_text.h"

enum {
    CHUNKS = 1024, /* that are skipped, but for what is to stand in a copy */
    TEXT_MOST = 64 << 10,
};

enum text { PACKET, EXIF, SEGMENT, XMP, IPTC, RESOURCES, TITLE, DESCRIPTION, TIME, TEXT_KINDS };

static const char *const keywords[TEXT_KINDS] = {
    [PACKET] = "XML:com.adobe.xmp",        [EXIF] = "Raw profile type exif",
    [SEGMENT] = "Raw profile type APP1", /* of a JPEG: EXIF or XMP */
    [XMP] = "Raw profile type xmp",        [IPTC] = "Raw profile type iptc",
    [RESOURCES] = "Raw profile type 8bim", [TITLE] = "Title",
    [DESCRIPTION] = "Description",         [TIME] = "Creation Time",
};

/* --- what a text holds ---------------------------------------------------------------------------------------------- */

static void take_words(enum text kind, const struct fz_excerpt *text, struct fz_metadata *out)
{
    if (kind == TITLE)
        fz_metadata_text(out->title, sizeof out->title, text->head, text->head_len);
    else if (kind == DESCRIPTION)
        fz_metadata_text(out->description, sizeof out->description, text->head, text->head_len);
    else {
        char date[64];
        fz_metadata_text(date, sizeof date, text->head, text->head_len);
        if (!fz_metadata_date_parse(date, &out->date))
            fz_metadata_mail_date_parse(date, &out->date);
    }
}

static void take_resources(struct fz_excerpt *profile, struct fz_blocks *blocks)
{
    if (fz_excerpt_match(profile, 0, "\x1c", 1))
        fz_block_take(&blocks->iptc, profile, 0, profile->bytes, FZ_IPTC_MOST);
    else
        fz_block_take_resources(&blocks->resources, profile, 0, profile->bytes);
}

static void take_profile(enum text kind, struct fz_excerpt *profile, struct fz_blocks *blocks)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
    bool is_segment_of_xmp = kind == SEGMENT && fz_excerpt_match(profile, 0, xmp, sizeof xmp);
    size_t at = is_segment_of_xmp ? sizeof xmp : 0;
    if (kind == XMP || is_segment_of_xmp)
        fz_block_take(&blocks->xmp, profile, at, profile->bytes - at, FZ_XMP_MOST);
    else if (kind == EXIF || kind == SEGMENT)
        fz_blocks_find_in_exif(profile, 0, blocks);
    else
        take_resources(profile, blocks);
}

/* --- which texts there are ------------------------------------------------------------------------------------------- */

static enum text kind_of(const struct fz_bytes *chunk)
{
    enum text kind = 0;
    while (kind < TEXT_KINDS && !fz_bytes_match(chunk, 0, keywords[kind], strlen(keywords[kind]) + 1))
        kind++;
    return kind;
}

/* The first text of a kind counts. */
static void note_text(struct fz_excerpt *file, const struct fz_png_chunk *chunk,
                      struct fz_png_chunk texts[TEXT_KINDS])
{
    uint8_t begin[FZ_PNG_KEYWORD_MOST];
    const struct fz_bytes keyword = fz_png_keyword(file, chunk, begin);
    enum text kind = kind_of(&keyword);
    if (kind < TEXT_KINDS && texts[kind].at == 0)
        texts[kind] = *chunk;
}

static size_t most_of(enum text kind)
{
    return kind == PACKET ? FZ_XMP_MOST : kind < TITLE ? FZ_PNG_PROFILE_TEXT_MOST : TEXT_MOST;
}

static void read_text(struct fz_excerpt *file, enum text kind, const struct fz_png_chunk *chunk,
                      struct fz_blocks *blocks)
{
    struct fz_excerpt text;
    size_t most = most_of(kind), len = 0;
    uint8_t *data = chunk->at > 0 ? fz_excerpt_copy(file, chunk->at, chunk->len, most) : NULL;
    const struct fz_bytes bytes = {.at = data, .len = (size_t)chunk->len};
    uint8_t *value = data ? fz_png_text_read(chunk->name, &bytes, most, &len) : NULL;
    free(data);
    if (!value)
        return;
    bool is_profile = kind != PACKET && kind < TITLE;
    fz_excerpt_own(&text, value, is_profile ? fz_png_profile_read(value, len) : len);
    if (is_profile)
        take_profile(kind, &text, blocks);
    else if (kind == PACKET)
        fz_block_take(&blocks->xmp, &text, 0, text.bytes, FZ_XMP_MOST);
    else
        take_words(kind, &text, &blocks->text);
    fz_excerpt_close(&text);
}

/* --- chunks --------------------------------------------------------------------------------------------------------- */

/* What has a chunk of its own counts before texts. */
void fz_blocks_find_in_png(struct fz_excerpt *file, struct fz_blocks *blocks)
{
    struct fz_png_chunk texts[TEXT_KINDS] = {{.at = 0}}, chunk = {.next = 0};
    int most = blocks->copy ? FZ_PNG_CHUNKS_MOST : CHUNKS;
    for (int i = 0; i < most && fz_png_next_chunk(file, &chunk); i++) {
        if (memcmp(chunk.name, "eXIf", 4) == 0)
            fz_blocks_find_in_exif(file, chunk.at, blocks);
        else
            note_text(file, &chunk, texts);
    }
    for (enum text kind = 0; kind < TEXT_KINDS; kind++)
        read_text(file, kind, &texts[kind], blocks);
}
