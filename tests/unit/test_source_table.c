/* What a source is by its text, what a name promises, and the order of a batch. */
#include "source/batch.h"
#include "test_source_support.h"

#include <errno.h>

static void known_sources(void **unused)
{
    (void)unused;
    static const char *const good[] = {"-",     ".",        "/",      "a.jpg",    "./http://x",
                                       "a b",   "dir.zip/", "x:y",    "list.txt", "mailto",
                                       "1://x", "-x",       "a.m3u/b"};
    struct fz_error err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(fz_source_check(good[i], &err), FZ_OK);
}

static void lacking_sources_are_one_clear_line(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"http://x/a.jpg", "https:x", "HTTP://X",    "exec:ls", "rtsp://cam",
                                      "a.m3u",          "A.M3U8",  "b.xspf",      "c.zip",   "c.cbz",
                                      "c.tar.gz",       "c.7z",    "svn+ssh://x", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fz_error err = {0};
        assert_int_equal(fz_source_check(bad[i], &err), FZ_E_USAGE);
        assert_int_equal(fz_err_exit_status(err.code), 2);
        assert_non_null(strstr(err.msg, bad[i]));
        assert_true(strlen(err.msg) > 10 && !strchr(err.msg, '\n'));
    }
    assert_int_equal(fz_source_check("http://x", NULL), FZ_E_USAGE);
}

static void what_the_system_refused_does_not_pass(void **unused)
{
    (void)unused;
    struct fz_error err;
    fz_fail(&err, FZ_E_BUSY, 0, "reader 1 hangs");
    assert_true(fz_source_error_passes(&err));
    fz_fail(&err, fz_err_from_errno(EMFILE), EMFILE, "below");
    assert_int_equal(err.code, FZ_E_BUSY);
    assert_false(fz_source_error_passes(&err));
    fz_fail(&err, fz_err_from_errno(EACCES), EACCES, "below");
    assert_false(fz_source_error_passes(&err));
}

static void standard_input_is_named_once(void **state)
{
    struct fz_error err;
    const char *const twice[] = {"-", "-"};
    assert_int_equal(world_start_many(*state, &(struct fz_source_options){0}, twice, 2, &err), FZ_E_USAGE);
    const char *const lacking[] = {".", "http://x"};
    assert_int_equal(world_start_many(*state, &(struct fz_source_options){0}, lacking, 2, &err), FZ_E_USAGE);
}

static void suffixes(void **unused)
{
    (void)unused;
    static const char *const pictures[] = {"a.jpg",  "a.JPG",  "A.Jpeg",   "a.b.png", ".x.gif",
                                           "a.webp", "a.tiff", "a.7z.bmp", "a.NEF",   "a.3fr"};
    static const char *const rarer[] = {"a.svgz",  "a.pfm",   "a.mpo",  "a.jps", "a.avifs",
                                        "a.heics", "a.heifs", "a.ilbm", "a.icb", "a.vda"};
    static const char *const others[] = {
        "a.mp4", "a.XMP", "a.txt", "a.db", "a.db-wal", "x.jpg.part", "a.woff2", "a.c", "a.png.crdownload",
        "a.o"};
    static const char *const unknown[] = {
        "a",   "a.",     ".jpg", "",           "a.nefs", "a.jpg2", "a.jpg ", "a.jpgabcdefgh",
        "jpg", "a.\xff", "a..",  "a.zzzzzzzz", "a.0"};
    enum fz_source_doubt doubt;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        assert_true(fz_suffix_classify(pictures[i], &doubt));
        assert_int_equal(doubt, FZ_SOURCE_PICTURE);
    }
    for (size_t i = 0; i < sizeof rarer / sizeof *rarer; i++) {
        assert_true(fz_suffix_classify(rarer[i], &doubt));
        assert_int_equal(doubt, FZ_SOURCE_PICTURE);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(fz_suffix_classify(others[i], &doubt));
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_true(fz_suffix_classify(unknown[i], &doubt));
        assert_int_equal(doubt, FZ_SOURCE_UNKNOWN);
    }
}

static void hidden_names(void **unused)
{
    (void)unused;
    static const char *const hidden[] = {".a", "._a.jpg", "@eaDir", ".@__thumb", "Thumbs.db", "thumbs.db"};
    static const char *const shown[] = {"a.jpg", "@", "@eaDir2", "Thumbs", "a.b"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        assert_true(fz_name_is_hidden(hidden[i]));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        assert_false(fz_name_is_hidden(shown[i]));
}

/* The sort key must agree with fz_natural_cmp for whatever names there are. */
static void batches_sort_naturally(void **unused)
{
    (void)unused;
    unsigned random = (unsigned)time(NULL);
    print_message("seed %u\n", random);
    static const char letters[] = "aAbBzZ0123456789099_. /:\xc3\xa4\xff";
    for (int round = 0; round < 2000; round++) {
        struct fz_batch batch = {0};
        char prefix[16] = "", name[48];
        random = random * 1103515245u + 12345u;
        snprintf(prefix, sizeof prefix, "%.*s", (int)(random >> 16) % 12, "IMG_00100200");
        int count = (int)(random >> 8) % 30 + 1;
        for (int i = 0; i < count; i++) {
            size_t len = strlen(strcpy(name, prefix));
            random = random * 1103515245u + 12345u;
            for (unsigned n = (random >> 16) % 20; n > 0; n--) {
                random = random * 1103515245u + 12345u;
                name[len++] = letters[(random >> 16) % (sizeof letters - 1)];
            }
            name[len] = '\0';
            fz_batch_add(&batch, name, FZ_SOURCE_PICTURE);
        }
        fz_batch_sort(&batch);
        for (size_t i = 1; i < batch.count; i++)
            assert_true(fz_natural_cmp(batch.bytes + batch.entries[i - 1].offset,
                                       batch.bytes + batch.entries[i].offset) <= 0);
        fz_batch_fini(&batch);
    }
}

int main(void)
{
    fz_thread_claim_main();
    fz_clock_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sources),
        cmocka_unit_test(lacking_sources_are_one_clear_line),
        cmocka_unit_test(what_the_system_refused_does_not_pass),
        TEST(standard_input_is_named_once),
        cmocka_unit_test(suffixes),
        cmocka_unit_test(hidden_names),
        cmocka_unit_test(batches_sort_naturally),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
