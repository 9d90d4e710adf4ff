#include "app/resume/writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "sync/heap.h"
#include "sync/monitor.h"
#include "sync/ready.h"
#include "sync/thread.h"

#include <stdlib.h>

struct note {
    struct fz_heap_node queued;
    struct fz_place place;
    bool end; /* nothing follows */
};

struct fz_resume_writer {
    const char *file; /* immutable, as loud */
    bool loud;
    struct fz_heap queue; /* own lock */
    struct fz_monitor ends;
    bool ended;         /* under its lock */
    SDL_Thread *thread; /* main thread */
};

static int writer_main(void *ctx)
{
    FZ_NOT_MAIN();
    struct fz_resume_writer *writer = ctx;
    bool complains = writer->loud;
    for (bool end = false; !end;) {
        struct fz_heap_node *node = fz_heap_pop(&writer->queue);
        struct note *note = FZ_CONTAINER(node, struct note, queued);
        struct fz_error err = {0};
        if (!note->end && fz_place_save(writer->file, &note->place, &err) != FZ_OK && complains) {
            fz_log("--resume: the place is not remembered: %s", err.msg);
            complains = false;
        }
        end = note->end;
        fz_place_fini(&note->place);
        free(note);
    }
    fz_monitor_enter(&writer->ends);
    writer->ended = true;
    fz_monitor_wake_all(&writer->ends);
    fz_monitor_leave(&writer->ends);
    return 0;
}

enum fz_err fz_resume_writer_start(struct fz_resume_writer **out, const char *file, bool loud,
                                   struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_resume_writer *writer = fz_calloc(1, sizeof *writer);
    writer->file = file;
    writer->loud = loud;
    fz_monitor_init(&writer->ends);
    fz_heap_init(&writer->queue);
    enum fz_err code = fz_thread_start(&writer->thread, "frieze:resume", writer_main, writer, err);
    if (code != FZ_OK) {
        fz_heap_fini(&writer->queue);
        fz_monitor_fini(&writer->ends);
        free(writer);
        writer = NULL;
    }
    *out = writer;
    return code;
}

void fz_resume_writer_add(struct fz_resume_writer *writer, struct fz_place *place)
{
    if (!writer) {
        fz_place_fini(place);
        return;
    }
    struct note *note = fz_calloc(1, sizeof *note);
    note->place = *place;
    *place = (struct fz_place){0};
    fz_heap_push(&writer->queue, &note->queued);
}

bool fz_resume_writer_stop(struct fz_resume_writer *writer, int patience_ms)
{
    if (!writer)
        return true;
    struct note *note = fz_calloc(1, sizeof *note);
    note->end = true;
    fz_heap_push(&writer->queue, &note->queued);
    int64_t until_us = fz_now_us() + (int64_t)patience_ms * 1000, left_us = 0;
    fz_monitor_enter(&writer->ends);
    while (!writer->ended && (left_us = until_us - fz_now_us()) > 0)
        fz_monitor_wait_ms(&writer->ends, (int)(left_us / 1000) + 1);
    bool ended = writer->ended;
    fz_monitor_leave(&writer->ends);
    if (!ended)
        return false;
    SDL_WaitThread(writer->thread, NULL);
    fz_heap_fini(&writer->queue);
    fz_monitor_fini(&writer->ends);
    free(writer);
    return true;
}
