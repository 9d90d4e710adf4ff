#include "base/human.h"

#include <stdio.h>
#include <time.h>

void fz_human_bytes(char *out, size_t size, uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        snprintf(out, size, bytes == 1 ? "1 byte" : "%d bytes", (int)bytes);
        return;
    }
    size_t unit = 0, last = sizeof units / sizeof *units - 1;
    double value = (double)bytes / 1000;
    while (value >= 999.95 && unit < last) { /* what would be rounded to "1000.0" */
        value /= 1000;
        unit++;
    }
    snprintf(out, size, "%.1f %s", value, units[unit]);
}

void fz_human_pixels(char *out, size_t size, uint64_t pixels)
{
    double millions = (double)pixels / 1e6;
    if (millions < 0.05)
        out[0] = '\0';
    else
        snprintf(out, size, "%.1f Mpx", millions);
}

void fz_human_time(char *out, size_t size, int64_t time_s)
{
    time_t time = (time_t)time_s;
    struct tm local;
    if (!localtime_r(&time, &local) || strftime(out, size, "%Y-%m-%d %H:%M", &local) == 0)
        out[0] = '\0';
}
