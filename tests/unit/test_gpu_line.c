/* Lines: grapheme clusters, runs in the order in which they stand, and what stays of a name that is too long. Faces are
 * numbers here: no font is needed. */
#include "fixture.h"

#include "base/str.h"
#include "gpu/line.h"

enum { LATIN, HEBREW, ARABIC, HAN, EMOJI };

static int face_for(void *ctx, const uint32_t *cluster, size_t len, int before)
{
    (void)ctx, (void)before;
    if (fz_cluster_is_emoji(cluster, len))
        return EMOJI;
    if (cluster[0] >= 0x590 && cluster[0] < 0x600)
        return HEBREW;
    if (cluster[0] >= 0x600 && cluster[0] < 0x700)
        return ARABIC;
    return cluster[0] >= 0x2e80 && cluster[0] < 0xa000 ? HAN : LATIN;
}

static struct fz_line *line_of(const char *text)
{
    struct fz_line *line = calloc(1, sizeof *line);
    assert_non_null(line);
    fz_line_set(line, text);
    fz_line_choose_faces(line, face_for, NULL);
    fz_line_itemize(line);
    return line;
}

/* "4 heb:<abc" for a run of face 4 and script Hebr from right to left; runs from left to right, parted by '|'. */
static const char *runs_of(const struct fz_line *line)
{
    static char out[8 * FZ_LINE_MAX];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < line->run_count; i++) {
        const struct fz_text_run *run = &line->runs[i];
        char text[4 * FZ_LINE_MAX + 1];
        fz_line_run_utf8(line, run, text);
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%d%c%c%s%s", i ? "|" : "", run->face,
                              (char)(run->script >> 24), (char)(run->script >> 16), run->rtl ? "<" : ">",
                              text);
    }
    return out;
}

static void assert_runs(const char *text, const char *expected)
{
    struct fz_line *line = line_of(text);
    assert_string_equal(runs_of(line), expected);
    free(line);
}

static void runs_stand_as_they_are_read(void **state)
{
    (void)state;
    assert_runs("", "");
    assert_runs("IMG_1.jpg", "0La>IMG_1.jpg");
    assert_runs("123 4.5", "0Zy>123 4.5");
    /* The first strong letter says where the line begins: what is read last stands at the left. */
    assert_runs("שלום.jpg", "0La>jpg|0He<.|1He<שלום");
    assert_runs("a שלום b", "0La>a |1He<שלום|0He> |0La>b");
    assert_runs("שלום 12", "0He>12|0He< |1He<שלום");
    assert_runs("אב abc גד", "1He<גד|0La< |0La>abc|0He< |1He<אב");
    assert_runs("سلام", "2Ar<سلام");
    assert_runs("写真1.png", "3Ha>写真|0Ha>1.|0La>png");
    assert_runs("\xd7\x90(\xd7\x91)", "0He<)|1He<\xd7\x91|0He<(|1He<\xd7\x90"); /* mirrored by the shaper */
}

static void emoji_are_faces_of_their_own(void **state)
{
    (void)state;
    assert_runs("a😀b", "0La>a|4La>😀|0La>b");
    assert_runs("👨‍👩‍👧❤️☺", "4Zy>👨‍👩‍👧❤️|0Zy>☺");
    assert_runs("☺️⭐☎︎", "4Zy>☺️⭐|0Zy>☎︎"); /* the selectors for pictures and for text */
    assert_runs("🇩🇪1️⃣1", "4Zy>🇩🇪1️⃣|0Zy>1");
}

static void clusters_are_what_a_reader_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {
        {"abc", 3},
        {"e\xcc\x81", 1}, /* e and a combining acute */
        {"👨‍👩‍👧‍👦", 1},
        {"🇩🇪🇫🇷", 2},
        {"👍🏽x", 2},
        {"각", 1},
        {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 1}, /* the same in its parts */
        {"ที่", 1},
        {"कि", 1},
        {"1️⃣", 1},
        {"a⟦RLO⟧b⟦9C⟧", 4}, /* marks that stand for one character */
        {"⟦RLO", 4},
        {"⟦rlo⟧", 5},
        {"⟦TOLONG⟧", 8},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fz_line *line = line_of(rows[i].text);
        if (line->cluster_count != rows[i].count)
            fail_msg("%s: %zu clusters, not %zu", rows[i].text, line->cluster_count, rows[i].count);
        free(line);
    }
}

/* ---- What stays of a long name ------------------------------------------------------------------------- */

static void text_of(const struct fz_line *line, char *out)
{
    struct fz_text_run all = {.start = 0, .len = line->len};
    fz_line_run_utf8(line, &all, out);
}

static void assert_shortened(const char *text, size_t keep, const char *expected)
{
    struct fz_line *line = line_of(text), *shorter = line_of("");
    char out[4 * FZ_LINE_MAX + 1];
    fz_line_shorten(line, keep, shorter);
    text_of(shorter, out);
    assert_string_equal(out, expected);
    free(shorter);
    free(line);
}

