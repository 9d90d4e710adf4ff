/* A process that works for the program ends with it. What it has taken on to be done whatever becomes of the program, it does before. */
#ifndef FZ_PROCESS_STAY_H
#define FZ_PROCESS_STAY_H

#include <stdbool.h>

/* Its main thread, before it has another one. `wake_fd`: an eventfd; each time that it rings the main thread calls fz_stay_obey, soon. */
void fz_stay_init(int wake_fd);
void fz_stay_obey(void);

/* Any thread of it. Once this returns the end of the program does not end the process any more; each true wants an end, false: it
 * is ending. Waits for the main thread, as only that can tell the kernel. Does nothing, and is true, where nobody called fz_stay_init. */
bool fz_stay_begin(void);
void fz_stay_end(void);

/* Its main thread, when the program has ended: waits, at most so long, for what was begun; nothing is begun any more. False: it is
 * not done. */
bool fz_stay_finish(int patience_ms);

#endif
