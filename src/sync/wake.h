/* How a thread that waits in poll(2) is told to look: an eventfd of its own. */
#ifndef FZ_SYNC_WAKE_H
#define FZ_SYNC_WAKE_H

#include <stdbool.h>

/* Any thread. Makes that eventfd readable. False with errno: it could not, and the thread goes on waiting. */
bool fz_wake(int fd);

/* The thread that it wakes: takes what has made it readable, so that the next wait waits; none of it is lost if there was nothing. The
 * descriptor is non-blocking. */
void fz_wake_drain(int fd);

#endif
