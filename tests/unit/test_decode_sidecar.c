/* Ratings in sidecars that other programs save at the same time. */
#include "fixture.h"

#include "decode/sidecar.h"

#include <stdlib.h>

#define XMP(rating, more)                                                                                   \
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">" \
    "<r:Description r:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:Rating=\"" rating           \
    "\" xmp:Label=\"" more "\"/></r:RDF></x:xmpmeta>"

static char *folder, *picture, *sidecar;

/* The other program: what it saves while ours waits for the disk, and how often it still does. NULL: it removes the file. */
static struct {
    const char *path, *text;
    int times;
    bool in_place;
} other;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
    if (other.times-- > 0) {
        sleep_ms(20); /* the clock of files stands still for 10 at most */
        if (!other.in_place)
            unlink(other.path);
        if (other.text)
            write_file(other.path, other.text, strlen(other.text));
    }
    return __real_fsync(fd);
}

static int open_folder(void **state)
{
    (void)state;
    memset(&other, 0, sizeof other);
    folder = make_folder();
    picture = path_in(folder, "p.jpg");
    sidecar = path_in(folder, "p.xmp");
    return 0;
}

static int close_folder(void **state)
{
    (void)state;
    free(picture);
    free(sidecar);
    remove_folder(folder);
    return 0;
}

static void assert_holds(const char *path, const char *expected)
{
    char text[1000];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void assert_rated(int rating, bool alone)
{
    struct fz_error err = {0};
    if (fz_sidecar_rate(picture, rating, alone, &err) != FZ_OK)
        fail_msg("%s", err.msg);
    assert_int_equal(err.code, FZ_OK);
}

static void what_is_saved_meanwhile_stays(void **state)
{
    (void)state;
    for (int in_place = 0; in_place < 2; in_place++) {
        write_file(sidecar, XMP("1", "old"), strlen(XMP("1", "old")));
        other.path = sidecar;
        other.text = XMP("2", "new");
        other.in_place = in_place;
        other.times = 1;
        assert_rated(3, false);
        assert_holds(sidecar, XMP("3", "new"));
        assert_int_equal(entries_of(folder), 3);
    }
}

static void what_comes_or_goes_meanwhile_counts(void **state)
{
    (void)state;
    other.path = sidecar;
    other.text = XMP("2", "new");
    other.times = 1;
    assert_rated(4, false);
    assert_holds(sidecar, XMP("4", "new"));
    other.text = NULL;
    other.times = 1;
    assert_rated(5, false);
    char text[4000] = "";
    FILE *file = fopen(sidecar, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_null(strstr(text, "new"));
    assert_non_null(strstr(text, "5"));
}

/* What NAME.xmp holds goes to NAME.ext.xmp, which another program makes, or it changes what is copied. */
static void one_of_its_own_is_looked_at_too(void **state)
{
    (void)state;
    char *own = path_in(folder, "p.jpg.xmp");
    write_file(sidecar, XMP("1", "both"), strlen(XMP("1", "both")));
    other.path = own;
    other.text = XMP("2", "own");
    other.times = 1;
    assert_rated(3, true);
    assert_holds(own, XMP("3", "own"));
    assert_holds(sidecar, XMP("1", "both"));
    unlink(own);
    other.path = sidecar;
    other.text = XMP("2", "newer");
    other.times = 1;
    assert_rated(3, true);
    assert_holds(own, XMP("3", "newer"));
    assert_holds(sidecar, XMP("2", "newer"));
    free(own);
}

static void who_never_ends_saving_wins(void **state)
{
    (void)state;
    struct fz_error err = {0};
    write_file(sidecar, XMP("1", "old"), strlen(XMP("1", "old")));
    other.path = sidecar;
    other.text = XMP("2", "new");
    other.times = 100;
    assert_int_equal(fz_sidecar_rate(picture, 3, false, &err), FZ_E_BUSY);
    assert_non_null(strstr(err.msg, sidecar));
    assert_holds(sidecar, other.text);
    assert_int_equal(other.times, 97);
    assert_int_equal(entries_of(folder), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_saved_meanwhile_stays, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(what_comes_or_goes_meanwhile_counts, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(one_of_its_own_is_looked_at_too, open_folder, close_folder),
        cmocka_unit_test_setup_teardown(who_never_ends_saving_wins, open_folder, close_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
