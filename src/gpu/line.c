#include "gpu/line.h"

#include "base/str.h"

#include <fribidi.h>
#include <hb.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    ELLIPSIS = 0x2026,
    EXTENSION_MAX = 8, /* clusters behind the last dot; more are a part of the name */
};

/* The length of a mark as fz_str_to_display writes them, or 0: it stays or goes as a whole. */
static size_t mark_length(const struct fz_line *line, size_t start)
{
    enum { OPENS = 0x27e6, CLOSES = 0x27e7, LONGEST = 5 };
    if (line->chars[start] != OPENS)
        return 0;
    for (size_t i = 1; i < LONGEST && start + i < line->len; i++) {
        uint32_t c = line->chars[start + i];
        if (c == CLOSES)
            return i + 1;
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            break;
    }
    return 0;
}

static void cut_clusters(struct fz_line *line)
{
    utf8proc_int32_t state = 0;
    size_t mark_end = 0;
    line->cluster_count = 0;
    for (size_t i = 0; i < line->len; i++) {
        bool breaks = i == 0 || utf8proc_grapheme_break_stateful((utf8proc_int32_t)line->chars[i - 1],
                                                                 (utf8proc_int32_t)line->chars[i], &state);
        if (!breaks || i < mark_end)
            continue;
        line->cluster_start[line->cluster_count++] = (uint16_t)i;
        mark_end = i + mark_length(line, i);
    }
    line->cluster_start[line->cluster_count] = (uint16_t)line->len;
}

void fz_line_set(struct fz_line *line, const char *utf8)
{
    size_t bytes = strlen(utf8);
    line->len = line->run_count = 0;
    for (size_t i = 0; i < bytes && line->len < FZ_LINE_MAX;) {
        uint32_t c;
        size_t n = fz_utf8_decode(utf8 + i, bytes - i, &c);
        if (n > 0)
            line->chars[line->len++] = c;
        i += n ? n : 1;
    }
    cut_clusters(line);
}

void fz_line_choose_faces(struct fz_line *line, fz_face_for *face_for, void *ctx)
{
    int before = FZ_FACE_NONE;
    for (size_t i = 0; i < line->cluster_count; i++) {
        size_t start = line->cluster_start[i];
        before = face_for(ctx, line->chars + start, line->cluster_start[i + 1] - start, before);
        line->faces[i] = before;
    }
    uint32_t ellipsis = ELLIPSIS;
    line->ellipsis_face = face_for(ctx, &ellipsis, 1, FZ_FACE_NONE);
}

/* The levels of all characters and, for each, its place from the left. */
static void resolve_levels(const struct fz_line *line, FriBidiLevel *levels, size_t *places)
{
    FriBidiStrIndex len = (FriBidiStrIndex)line->len;
    FriBidiCharType types[FZ_LINE_MAX];
    FriBidiBracketType brackets[FZ_LINE_MAX];
    FriBidiStrIndex order[FZ_LINE_MAX];
    FriBidiParType base = FRIBIDI_PAR_ON;
    fribidi_get_bidi_types(line->chars, len, types);
    fribidi_get_bracket_types(line->chars, len, types, brackets);
    bool resolved = fribidi_get_par_embedding_levels_ex(types, brackets, len, &base, levels) > 0;
    for (FriBidiStrIndex i = 0; i < len; i++)
        order[i] = i;
    if (!resolved || fribidi_reorder_line(0, types, len, 0, base, levels, NULL, order) == 0) {
        memset(levels, 0, line->len); /* out of memory in there: as it is read */
        for (FriBidiStrIndex i = 0; i < len; i++)
            order[i] = i;
    }
    for (size_t i = 0; i < line->len; i++)
        places[order[i]] = i;
}

/* The first script of a cluster that is one; 0 where all of it is common to all scripts. */
static uint32_t script_of(const uint32_t *chars, size_t len)
{
    hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
    for (size_t i = 0; i < len; i++) {
        hb_script_t script = hb_unicode_script(unicode, chars[i]);
        if (script != HB_SCRIPT_COMMON && script != HB_SCRIPT_INHERITED && script != HB_SCRIPT_UNKNOWN)
            return hb_script_to_iso15924_tag(script);
    }
    return 0;
}

/* What is common to all scripts takes the script before it, or at the start the one behind it. */
static void resolve_scripts(const struct fz_line *line, uint32_t *scripts)
{
    uint32_t before = 0;
    size_t leading = 0;
    for (size_t i = 0; i < line->cluster_count; i++) {
        size_t start = line->cluster_start[i];
        uint32_t script = script_of(line->chars + start, line->cluster_start[i + 1] - start);
        if (before == 0 && script == 0)
            leading++;
        before = scripts[i] = script ? script : before;
    }
    uint32_t first = leading < line->cluster_count ? scripts[leading] : HB_TAG('Z', 'y', 'y', 'y');
    for (size_t i = 0; i < leading; i++)
        scripts[i] = first;
}

struct placed_run {
    struct fz_text_run run;
    size_t place; /* of its leftmost character */
};

static int by_place(const void *a, const void *b)
{
    size_t p = ((const struct placed_run *)a)->place, q = ((const struct placed_run *)b)->place;
    return (p > q) - (p < q);
}

