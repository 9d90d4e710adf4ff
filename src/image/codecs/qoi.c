/* QOI (https://qoiformat.org/qoi-specification.pdf): a pixel after the other, each told by those before it. Cut files are shown up to
 * where they end, which SDL2_image fills with the last pixel. */
#include "image/format.h"

#include <string.h>

enum {
    HEAD_BYTES = 14,
    END_BYTES = 8,  /* the mark behind the last chunk */
    MOST_BYTES = 5, /* of a chunk */
    SEEN = 64,
    CANCEL_ROWS = 64,
    OP_RGB = 0xfe,
    OP_RGBA = 0xff,
};

/* The two bits that tell all other chunks. */
enum { OP_INDEX, OP_DIFF, OP_LUMA, OP_RUN };

struct qoi {
    struct fz_decode *d;
    const uint8_t *at, *end;   /* of the chunks, what is not used up of the piece that is there, */
    uint64_t left;             /* and how many bytes of them no piece had */
    uint8_t chunk[MOST_BYTES]; /* one that may lie across two of them */
    uint8_t seen[SEEN][4];     /* pixels, each in the place that its colour has */
    uint8_t px[4];             /* the last one: B G R A */
    unsigned run;              /* how often it comes once more */
};

bool fz_qoi_is_a(const struct fz_bytes *head)
{
    return fz_bytes_match(head, 0, "qoif", 4);
}

enum fz_head_status fz_qoi_header(const struct fz_bytes *bytes, struct fz_header *header)
{
    if (!fz_bytes_has(bytes, 0, HEAD_BYTES))
        return FZ_HEAD_MORE;
    const uint32_t channels = fz_bytes_be(bytes, 12, 1), space = fz_bytes_be(bytes, 13, 1);
    header->width = fz_bytes_be(bytes, 4, 4);
    header->height = fz_bytes_be(bytes, 8, 4);
    header->by_rows = true;
    return (channels == 3 || channels == 4) && space <= 1 ? FZ_HEAD_OK : FZ_HEAD_BAD;
}

uint64_t fz_qoi_working_bytes(const struct fz_decode *d, uint64_t file_bytes)
{
    (void)d;
    (void)file_bytes;
    return sizeof(struct qoi);
}

static int chunk_bytes(uint8_t first)
{
    return first == OP_RGBA ? 5 : first == OP_RGB ? 4 : first >> 6 == OP_LUMA ? 2 : 1;
}

static void begin_piece(struct qoi *q, const uint8_t *at, size_t len)
{
    len = len < q->left ? len : (size_t)q->left;
    q->left -= len;
    q->at = at;
    q->end = at + len;
}

static bool read_byte(struct qoi *q, uint8_t *to)
{
    struct fz_bytes piece;
    if (q->at == q->end) {
        if (q->left == 0 || !fz_decode_more(q->d, &piece))
            return false;
        begin_piece(q, piece.at, piece.len);
    }
    *to = *q->at++;
    return true;
}

/* NULL: the file ends before it does. */
static const uint8_t *next_chunk(struct qoi *q)
{
    const uint8_t *chunk = q->at;
    if (q->end - q->at >= MOST_BYTES) {
        q->at += chunk_bytes(*chunk);
        return chunk;
    }
    if (!read_byte(q, q->chunk))
        return NULL;
    for (int i = 1; i < chunk_bytes(q->chunk[0]); i++)
        if (!read_byte(q, q->chunk + i))
            return NULL;
    return q->chunk;
}

/* The differences wrap around. */
static void add(uint8_t *px, int red, int green, int blue)
{
    px[0] = (uint8_t)(px[0] + blue);
    px[1] = (uint8_t)(px[1] + green);
    px[2] = (uint8_t)(px[2] + red);
}

/* The next pixel after those of a run. */
static void apply(struct qoi *q, const uint8_t *chunk)
{
    uint8_t *px = q->px;
    const int low = chunk[0] & 63;
    if (chunk[0] == OP_RGB || chunk[0] == OP_RGBA) {
        px[0] = chunk[3];
        px[1] = chunk[2];
        px[2] = chunk[1];
        px[3] = chunk[0] == OP_RGBA ? chunk[4] : px[3];
    } else if (chunk[0] >> 6 == OP_INDEX) {
        memcpy(px, q->seen[low], 4);
    } else if (chunk[0] >> 6 == OP_DIFF) {
        add(px, (low >> 4) - 2, (low >> 2 & 3) - 2, (low & 3) - 2);
    } else if (chunk[0] >> 6 == OP_LUMA) {
        const int green = low - 32;
        add(px, green + (chunk[1] >> 4) - 8, green, green + (chunk[1] & 15) - 8);
    } else {
        q->run = (unsigned)low;
    }
    memcpy(q->seen[(px[2] * 3 + px[1] * 5 + px[0] * 7 + px[3] * 11) % SEEN], px, 4);
}

/* How many pixels of it came. */
static int read_row(struct qoi *q, int width, uint8_t *to)
{
    for (int x = 0; x < width; x++, to += 4) {
        const uint8_t *chunk = q->run == 0 ? next_chunk(q) : NULL;
        if (chunk)
            apply(q, chunk);
        else if (q->run == 0)
            return x;
        else
            q->run--;
        memcpy(to, q->px, 4);
    }
    return width;
}

static enum fz_err fail_early(struct qoi *q, bool some)
{
    q->d->out->damaged = some;
    enum fz_err code = fz_fail(q->d->err, FZ_E_DAMAGED, 0, "the file ends early");
    return some ? FZ_OK : code;
}

enum fz_err fz_qoi_load(struct fz_decode *d)
{
    const int width = (int)d->header.width, height = (int)d->header.height;
    struct qoi q = {.d = d, .px = {0, 0, 0, 255}};
    const uint64_t file_bytes = fz_decode_file_bytes(d), around = HEAD_BYTES + END_BYTES;
    q.left = file_bytes > around ? file_bytes - around : 0;
    begin_piece(&q, d->file.at + HEAD_BYTES, d->file.len - HEAD_BYTES);
    enum fz_err code = fz_decode_begin(d, width, height, width, height);
    for (int y = 0; y < height && code == FZ_OK && !fz_reduce_is_done(&d->reduce); y++) {
        if (y % CANCEL_ROWS == 0 && fz_decode_cancelled(d))
            return fz_decode_fail_cancelled(d);
        uint8_t *row = fz_reduce_input(&d->reduce);
        const int came = read_row(&q, width, row);
        if (came == 0)
            return fail_early(&q, y > 0);
        memset(row + (size_t)came * 4, 0, (size_t)(width - came) * 4);
        if (!fz_reduce_passes_over(&d->reduce, 1))
            fz_decode_push(d, row, FZ_ALPHA_STRAIGHT);
        if (came < width)
            return fail_early(&q, true);
    }
    return code;
}
