/* What a worker keeps from picture to picture is bounded as a whole, whichever buffer grew. */
#include "fixture.h"

#include "image/image.h"
#include "image/scratch.h"

enum { KEEP_BYTES = 1 << 20, SMALL_BYTES = 100 << 10 };

static size_t held(const struct fz_image_scratch *s)
{
    return s->file.size + s->input.size + s->sums.size + s->rows.size + s->column.size + s->firsts.size +
           s->weights.size + s->output.size;
}

static void little_stays(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(KEEP_BYTES);
    assert_true(fz_buffer_need(&scratch->file, SMALL_BYTES));
    assert_true(fz_buffer_need(&scratch->output, SMALL_BYTES));
    const uint8_t *file = scratch->file.data, *output = scratch->output.data;
    fz_image_scratch_trim(scratch);
    assert_ptr_equal(scratch->file.data, file);
    assert_ptr_equal(scratch->output.data, output);
    fz_image_scratch_free(scratch);
}

static void the_largest_goes(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(KEEP_BYTES);
    assert_true(fz_buffer_grow(&scratch->file, 3 * KEEP_BYTES));
    assert_true(fz_buffer_need(&scratch->input, SMALL_BYTES));
    fz_image_scratch_trim(scratch);
    assert_null(scratch->file.data);
    assert_int_equal(held(scratch), SMALL_BYTES);
    assert_true(fz_buffer_grow(&scratch->file, SMALL_BYTES)); /* and can grow again */
    fz_image_scratch_free(scratch);
}

/* Eight buffers, each of them smaller than the bound. */
static void all_count_together(void **state)
{
    (void)state;
    struct fz_image_scratch *scratch = fz_image_scratch_new(KEEP_BYTES);
    struct fz_buffer *const all[] = {&scratch->file,   &scratch->input,  &scratch->sums,    &scratch->rows,
                                     &scratch->column, &scratch->firsts, &scratch->weights, &scratch->output};
    for (size_t i = 0; i < COUNT(all); i++)
        assert_true(fz_buffer_need(all[i], KEEP_BYTES / 2 - i));
    fz_image_scratch_trim(scratch);
    assert_in_range(held(scratch), KEEP_BYTES / 2, KEEP_BYTES);
    fz_image_scratch_free(scratch);
    fz_image_scratch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_stays),
        cmocka_unit_test(the_largest_goes),
        cmocka_unit_test(all_count_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
