/* JPEG by libjpeg-turbo: decoded at the least scale that covers the result, its rows into the reducer. */
#include "image/format.h"
#include "image/jpeg/band.h"
#include "image/jpeg/dc.h"
#include "image/jpeg/lower.h"
#include "image/scratch.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum { CANCEL_ROWS = 8, SKIP_ROWS = 512, MAX_SCANS = 100 };

struct jpeg {
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    jmp_buf escape;
    struct fz_decode *d;
    struct fz_jpeg_band band;      /* what is read instead of the scan, */
    bool has_band;                 /* where there is one, */
    int band_row;                  /* px, from this row on */
    struct fz_jpeg_lower *lower;   /* makes the rows from reduce.end_y on; NULL: there is none */
    bool shared;                   /* it was decided whether there is one */
    bool ended;                    /* libjpeg asked for more than the file holds */
    char warning[JMSG_LENGTH_MAX]; /* the first that means damage */
};

/* --- errors: libjpeg calls these in the middle of anything ------------------------------------ */

static void on_error(j_common_ptr cinfo)
{
    struct jpeg *j = cinfo->client_data;
    longjmp(j->escape, 1);
}

/* Level -1 is a warning. Some of them are oddities of cameras and editors, not damage. */
static void on_message(j_common_ptr cinfo, int level)
{
    struct jpeg *j = cinfo->client_data;
    int code = cinfo->err->msg_code;
    if (level >= 0 || j->warning[0] || code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM ||
        code == JWRN_JFIF_MAJOR)
        return;
    cinfo->err->format_message(cinfo, j->warning);
}

static void on_output(j_common_ptr cinfo)
{
    (void)cinfo; /* never to standard error */
}

/* --- source: the whole file lies in memory, or comes in pieces --------------------------------- */

static const JOCTET end_of_image[2] = {0xff, JPEG_EOI};

static void source_nop(j_decompress_ptr cinfo)
{
    (void)cinfo;
}

static boolean source_fill(j_decompress_ptr cinfo)
{
    struct jpeg *j = cinfo->client_data;
    struct fz_bytes next;
    if (j->has_band ? fz_jpeg_band_more(&j->band, &next) : fz_decode_more(j->d, &next)) {
        cinfo->src->next_input_byte = next.at;
        cinfo->src->bytes_in_buffer = next.len;
        return TRUE;
    }
    j->ended = true;
    cinfo->src->next_input_byte = end_of_image;
    cinfo->src->bytes_in_buffer = sizeof end_of_image;
    return TRUE;
}

static void source_skip(j_decompress_ptr cinfo, long count)
{
    struct jpeg_source_mgr *src = cinfo->src;
    const struct jpeg *j = cinfo->client_data;
    if (count <= 0)
        return;
    while ((size_t)count > src->bytes_in_buffer) {
        count -= (long)src->bytes_in_buffer;
        source_fill(cinfo);
        if (j->ended)
            return;
    }
    src->next_input_byte += count;
    src->bytes_in_buffer -= (size_t)count;
}

/* Of a file in pieces: goes back to what was read before. */
static void source_seek(struct jpeg *j, uint64_t offset)
{
    const struct fz_bytes *head = &j->d->file;
    size_t held = offset < head->len ? head->len - (size_t)offset : 0;
    fz_decode_seek(j->d, offset);
    j->source.next_input_byte = head->at + head->len - held;
    j->source.bytes_in_buffer = held;
}

static void jpeg_init(struct jpeg *j, struct fz_decode *d)
{
    j->cinfo.err = jpeg_std_error(&j->errors);
    j->cinfo.client_data = j;
    j->errors.error_exit = on_error;
    j->errors.emit_message = on_message;
    j->errors.output_message = on_output;
    j->source = (struct jpeg_source_mgr){
        .next_input_byte = d->file.at,
        .bytes_in_buffer = d->file.len,
        .init_source = source_nop,
        .fill_input_buffer = source_fill,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_nop,
    };
}

/* --- the way of a picture ---------------------------------------------------------------------- */

/* Whether a scale shows the part with no more than its own pixels at its edges, and large enough. */
static bool suits(unsigned eighths, int from, int length, int whole, int wanted)
{
    int64_t first = (int64_t)from * eighths, end = (int64_t)(from + length) * eighths;
    bool exact = first % 8 == 0 &&
                 (end % 8 == 0 || (from + length == whole && fz_jpeg_shows_end(from, length, eighths)));
    return exact && (end + 7) / 8 - first / 8 >= wanted;
}

