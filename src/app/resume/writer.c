#include "app/resume/writer.h"

#include "base/log.h"
#include "base/mem.h"
#include "sync/heap.h"
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
    atomic_bool ended;
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
    atomic_store(&writer->ended, true);
    return 0;
}

enum fz_err fz_resume_writer_start(struct fz_resume_writer **out, const char *file, bool loud,
                                   struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_resume_writer *writer = fz_calloc(1, sizeof *writer);
    writer->file = file;
    writer->loud = loud;
    fz_heap_init(&writer->queue);
    enum fz_err code = fz_thread_start(&writer->thread, "frieze:resume", writer_main, writer, err);
    if (code != FZ_OK) {
        fz_heap_fini(&writer->queue);
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
    if (!fz_thread_join_within(writer->thread, &writer->ended, patience_ms))
        return false;
    fz_heap_fini(&writer->queue);
    free(writer);
    return true;
}
