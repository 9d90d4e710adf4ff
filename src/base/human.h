/* Sizes and times as people read them. */
#ifndef FZ_BASE_HUMAN_H
#define FZ_BASE_HUMAN_H

#include <stddef.h>
#include <stdint.h>

/* Any thread. "512 bytes", "3.6 MB": powers of 1000, as the file managers of GNOME and Xfce count, so that a file has
 * the same size here and there. */
void fz_human_bytes(char *out, size_t size, uint64_t bytes);

/* Any thread. "12.0 Mpx"; "" below a twentieth of one. */
void fz_human_pixels(char *out, size_t size, uint64_t pixels);

/* Any thread, once main has called tzset: before that it reads the time zone's file. Local time, "2024-05-01 14:03";
 * "" for a time that no calendar has. `time_s` counts from 1970. */
void fz_human_time(char *out, size_t size, int64_t time_s);

#endif