/* The least of 1/8, 1/4, 1/2, 1 that covers what is wanted: without SIMD, 3/8 takes longer than 1/2, and 5/8 to
 * 7/8 than 1. (12 Mpx: 27.5 30.6 35.0 32.4 46.8 52.4 62.3 37.3 ms; the fast IDCT and plain upsampling gain
 * nothing.) */
static unsigned choose_scale(int width, int height, const struct fz_part *part)
{
    unsigned eighths = 1;
    while (eighths < 8 && !(suits(eighths, part->of.x, part->of.w, width, part->out_w) &&
                            suits(eighths, part->of.y, part->of.h, height, part->out_h)))
        eighths *= 2;
    return eighths;
}

/* Letters lose more by the DCT than by the filter: where it makes all of the reduction they are up to 8 of 255 from what the filter
 * makes of the full size (400 px of leptonica's pages). What is small is decoded at twice the size then. */
static unsigned spare_letters(const struct fz_decode *d, int width, int height, unsigned eighths)
{
    enum { SMALL_PX = 2500000, NEARLY_PERCENT = 120 };
    struct fz_part part = fz_decode_part(d, width, height);
    bool nearly = (int64_t)part.of.w * eighths * 100 < (int64_t)part.out_w * 8 * NEARLY_PERCENT;
    bool applies = (eighths == 2 || eighths == 4) && !d->request->want.smooth;
    return applies && nearly && (int64_t)width * height <= SMALL_PX ? 2 * eighths : eighths;
}

static enum fz_err read_header(struct jpeg *j)
{
    struct fz_decode *d = j->d;
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    jpeg_read_header(cinfo, TRUE);
    if (cinfo->image_width != d->header.width ||
        cinfo->image_height + (unsigned)j->band_row != d->header.height)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "the file contradicts itself about its size");
    fz_jpeg_set_profile(d, &d->file);
    d->color = cinfo->jpeg_color_space == JCS_GRAYSCALE ? FZ_COLOR_GREY : FZ_COLOR_RGB;
    switch (cinfo->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
        cinfo->out_color_space = JCS_EXT_BGRA; /* as BGRX, and its fourth byte is documented to be 255 */
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        cinfo->out_color_space = JCS_CMYK;
        d->color = FZ_COLOR_CMYK_INVERTED; /* with or without Adobe's marker, as all others read it */
        break;
    default:
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "a JPEG of %d unknown channels", cinfo->num_components);
    }
    return FZ_OK;
}

/* True when all has arrived, to within one bit, that 1/8 shows: the DC value of each block. */
static bool eighth_is_known(const struct jpeg_decompress_struct *cinfo)
{
    for (int i = 0; i < cinfo->num_components; i++)
        if (!cinfo->coef_bits || cinfo->coef_bits[i][0] < 0 || cinfo->coef_bits[i][0] > 1)
            return false;
    return true;
}

/* Several scans: reads as many as the scale needs, then chooses what has arrived for output. */
static enum fz_err read_scans(struct jpeg *j)
{
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    bool eighth = cinfo->scale_num == 1;
    unsigned calls = 0;
    for (;;) {
        int status = jpeg_consume_input(cinfo);
        if (status == JPEG_REACHED_EOI)
            break;
        if (status == JPEG_SCAN_COMPLETED && eighth && eighth_is_known(cinfo))
            break;
        if (status == JPEG_SCAN_COMPLETED && cinfo->input_scan_number >= MAX_SCANS) {
            snprintf(j->warning, sizeof j->warning, "more than %d scans", MAX_SCANS);
            break;
        }
        if (calls++ % CANCEL_ROWS == 0 && fz_decode_cancelled(j->d))
            return fz_decode_fail_cancelled(j->d);
    }
    if (j->ended && !j->warning[0])
        snprintf(j->warning, sizeof j->warning, "file ends early");
    cinfo->do_block_smoothing = !eighth;
    jpeg_start_output(cinfo, cinfo->input_scan_number);
    return FZ_OK;
}

/* Once the file has ended within a single scan, no MCU row after those read so far holds anything. */
static JDIMENSION last_useful_row(const struct jpeg_decompress_struct *cinfo)
{
    JDIMENSION mcu_row = (JDIMENSION)cinfo->max_v_samp_factor * (JDIMENSION)cinfo->min_DCT_scaled_size;
    uint64_t row = (uint64_t)cinfo->input_iMCU_row * mcu_row;
    return row < cinfo->output_height ? (JDIMENSION)row : cinfo->output_height;
}

static enum fz_err begin(struct jpeg *j, int width, int height)
{
    const struct jpeg_decompress_struct *cinfo = &j->cinfo;
    int above = j->band_row / DCTSIZE * cinfo->min_DCT_scaled_size;
    enum fz_err code =
        fz_decode_begin(j->d, width, height, (int)cinfo->output_width, (int)cinfo->output_height + above);
    if (code == FZ_OK && above > 0)
        fz_reduce_skip(&j->d->reduce, above);
    return code;
}

