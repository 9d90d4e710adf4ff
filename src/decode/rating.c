#include "decode/rating.h"

#include "base/mem.h"
#include "decode/ask.h"
#include "decode/namesakes.h"
#include "decode/sidecar.h"
#include "process/stay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALONE 'a' /* behind the number */

/* One sidecar at a time: each of these reads what another one wrote. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool last_came;

void fz_rating_add(struct fz_parcel *request, size_t *capacity, const struct fz_rating *rating)
{
    char how[16];
    snprintf(how, sizeof how, "%d%s", rating->rating, rating->alone ? (char[]){ALONE, '\0'} : "");
    fz_parcel_add_text(request, capacity, how);
    fz_parcel_add_text(request, capacity, rating->path);
    fz_parcel_add_text(request, capacity, rating->beneath ? rating->beneath : "");
    request->count++;
}

static bool next_of(const struct fz_parcel *request, size_t *at, struct fz_rating *rating)
{
    const char *how = fz_parcel_text(request, at), *path = fz_parcel_text(request, at);
    const char *beneath = fz_parcel_text(request, at);
    char *end;
    if (!beneath)
        return false;
    *rating = (struct fz_rating){
        .path = path, .beneath = *beneath ? beneath : NULL, .rating = (int)strtol(how, &end, 10)};
    rating->alone = *end == ALONE;
    return true;
}

/* Mostly a stack has one sidecar. */
static void write_one(const struct fz_rating *rating, bool stacks, struct fz_error *err)
{
    struct fz_namesakes found = fz_namesakes_find(rating->path, stacks);
    const char *beneath = rating->beneath ? rating->beneath : found.beneath;
    const bool alone = rating->alone || found.has_others;
    enum fz_err code = fz_sidecar_rate(rating->path, rating->rating, alone, err);
    char *place = fz_sidecar_path(rating->path), *other = beneath ? fz_sidecar_path(beneath) : NULL;
    if (code == FZ_OK && other && strcmp(place, other) != 0)
        fz_sidecar_rate(beneath, rating->rating, alone, err);
    free(place);
    free(other);
    free(found.beneath);
}

/* *err: of the last that failed. */
static void write_all(const struct fz_parcel *request, struct fz_error *err)
{
    bool last = request->flags & FZ_RATE_LAST;
    struct fz_rating rating;
    size_t at = 0;
    while (next_of(request, &at, &rating)) {
        struct fz_error why = {0};
        pthread_mutex_lock(&lock);
        if (last || !atomic_load(&last_came))
            write_one(&rating, request->flags & FZ_RATE_STACKS, &why);
        else
            fz_fail(&why, FZ_E_BUSY, 0, "%s is rated with what came last", rating.path);
        pthread_mutex_unlock(&lock);
        if (why.code != FZ_OK)
            *err = why;
    }
}

void fz_rating_answer(const struct fz_parcel *request, bool reader, struct fz_parcel *answer)
{
    struct fz_error *err = fz_calloc(1, sizeof *err);
    bool last = reader && request->flags & FZ_RATE_LAST;
    if (!last)
        write_all(request, err);
    else if (fz_stay_begin())
        atomic_store(&last_came, true);
    else
        fz_fail(err, FZ_E_BUSY, 0, "perhaps not rated: the reader of its folder has ended");
    answer->bytes = (char *)err;
    answer->len = sizeof *err;
}

void fz_rating_go_on(const struct fz_parcel *request, const struct fz_parcel *answer)
{
    struct fz_error err = {0}; /* nobody is there to be told */
    if (!(request->flags & FZ_RATE_LAST) || fz_answer_rated(answer, &err) != FZ_OK)
        return;
    write_all(request, &err);
    fz_stay_end();
}
