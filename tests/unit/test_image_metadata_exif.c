/* EXIF whose values do not fit where they first stood. */
#include "test_image_metadata_support.h"

#include "image/metadata/metadata.h"

#include <fcntl.h>

enum { BYTE = 1, ASCII = 2, SHORT = 3, LONG = 4, UTF8 = 129 };

static void put_entry(struct bytes *b, uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
    bytes_put_le(b, tag, 2);
    bytes_put_le(b, type, 2);
    bytes_put_le(b, count, 4);
    bytes_put_le(b, value, 4);
}

/* A TIFF structure with Windows' title and two sensitivities, the second by `other_tag`. */
static struct fz_metadata read_exif(const char *title, uint32_t title_bytes, uint32_t iso, uint32_t other_tag,
                                    uint32_t other)
{
    enum { EXPOSURE = 8 + 2 + 2 * 12 + 4, TITLE = EXPOSURE + 2 + 2 * 12 + 4 };
    struct bytes b = {0};
    struct fz_metadata metadata;
    bytes_put(&b, "II*\0\10\0\0\0\2\0", 10);
    put_entry(&b, 0x8769, LONG, 1, EXPOSURE);
    put_entry(&b, 0x9c9b, BYTE, title_bytes, TITLE);
    bytes_put(&b, "\0\0\0\0\2\0", 6);
    put_entry(&b, 0x8827, SHORT, 1, iso);
    put_entry(&b, other_tag, LONG, 1, other);
    bytes_put_le(&b, 0, 4);
    bytes_put(&b, title, title_bytes);
    int fd = open_bytes(b.data, b.len);
    fz_metadata_read(fd, NULL, &metadata);
    close(fd);
    free(b.data);
    return metadata;
}

/* What cannot be read says nothing of the file. */
static void test_a_read_that_fails_is_told(void **state)
{
    (void)state;
    static const char bytes[] = "II*\0\10\0\0\0\0\0\0\0\0";
    struct fz_metadata metadata;
    int fd = open_bytes(bytes, sizeof bytes);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int unreadable = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(unreadable >= 0);
    assert_true(fz_metadata_read(fd, NULL, &metadata));
    assert_false(fz_metadata_read(unreadable, NULL, &metadata));
    close(unreadable);
    close(fd);
}

static void test_titles_in_utf_16(void **state)
{
    (void)state;
    static const char whole[] = "a\0\x3d\xd8\x00\xde\xe4\0\0",
                      halves[] = "a\0\x00\xde\x3d\xd8"
                                 "b\0\0",
                      cut[] = "abcd\x3d\xd8";
    assert_string_equal(read_exif(whole, sizeof whole, 100, 0x8832, 0).title, "a\xf0\x9f\x98\x80\xc3\xa4");
    assert_string_equal(read_exif(halves, sizeof halves, 100, 0x8832, 0).title, "ab");
    assert_string_equal(read_exif(cut, 6, 100, 0x8832, 0).title, "\xe6\x89\xa1\xe6\x91\xa3");
}

/* A text of 5,000 characters: `first`, and `other` again and again. */
static struct fz_metadata read_long(uint32_t tag, uint32_t type, const char *first, size_t first_bytes,
                                    const char *other, size_t other_bytes)
{
    const size_t bytes = first_bytes + 4999 * other_bytes;
    struct bytes b = {0};
    struct fz_metadata metadata;
    bytes_put(&b, "II*\0\10\0\0\0\1\0", 10);
    put_entry(&b, tag, type, (uint32_t)bytes, 8 + 2 + 12 + 4);
    bytes_put_le(&b, 0, 4);
    bytes_put(&b, first, first_bytes);
    while (b.len < 8 + 2 + 12 + 4 + bytes)
        bytes_put(&b, other, other_bytes);
    int fd = open_bytes(b.data, b.len);
    fz_metadata_read(fd, NULL, &metadata);
    close(fd);
    free(b.data);
    return metadata;
}

