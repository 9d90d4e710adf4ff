#include "app/stats.h"

#include "app/app.h"
#include "base/memory_use.h"
#include "base/new_file.h"

#include <errno.h>
#include <stdio.h>

/* A value that was not reached is null. */
static json_t *ms_or_null(int64_t us)
{
    return us > 0 ? json_real((double)us / 1000) : json_null();
}

static json_t *percentile(const struct fz_histogram *h, double p)
{
    int64_t us = fz_histogram_percentile(h, p);
    return us >= 0 ? json_real((double)us / 1000) : json_null();
}

static json_t *maximum(const struct fz_histogram *h)
{
    return h->count > 0 ? json_real((double)h->max_us / 1000) : json_null();
}

static json_t *bytes(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *bytes_or_null(uint64_t n)
{
    return n > 0 ? bytes(n) : json_null();
}

static json_t *startup_json(const struct fz_stats *s)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "window", ms_or_null(s->startup.window), "first_frame",
                     ms_or_null(s->startup.first_frame), "first_tile", ms_or_null(s->startup.first_tile),
                     "screenful", ms_or_null(s->startup.screenful), "all", ms_or_null(s->startup.all));
}

static void add_frame_times(json_t *frames, const char *name, const struct fz_histogram *h)
{
    char key[32];
    snprintf(key, sizeof key, "%s_p50", name);
    json_object_set_new(frames, key, percentile(h, 0.5));
    snprintf(key, sizeof key, "%s_p99", name);
    json_object_set_new(frames, key, percentile(h, 0.99));
    snprintf(key, sizeof key, "%s_max", name);
    json_object_set_new(frames, key, maximum(h));
}

static json_t *frames_json(const struct fz_app *app)
{
    const struct fz_stats *s = &app->stats;
    struct fz_perf_recent recent = fz_perf_recent(&app->perf);
    json_t *frames = json_pack("{s:o,s:o}", "count", bytes(s->total.count), "late", bytes(s->late));
    add_frame_times(frames, "work", &s->work);
    add_frame_times(frames, "present", &s->present);
    add_frame_times(frames, "total", &s->total);
    json_object_set_new(frames, "interval_p99", percentile(&s->interval, 0.99));
    json_object_set_new(frames, "recent_p50", ms_or_null(recent.p50_us));
    json_object_set_new(frames, "recent_p99", ms_or_null(recent.p99_us));
    json_object_set_new(frames, "recent_max", ms_or_null(recent.max_us));
    json_object_set_new(frames, "recent_work_p50", ms_or_null(recent.work_p50_us));
    return frames;
}

static const struct fz_texture_counts *texture_counts(const struct fz_app *app)
{
    static const struct fz_texture_counts none;
    return app->head ? fz_texture_get_counts(app->head) : &none;
}

static json_t *upload_json(const struct fz_app *app)
{
    const struct fz_texture_counts *t = texture_counts(app);
    return json_pack("{s:o,s:o,s:f,s:f}", "count", bytes(t->uploads), "bytes", bytes(t->upload_bytes), "time",
                     (double)t->upload_us / 1000, "max", (double)t->upload_max_us / 1000);
}

static json_t *cache_json(const struct fz_app *app)
{
    const struct fz_texture_counts *t = texture_counts(app);
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "texture_bytes", bytes(t->bytes), "texture_bytes_peak",
                     bytes(t->bytes_peak), "pixel_bytes_peak", bytes(app->stats.pixel_bytes_peak), "hits",
                     bytes(app->stats.hits), "disk_hits", bytes(app->stats.disk_hits), "tiles",
                     bytes(app->loader.tile_count));
}

static json_t *decode_json(const struct fz_app *app)
{
    const struct fz_stats *s = &app->stats;
    const struct fz_pool_counts *counts = &app->pool.counts;
    uint64_t cpu_us = atomic_load(&counts->cpu_us) + atomic_load(&counts->engine.back_cpu_us);
    return json_pack("{s:o,s:f,s:o,s:o,s:i}", "count", bytes(s->decodes), "cpu", (double)cpu_us / 1000,
                     "cancelled", bytes(s->cancelled), "repeated", bytes(s->repeated), "respawned",
                     atomic_load(&app->pool.counts.engine.respawned));
}

