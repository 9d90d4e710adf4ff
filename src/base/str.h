/* Strings: file names are bytes, what is shown is UTF-8. */
#ifndef FZ_BASE_STR_H
#define FZ_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any thread. Orders as people do: digits by value ("9" before "10"), letters without regard to case and accents, as a search
 * folds them; equal only when the bytes are equal. */
int fz_natural_cmp(const char *a, const char *b);

/* Any thread. For sorting many: eight bytes that order as fz_natural_cmp does, as far as they reach; equal keys decide
 * nothing. They reach further behind what all names share: the length of the first bytes of both, at most `most`, not
 * into the middle of a number or a character, which are compared as a whole. */
uint64_t fz_natural_key(const char *name);
size_t fz_natural_shared(const char *a, const char *b, size_t most);

/* Any thread. As fz_natural_cmp, directory by directory: a folder stands before its subfolders. */
int fz_natural_path_cmp(const char *a, const char *b);

/* Any thread. Reads one code point of at most `len` bytes; returns its length, or 0 where it is invalid. */
size_t fz_utf8_decode(const char *s, size_t len, uint32_t *code_point);

/* Any thread. Copies `s`, writing control characters, direction overrides and invalid bytes as \xNN or \u{NNNN};
 * always ends with NUL; returns the length written, cut at a whole character where `size` is too small. */
size_t fz_str_escape(char *out, size_t size, const char *s);

/* Any thread. Writes a code point, at most 4 bytes, without a NUL; returns their number (0: not a code point). */
size_t fz_utf8_encode(uint32_t code_point, char *out);

/* Any thread. Like fz_str_escape for JSON and titles: only invalid bytes become U+FFFD. Caller frees. */
char *fz_str_to_utf8(const char *s);

/* Any thread. What people see of a name: invalid bytes become U+FFFD; control characters and what would reorder or
 * break the line become marks that are seen, such as RLO in double brackets, so that no name can hide what it is. Caller
 * frees. */
char *fz_str_to_display(const char *s);

/* Any thread. True when `s` ends with `suffix`, without regard to ASCII case. */
bool fz_str_has_suffix(const char *s, const char *suffix);

/* Any thread. FNV-1a over the bytes of `s`, continued from `seed` (http://www.isthe.com/chongo/tech/comp/fnv/). */
uint32_t fz_str_hash(uint32_t seed, const char *s);
#define FZ_HASH_SEED 2166136261u

#endif