/* The first character is shorter than the others, so that one of them lies across any bound of a power of two. */
static void assert_begins(const char *text, const char *other)
{
    assert_true(strlen(text) > FZ_METADATA_TEXT - 8);
    assert_int_equal(text[0], 'a');
    assert_int_equal((strlen(text) - 1) % strlen(other), 0);
    for (const char *at = text + 1; *at; at += strlen(other))
        assert_memory_equal(at, other, strlen(other));
}

static void test_the_beginning_of_long_texts(void **state)
{
    (void)state;
    const char title[] = "\x3d\xd8\x00\xde";
    assert_begins(read_long(0x010e, ASCII, "a", 1, "\xc3\xa4", 2).description, "\xc3\xa4");
    assert_begins(read_long(0x010e, UTF8, "a", 1, "\xc3\xa4", 2).description, "\xc3\xa4");
    assert_begins(read_long(0x9c9b, BYTE, "a\0", 2, title, 4).title, "\xf0\x9f\x98\x80");
}

/* Exif 3.0: texts of a type of their own, and a title, which counts where Windows' is not. */
static void test_texts_in_utf_8(void **state)
{
    (void)state;
    enum { EXPOSURE = 8 + 2 + 5 * 12 + 4, VALUES = EXPOSURE + 2 + 2 * 12 + 4 };
    static const char values[] = "Caf\xc3\xa9\0Model X\0"
                                 "2024:05:01 12:30:00\0"
                                 "Ein gro\xc3\x9f"
                                 "er Titel\0"
                                 "Lens\0\0a\0b\0\0\0";
    enum { MODEL = VALUES + 6, DATE = MODEL + 8, TITLE = DATE + 20, LENS = TITLE + 18, XP = LENS + 6 };
    for (int has_other = 0; has_other < 2; has_other++) {
        struct bytes b = {0};
        bytes_put(&b, "II*\0\10\0\0\0\5\0", 10);
        put_entry(&b, 0x010e, UTF8, 6, VALUES);
        put_entry(&b, 0x0110, UTF8, 8, MODEL);
        put_entry(&b, 0x0132, ASCII, 20, DATE);
        put_entry(&b, 0x8769, LONG, 1, EXPOSURE);
        put_entry(&b, has_other ? 0x9c9b : 0x9c9c, BYTE, 6, XP);
        bytes_put(&b, "\0\0\0\0\2\0", 6);
        put_entry(&b, 0xa434, UTF8, 5, LENS);
        put_entry(&b, 0xa436, UTF8, 18, TITLE);
        bytes_put_le(&b, 0, 4);
        bytes_put(&b, values, sizeof values - 1);
        const struct fz_metadata metadata = read_bytes(b);
        assert_string_equal(metadata.description, "Caf\xc3\xa9");
        assert_string_equal(metadata.camera, "Model X");
        assert_string_equal(metadata.lens, "Lens");
        assert_true(metadata.date.known);
        assert_string_equal(metadata.title, has_other ? "ab"
                                                      : "Ein gro\xc3\x9f"
                                                        "er Titel");
    }
}

static void test_sensitivities_of_more_than_16_bits(void **state)
{
    (void)state;
    static const uint32_t tags[] = {0x8831, 0x8832, 0x8833};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        assert_int_equal(read_exif("abcdef", 6, 65535, tags[i], 102400).iso, 102400);
        assert_int_equal(read_exif("abcdef", 6, 800, tags[i], 102400).iso, 800);
        assert_int_equal(read_exif("abcdef", 6, 65535, tags[i], 0).iso, 65535);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_read_that_fails_is_told),          cmocka_unit_test(test_titles_in_utf_16),
        cmocka_unit_test(test_the_beginning_of_long_texts),        cmocka_unit_test(test_texts_in_utf_8),
        cmocka_unit_test(test_sensitivities_of_more_than_16_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
