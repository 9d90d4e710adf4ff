/* Between the parts of the worker's side: front_life.c knows how a decoder begins and what it died of, front.c asks it. */
#ifndef FZ_DECODE_FRONT_LIFE_H
#define FZ_DECODE_FRONT_LIFE_H

#include "decode/front.h"

enum { FZ_FRONT_TICK_MS = 10 }; /* how late a cancelled job or a deadline is noticed at most */

/* All of these: the worker. Whether nobody wants the picture any more. */
bool fz_front_is_cancelled(const struct fz_image_host *host);

/* Since *looked_us, which becomes now: how long this process was stopped, or the machine stood still. That is no time in which a
 * decoder did anything. 0 where it was but a moment. */
int64_t fz_front_stood_still_us(int64_t *looked_us);

/* Looks how much CPU time the process has spent by now; us, or 0 where that cannot be told. */
int64_t fz_front_look_at_time(struct fz_front *front);

/* Between two calls: whether another process shall take its place, before it dies of its age in the middle of a picture. */
bool fz_front_is_old(const struct fz_front *front);

/* Of a process that died by itself: why, and the code of that; `err` may be NULL. */
enum fz_err fz_front_explain(struct fz_front *front, struct fz_error *err);

/* A fault that hardly is the picture's: BUSY. What always meets with it is set aside in the end (quarantine.h). */
enum fz_err fz_front_fail_by_chance(struct fz_front *front, struct fz_error *err, const char *how);

/* Ends a process that lies, or does not stop, for that reason: a death like another. Gives its code. */
enum fz_err fz_front_put_down(struct fz_front *front, const struct fz_error *why);

#endif
