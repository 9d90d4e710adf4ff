/* What a picture's file tells of it beside its pixels: by EXIF, IPTC and XMP, and the texts of PNG. Little of a file is
 * read for it: its head, and what that points to, within bounds. */
#ifndef FZ_IMAGE_METADATA_METADATA_H
#define FZ_IMAGE_METADATA_METADATA_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_image_scratch;

enum { FZ_METADATA_NAME = 128, FZ_METADATA_TEXT = 512, FZ_RATING_REJECTED = -1, FZ_RATING_MOST = 5 };

/* What a date is of: the first of these that a file tells counts. Many programs write what they know as the digitized one. */
enum fz_metadata_event { FZ_METADATA_TAKEN, FZ_METADATA_DIGITIZED, FZ_METADATA_CHANGED };

/* How far a clock is told; behind that it stands at the beginning, as at midnight. */
enum fz_metadata_unit {
    FZ_METADATA_SECOND,
    FZ_METADATA_MINUTE,
    FZ_METADATA_DAY,
    FZ_METADATA_MONTH,
    FZ_METADATA_YEAR
};

/* When it was taken: the clock on the wall there. */
struct fz_metadata_date {
    bool known;
    bool is_local;      /* the offset from UTC is not known */
    int64_t clock_s;    /* since 1970 as if that clock went by UTC, */
    int clock_ms;       /* 0 to 999 after that */
    int offset_minutes; /* UTC is clock_s less this */
    enum fz_metadata_event of;
    enum fz_metadata_unit to;
};

/* Texts are valid UTF-8 without control characters, "" where nothing is known. Numbers are 0 then. */
struct fz_metadata {
    struct fz_metadata_date date;
    char title[FZ_METADATA_TEXT], description[FZ_METADATA_TEXT], place[FZ_METADATA_TEXT];
    char camera[FZ_METADATA_NAME], lens[FZ_METADATA_NAME];
    double exposure_s, f_number, focal_mm;
    uint32_t iso;
    bool has_position, has_rating;
    double latitude, longitude; /* degrees, north and east */
    int rating;                 /* -1 (rejected) to 5 */
};

/* Any thread but the render thread. Reads what the file says of itself: fd is open for reading and borrowed, its offset
 * stays; what `scratch` (its owner's thread; NULL: none) holds of it since it was decoded is not read again. What is damaged is left out. False: some
 * of it could not be read, which is no fault of the file. Of one thing told in several ways XMP counts before IPTC before EXIF, of what the camera
 * measured and of dates of the same event EXIF first (Metadata Working Group, Guidelines for Handling Image Metadata 2.0, in short). */
bool fz_metadata_read(int fd, const struct fz_image_scratch *scratch, struct fz_metadata *out);

/* Any thread. The same of an XMP packet, such as a sidecar. */
void fz_metadata_read_xmp(const void *bytes, size_t len, struct fz_metadata *out);

/* Any thread. What `beside` says as well: its texts and its rating count before those of `out`; what the camera measured, the
 * position among it, and the date after, unless that date is of an earlier event. */
void fz_metadata_add(struct fz_metadata *out, const struct fz_metadata *beside);

/* Any thread. What a sidecar says of a picture: somebody may have put right there what the camera got wrong, as developers of RAW files do,
 * who leave the file as it is. As fz_metadata_add, but that a date of the same event (taken, or digitized: that of the last change
 * is of the sidecar's own changes), and a position, count before those of `out` where they are others. Where both say the same,
 * as far as the sidecar tells it, `out` stays, which may know more of it. */
void fz_metadata_correct(struct fz_metadata *out, const struct fz_metadata *sidecar);

/* Any thread. Seconds since 1970; where the camera's offset from UTC is not known it is taken for this machine's. */
int64_t fz_metadata_time_s(const struct fz_metadata_date *date);

/* Any thread. The XMP packet that is given (len 0: a new one), in its encoding, with this rating; every byte of all else stays. *out is the
 * caller's to free. DAMAGED, with the reason, where what is given is no XMP, or has no place for one rating. */
enum fz_err fz_metadata_set_rating(const void *bytes, size_t len, int rating, char **out, size_t *out_len,
                                   struct fz_error *err);

#endif
