/* Time: microseconds on the monotonic clock, counted from the start of main. */
#ifndef FZ_BASE_CLOCK_H
#define FZ_BASE_CLOCK_H

#include <stdint.h>

/* A time that does not come. */
#define FZ_NEVER INT64_MAX

/* Main thread, first thing in main: the zero of fz_now_us. */
void fz_clock_start(void);

/* Any thread. Microseconds since fz_clock_start; never goes back. */
int64_t fz_now_us(void);

/* Any thread. Milliseconds since 1970, by a clock that may be set. */
int64_t fz_date_ms(void);

/* Any thread. CPU time of the calling thread, in microseconds. */
int64_t fz_thread_cpu_us(void);

/* Any thread. The same of all threads of a process; 0 where there is none of that number any more. */
int64_t fz_process_cpu_us(int pid);

#endif
