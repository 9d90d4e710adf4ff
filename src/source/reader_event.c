/* Events as parcels: the doubts of all names, the names, their folder. */
#include "source/reader.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define PERHAPS (INT64_C(1) << 32) /* beside what was left out */

bool fz_reader_send_event(int socket, const struct fz_source_event *event)
{
    struct fz_parcel parcel = {.kind = FZ_READER_EVENT,
                               .number = event->root,
                               .count = event->count,
                               .flags = event->kind,
                               .value = event->left_out | (event->perhaps ? PERHAPS : 0),
                               .fd = -1};
    if (event->kind == FZ_SOURCE_ERROR) {
        parcel.bytes = (char *)&event->error;
        parcel.len = sizeof event->error;
    } else if (event->dir) { /* batch.c lays them out one after the other */
        parcel.bytes = (char *)event->doubts;
        parcel.len = (size_t)(event->dir + strlen(event->dir) + 1 - parcel.bytes);
    }
    return fz_parcel_send(socket, &parcel);
}

static struct fz_source_event *error_event(const struct fz_parcel *parcel)
{
    struct fz_source_event *event = fz_calloc(1, sizeof *event);
    if (parcel->len == sizeof event->error)
        memcpy(&event->error, parcel->bytes, sizeof event->error);
    else
        fz_fail(&event->error, FZ_E_INTERNAL, 0, "a reader's error is not to be read");
    event->error.msg[sizeof event->error.msg - 1] = '\0';
    return event;
}

static bool is_name(const char *name, bool is_folder)
{
    return name && name[0] && (is_folder ? name[0] == '/' : !strchr(name, '/'));
}

static struct fz_source_event *names_event(const struct fz_parcel *parcel)
{
    size_t count = parcel->count, at = count;
    bool folders = parcel->flags == FZ_SOURCE_FOLDERS;
    if (count > parcel->len || parcel->bytes[parcel->len - 1] != '\0' ||
        (parcel->flags == FZ_SOURCE_RENAMED && count % 2 != 0))
        return NULL;
    struct fz_source_event *event = fz_malloc(sizeof *event + count * sizeof(char *) + parcel->len);
    memset(event, 0, sizeof *event);
    event->names = (char **)(void *)(event + 1);
    event->doubts = (uint8_t *)(event->names + count);
    memcpy(event->doubts, parcel->bytes, parcel->len);
    bool whole = true;
    for (size_t i = 0; i < count && whole; i++) {
        event->names[i] = (char *)event->doubts + at;
        whole = is_name(fz_parcel_text(parcel, &at), folders) && event->doubts[i] <= FZ_SOURCE_EXPLICIT;
    }
    event->dir = (char *)event->doubts + at;
    const char *dir = fz_parcel_text(parcel, &at);
    if (whole && dir && dir[0] == '/' && at == parcel->len)
        return event;
    free(event);
    return NULL;
}

struct fz_source_event *fz_reader_event(const struct fz_parcel *parcel, uint32_t first, uint32_t roots)
{
    struct fz_source_event *event = NULL;
    if (parcel->kind != FZ_READER_EVENT || parcel->number - first >= roots || parcel->flags > FZ_SOURCE_LAST)
        return NULL;
    if (parcel->flags == FZ_SOURCE_ERROR)
        event = error_event(parcel);
    else if (parcel->flags == FZ_SOURCE_LISTED)
        event = fz_calloc(1, sizeof *event);
    else if (parcel->len > 0)
        event = names_event(parcel);
    if (!event)
        return NULL;
    event->kind = (enum fz_source_event_kind)parcel->flags;
    event->root = parcel->number;
    event->count = event->names ? parcel->count : 0;
    event->left_out = (uint32_t)parcel->value;
    event->perhaps = parcel->value & PERHAPS;
    return event;
}