static void the_extension_stays(void **state)
{
    (void)state;
    assert_shortened("holiday_0001.jpeg", 10, "holid….jpeg");
    assert_shortened("holiday_0001.jpeg", 14, "holiday…01.jpeg");
    assert_shortened("holiday_0001.jpeg", 6, "h….jpeg");
    assert_shortened("holiday_0001.jpeg", 5, "….jpeg");
    assert_shortened("holiday_0001.jpeg", 3, "…peg");
    assert_shortened("holiday_0001.jpeg", 0, "…");
    assert_shortened("no extension at all", 8, "no e… all");
    assert_shortened("a.sentence of words, long", 8, "a.se…long"); /* behind the dot is no extension */
    assert_shortened(".hidden_name", 4, ".h…me");
    assert_shortened("ends in a dot.", 4, "en…t.");
}

static void only_whole_clusters_go(void **state)
{
    (void)state;
    assert_shortened(
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦"
        "."
        "png",
        5, "👨‍👩‍👧‍👦….png");
    assert_shortened("e\xcc\x81"
                     "e\xcc\x81"
                     "e\xcc\x81"
                     "e\xcc\x81",
                     2, "e\xcc\x81…e\xcc\x81");
    assert_shortened("🇩🇪🇫🇷🇮🇹🇪🇸", 2, "🇩🇪…🇪🇸");
    assert_shortened("p⟦RLO⟧oto gpj.png", 6, "p⟦RLO⟧….png");
    assert_shortened("p⟦RLO⟧oto gpj.png", 5, "p….png");
    /* In the order of reading, not in that of the glyphs. */
    assert_shortened("אבגדהוזח.jpg", 6, "אב….jpg");
}

static void a_shortened_line_is_put_in_order_anew(void **state)
{
    (void)state;
    struct fz_line *line = line_of("אבגדהוזח.jpg"), *shorter = line_of("");
    fz_line_shorten(line, 6, shorter);
    fz_line_itemize(shorter);
    assert_string_equal(runs_of(shorter), "0La>jpg|0He<….|1He<אב");
    free(shorter);
    free(line);
}

/* ---- Anything ------------------------------------------------------------------------------------------ */

/* Every character of a line stands in exactly one run, and every run holds whole clusters of one face. */
static void assert_sound(const struct fz_line *line)
{
    static bool seen[FZ_LINE_MAX];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < line->run_count; i++) {
        const struct fz_text_run *run = &line->runs[i];
        assert_true(run->len > 0 && run->start + run->len <= line->len);
        for (size_t c = run->start; c < run->start + run->len; c++) {
            assert_false(seen[c]);
            seen[c] = true;
        }
        for (size_t c = 0; c < line->cluster_count; c++)
            if (line->cluster_start[c] >= run->start && line->cluster_start[c] < run->start + run->len) {
                assert_int_equal(line->faces[c], run->face);
                assert_true(line->cluster_start[c + 1] <= run->start + run->len);
            }
    }
    for (size_t c = 0; c < line->len; c++)
        assert_true(seen[c]);
    assert_int_equal(line->cluster_start[line->cluster_count], line->len);
}

/* Letters, marks, joiners, emoji, numbers and neutral characters of many scripts. */
static uint32_t random_char(struct random *random)
{
    static const uint32_t ranges[][2] = {
        {0x20, 0x7e},       {0x300, 0x36f},     {0x5d0, 0x5ea},   {0x600, 0x6ff},   {0x900, 0x97f},
        {0xe01, 0xe5b},     {0x1100, 0x11ff},   {0x200b, 0x200d}, {0x3040, 0x30ff}, {0xfe00, 0xfe0f},
        {0x1f1e6, 0x1f1ff}, {0x1f300, 0x1f64f}, {1, 0x10ffff}};
    const uint32_t *range = ranges[random_int(random, 0, COUNT(ranges) - 1)];
    uint32_t c = (uint32_t)random_int(random, (int)range[0], (int)range[1]);
    return c >= 0xd800 && c <= 0xdfff ? '.' : c;
}

static size_t encode(uint32_t c, char *out)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(first[n] | c);
    return n;
}

static void any_text_makes_sound_lines(void **state)
{
    (void)state;
    struct random random = random_start();
    struct fz_line *shorter = line_of("");
    for (int round = 0; round < 3000; round++) {
        char text[4 * 1200 + 1];
        size_t n = 0;
        for (int i = random_int(&random, 0, round % 50 == 0 ? 1200 : 60); i > 0; i--)
            n += encode(random_char(&random), text + n);
        text[n] = '\0';
        char *shown = fz_str_to_display(text);
        struct fz_line *line = line_of(shown);
        assert_sound(line);
        if (line->cluster_count > 0) {
            size_t keep = (size_t)random_int(&random, 0, (int)line->cluster_count - 1);
            fz_line_shorten(line, keep, shorter);
            fz_line_itemize(shorter);
            assert_int_equal(shorter->cluster_count, keep + 1);
            assert_sound(shorter);
        }
        free(line);
        free(shown);
    }
    free(shorter);
}

static void a_line_without_end_is_cut(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct fz_line *line = line_of(text);
    assert_int_equal(line->len, FZ_LINE_MAX);
    assert_sound(line);
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_stand_as_they_are_read),
        cmocka_unit_test(emoji_are_faces_of_their_own),
        cmocka_unit_test(clusters_are_what_a_reader_counts),
        cmocka_unit_test(the_extension_stays),
        cmocka_unit_test(only_whole_clusters_go),
        cmocka_unit_test(a_shortened_line_is_put_in_order_anew),
        cmocka_unit_test(any_text_makes_sound_lines),
        cmocka_unit_test(a_line_without_end_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
