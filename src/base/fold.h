/* Text folded for search: what differs only in case, accents, Unicode composition or width becomes the same bytes.
 *
 * Each code point folds by itself (full case folding and compatibility decomposition by utf8proc, without accents and
 * vowel points), so that a page of 256 of them is worked out once and is a table from then on: 10 ns for a name in
 * ASCII, 80 ns for a long one in Cyrillic. Pages are never freed. Bytes that are no UTF-8 stay what they are. */
#ifndef FZ_BASE_FOLD_H
#define FZ_BASE_FOLD_H

#include <stddef.h>

/* Any thread. Folds `len` bytes of `text` into `out`, without a NUL; returns the length, cut at a whole character where `size`
 * is too small. */
size_t fz_fold_text(const char *text, size_t len, char *out, size_t size);

/* Any thread. What the character at `text`, which ends with a NUL, folds to: *count bytes at *bytes, perhaps none. Returns how
 * long it is itself. */
size_t fz_fold_next(const char *text, const char **bytes, size_t *count);

/* Any thread. What is one name to file systems that know no case, or no composition, becomes the same bytes; an accent makes a difference. The
 * caller frees. */
char *fz_fold_case(const char *name);

#endif
