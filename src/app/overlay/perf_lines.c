#include "app/overlay/perf_lines.h"

#include <stdio.h>
#include <string.h>

enum { HALF_LINE = 30 /* characters, about */ };

enum { DECODING = 1, SANDBOX, SANDBOX_REST };

int fz_perf_choose(int room, int chosen[FZ_PERF_LINES])
{
    bool has_sandbox = room >= FZ_PERF_LINES, has_decoding = room >= FZ_PERF_LINES - 2;
    int count = 0;
    for (int i = 0; i < FZ_PERF_LINES && count < room; i++) {
        bool is_sandbox = i == SANDBOX || i == SANDBOX_REST;
        if (is_sandbox ? has_sandbox : i != DECODING || has_decoding)
            chosen[count++] = i;
    }
    return count;
}

static const char *const class_names[FZ_PRIORITY_CLASSES] = {
    [FZ_PRIORITY_PICTURE] = "picture", [FZ_PRIORITY_FIRST] = "first", [FZ_PRIORITY_VISIBLE] = "in view",
    [FZ_PRIORITY_NEIGHBOUR] = "next",  [FZ_PRIORITY_AHEAD] = "ahead", [FZ_PRIORITY_BEHIND] = "behind",
    [FZ_PRIORITY_SCALE] = "scaling",   [FZ_PRIORITY_FILL] = "rest",   [FZ_PRIORITY_SNIFF] = "unknown",
    [FZ_PRIORITY_KEEP] = "for later",
};

static double mb(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

/* In two lines: the layers are too many for one. */
static void write_sandbox(const char *all, char *first, char *second)
{
    size_t len = strlen(all), cut = len < HALF_LINE ? len : HALF_LINE;
    while (cut < len && all[cut] != ' ')
        cut++;
    snprintf(first, FZ_PERF_TEXT, "sandbox %.*s", (int)cut, all);
    snprintf(second, FZ_PERF_TEXT, "   %s", all + cut);
}

static void write_queue(const struct fz_perf_facts *facts, char *line)
{
    const size_t *queued = facts->queued;
    size_t len = 0;
    if (facts->is_paused) {
        snprintf(line, FZ_PERF_TEXT, "loading is paused, %zu to load", facts->waiting);
        return;
    }
    for (int i = 0; i < FZ_PRIORITY_CLASSES && len < FZ_PERF_TEXT; i++)
        if (queued[i] > 0)
            len += (size_t)snprintf(line + len, FZ_PERF_TEXT - len, "%s%s %zu",
                                    len > 0 ? "  " : "to load:  ", class_names[i], queued[i]);
    if (len == 0)
        snprintf(line, FZ_PERF_TEXT, "nothing to load");
}

static void write_times(const char *what, const struct fz_perf_times *times, char *line)
{
    snprintf(line, FZ_PERF_TEXT, "%s  p50 %.1f  p99 %.1f  most %.1f ms", what, times->p50_ms, times->p99_ms,
             times->max_ms);
}

static void write_bound(const struct fz_perf_facts *facts, char *line)
{
    char took[48] = "";
    if (facts->pss_peak_bytes > 0)
        snprintf(took, sizeof took, ", all processes up to %.0f", mb(facts->pss_peak_bytes));
    snprintf(line, FZ_PERF_TEXT, "bound %.0f MB%s%s", mb(facts->bound_bytes), took,
             facts->is_short ? "  memory is short" : "");
}

void fz_perf_write(const struct fz_perf_facts *facts, char lines[FZ_PERF_LINES][FZ_PERF_TEXT])
{
    snprintf(lines[0], FZ_PERF_TEXT, "%s  frames %llu, late %llu", facts->renderer,
             (unsigned long long)facts->frames, (unsigned long long)facts->late);
    snprintf(lines[DECODING], FZ_PERF_TEXT, "decoding by %s, replaced %d", facts->isolation, facts->replaced);
    write_sandbox(facts->sandbox, lines[SANDBOX], lines[SANDBOX_REST]);
    write_times("work", &facts->work, lines[4]);
    write_times("present", &facts->present, lines[5]);
    write_queue(facts, lines[6]);
    write_bound(facts, lines[7]);
    snprintf(lines[8], FZ_PERF_TEXT, "textures %.1f of %.1f MB, most %.1f  uploads %llu",
             mb(facts->texture_bytes), mb(facts->texture_budget_bytes), mb(facts->texture_peak_bytes),
             (unsigned long long)facts->uploads);
    snprintf(lines[9], FZ_PERF_TEXT, "decodes %.1f of %.1f MB  surfaces %.1f of %.1f",
             mb(facts->decode_bytes), mb(facts->decode_budget_bytes), mb(facts->surface_bytes),
             mb(facts->surface_budget_bytes));
    snprintf(lines[10], FZ_PERF_TEXT, "decoded %llu, %.1f a second  hits %llu",
             (unsigned long long)facts->decodes, facts->decodes_per_s, (unsigned long long)facts->hits);
}
