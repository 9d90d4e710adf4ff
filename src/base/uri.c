#include "base/uri.h"

#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char SCHEME[] = "file:";
enum { SCHEME_LEN = sizeof SCHEME - 1, HOST_MAX = 256 };

bool fz_uri_is_file(const char *text)
{
    return strncasecmp(text, SCHEME, SCHEME_LEN) == 0;
}

static bool is_this_machine(const char *host, size_t len)
{
    char own[HOST_MAX] = "";
    if (len == 0 || (len == 9 && strncasecmp(host, "localhost", len) == 0))
        return true;
    return gethostname(own, sizeof own - 1) == 0 && strlen(own) == len && strncasecmp(host, own, len) == 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL where a % is not followed by two digits, or stands for NUL, which no path can hold. */
static char *decode(const char *text)
{
    char *out = fz_malloc(strlen(text) + 1);
    size_t n = 0;
    for (; *text; text++) {
        char c = *text;
        if (c == '%') {
            int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);
            if (low < 0 || high + low == 0) {
                free(out);
                return NULL;
            }
            c = (char)(high * 16 + low);
            text += 2;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

enum fz_err fz_uri_to_path(const char *uri, char **path, struct fz_error *err)
{
    *path = NULL;
    const char *rest = fz_uri_is_file(uri) ? uri + SCHEME_LEN : "";
    if (strncmp(rest, "//", 2) == 0) {
        size_t len = strcspn(rest + 2, "/");
        if (!is_this_machine(rest + 2, len))
            return fz_fail(err, FZ_E_USAGE, 0, "%.150s: names a file of another machine", uri);
        rest += 2 + len;
    }
    if (rest[0] != '/')
        return fz_fail(err, FZ_E_USAGE, 0, "%.150s: a file URI wants an absolute path, file:///...", uri);
    *path = decode(rest);
    if (!*path)
        return fz_fail(err, FZ_E_USAGE, 0, "%.150s: after %% come two hexadecimal digits, and not 00", uri);
    return FZ_OK;
}

/* The same that GLib leaves as they are: the names of thumbnails are made from what it writes. */
char *fz_uri_from_path(const char *path)
{
    char *uri = fz_malloc(SCHEME_LEN + 2 + strlen(path) * 3 + 1), *at = uri;
    at += sprintf(at, "%s//", SCHEME);
    for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
        bool plain = *c < 0x80 && (isalnum(*c) || strchr("/-._~!$&'()*+,=:@", *c));
        at += sprintf(at, plain ? "%c" : "%%%02X", *c);
    }
    return uri;
}
