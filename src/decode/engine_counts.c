/* What all engines together count. */
#include "base/clock.h"
#include "base/log.h"
#include "base/memory_use.h"
#include "decode/engine.h"

enum {
    LOOK_SHARE = 100,       /* a look of 3 ms is followed by 300 ms without one */
    FIRST_LOOK_US = 500000, /* the first screenful does not wait for one */
};

void fz_engine_note_memory(struct fz_engine_counts *counts)
{
    const int64_t began_us = fz_now_us();
    const uint_fast64_t bytes = fz_memory_pss_bytes();
    uint_fast64_t peak = atomic_load(&counts->pss_peak_bytes);
    while (bytes > peak && !atomic_compare_exchange_weak(&counts->pss_peak_bytes, &peak, bytes)) {
    }
    const int64_t end_us = fz_now_us();
    atomic_store(&counts->look_us, end_us + (end_us - began_us) * LOOK_SHARE);
}

bool fz_engine_wants_look(const struct fz_engine_counts *counts)
{
    const int64_t now_us = fz_now_us();
    return now_us >= FIRST_LOOK_US && now_us >= atomic_load(&counts->look_us);
}

void fz_engine_look_now_and_then(struct fz_engine_counts *counts)
{
    int_fast64_t due_us = atomic_load(&counts->look_us);
    if (fz_engine_wants_look(counts) &&
        atomic_compare_exchange_strong(&counts->look_us, &due_us, FZ_NEVER)) /* one worker at a time */
        fz_engine_note_memory(counts);
}

void fz_engine_note_kept(struct fz_engine_counts *counts, size_t *noted, size_t kept_bytes)
{
    if (kept_bytes != *noted) /* modulo 2^64 where it is less */
        atomic_fetch_add(&counts->kept_bytes, (uint_fast64_t)kept_bytes - *noted);
    *noted = kept_bytes;
}

void fz_engine_note_layers(struct fz_engine_counts *counts, uint32_t layers, const char *missing)
{
    char text[FZ_SANDBOX_TEXT];
    uint32_t before = atomic_exchange(&counts->layers, layers);
    bool first = !atomic_exchange(&counts->noted, true);
    enum fz_sandbox_state state = fz_sandbox_state_of(layers);
    /* What was to be expected, or was asked for, is for somebody who looks, or for the journal of a service. */
    bool expected =
        first && (state == FZ_SANDBOX_STATE_FULL || (state == FZ_SANDBOX_STATE_OFF && !missing[0]));
    if (counts->is_trial || (before == layers && !first) || (expected && !fz_log_is_watched()))
        return;
    fz_sandbox_format(layers, text);
    fz_log("sandbox: %s%s%s", text, missing[0] ? "; missing: " : "", missing);
}
