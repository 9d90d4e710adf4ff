/* What the results of frieze scale are called. */
#include "fixture.h"

#include "app/scale/plan.h"
#include "base/mem.h"
#include "frieze_config.h"

static struct fz_scale_item items[16];
static size_t count;

static void plan(const char *const *names, const char *format)
{
    for (count = 0; names[count]; count++)
        items[count] = (struct fz_scale_item){.name = fz_strdup(names[count])};
    count = fz_scale_plan(items, count, format ? fz_file_kind_named(format) : NULL);
}

static const struct fz_scale_item *item(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].name, name) == 0)
            return &items[i];
    fail_msg("no %s", name);
    return NULL;
}

static void forget(void)
{
    for (size_t i = 0; i < count; i++)
        fz_scale_item_fini(&items[i]);
}

#define PLAN(format, ...) plan((const char *const[]){__VA_ARGS__, NULL}, format)

static void what_can_be_written_keeps_its_name(void **state)
{
    (void)state;
    PLAN(NULL, "b.JPG", "a/b.png", "c.webp", "c.jpeg");
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(items[i].out, items[i].name);
        assert_false(items[i].renamed);
    }
    assert_int_equal(item("b.JPG")->kind->encoding, FZ_ENCODING_JPEG);
    forget();
}

static void all_else_becomes_a_jpeg_or_png(void **state)
{
    (void)state;
    PLAN(NULL, "a.heic", "b.gif", "2024/c.NEF", "d", ".hidden");
    assert_string_equal(item("a.heic")->out, "a.jpg");
    assert_string_equal(item("b.gif")->out, "b.png");
    assert_string_equal(item("2024/c.NEF")->out, "2024/c.jpg");
    assert_string_equal(item("d")->out, "d.jpg");
    assert_string_equal(item(".hidden")->out, ".hidden.jpg");
    forget();
}

static void a_wanted_format_keeps_the_names_that_have_it(void **state)
{
    (void)state;
    PLAN("jpg", "a.JPEG", "b.png", "c.jpg");
    assert_string_equal(item("a.JPEG")->out, "a.JPEG");
    assert_string_equal(item("b.png")->out, "b.jpg");
    assert_string_equal(item("c.jpg")->out, "c.jpg");
    forget();
}

static void clashes_are_resolved_the_same_way_in_any_order(void **state)
{
    (void)state;
    PLAN(NULL, "a.jpg", "a.heic", "a.heif", "a-heic.jpg", "b.jpg", "b.jpg");
    assert_int_equal(count, 5); /* one came twice */
    assert_string_equal(item("a.jpg")->out, "a.jpg");
    assert_string_equal(item("a.heif")->out, "a-heif.jpg");
    assert_string_equal(item("a-heic.jpg")->out, "a-heic.jpg");
    assert_string_equal(item("a.heic")->out, "a-heic-2.jpg");
    assert_true(item("a.heic")->renamed && item("a.heif")->renamed && !item("a.jpg")->renamed);
    forget();
    PLAN(NULL, "a-heic.jpg", "a.heif", "a.heic", "a.jpg");
    assert_string_equal(item("a.heif")->out, "a-heif.jpg");
    assert_string_equal(item("a.heic")->out, "a-heic-2.jpg");
    forget();
}

static void what_this_build_cannot_write_says_what_it_lacks(void **state)
{
    (void)state;
    const bool built[] = {FRIEZE_WITH_AVIF, FRIEZE_WITH_JXL};
    const char *const names[] = {"avif", "jxl"}, *const libraries[] = {"libavif", "libjxl"};
    for (int i = 0; i < 2; i++) {
        const struct fz_file_kind *kind = fz_file_kind_named(names[i]);
        assert_non_null(kind);
        assert_int_equal(kind->is_written, built[i]);
        if (built[i])
            assert_null(fz_file_kind_needs(kind));
        else
            assert_string_equal(fz_file_kind_needs(kind), libraries[i]);
    }
    assert_null(fz_file_kind_named("tiff"));
    assert_null(fz_file_kind_needs(NULL));
}

/* As cameras name them: to many file systems "IMG_1.jpg" is the same. */
static void names_differ_in_more_than_case(void **state)
{
    (void)state;
    PLAN(NULL, "IMG_1.CR3", "IMG_1.JPG", "img_1.jpg");
    assert_string_equal(item("IMG_1.JPG")->out, "IMG_1.JPG");
    assert_string_equal(item("IMG_1.CR3")->out, "IMG_1-CR3.jpg");
    assert_string_equal(item("img_1.jpg")->out, "img_1-jpg.jpg");
    forget();
    PLAN(NULL, "\xc3\x9c.jpg", "\xc3\xbc.jpg", "u.jpg"); /* U and u with two dots */
    assert_string_equal(item("\xc3\x9c.jpg")->out, "\xc3\x9c.jpg");
    assert_string_equal(item("\xc3\xbc.jpg")->out, "\xc3\xbc-jpg.jpg");
    assert_string_equal(item("u.jpg")->out, "u.jpg");
    forget();
}

static void small_ones_keep_the_names_that_cannot_be_written(void **state)
{
    (void)state;
    PLAN(NULL, "a.gif", "b.jpg");
    assert_true(item("a.gif")->keeps && !item("b.jpg")->keeps);
    forget();
    PLAN("png", "a.gif");
    assert_false(item("a.gif")->keeps);
    forget();
}

static void shards_are_the_whole(void **state)
{
    (void)state;
    int largest = 0, sizes[7] = {0};
    for (int i = 0; i < 7000; i++) {
        char name[32];
        int owners = 0;
        snprintf(name, sizeof name, "folder/%d.jpg", i);
        for (unsigned shard = 1; shard <= 7; shard++)
            if (fz_scale_is_in_shard(name, shard, 7)) {
                owners++;
                sizes[shard - 1]++;
            }
        assert_int_equal(owners, 1);
    }
    for (int i = 0; i < 7; i++)
        largest = sizes[i] > largest ? sizes[i] : largest;
    assert_true(largest < 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_written_keeps_its_name),
        cmocka_unit_test(all_else_becomes_a_jpeg_or_png),
        cmocka_unit_test(a_wanted_format_keeps_the_names_that_have_it),
        cmocka_unit_test(what_this_build_cannot_write_says_what_it_lacks),
        cmocka_unit_test(clashes_are_resolved_the_same_way_in_any_order),
        cmocka_unit_test(names_differ_in_more_than_case),
        cmocka_unit_test(small_ones_keep_the_names_that_cannot_be_written),
        cmocka_unit_test(shards_are_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
