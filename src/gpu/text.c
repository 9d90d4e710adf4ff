#include "gpu/text.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "decode/job.h"
#include "gpu/font.h"
#include "gpu/label.h"
#include "gpu/head_internal.h"
#include "sync/heap.h"
#include "sync/thread.h"

#include <fribidi.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a text is drawn: at this height, into this width, in pixels of the window. */
struct label_key {
    uint32_t hash; /* of the text too */
    int px, max_w;
    bool bold;
};

/* A request that comes back with its pixels. */
struct text_job {
    struct fz_heap_node queued;
    struct fz_ready_node ready;
    struct label_key key;  /* immutable */
    char *text;            /* immutable, owned */
    struct fz_label label; /* the text thread's until pushed; no surface where it could not be drawn */
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
    struct text_entry *next;          /* in its bucket */
    struct text_entry *newer, *older; /* by last use */
    struct label_key key;
    char *text; /* owned */
    struct fz_texture *texture;
    struct fz_label label; /* without its surface */
    bool pending, failed;
    uint64_t used_frame;
};

enum {
    BUCKETS = 1024,
    CACHE_BYTES =
        12 << 20, /* at most, and a quarter of all textures; what the last frame asked for always stays */
    ENTRY_BYTES = 512,  /* what an entry costs beside its pixels, roughly */
    MANY_PENDING = 256, /* more wait until these are back: by then most have scrolled out of view */
    COLLECT_BUDGET_US = 1500,
    SMALLEST_PX = 6,
    LARGEST_PX = 400,
};

struct fz_texts {
    struct fz_text_service *service; /* borrowed */
    struct text_entry *buckets[BUCKETS];
    struct text_entry *newest, *oldest;
    size_t bytes;                  /* of the entries, without their textures */
    struct fz_ready_node *arrived; /* taken, but not yet looked at */
    int pending;
};

static void job_free(struct text_job *job)
{
    fz_surface_free(job->label.surface);
    free(job->text);
    free(job);
}

static void free_jobs(struct fz_ready_node *node)
{
    while (node) {
        struct text_job *job = FZ_CONTAINER(node, struct text_job, ready);
        node = node->next;
        job_free(job);
    }
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
            fz_label_draw(fonts, job->text, job->key.px, job->key.max_w, job->key.bold, &job->label);
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
    if (service->thread && !fz_thread_join_within(service->thread, &service->ended, patience_ms))
        return false;
    struct fz_heap_node *dropped[64];
    for (size_t n; (n = fz_heap_rejudge(&service->queue, drop_all, NULL, dropped, 64)) > 0;)
        for (size_t i = 0; i < n; i++)
            job_free(FZ_CONTAINER(dropped[i], struct text_job, queued));
    free_jobs(fz_ready_take(&service->ready));
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

static void unlink_entry(struct fz_texts *texts, struct text_entry *entry)
{
    *(entry->newer ? &entry->newer->older : &texts->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &texts->oldest) = entry->newer;
}

static void link_newest(struct fz_texts *texts, struct text_entry *entry)
{
    entry->newer = NULL;
    entry->older = texts->newest;
    *(texts->newest ? &texts->newest->newer : &texts->oldest) = entry;
    texts->newest = entry;
}

static void entry_free(struct fz_head *head, struct text_entry *entry)
{
    struct fz_texts *texts = head->texts;
    struct text_entry **link = &texts->buckets[entry->key.hash % BUCKETS];
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    unlink_entry(texts, entry);
    texts->bytes -= ENTRY_BYTES;
    fz_texture_free(head, entry->texture);
    free(entry->text);
    free(entry);
}

void fz_texts_free(struct fz_head *head)
{
    while (head->texts->oldest)
        entry_free(head, head->texts->oldest);
    free_jobs(head->texts->arrived);
    free(head->texts);
}

/* Least recently used first; a result that finds its entry gone is dropped. */
static void evict(struct fz_head *head)
{
    struct fz_texts *texts = head->texts;
    size_t limit = head->budget_bytes / 4 < CACHE_BYTES ? (size_t)head->budget_bytes / 4 : CACHE_BYTES;
    while (
        texts->bytes + fz_texture_mask_bytes(head) > limit && texts->oldest &&
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): a freed entry was unlinked; the analyser loses the list */
        texts->oldest->used_frame + 1 < head->frame)
        entry_free(head, texts->oldest);
}

static struct text_entry *find(struct fz_texts *texts, const struct label_key *key, const char *text)
{
    for (struct text_entry *entry = texts->buckets[key->hash % BUCKETS]; entry; entry = entry->next)
        if (entry->key.hash == key->hash && entry->key.px == key->px && entry->key.max_w == key->max_w &&
            entry->key.bold == key->bold && strcmp(entry->text, text) == 0)
            return entry;
    return NULL;
}

