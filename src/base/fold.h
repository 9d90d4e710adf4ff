/* Text folded for search: what differs only in case, accents, Unicode composition or width becomes the same bytes.
 *
 * Each code point folds by itself (full case folding and compatibility decomposition by utf8proc, without accents and
 * vowel points), so that a page of 256 of them is worked out once and is a table from then on: 10 ns for a name in
 * ASCII, 80 ns for a long one in Cyrillic. Bytes that are no UTF-8 stay what they are. */
#ifndef FZ_BASE_FOLD_H
#define FZ_BASE_FOLD_H

#include <stddef.h>

struct fz_fold;

/* One thread at a time. */
struct fz_fold *fz_fold_new(void);
void fz_fold_free(struct fz_fold *fold);

/* The owner's thread. Folds `len` bytes of `text` into `out`, without a NUL; returns the length, cut at a whole
 * character where `size` is too small. */
size_t fz_fold_text(struct fz_fold *fold, const char *text, size_t len, char *out, size_t size);

#endif
