#include "ctl/words.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Reads one word into `out`, which has room for the whole text; returns where it ends, or NULL. */
static const char *read_word(const char *p, char *out)
{
    char quote = '\0';
    for (; *p && (quote || !is_space(*p)); p++) {
        if (*p == quote)
            quote = '\0';
        else if (!quote && (*p == '"' || *p == '\''))
            quote = *p;
        else if (*p == '\\' && quote != '\'' && p[1])
            *out++ = *++p;
        else
            *out++ = *p;
    }
    *out = '\0';
    return quote ? NULL : p;
}

static void add(struct fz_words *words, char *word)
{
    words->list = fz_grow(words->list, &words->capacity, words->count + 1, sizeof *words->list);
    words->list[words->count++] = word;
}

enum fz_err fz_words_split(struct fz_words *words, const char *text, struct fz_error *err)
{
    *words = (struct fz_words){0};
    char *word = fz_malloc(strlen(text) + 1);
    enum fz_err code = FZ_OK;
    for (const char *p = text; p;) {
        while (is_space(*p))
            p++;
        if (!*p)
            break;
        p = read_word(p, word);
        if (!p) {
            code = fz_fail(err, FZ_E_USAGE, 0, "a quote is not closed");
            fz_words_fini(words);
            break;
        }
        add(words, fz_strdup(word));
    }
    free(word);
    return code;
}

size_t fz_words_split_plain(struct fz_words *words, const char *text)
{
    *words = (struct fz_words){0};
    for (const char *p = text + strspn(text, " \t"); *p; p += strspn(p, " \t")) {
        size_t length = strcspn(p, " \t");
        add(words, fz_strndup(p, length));
        p += length;
    }
    return words->count;
}

void fz_words_fini(struct fz_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
    *words = (struct fz_words){0};
}