static struct text_entry *entry_new(struct fz_head *head, const struct label_key *key, const char *text)
{
    struct fz_texts *texts = head->texts;
    struct text_entry *entry = fz_calloc(1, sizeof *entry);
    entry->key = *key;
    entry->text = fz_strdup(text);
    entry->next = texts->buckets[key->hash % BUCKETS];
    texts->buckets[key->hash % BUCKETS] = entry;
    texts->bytes += ENTRY_BYTES;
    link_newest(texts, entry);
    return entry;
}

static void ask(struct fz_head *head, struct text_entry *entry)
{
    if (head->texts->pending >= MANY_PENDING)
        return;
    struct text_job *job = fz_calloc(1, sizeof *job);
    job->key = entry->key;
    job->text = fz_strdup(entry->text);
    entry->pending = true;
    head->texts->pending++;
    fz_heap_push(&head->texts->service->queue, &job->queued);
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* The one place where the size of a text becomes pixels. */
static struct label_key key_of(const struct fz_head *head, const char *text,
                               const struct fz_text_style *style)
{
    struct label_key key = {.bold = style->bold};
    key.px = clamp((int)lround(style->px * fz_head_text_scale(head)), SMALLEST_PX, LARGEST_PX);
    key.max_w = style->max_w == 0 ? head->max_side : clamp(style->max_w, 1, head->max_side);
    uint32_t seed = FZ_HASH_SEED ^ (uint32_t)key.px * 31u ^ (uint32_t)key.max_w * 7919u ^ (uint32_t)key.bold;
    key.hash = fz_str_hash(seed, text);
    return key;
}

/* The entry of a text, asked for where it is new or its texture was lost. */
static struct text_entry *entry_of(struct fz_head *head, const char *text, const struct fz_text_style *style)
{
    FZ_MAIN_ONLY();
    struct label_key key = key_of(head, text, style);
    struct text_entry *entry = find(head->texts, &key, text);
    if (!entry)
        entry = entry_new(head, &key, text);
    entry->used_frame = head->frame;
    unlink_entry(head->texts, entry);
    link_newest(head->texts, entry);
    if (entry
            ->texture) /* also where it is only measured: who lays texts out would lose some while others come */
        fz_texture_keep(head, entry->texture);
    else if (!entry->pending && !entry->failed)
        ask(head, entry);
    return entry;
}

bool fz_text_size(struct fz_head *head, const char *text, const struct fz_text_style *style, int *w, int *h)
{
    const struct text_entry *entry = entry_of(head, text, style);
    if (!entry->texture)
        return false;
    *w = entry->label.w;
    *h = entry->label.h;
    return true;
}

bool fz_text_draw(struct fz_head *head, const char *text, const struct fz_text_style *style, double x,
                  double y, struct fz_color color)
{
    const struct text_entry *entry = entry_of(head, text, style);
    if (!entry->texture)
        return false;
    int rows = fz_texture_h(entry->texture) / (entry->label.has_colors ? 2 : 1);
    y -= entry->label.over;
    fz_draw_mask(head, entry->texture, 0, rows, x, y, color);
    if (entry->label.has_colors)
        fz_draw_mask(head, entry->texture, rows, rows, x, y, (struct fz_color){255, 255, 255, color.a});
    return true;
}

static void take_label(struct fz_head *head, struct text_entry *entry, const struct fz_label *label)
{
    int row = 0;
    if (label->surface && fz_texture_new_mask(head, label->surface->w, label->surface->h, &entry->texture))
        fz_texture_upload(head, entry->texture, label->surface, &row, UINT64_MAX);
    entry->label = *label;
    entry->label.surface = NULL;
    entry->failed = !entry->texture;
    entry->pending = false;
}

bool fz_text_has_right_to_left(const char *text)
{
    size_t bytes = strlen(text), n;
    for (size_t i = 0; i < bytes; i += n ? n : 1) {
        uint32_t c;
        n = fz_utf8_decode(text + i, bytes - i, &c);
        if (n > 0 && FRIBIDI_IS_RTL(fribidi_get_bidi_type(c)))
            return true;
    }
    return false;
}

bool fz_text_has_arrived(const struct fz_head *head)
{
    return head->texts->arrived || !fz_ready_is_empty(&head->texts->service->ready);
}

bool fz_text_collect(struct fz_head *head)
{
    struct fz_texts *texts = head->texts;
    if (!texts->arrived)
        texts->arrived = fz_ready_take(&texts->service->ready);
    bool any = texts->arrived != NULL;
    int64_t until_us = fz_now_us() + COLLECT_BUDGET_US;
    while (texts->arrived && fz_now_us() < until_us) {
        struct text_job *job = FZ_CONTAINER(texts->arrived, struct text_job, ready);
        texts->arrived = texts->arrived->next;
        struct text_entry *entry = find(texts, &job->key, job->text);
        texts->pending--;
        if (entry)
            take_label(head, entry, &job->label);
        job_free(job);
    }
    evict(head);
    return any;
}

bool fz_text_is_pending(const struct fz_head *head)
{
    return head->texts->pending > 0;
}
