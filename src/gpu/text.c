#include "gpu/text.h"

#include "base/mem.h"
#include "base/str.h"
#include "decode/job.h"
#include "gpu/font.h"
#include "gpu/head_internal.h"
#include "sync/heap.h"
#include "sync/thread.h"

#include <SDL_timer.h>
#include <stdlib.h>
#include <string.h>

/* A request that comes back with its pixels. */
struct text_job {
    struct fz_heap_node queued;
    struct fz_ready_node ready;
    uint32_t hash;
    struct fz_text_style style; /* immutable */
    char *text;                 /* immutable */
    SDL_Surface *surface;       /* the text thread's until pushed; NULL where it could not be drawn */
};

struct fz_text_service {
    struct fz_heap queue;     /* own lock */
    struct fz_ready ready;    /* lock-free */
    struct fz_doorbell *bell; /* immutable */
    SDL_Thread *thread;       /* main thread */
    atomic_bool ended;        /* the thread has nothing more to do */
};

/* A text that was asked for: there, on its way, or impossible (no texture, not pending). */
struct text_entry {
    struct text_entry *next;
    uint32_t hash;
    struct fz_text_style style;
    char *text;
    struct fz_texture *texture;
    bool pending, failed;
    uint64_t used_frame;
};

enum {
    BUCKETS = 1024,
    MANY_TEXTS = 2048, /* from here on, those that were not drawn lately go */
};

struct fz_texts {
    struct fz_text_service *service; /* borrowed */
    struct text_entry *buckets[BUCKETS];
    size_t count;
    uint64_t swept_frame; /* once a frame is enough */
    int pending;
};

static void job_free(struct text_job *job)
{
    fz_surface_free(job->surface);
    free(job->text);
    free(job);
}

static int text_main(void *ctx)
{
    struct fz_text_service *service = ctx;
    struct fz_fonts *fonts = NULL;
    bool tried = false;
    struct fz_heap_node *node;
    while ((node = fz_heap_pop(&service->queue)) != NULL) {
        struct text_job *job = FZ_CONTAINER(node, struct text_job, queued);
        if (!tried)
            fonts = fz_fonts_new();
        tried = true;
        if (fonts)
            job->surface = fz_fonts_draw(fonts, job->text, job->style.px, job->style.max_w, job->style.bold);
        fz_ready_push(&service->ready, &job->ready);
        fz_doorbell_ring(service->bell);
    }
    fz_fonts_free(fonts);
    atomic_store(&service->ended, true);
    return 0;
}

enum fz_err fz_text_service_start(struct fz_text_service **out, struct fz_doorbell *bell,
                                  struct fz_error *err)
{
    FZ_MAIN_ONLY();
    struct fz_text_service *service = fz_calloc(1, sizeof *service);
    service->bell = bell;
    fz_heap_init(&service->queue);
    *out = service;
    return fz_thread_start(&service->thread, "frieze:text", text_main, service, err);
}

static uint64_t drop_all(void *ctx, const struct fz_heap_node *node)
{
    (void)ctx;
    (void)node;
    return FZ_HEAP_DROP;
}

bool fz_text_service_stop(struct fz_text_service *service, int patience_ms)
{
    if (!service)
        return true;
    FZ_MAIN_ONLY();
    fz_heap_close(&service->queue);
    for (int ms = 0; service->thread && !atomic_load(&service->ended); ms++) {
        if (ms >= patience_ms)
            return false;
        SDL_Delay(1);
    }
    if (service->thread)
        SDL_WaitThread(service->thread, NULL);
    struct fz_heap_node *dropped[64];
    for (size_t n; (n = fz_heap_rejudge(&service->queue, drop_all, NULL, dropped, 64)) > 0;)
        for (size_t i = 0; i < n; i++)
            job_free(FZ_CONTAINER(dropped[i], struct text_job, queued));
    for (struct fz_ready_node *node = fz_ready_take(&service->ready); node;) {
        struct fz_ready_node *next = node->next;
        job_free(FZ_CONTAINER(node, struct text_job, ready));
        node = next;
    }
    fz_heap_fini(&service->queue);
    free(service);
    return true;
}

struct fz_texts *fz_texts_new(struct fz_text_service *service)
{
    struct fz_texts *texts = fz_calloc(1, sizeof *texts);
    texts->service = service;
    return texts;
}

