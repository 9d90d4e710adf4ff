#include "image/probe.h"

#include "image/format.h"
#include "image/metadata/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void write_date(const struct fz_metadata_date *date, char out[FZ_PROBE_DATE_BYTES])
{
    time_t clock = (time_t)date->clock_s;
    struct tm tm;
    size_t len = date->known && gmtime_r(&clock, &tm) && tm.tm_year < 10000 - 1900
                     ? strftime(out, FZ_PROBE_DATE_BYTES, "%Y-%m-%dT%H:%M:%S", &tm)
                     : 0;
    int minutes = abs(date->offset_minutes);
    out[len] = '\0';
    if (len > 0 && !date->is_local && minutes < 24 * 60)
        snprintf(out + len, FZ_PROBE_DATE_BYTES - len, "%c%02d:%02d", date->offset_minutes < 0 ? '-' : '+',
                 minutes / 60, minutes % 60);
}

/* Reads on as far as the facts reach. */
static enum fz_err read_facts(struct fz_decode *d, struct fz_reader *reader, struct fz_facts *facts)
{
    const struct fz_facts none = {.max_frames = d->request->limits.max_frames, .frames = 1};
    enum fz_err code = FZ_OK;
    *facts = none;
    while (d->format->facts && d->format->facts(&d->file, facts) == FZ_HEAD_MORE && !d->file.whole &&
           code == FZ_OK) {
        code = fz_reader_fill(reader, (uint64_t)d->file.len * 4, d->err);
        d->file = fz_reader_bytes(reader);
        *facts = none;
    }
    return code == FZ_OK ? fz_reader_failed(reader, d->err) : code;
}

static enum fz_err probe(struct fz_decode *d, struct fz_probe *out)
{
    struct fz_reader reader;
    struct fz_facts facts;
    d->scratch->held.len = 0;
    enum fz_err code = fz_reader_open(&reader, d->request, &d->scratch->file, d->err);
    if (code == FZ_OK)
        code = fz_decode_read_header(d, &reader);
    if (code == FZ_OK)
        code = fz_decode_check_size(d);
    if (code == FZ_OK)
        code = read_facts(d, &reader, &facts);
    if (code != FZ_OK)
        return code;
    struct fz_image *image = d->out;
    fz_decode_orient(d);
    if (fz_orient_swaps(image->orientation)) {
        int width = image->width;
        image->width = image->height;
        image->height = width;
    }
    image->has_profile = facts.has_profile || d->header.has_profile;
    image->frames = facts.frames;
    struct fz_metadata metadata;
    fz_reader_hold(&reader, d->scratch);
    fz_metadata_read(d->request->fd, d->scratch, &metadata);
    write_date(&metadata.date, out->date);
    return FZ_OK;
}

enum fz_err fz_image_probe(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                           struct fz_probe *out, struct fz_error *err)
{
    *out = (struct fz_probe){.image = {.orientation = 1, .frames = 1}};
    if (err)
        *err = (struct fz_error){.code = FZ_OK};
    /* What it tells is true of a picture that is shown in any size, were it but its coarse form. */
    struct fz_image_request smallest = *request;
    smallest.want.box_w = smallest.want.box_h = 1;
    struct fz_decode d = {.request = &smallest, .scratch = scratch, .out = &out->image, .err = err};
    enum fz_err code = probe(&d, out);
    fz_image_scratch_trim(scratch);
    return code;
}