static json_t *sandbox_json(uint32_t layers)
{
    json_t *names = json_array();
    for (int i = 0; i < FZ_SANDBOX_LAYERS; i++)
        if (layers & (1u << i))
            json_array_append_new(names, json_string(fz_sandbox_layer_name((enum fz_sandbox_layer)i)));
    return names;
}

json_t *fz_stats_json(const struct fz_app *app)
{
    const struct fz_stats *s = &app->stats;
    json_t *root = json_object();
    json_object_set_new(root, "items", bytes(fz_list_all_count(app->list)));
    json_object_set_new(root, "failed", bytes(app->loader.failed_count));
    json_object_set_new(root, "unsupported", bytes(app->scan.unsupported));
    json_object_set_new(root, "startup", startup_json(s));
    json_object_set_new(root, "frames", frames_json(app));
    json_object_set_new(root, "render_thread",
                        json_pack("{s:f}", "stall_max", (double)s->stall_max_us / 1000));
    json_object_set_new(root, "input",
                        json_pack("{s:o,s:o,s:o}", "count", bytes(s->inputs), "to_present_p50",
                                  percentile(&s->input, 0.5), "to_present_max", maximum(&s->input)));
    json_object_set_new(root, "decode", decode_json(app));
    json_object_set_new(root, "upload", upload_json(app));
    json_object_set_new(root, "cache", cache_json(app));
    json_object_set_new(root, "memory",
                        json_pack("{s:o,s:o,s:o,s:o,s:s,s:i}", "rss_peak_bytes",
                                  bytes(fz_memory_rss_peak_bytes()), "pss_peak_bytes",
                                  bytes_or_null(atomic_load(&app->pool.counts.engine.pss_peak_bytes)),
                                  "kept_bytes", bytes(atomic_load(&app->pool.counts.engine.kept_bytes)),
                                  "kept_limit_bytes", bytes(app->pool.keep_bytes), "pressure",
                                  fz_pressure_name(app->budgets.pressure), "pressures", app->budgets.count));
    json_object_set_new(root, "opens",
                        bytes(atomic_load_explicit(&app->pool.counts.opens, memory_order_relaxed)));
    json_object_set_new(root, "renderer",
                        app->head ? json_string(fz_head_renderer_name(app->head)) : json_null());
    json_object_set_new(root, "isolation", json_string(app->options.values[FZ_OPTION_ISOLATION].text));
    uint32_t layers = fz_pool_layers(&app->pool);
    json_object_set_new(root, "sandbox_state",
                        json_string(fz_sandbox_state_name(fz_sandbox_state_of(layers))));
    json_object_set_new(root, "sandbox", sandbox_json(layers));
    return root;
}

static bool write_to(const struct fz_app *app, FILE *stream)
{
    json_t *root = fz_stats_json(app);
    bool whole = json_dumpf(root, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0;
    whole &= fputc('\n', stream) != EOF;
    json_decref(root);
    return whole;
}

enum fz_err fz_stats_write(struct fz_app *app, const char *path, struct fz_error *err)
{
    fz_engine_note_memory(&app->pool.counts.engine);
    struct fz_new_file file;
    struct fz_error why = {0};
    if (strcmp(path, "-") == 0)
        return write_to(app, stdout) && fflush(stdout) == 0
                   ? FZ_OK
                   : fz_fail(err, FZ_E_IO, errno, "cannot write to standard output");
    if (fz_new_file_open(&file, path, &why) != FZ_OK)
        return fz_fail(err, why.code, 0, "--stats %s", why.msg);
    const bool whole = write_to(app, file.stream);
    if (!fz_new_file_close(&file, whole))
        return fz_fail(err, FZ_E_IO, errno, "--stats %s", path);
    return FZ_OK;
}
