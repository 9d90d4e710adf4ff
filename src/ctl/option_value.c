/* Text to values, and what is said of a text that is none. */
#include "ctl/option.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char SUFFIXES[] = "KMG"; /* powers of 1024 */

static bool parse_number(const char *text, double *number, const char **rest)
{
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    *rest = end;
    return end != text && errno == 0 && isfinite(*number) &&
           (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

static bool parse_bytes(const char *text, double *bytes)
{
    const char *rest;
    if (!parse_number(text, bytes, &rest))
        return false;
    const char *suffix = *rest ? strchr(SUFFIXES, *rest >= 'a' ? *rest - 32 : *rest) : NULL;
    if (suffix) {
        *bytes *= pow(1024, (double)(suffix - SUFFIXES) + 1);
        rest++;
    }
    return *rest == '\0';
}

static bool in_range(const struct fz_option_row *row, double number)
{
    return number >= row->min && number <= row->max;
}

/* Digits alone: strtol would take spaces and signs too. */
static const char *parse_digits(const char *text, int *number)
{
    int value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && value < 100000; p++)
        value = value * 10 + (*p - '0');
    *number = value;
    return p > text ? p : NULL;
}

static bool parse_size(const struct fz_option_row *row, const char *text, struct fz_option_value *value)
{
    const char *p = parse_digits(text, &value->w);
    p = p && *p == 'x' ? parse_digits(p + 1, &value->h) : NULL;
    return p && *p == '\0' && in_range(row, value->w) && in_range(row, value->h);
}

static bool parse_color(const char *text, int64_t *color)
{
    text += *text == '#';
    *color = (int64_t)strtol(text, NULL, 16);
    return strlen(text) == 6 && strspn(text, "0123456789abcdefABCDEF") == 6;
}

static bool parse_choice(const char *choices, const char *text, int64_t *number)
{
    size_t len = strlen(text);
    if (strchr(text, '|'))
        return false;
    *number = 0;
    for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL, ++*number)
        if (len > 0 && strncmp(p, text, len) == 0 && (p[len] == '|' || p[len] == '\0'))
            return true;
    return false;
}

bool fz_option_parse(const struct fz_option_row *row, const char *text, struct fz_option_value *value)
{
    double number = 0;
    const char *rest;
    switch (row->type) {
    case FZ_TYPE_FLAG:
        value->number = !text || strcmp(text, "yes") == 0;
        return !text || value->number || strcmp(text, "no") == 0;
    case FZ_TYPE_INT:
        if (!parse_number(text, &number, &rest) || *rest || number != floor(number) || !in_range(row, number))
            return false;
        value->number = (int64_t)number;
        return true;
    case FZ_TYPE_BYTES:
        if (!parse_bytes(text, &number) || !in_range(row, number))
            return false;
        value->number = (int64_t)number;
        return true;
    case FZ_TYPE_COLOR:
        return parse_color(text, &value->number);
    case FZ_TYPE_DURATION:
        if (!parse_number(text, &value->seconds, &rest) || (*rest && strcmp(rest, "s") != 0))
            return false;
        return in_range(row, value->seconds);
    case FZ_TYPE_FACTOR:
        return parse_number(text, &value->factor, &rest) && *rest == '\0' && in_range(row, value->factor);
    case FZ_TYPE_SIZE:
        return parse_size(row, text, value);
    case FZ_TYPE_CHOICE:
        value->text = (char *)text;
        return parse_choice(row->metavar, text, &value->number);
    case FZ_TYPE_TEXT:
        value->text = (char *)text;
        return in_range(row, (double)strlen(text));
    }
    return false;
}

/* As people write them: 32M, not 33554432. */
static void write_bytes(char *out, size_t size, double bytes)
{
    int power = 0;
    for (; power < 3 && bytes >= 1024 && fmod(bytes, 1024) == 0; power++)
        bytes /= 1024;
    snprintf(out, size, "%.0f%.1s", bytes, power > 0 ? SUFFIXES + power - 1 : "");
}

void fz_option_wants(const struct fz_option_row *row, char *out, size_t size)
{
    char least[32], most[32];
    switch (row->type) {
    case FZ_TYPE_FLAG:
        snprintf(out, size, "yes or no");
        break;
    case FZ_TYPE_BYTES:
        write_bytes(least, sizeof least, row->min);
        write_bytes(most, sizeof most, row->max);
        snprintf(out, size, "%s, %s to %s", row->metavar, least, most);
        break;
    case FZ_TYPE_INT:
    case FZ_TYPE_DURATION:
    case FZ_TYPE_FACTOR:
    case FZ_TYPE_SIZE:
        snprintf(out, size, "%s, %.15g to %.15g", row->metavar, row->min, row->max);
        break;
    case FZ_TYPE_TEXT:
        snprintf(out, size, "%s, 1 to %.15g bytes", row->metavar, row->max);
        break;
    case FZ_TYPE_COLOR:
    case FZ_TYPE_CHOICE:
        snprintf(out, size, "%s", row->metavar);
        break;
    }
}
