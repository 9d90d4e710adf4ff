/* What all engines together count. */
#include "base/log.h"
#include "base/memory_use.h"
#include "decode/engine.h"

void fz_engine_note_memory(struct fz_engine_counts *counts)
{
    const uint_fast64_t bytes = fz_memory_pss_bytes();
    uint_fast64_t peak = atomic_load(&counts->pss_peak_bytes);
    while (bytes > peak && !atomic_compare_exchange_weak(&counts->pss_peak_bytes, &peak, bytes)) {
    }
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