/* What lies above the part is parsed but not transformed, what lies beside it hardly so. A block more on each side keeps
 * what libjpeg does at its edges out of the part. */
static enum fz_err go_to_part(struct jpeg *j)
{
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    struct fz_reduce *reduce = &j->d->reduce;
    const struct fz_image_region *part = &reduce->part;
    int scale = cinfo->min_DCT_scaled_size, full_w = (int)cinfo->output_width;
    int left = part->x - cinfo->max_h_samp_factor * scale;
    int top = reduce->first_y - cinfo->max_v_samp_factor * scale;
    int right = part->x + part->w + cinfo->max_h_samp_factor * scale;
    left = left > 0 ? left : 0;
    right = right < full_w ? right : full_w;
    if (right - left < full_w) {
        JDIMENSION x = (JDIMENSION)left, w = (JDIMENSION)(right - left);
        jpeg_crop_scanline(cinfo, &x, &w);
        fz_reduce_set_column(reduce, (int)x);
    }
    while (reduce->in_y < top) {
        if (fz_decode_cancelled(j->d))
            return fz_decode_fail_cancelled(j->d);
        int rows = top - reduce->in_y < SKIP_ROWS ? top - reduce->in_y : SKIP_ROWS;
        jpeg_skip_scanlines(cinfo, (JDIMENSION)rows);
        fz_reduce_skip(reduce, rows);
    }
    return FZ_OK;
}

/* The result is this thread's alone, again. */
static void drop_lower(struct jpeg *j)
{
    if (j->lower)
        fz_reduce_end_at(&j->d->reduce, j->d->reduce.out_h);
    fz_jpeg_lower_free(j->lower);
    j->lower = NULL;
}

/* Once it is known where the lower part begins in the file; or a quarter is done: what else had to be done for this picture is done
 * too then, and a core may be free. Who is to be told waits for that until half is done. */
static void share(struct jpeg *j)
{
    const struct jpeg_decompress_struct *cinfo = &j->cinfo;
    const struct fz_image_host *host = &j->d->request->host;
    struct fz_image_index index; /* not cleared: this is asked between all blocks of rows */
    if (j->shared || cinfo->buffered_image || j->has_band || !fz_jpeg_lower_pays(j->d))
        return;
    bool told = host->index && host->index(host->ctx, &index);
    bool known = told && index.count > 0 && index.file_bytes == fz_decode_file_bytes(j->d);
    if (!told && cinfo->output_scanline < cinfo->output_height / (host->index ? 2 : 4))
        return;
    j->shared = true;
    int out_y = fz_jpeg_lower_row(j->d, cinfo, known ? &index : NULL);
    j->lower = out_y > 0 ? fz_jpeg_lower_begin(j->d, out_y, known ? &index : NULL) : NULL;
    if (j->lower)
        fz_reduce_end_at(&j->d->reduce, out_y);
}

static enum fz_err read_rows(struct jpeg *j)
{
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    struct fz_reduce *reduce = &j->d->reduce;
    bool single_scan = !cinfo->buffered_image;
    JDIMENSION end = cinfo->output_height;
    while (cinfo->output_scanline < end && !fz_reduce_is_done(reduce)) {
        if (cinfo->output_scanline % CANCEL_ROWS == 0) {
            if (fz_decode_cancelled(j->d))
                return fz_decode_fail_cancelled(j->d);
            share(j);
        }
        JSAMPROW row = fz_reduce_input(reduce);
        jpeg_read_scanlines(cinfo, &row, 1);
        fz_reduce_push(reduce, row);
        if (single_scan && j->warning[0] && j->ended && end == cinfo->output_height)
            end = last_useful_row(cinfo);
    }
    return FZ_OK;
}

static enum fz_err read_picture(struct jpeg *j)
{
    enum fz_err code = read_rows(j);
    bool shared = j->lower && code == FZ_OK && fz_reduce_is_done(&j->d->reduce);
    if (shared && fz_jpeg_lower_wait(j->lower)) {
        fz_jpeg_lower_free(j->lower);
        j->lower = NULL;
        return FZ_OK;
    }
    drop_lower(j);
    return shared ? read_rows(j) : code;
}

/* Where the index leads past what lies above row `top_px`: the header is read again, of a picture without these rows. That is written
 * into the bytes of the file; a preview within one is decoded from its top. */
