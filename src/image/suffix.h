/* What the suffix of a name promises. */
#ifndef FZ_IMAGE_SUFFIX_H
#define FZ_IMAGE_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fz_suffix_kind { FZ_SUFFIX_UNKNOWN, FZ_SUFFIX_PICTURE, FZ_SUFFIX_OTHER };

/* Any thread, all of these. */
enum fz_suffix_kind fz_suffix_kind(const char *name);

/* The suffix of pictures of that number, in lower or upper case; false behind the last. */
enum { FZ_SUFFIX_MAX = 8 };
bool fz_suffix_picture(size_t index, bool upper, char out[FZ_SUFFIX_MAX + 1]);

/* The suffix behind the last dot of a name, "" where there is none. */
const char *fz_suffix_text(const char *name);

/* Whether this is a RAW file; and what cameras write beside one of the same name but for the suffix: its cover, of several the one of the
 * lowest rank. */
bool fz_suffix_is_raw(const char *name);
#define FZ_SUFFIX_NO_COVER SIZE_MAX
size_t fz_suffix_cover_rank(const char *name);
/* The suffix of that rank; NULL behind the last. */
const char *fz_suffix_cover(size_t rank);

#endif