/* Frees those that `keep_since` tells: not drawn since that frame, and not on their way. */
static void sweep(struct fz_head *head, uint64_t keep_since)
{
    for (int i = 0; i < BUCKETS; i++) {
        for (struct text_entry **link = &head->texts->buckets[i]; *link;) {
            struct text_entry *entry = *link;
            if (entry->used_frame >= keep_since) {
                link = &entry->next;
                continue;
            }
            *link = entry->next;
            fz_texture_free(head, entry->texture);
            free(entry->text);
            free(entry);
            head->texts->count--;
        }
    }
}

void fz_texts_free(struct fz_head *head)
{
    sweep(head, UINT64_MAX);
    free(head->texts);
}

static uint32_t hash_of(const char *text, const struct fz_text_style *style)
{
    uint32_t seed =
        FZ_HASH_SEED ^ (uint32_t)style->px * 31u ^ (uint32_t)style->max_w * 7919u ^ (uint32_t)style->bold;
    return fz_str_hash(seed, text);
}

static struct text_entry *find(struct fz_texts *texts, uint32_t hash, const char *text,
                               const struct fz_text_style *style)
{
    for (struct text_entry *entry = texts->buckets[hash % BUCKETS]; entry; entry = entry->next)
        if (entry->hash == hash && entry->style.px == style->px && entry->style.max_w == style->max_w &&
            entry->style.bold == style->bold && strcmp(entry->text, text) == 0)
            return entry;
    return NULL;
}

static struct text_entry *entry_new(struct fz_head *head, uint32_t hash, const char *text,
                                    const struct fz_text_style *style)
{
    struct fz_texts *texts = head->texts;
    if (texts->count >= MANY_TEXTS && texts->swept_frame < head->frame) {
        texts->swept_frame = head->frame;
        sweep(head, head->frame - 1);
    }
    struct text_entry *entry = fz_calloc(1, sizeof *entry);
    *entry = (struct text_entry){
        .next = texts->buckets[hash % BUCKETS], .hash = hash, .style = *style, .text = fz_strdup(text)};
    texts->buckets[hash % BUCKETS] = entry;
    texts->count++;
    return entry;
}

static void ask(struct fz_head *head, struct text_entry *entry)
{
    struct text_job *job = fz_calloc(1, sizeof *job);
    job->hash = entry->hash;
    job->style = entry->style;
    job->text = fz_strdup(entry->text);
    entry->pending = true;
    head->texts->pending++;
    fz_heap_push(&head->texts->service->queue, &job->queued);
}

/* The entry of a text, asked for where it is new or its texture was lost. */
static struct text_entry *entry_of(struct fz_head *head, const char *text, const struct fz_text_style *style)
{
    FZ_MAIN_ONLY();
    uint32_t hash = hash_of(text, style);
    struct text_entry *entry = find(head->texts, hash, text, style);
    if (!entry)
        entry = entry_new(head, hash, text, style);
    entry->used_frame = head->frame;
    if (!entry->texture && !entry->pending && !entry->failed)
        ask(head, entry);
    return entry;
}

bool fz_text_size(struct fz_head *head, const char *text, const struct fz_text_style *style, int *w, int *h)
{
    struct text_entry *entry = entry_of(head, text, style);
    if (!entry->texture)
        return false;
    *w = entry->texture->rect.w;
    *h = entry->texture->rect.h;
    return true;
}

bool fz_text_draw(struct fz_head *head, const char *text, const struct fz_text_style *style, double x,
                  double y, struct fz_color color)
{
    struct text_entry *entry = entry_of(head, text, style);
    if (!entry->texture)
        return false;
    fz_draw_mask(head, entry->texture, x, y, color);
    return true;
}

bool fz_text_collect(struct fz_head *head)
{
    struct fz_ready_node *node = fz_ready_take(&head->texts->service->ready);
    bool any = node != NULL;
    while (node) {
        struct text_job *job = FZ_CONTAINER(node, struct text_job, ready);
        node = node->next;
        struct text_entry *entry = find(head->texts, job->hash, job->text, &job->style);
        head->texts->pending--;
        if (entry) {
            entry->pending = false;
            entry->failed = !job->surface;
            int row = 0;
            if (job->surface && fz_texture_new_mask(head, job->surface->w, job->surface->h, &entry->texture))
                fz_texture_upload(head, entry->texture, job->surface, &row, UINT64_MAX);
        }
        job_free(job);
    }
    return any;
}

bool fz_text_is_pending(const struct fz_head *head)
{
    return head->texts->pending > 0;
}
