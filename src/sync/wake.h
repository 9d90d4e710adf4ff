/* How a thread that waits in poll(2) is told to look: an eventfd of its own. */
#ifndef FZ_SYNC_WAKE_H
#define FZ_SYNC_WAKE_H

/* Any thread. Makes that eventfd readable. */
void fz_wake(int fd);

#endif
