/* The lines of the info overlay that the file itself tells. */
#include "app/overlay/info.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void add_text(struct fz_info_page *page, const char *label, const char *text)
{
    if (*text)
        fz_info_add(page, label, "%s", text);
}

/* By the clock on the wall there, as far as it is told, and how far that was from UTC, where it is known. */
static void add_date(struct fz_info_page *page, const struct fz_metadata_date *date)
{
    static const char *const formats[] = {[FZ_METADATA_SECOND] = "%Y-%m-%d %H:%M:%S",
                                          [FZ_METADATA_MINUTE] = "%Y-%m-%d %H:%M",
                                          [FZ_METADATA_DAY] = "%Y-%m-%d",
                                          [FZ_METADATA_MONTH] = "%Y-%m",
                                          [FZ_METADATA_YEAR] = "%Y"};
    struct tm tm;
    time_t clock = (time_t)date->clock_s;
    char text[48], offset[16] = "";
    int minutes = abs(date->offset_minutes);
    if (!date->known || !gmtime_r(&clock, &tm) || strftime(text, sizeof text, formats[date->to], &tm) == 0)
        return;
    if (!date->is_local && date->to <= FZ_METADATA_MINUTE)
        snprintf(offset, sizeof offset, " %c%02d:%02d", date->offset_minutes < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
    fz_info_add(page, date->of == FZ_METADATA_CHANGED ? "Changed" : "Taken", "%s%s", text, offset);
}

/* "1/250 s   f/5.6   ISO 200   50 mm", as far as it is known; times as cameras write them. */
static void add_exposure(struct fz_info_page *page, const struct fz_metadata *about)
{
    static const double least_written_out = 0.3, least_whole = 100;
    char time[32] = "", aperture[32] = "", iso[32] = "", focal[32] = "";
    if (about->exposure_s > 0 && about->exposure_s < least_written_out)
        snprintf(time, sizeof time, "1/%.0f s   ", 1 / about->exposure_s);
    else if (about->exposure_s > 0)
        snprintf(time, sizeof time, about->exposure_s < least_whole ? "%.3g s   " : "%.0f s   ",
                 about->exposure_s);
    if (about->f_number > 0)
        snprintf(aperture, sizeof aperture, "f/%.3g   ", about->f_number);
    if (about->iso > 0)
        snprintf(iso, sizeof iso, "ISO %u   ", about->iso);
    if (about->focal_mm > 0)
        snprintf(focal, sizeof focal, "%.4g mm", about->focal_mm);
    char all[sizeof time + sizeof aperture + sizeof iso + sizeof focal];
    snprintf(all, sizeof all, "%s%s%s%s", time, aperture, iso, focal);
    for (size_t len = strlen(all); len > 0 && all[len - 1] == ' '; len--)
        all[len - 1] = '\0';
    add_text(page, "Exposure", all);
}

void fz_info_add_caption(struct fz_info_page *page, const struct fz_metadata *about)
{
    add_text(page, "Title", about->title);
    add_text(page, "Caption", about->description);
}

void fz_info_add_about(struct fz_info_page *page, const struct fz_metadata *about)
{
    add_date(page, &about->date);
    add_text(page, "Camera", about->camera);
    add_text(page, "Lens", about->lens);
    add_exposure(page, about);
    add_text(page, "Place", about->place);
    if (about->has_position)
        fz_info_add(page, "Position", "%.5f° %c, %.5f° %c", fabs(about->latitude),
                    about->latitude < 0 ? 'S' : 'N', fabs(about->longitude),
                    about->longitude < 0 ? 'W' : 'E');
    if (about->has_rating && about->rating == FZ_RATING_REJECTED)
        fz_info_add(page, "Rating", "rejected");
    else if (about->has_rating)
        fz_info_add(page, "Rating", "%d of %d", about->rating, FZ_RATING_MOST);
}
