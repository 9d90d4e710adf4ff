/* What the style sheets of a drawing say of its root. */
#ifndef FZ_IMAGE_SVG_SHEETS_H
#define FZ_IMAGE_SVG_SHEETS_H

#include "image/bytes.h"

/* The declarations at..end of a rule. To begin with: all 0. */
struct fz_svg_rule {
    const char *at, *end;
    int weight; /* its specificity: less than 400 */
    /* where it is looked for next, and where the style sheet ends; */
    const char *next, *sheet_end;
    struct fz_bytes id, classes; /* of the root */
};

/* Any thread. The next rule of one of the style sheets in elements `style` that is of the root by its name, its id, its classes or as
 * ":root", alone or together. What tells of attributes, other elements, or media is passed over. */
bool fz_svg_next_root_rule(const struct fz_bytes *file, struct fz_svg_rule *rule);

/* Any thread. Past white space and comments. */
const char *fz_svg_past_blank(const char *at, const char *end);

#endif
