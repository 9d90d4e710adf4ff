#include "decode/front_check.h"

#include "base/str.h"
#include "image/format.h"

#include <string.h>

enum { MOST_FRAMES = 1 << 28 };

bool fz_front_size_is_right(const struct fz_call *call, int width, int height)
{
    if (width < 1 || height < 1 || (uint64_t)width * (uint64_t)height > call->limits.max_output_px)
        return false;
    int64_t times = call->want.covers ? FZ_IMAGE_COVER : 1;
    return (call->want.box_w == 0 || width <= call->want.box_w * times) &&
           (call->want.box_h == 0 || height <= call->want.box_h * times);
}

const char *fz_front_format(char name[16])
{
    name[15] = '\0';
    const struct fz_format *format = fz_format_named(name);
    return format ? format->name : NULL;
}

/* In place: what has no business in a text becomes a question mark. */
void fz_front_check_text(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (size_t at = 0, len = strlen(text), n; at < len; at += n) {
        uint32_t c = 0;
        n = fz_utf8_decode(text + at, len - at, &c);
        bool fits = n > 0 && c >= 0x20 && (c < 0x7f || c > 0x9f);
        n = n > 0 ? n : 1;
        if (!fits)
            memset(text + at, '?', n);
    }
}

/* Any byte may stand where a bool should. */
static void check_bool(bool *value)
{
    unsigned char byte;
    memcpy(&byte, value, 1);
    *value = byte != 0;
}

static double number_between(double value, double least, double most)
{
    return value >= least && value <= most ? value : 0; /* which no NaN is */
}

void fz_front_check_metadata(struct fz_metadata *m)
{
    const int64_t most_s = INT64_C(10000) * 366 * 86400;
    const double most = 1e6;
    fz_front_check_text(m->title, sizeof m->title);
    fz_front_check_text(m->description, sizeof m->description);
    fz_front_check_text(m->place, sizeof m->place);
    fz_front_check_text(m->camera, sizeof m->camera);
    fz_front_check_text(m->lens, sizeof m->lens);
    check_bool(&m->date.known);
    check_bool(&m->date.is_local);
    check_bool(&m->has_position);
    check_bool(&m->has_rating);
    if (m->date.clock_s < -most_s || m->date.clock_s > most_s || m->date.offset_minutes < -24 * 60 ||
        m->date.offset_minutes > 24 * 60 || m->date.clock_ms < 0 || m->date.clock_ms > 999 ||
        (unsigned)m->date.of > FZ_METADATA_CHANGED || (unsigned)m->date.to > FZ_METADATA_YEAR)
        m->date = (struct fz_metadata_date){0};
    m->exposure_s = number_between(m->exposure_s, 0, most);
    m->f_number = number_between(m->f_number, 0, most);
    m->focal_mm = number_between(m->focal_mm, 0, most);
    m->latitude = number_between(m->latitude, -90, 90);
    m->longitude = number_between(m->longitude, -180, 180);
    if (m->rating < FZ_RATING_REJECTED || m->rating > FZ_RATING_MOST)
        m->rating = 0;
}

static bool is_count(int64_t n)
{
    return n >= 0 && n <= INT32_MAX;
}

static bool image_is_right(struct fz_call_image *image)
{
    bool has_name = image->format[0] != '\0';
    return (!has_name || fz_front_format(image->format)) && is_count(image->width) &&
           is_count(image->height) && image->orientation >= 0 && image->orientation <= 8 &&
           is_count(image->frames) && image->frames <= MOST_FRAMES && is_count(image->whole_w) &&
           is_count(image->whole_h) && image->has_profile <= 1 && image->shows_background <= 1 &&
           image->damaged <= 1 && image->needs_files <= 1 && image->needs_heavy <= 1;
}

/* Of a picture that was decoded. Drawings have any size. */
static bool is_within_limits(const struct fz_call *call, const struct fz_call_image *image)
{
    const struct fz_image_limits *limits = &call->limits;
    uint64_t most = limits->max_rows_px > limits->max_whole_px ? limits->max_rows_px : limits->max_whole_px;
    bool has_sides = image->width <= limits->max_side_px && image->height <= limits->max_side_px;
    bool fits = has_sides && (uint64_t)image->width * (uint64_t)image->height <= most;
    return fits || strcmp(image->format, "svg") == 0;
}

const char *fz_front_check(const struct fz_call *call, bool wants_pixels, uint64_t room_bytes,
                           const SDL_Surface *alone, struct fz_call_done *done)
{
    fz_front_check_text(done->error.msg, sizeof done->error.msg);
    check_bool(&done->frame.last);
    done->cpu_us = is_count(done->cpu_us) ? done->cpu_us : 0;
    if ((int)done->error.code < 0 || done->error.code > FZ_E_INTERNAL)
        return "its error is none that there is";
    if (!image_is_right(&done->image))
        return "what it says of the picture cannot be";
    if (done->frame.index < 0 || done->frame.index > MOST_FRAMES || done->frame.delay_us < 0 ||
        done->frame.delay_us > INT64_MAX / 4)
        return "what it says of a frame cannot be";
    bool may_find = fz_call_rows[call->what].traits & FZ_CALL_MAY_FIND;
    done->found = wants_pixels && done->error.code == FZ_OK && (!may_find || done->found);
    if (!done->found)
        return NULL;
    if (done->image.width < 1 || done->image.height < 1)
        return "its picture has no size";
    if (call->what == FZ_CALL_LOAD && !is_within_limits(call, &done->image))
        return "what it says of the picture is over the limits";
    int w = done->image.out_w, h = done->image.out_h;
    if (!done->image.format[0] || !fz_front_size_is_right(call, w, h))
        return "its pixels have a size that was not asked for";
    if (alone ? alone->w != w || alone->h != h : (uint64_t)w * (uint64_t)h * 4 > room_bytes)
        return "its pixels do not fit where they should lie";
    return NULL;
}