void fz_line_itemize(struct fz_line *line)
{
    FriBidiLevel levels[FZ_LINE_MAX];
    size_t places[FZ_LINE_MAX];
    uint32_t scripts[FZ_LINE_MAX];
    struct placed_run runs[FZ_LINE_MAX];
    size_t count = 0;
    line->run_count = 0;
    if (line->len == 0)
        return;
    resolve_levels(line, levels, places);
    resolve_scripts(line, scripts);
    for (size_t i = 0; i < line->cluster_count; i++) {
        size_t start = line->cluster_start[i], end = line->cluster_start[i + 1];
        bool joins = i > 0 && scripts[i] == scripts[i - 1] && line->faces[i] == line->faces[i - 1] &&
                     levels[start] == levels[line->cluster_start[i - 1]];
        if (!joins)
            runs[count++] = (struct placed_run){.run = {.start = start,
                                                        .face = line->faces[i],
                                                        .script = scripts[i],
                                                        .rtl = levels[start] % 2 != 0},
                                                .place = places[start]};
        struct placed_run *last = &runs[count - 1];
        last->run.len = end - last->run.start;
        for (size_t c = start; c < end; c++)
            if (places[c] < last->place)
                last->place = places[c];
    }
    qsort(runs, count, sizeof *runs, by_place);
    for (size_t i = 0; i < count; i++)
        line->runs[i] = runs[i].run;
    line->run_count = count;
}

/* The clusters from the last dot on; 0 where there is no short extension. */
static size_t extension_of(const struct fz_line *line)
{
    size_t n = line->cluster_count;
    for (size_t len = 1; len <= EXTENSION_MAX + 1 && len < n; len++)
        if (line->chars[line->cluster_start[n - len]] == '.')
            return len > 1 ? len : 0;
    return 0;
}

static void append(const struct fz_line *from, size_t first, size_t count, struct fz_line *to)
{
    size_t start = from->cluster_start[first], len = from->cluster_start[first + count] - start;
    memcpy(to->chars + to->len, from->chars + start, len * sizeof *to->chars);
    for (size_t i = 0; i < count; i++) {
        to->cluster_start[to->cluster_count] = (uint16_t)(to->len + from->cluster_start[first + i] - start);
        to->faces[to->cluster_count++] = from->faces[first + i];
    }
    to->len += len;
}

void fz_line_shorten(const struct fz_line *whole, size_t keep, struct fz_line *shorter)
{
    size_t extension = extension_of(whole), tail = keep / 2;
    if (tail < extension)
        tail = extension < keep ? extension : keep;
    shorter->len = shorter->cluster_count = shorter->run_count = 0;
    append(whole, 0, keep - tail, shorter);
    shorter->cluster_start[shorter->cluster_count] = (uint16_t)shorter->len;
    shorter->faces[shorter->cluster_count++] = whole->ellipsis_face;
    shorter->chars[shorter->len++] = ELLIPSIS;
    append(whole, whole->cluster_count - tail, tail, shorter);
    shorter->cluster_start[shorter->cluster_count] = (uint16_t)shorter->len;
    shorter->ellipsis_face = whole->ellipsis_face;
}

static size_t encode(uint32_t c, char *out)
{
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)out);
}

void fz_line_run_utf8(const struct fz_line *line, const struct fz_text_run *run, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < run->len; i++)
        n += encode(line->chars[run->start + i], out + n);
    out[n] = '\0';
}

/* The characters of the Basic Multilingual Plane that are pictures by themselves (emoji-data.txt, Emoji_Presentation). */
static bool is_old_emoji(uint32_t c)
{
    static const uint16_t ranges[][2] = {
        {0x231a, 0x231b}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0}, {0x23f3, 0x23f3}, {0x25fd, 0x25fe},
        {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f}, {0x2693, 0x2693}, {0x26a1, 0x26a1},
        {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5}, {0x26ce, 0x26ce}, {0x26d4, 0x26d4},
        {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5}, {0x26fa, 0x26fa}, {0x26fd, 0x26fd},
        {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728}, {0x274c, 0x274c}, {0x274e, 0x274e},
        {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797}, {0x27b0, 0x27b0}, {0x27bf, 0x27bf},
        {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

bool fz_cluster_is_emoji(const uint32_t *cluster, size_t len)
{
    enum { TEXT_STYLE = 0xfe0e, EMOJI_STYLE = 0xfe0f, FIRST_SKIN = 0x1f3fb, LAST_SKIN = 0x1f3ff };
    for (size_t i = 1; i < len; i++) {
        if (cluster[i] == TEXT_STYLE)
            return false;
        if (cluster[i] == EMOJI_STYLE || (cluster[i] >= FIRST_SKIN && cluster[i] <= LAST_SKIN))
            return true;
    }
    if (cluster[0] < 0x1f000)
        return is_old_emoji(cluster[0]);
    int class = utf8proc_get_property((utf8proc_int32_t)cluster[0])->boundclass;
    return class == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
           class == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR ||
           (cluster[0] >= FIRST_SKIN && cluster[0] <= LAST_SKIN);
}

bool fz_char_is_ignorable(uint32_t c)
{
    return utf8proc_get_property((utf8proc_int32_t)c)->ignorable;
}