static enum fz_err skip_to_band(struct jpeg *j, int top_px)
{
    struct fz_decode *d = j->d;
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    enum fz_err code = FZ_OK;
    uint64_t at = fz_jpeg_height_at(&d->file);
    bool is_file = d->file.at == d->scratch->file.data;
    if (top_px == 0 || !d->request->index || at == 0 || !is_file ||
        !fz_jpeg_band_begin(&j->band, d, cinfo, top_px, &j->band_row, &code))
        return code;
    unsigned height = d->header.height - (unsigned)j->band_row;
    uint8_t *bytes = d->scratch->file.data + at;
    bytes[0] = (uint8_t)(height >> 8);
    bytes[1] = (uint8_t)height;
    jpeg_abort_decompress(cinfo);
    j->source.next_input_byte = d->file.at;
    j->source.bytes_in_buffer = d->file.len;
    code = read_header(j);
    j->has_band = true;
    j->source.bytes_in_buffer = 0;
    return code;
}

static enum fz_err decode(struct jpeg *j)
{
    struct fz_decode *d = j->d;
    struct jpeg_decompress_struct *cinfo = &j->cinfo;
    enum fz_err code = read_header(j);
    if (code != FZ_OK)
        return code;
    int width = (int)cinfo->image_width, height = (int)cinfo->image_height;
    struct fz_part part = fz_decode_least_part(d, width, height);
    code = skip_to_band(j, d->from_row > 0 ? d->from_px : part.of.y);
    if (code != FZ_OK ||
        (d->from_row > 0 && !j->has_band)) /* from the top it would take longer than all of it */
        return code != FZ_OK ? code : FZ_E_UNSUPPORTED;
    cinfo->scale_num = spare_letters(d, width, height, choose_scale(width, height, &part));
    cinfo->scale_denom = 8;
    d->reduced_by = 8 / (int)cinfo->scale_num;
    bool is_smooth_quarter =
        cinfo->scale_num == 2 && d->request->want.smooth && d->request->want.region.w == 0;
    if ((cinfo->scale_num == 1 || is_smooth_quarter) && !j->has_band) {
        bool taken;
        const char *damage;
        uint64_t scan_at = d->pieces ? fz_decode_tell(d) - j->source.bytes_in_buffer : 0;
        code = fz_jpeg_dc_load(d, cinfo, &taken, &damage);
        if (damage && !j->warning[0])
            snprintf(j->warning, sizeof j->warning, "%s", damage);
        if (taken || code != FZ_OK)
            return code;
        if (d->pieces)
            source_seek(j, scan_at);
    }
    cinfo->buffered_image = jpeg_has_multiple_scans(cinfo);
    /* Bounds libjpeg's large arrays to what was reserved. */
    cinfo->mem->max_memory_to_use = d->working_bytes < LONG_MAX ? (long)d->working_bytes : LONG_MAX;
    jpeg_start_decompress(cinfo);
    if (cinfo->buffered_image)
        code = read_scans(j);
    if (code == FZ_OK)
        code = begin(j, width, height);
    if (code == FZ_OK)
        code = go_to_part(j);
    return code == FZ_OK ? read_picture(j) : code;
}

/* After a fatal error: shown in part where rows had come, refused where not. */
static enum fz_err fatal(struct jpeg *j)
{
    struct fz_decode *d = j->d;
    char text[JMSG_LENGTH_MAX];
    j->errors.format_message((j_common_ptr)&j->cinfo, text);
    if (j->errors.msg_code == JERR_OUT_OF_MEMORY || j->errors.msg_code == JERR_NO_BACKING_STORE)
        return fz_fail(d->err, FZ_E_MEMORY, 0, "%s", text);
    if (j->errors.msg_code == JERR_IMAGE_TOO_BIG)
        return fz_fail(d->err, FZ_E_LIMIT, 0, "%s", text);
    if (!d->begun || d->reduce.in_y == 0)
        return fz_fail(d->err, FZ_E_DAMAGED, 0, "%s", text);
    if (!j->warning[0])
        memcpy(j->warning, text, sizeof j->warning);
    return FZ_OK;
}

/* Apart from fz_jpeg_load: nothing that changes after setjmp may be local to the function that calls it. */
static enum fz_err run(struct jpeg *j)
{
    if (setjmp(j->escape) != 0)
        return fatal(j);
    jpeg_create_decompress(&j->cinfo);
    j->cinfo.src = &j->source;
    return decode(j);
}

enum fz_err fz_jpeg_load(struct fz_decode *d)
{
    struct jpeg j = {.d = d};
    jpeg_init(&j, d);
    enum fz_err code = run(&j);
    drop_lower(&j);
    jpeg_destroy_decompress(&j.cinfo);
    if (code == FZ_OK && j.warning[0]) {
        d->out->damaged = true;
        fz_fail(d->err, FZ_E_DAMAGED, 0, "%s", j.warning);
    }
    return code;
}
