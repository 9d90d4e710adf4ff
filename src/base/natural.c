/* Natural order. A name is read as what it folds to (base/fold.h), byte by byte, but where digits stand, which count as numbers. */
#include "base/fold.h"
#include "base/str.h"

#include <string.h>

/* A place in a name. Of two names that are read to the same place nothing behind it has been looked at, so that the order
 * depends on each name alone, and is one. */
struct cursor {
    const char *at;
    const char *folded; /* of the character before `at`, what is not read yet */
    size_t left;
    bool after_digit;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Numbers and separators are those that stand there as such: "½" folds to digits, and is none. */
static bool has_syntax(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_digit(text[i]) || text[i] == '/')
            return true;
    return false;
}

/* The next byte; 0 at the end. An accent behind a digit is read as it is: it ends the number. */
static unsigned char peek(struct cursor *c)
{
    while (c->left == 0 && (unsigned char)*c->at >= 0x80) {
        const char *from = c->at;
        c->at += fz_fold_next(from, &c->folded, &c->left);
        if ((c->left == 0 && c->after_digit) || has_syntax(c->folded, c->left)) {
            c->folded = from;
            c->left = (size_t)(c->at - from);
        }
        c->after_digit = false;
    }
    return c->left > 0 ? (unsigned char)*c->folded : lower(*c->at);
}

static void advance(struct cursor *c)
{
    if (c->left > 0) {
        c->folded++;
        c->left--;
    } else {
        c->after_digit = is_digit(*c->at++);
    }
}

static bool at_digit(const struct cursor *c)
{
    return c->left == 0 && is_digit(*c->at);
}

/* Where its digits begin, without leading zeros, and how many they are; moves past them. */
static const char *take_number(struct cursor *c, size_t *digits)
{
    while (*c->at == '0')
        c->at++;
    const char *start = c->at;
    while (is_digit(*c->at))
        c->at++;
    c->after_digit = true;
    *digits = (size_t)(c->at - start);
    return start;
}

/* By value, any length. */
static int numbers_cmp(struct cursor *a, struct cursor *b)
{
    size_t a_digits, b_digits;
    const char *p = take_number(a, &a_digits), *q = take_number(b, &b_digits);
    if (a_digits != b_digits)
        return a_digits < b_digits ? -1 : 1;
    return memcmp(p, q, a_digits);
}

/* The same characters fold to the same: no need to look what to. */
static void skip_same(struct cursor *a, struct cursor *b)
{
    while (a->left == 0 && b->left == 0 && (unsigned char)*a->at >= 0x80 && *a->at == *b->at) {
        size_t len = 1;
        while (is_inside_character(a->at[len]) && a->at[len] == b->at[len])
            len++;
        if (is_inside_character(a->at[len]) || is_inside_character(b->at[len]))
            return;
        a->at += len;
        b->at += len;
        a->after_digit = b->after_digit = false;
    }
}

/* Where both sides end at the separator (or the string), they are equal so far. */
static int cmp_until(struct cursor *a, struct cursor *b, unsigned char separator)
{
    for (;;) {
        skip_same(a, b);
        unsigned char x = peek(a), y = peek(b);
        bool a_end = x == '\0' || x == separator, b_end = y == '\0' || y == separator;
        if (a_end || b_end)
            return (int)b_end - (int)a_end;
        if (at_digit(a) && at_digit(b)) {
            int order = numbers_cmp(a, b);
            if (order != 0)
                return order;
            continue;
        }
        if (x != y)
            return x < y ? -1 : 1;
        advance(a);
        advance(b);
    }
}

/* What is the same in both is passed over as bytes: names of one folder begin alike. */
int fz_natural_cmp(const char *a, const char *b)
{
    size_t shared = fz_natural_shared(a, b, SIZE_MAX);
    struct cursor p = {.at = a + shared}, q = {.at = b + shared};
    int order = cmp_until(&p, &q, '\0');
    return order ? order : strcmp(a + shared, b + shared);
}

int fz_natural_path_cmp(const char *a, const char *b)
{
    struct cursor p = {.at = a}, q = {.at = b};
    for (;;) {
        int order = cmp_until(&p, &q, '/');
        if (order)
            return order;
        if (*p.at == '\0' || *q.at == '\0')
            break;
        advance(&p);
        advance(&q);
    }
    if (*p.at != *q.at)
        return *p.at == '\0' ? -1 : 1;
    return strcmp(a, b);
}

/* A number is '0' plus its count of digits, then the digits. No other byte that is read lies between '0' and '9', so numbers
 * and letters stay apart. A number of nine digits or more ends the key. */
uint64_t fz_natural_key(const char *name)
{
    unsigned char key[8] = {0};
    size_t len = 0;
    struct cursor c = {.at = name};
    while (len < sizeof key && peek(&c) != '\0') {
        if (!at_digit(&c)) {
            key[len++] = peek(&c);
            advance(&c);
            continue;
        }
        size_t digits;
        const char *number = take_number(&c, &digits);
        key[len++] = digits < 9 ? (unsigned char)('0' + digits) : '9';
        if (digits >= 9)
            break;
        for (size_t i = 0; i < digits && len < sizeof key; i++)
            key[len++] = (unsigned char)number[i];
    }
    uint64_t packed = 0;
    for (size_t i = 0; i < sizeof key; i++)
        packed = packed << 8 | key[i];
    return packed;
}

size_t fz_natural_shared(const char *a, const char *b, size_t most)
{
    size_t shared = 0;
    while (shared < most && a[shared] && a[shared] == b[shared])
        shared++;
    while (shared > 0 && (is_inside_character(a[shared]) || is_inside_character(b[shared])))
        shared--;
    while (shared > 0 && is_digit(a[shared - 1]))
        shared--;
    return shared;
}
