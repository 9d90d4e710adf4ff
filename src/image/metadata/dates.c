/* Dates as EXIF, IPTC, XMP and the texts of PNG write them. */
#include "base/str.h"
#include "image/metadata/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>
#include <time.h>

enum { MOST_OFFSET_MINUTES = 18 * 60 };

bool fz_metadata_offset_parse(const char *text, int *minutes)
{
    int hours, rest = 0;
    if (text[0] == 'Z') {
        *minutes = 0;
        return true;
    }
    bool known =
        (text[0] == '+' || text[0] == '-') && isdigit((unsigned char)text[1]) &&
        (sscanf(text + 1, "%2d:%2d", &hours, &rest) == 2 || sscanf(text + 1, "%2d%2d", &hours, &rest) >= 1);
    if (!known || rest < 0 || rest >= 60 || hours * 60 + rest > MOST_OFFSET_MINUTES)
        return false;
    *minutes = (text[0] == '-' ? -1 : 1) * (hours * 60 + rest);
    return true;
}

/* By the calendar; the month counted from 1. */
static bool is_day(const struct tm *tm)
{
    struct tm day = {.tm_year = tm->tm_year - 1900, .tm_mon = tm->tm_mon - 1, .tm_mday = tm->tm_mday};
    bool sane = tm->tm_year >= 1000 && tm->tm_year <= 9999 && tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
                tm->tm_mday >= 1 && tm->tm_mday <= 31;
    if (!sane)
        return false;
    timegm(&day);
    return day.tm_mday == tm->tm_mday; /* else it went on to the next month */
}

/* A year, or a year and a month, is the first day of it. What is behind that. */
static const char *read_day(const char *text, struct tm *tm, enum fz_metadata_unit *to)
{
    int end = 0;
    *tm = (struct tm){.tm_mon = 1, .tm_mday = 1};
    int parts = sscanf(text, "%4d%n%*1[-:/]%2d%n%*1[-:/]%2d%n", &tm->tm_year, &end, &tm->tm_mon, &end,
                       &tm->tm_mday, &end);
    const char *rest = text + end;
    *to = parts == 3 ? FZ_METADATA_DAY : parts == 2 ? FZ_METADATA_MONTH : FZ_METADATA_YEAR;
    bool is_whole = parts == 3 || (parts > 0 && rest[strspn(rest, " :")] == '\0');
    return is_whole && is_day(tm) ? rest : NULL;
}

int fz_metadata_fraction_ms(const char *digits)
{
    int ms = 0;
    for (int unit = 100; unit > 0 && isdigit((unsigned char)*digits); unit /= 10)
        ms += unit * (*digits++ - '0');
    return ms;
}

/* What is behind it; midnight where it makes no sense. Of an hour 24 it is not known which day it is meant to end. */
static const char *read_time(const char *text, struct tm *tm, int *ms, enum fz_metadata_unit *to)
{
    int end = 0, hour = 0, minute = 0, second = 0;
    int parts = sscanf(text, "%2d:%2d%n:%2d%n", &hour, &minute, &end, &second, &end);
    bool sane =
        end > 0 && hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
    if (sane) {
        tm->tm_hour = hour % 24;
        tm->tm_min = minute;
        tm->tm_sec = second;
        *to = parts == 3 ? FZ_METADATA_SECOND : FZ_METADATA_MINUTE;
    }
    text += end;
    if (end == 0 || (*text != '.' && *text != ','))
        return text;
    *ms = sane && *to == FZ_METADATA_SECOND ? fz_metadata_fraction_ms(text + 1) : 0;
    return text + 1 + strspn(text + 1, "0123456789");
}

static void set_clock(struct tm tm, struct fz_metadata_date *date)
{
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    date->known = true;
    date->clock_s = timegm(&tm);
}

/* As the end of a date: by its number or its name, behind a blank or not. */
static void set_zone(const char *text, struct fz_metadata_date *date)
{
    text += strspn(text, " ");
    bool is_utc = strcmp(text, "GMT") == 0 || strcmp(text, "UT") == 0 || strcmp(text, "UTC") == 0;
    date->is_local = !is_utc && !fz_metadata_offset_parse(text, &date->offset_minutes);
}

bool fz_metadata_date_parse(const char *text, struct fz_metadata_date *date)
{
    struct tm tm;
    enum fz_metadata_unit to;
    const char *at = read_day(text, &tm, &to);
    *date = (struct fz_metadata_date){0};
    if (!at)
        return false;
    bool is_minolta = *at == ':' && to == FZ_METADATA_DAY; /* writes the day and the time alike */
    if (*at == 'T' || *at == ' ' || is_minolta)
        at = read_time(at + 1, &tm, &date->clock_ms, &to);
    date->to = to;
    set_clock(tm, date);
    set_zone(at, date);
    return true;
}

static int month_of(const char *name)
{
    static const char names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int month = 0;
    while (month < 12 && strcasecmp(names[month], name) != 0)
        month++;
    return month + 1;
}

bool fz_metadata_mail_date_parse(const char *text, struct fz_metadata_date *date)
{
    struct tm tm = {0};
    char month[4];
    int end = 0;
    const char *comma = strchr(text, ',');
    *date = (struct fz_metadata_date){0};
    if (sscanf(comma ? comma + 1 : text, "%2d %3s %4d%n", &tm.tm_mday, month, &tm.tm_year, &end) != 3)
        return false;
    tm.tm_mon = month_of(month);
    if (!is_day(&tm))
        return false;
    const char *at = (comma ? comma + 1 : text) + end;
    date->to = FZ_METADATA_DAY;
    at = read_time(at, &tm, &date->clock_ms, &date->to);
    set_clock(tm, date);
    set_zone(at, date);
    return true;
}

static int64_t end_s(const struct fz_metadata_date *date)
{
    struct tm tm;
    time_t clock = (time_t)date->clock_s;
    gmtime_r(&clock, &tm);
    tm.tm_sec += date->to == FZ_METADATA_SECOND;
    tm.tm_min += date->to == FZ_METADATA_MINUTE;
    tm.tm_mday += date->to == FZ_METADATA_DAY;
    tm.tm_mon += date->to == FZ_METADATA_MONTH;
    tm.tm_year += date->to == FZ_METADATA_YEAR;
    return timegm(&tm);
}

bool fz_metadata_date_is_within(const struct fz_metadata_date *date, const struct fz_metadata_date *other)
{
    const int64_t end = end_s(other), apart_s = (int64_t)(date->offset_minutes - other->offset_minutes) * 60;
    const int64_t there_s = date->clock_s - (date->is_local || other->is_local ? 0 : apart_s);
    return (date->clock_s >= other->clock_s && date->clock_s < end) ||
           (there_s >= other->clock_s && there_s < end);
}

int64_t fz_metadata_time_s(const struct fz_metadata_date *date)
{
    if (!date->is_local)
        return date->clock_s - (int64_t)date->offset_minutes * 60;
    struct tm tm;
    time_t clock = (time_t)date->clock_s;
    gmtime_r(&clock, &tm);
    tm.tm_isdst = -1;
    return mktime(&tm);
}
