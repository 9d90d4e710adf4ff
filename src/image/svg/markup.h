/* Where elements begin in a drawing, by their names, without a parser: for what is asked of the bytes before one reads them. */
#ifndef FZ_IMAGE_SVG_MARKUP_H
#define FZ_IMAGE_SVG_MARKUP_H

#include <stdbool.h>
#include <stdint.h>

/* All in the file. */
struct fz_svg_tag {
    const uint8_t *prefix;   /* behind the "<"; with its colon; at most 64 bytes */
    const uint8_t *name;     /* equal to prefix: there is none */
    const uint8_t *name_end; /* before `end` */
};

/* Any thread. The first tag from `from` on, which is in no tag, that begins an element called so, whatever its prefix; false: there is
 * none. What a comment, CDATA or an instruction holds is none. */
bool fz_svg_next_tag(const uint8_t *from, const uint8_t *end, const char *name, struct fz_svg_tag *out);

/* A style sheet, for any medium. */
struct fz_svg_sheet {
    const uint8_t *tag; /* of its element, up to `at` */
    const uint8_t *at, *end;
};

/* Any thread. The first one that begins behind `from`, which is in no tag; false: there is none. */
bool fz_svg_next_sheet(const uint8_t *from, const uint8_t *end, struct fz_svg_sheet *out);

#endif
