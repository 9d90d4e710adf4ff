/* Percentiles against those of the sorted samples: never below, and at most one bucket above. */
#include "fixture.h"

#include "base/histogram.h"

/* A bucket above 64 is at most 1/64 of its lower edge wide. */
static const double BUCKET_SHARE = 1.0 / 64;
static const double shares[] = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct fz_histogram *new_histogram(void)
{
    struct fz_histogram *h = calloc(1, sizeof *h);
    assert_non_null(h);
    return h;
}

/* The smallest sample that a share `p` of all samples does not exceed. */
static int64_t exact(const int64_t *sorted, size_t count, double p)
{
    size_t rank = (size_t)ceil(p * (double)count);
    return sorted[rank > 0 ? rank - 1 : 0];
}

static void check_against_samples(int64_t *samples, size_t count)
{
    struct fz_histogram *h = new_histogram();
    for (size_t i = 0; i < count; i++)
        fz_histogram_add(h, samples[i]);
    qsort(samples, count, sizeof *samples, by_value);
    assert_int_equal(h->count, count);
    assert_int_equal(h->max_us, samples[count - 1]);
    int64_t last = -1;
    for (size_t i = 0; i < COUNT(shares); i++) {
        int64_t got = fz_histogram_percentile(h, shares[i]), wanted = exact(samples, count, shares[i]);
        if (got < wanted || (double)(got - wanted) > (double)wanted * BUCKET_SHARE)
            fail_msg("p %g of %zu: %lld, not %lld", shares[i], count, (long long)got, (long long)wanted);
        assert_true(got >= last);
        last = got;
    }
    free(h);
}

static void empty_has_none(void **state)
{
    (void)state;
    struct fz_histogram *h = new_histogram();
    assert_int_equal(fz_histogram_percentile(h, 0.5), -1);
    assert_int_equal(fz_histogram_percentile(h, 1), -1);
    free(h);
}

static void one_sample_is_exact(void **state)
{
    (void)state;
    for (int64_t us = 0; us < 1000000; us += us < 300 ? 1 : 9973) {
        struct fz_histogram *h = new_histogram();
        fz_histogram_add(h, us);
        assert_int_equal(fz_histogram_percentile(h, 0), us);
        assert_int_equal(fz_histogram_percentile(h, 0.5), us);
        assert_int_equal(fz_histogram_percentile(h, 1), us);
        free(h);
    }
}

static void negative_counts_as_zero(void **state)
{
    (void)state;
    struct fz_histogram *h = new_histogram();
    fz_histogram_add(h, -5);
    fz_histogram_add(h, INT64_MIN);
    assert_int_equal(h->count, 2);
    assert_int_equal(fz_histogram_percentile(h, 1), 0);
    free(h);
}

/* Each power of two and its neighbours: where buckets begin. */
static void edges_of_buckets(void **state)
{
    (void)state;
    int64_t samples[3 * 36], count = 0;
    for (int power = 1; power <= 36; power++)
        for (int64_t off = -1; off <= 1; off++)
            samples[count++] = ((int64_t)1 << power) + off;
    check_against_samples(samples, (size_t)count);
}

static void random_samples(void **state)
{
    (void)state;
    struct random random = random_start();
    static int64_t samples[5000];
    for (int round = 0; round < 60; round++) {
        size_t count = (size_t)random_int(&random, 1, (int)COUNT(samples));
        double scale = random_real(&random, 1, 24);
        for (size_t i = 0; i < count; i++)
            samples[i] = (int64_t)exp(random_real(&random, 0, scale));
        check_against_samples(samples, count);
    }
}

/* Programs run for months: a duration beyond the last bucket is still not understated. */
static void nothing_is_above_the_last_percentile(void **state)
{
    (void)state;
    struct fz_histogram *h = new_histogram();
    int64_t week_us = 7 * 86400 * (int64_t)1000000;
    fz_histogram_add(h, 1000);
    fz_histogram_add(h, week_us);
    assert_int_equal(h->max_us, week_us);
    assert_int_equal(fz_histogram_percentile(h, 1), week_us);
    fz_histogram_add(h, INT64_MAX);
    assert_int_equal(fz_histogram_percentile(h, 1), INT64_MAX);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_has_none),          cmocka_unit_test(one_sample_is_exact),
        cmocka_unit_test(negative_counts_as_zero), cmocka_unit_test(edges_of_buckets),
        cmocka_unit_test(random_samples),          cmocka_unit_test(nothing_is_above_the_last_percentile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
