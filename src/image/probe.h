/* What a picture is, without its pixels. */
#ifndef FZ_IMAGE_PROBE_H
#define FZ_IMAGE_PROBE_H

#include "image/image.h"

enum { FZ_PROBE_DATE_BYTES = 32 };

struct fz_probe {
    struct fz_image image; /* without pixels; what was found before an error stands there too */
    char date
        [FZ_PROBE_DATE_BYTES]; /* taken: ISO 8601 in the camera's local time, with its offset from UTC where that is
                                     * known; "" = unknown */
};

/* Any thread but the render thread. Reads the header, and of the rest what it takes to know orientation, profile and
 * frames; of the request it looks at the descriptor, the limits and host.cancelled. What is damaged behind its header is
 * found by loading only. The errors of fz_image_load. */
enum fz_err fz_image_probe(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                           struct fz_probe *out, struct fz_error *err);

#endif
