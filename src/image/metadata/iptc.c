/* IPTC: datasets of the Information Interchange Model 4.2, read by libiptcdata. */
#include "frieze_config.h"
#include "image/metadata/parts.h"

#if FRIEZE_WITH_IPTC

#include <libiptcdata/iptc-data.h>
#include <libiptcdata/iptc-jpeg.h>
#include <stdio.h>
#include <string.h>

/* The first that says anything. */
static void text(IptcData *iptc, IptcTag tag, char *out, size_t size)
{
    IptcDataSet *set = iptc_data_get_dataset(iptc, IPTC_RECORD_APP_2, tag), *next;
    out[0] = '\0';
    for (; set; set = next) {
        if (set->data)
            fz_metadata_text(out, size, set->data, set->size);
        next = *out ? NULL : iptc_data_get_next_dataset(iptc, set, IPTC_RECORD_APP_2, tag);
        iptc_dataset_unref(set);
    }
}

static void read_place(IptcData *iptc, struct fz_metadata *out)
{
    static const IptcTag tags[] = {IPTC_TAG_SUBLOCATION, IPTC_TAG_CITY, IPTC_TAG_STATE,
                                   IPTC_TAG_COUNTRY_NAME};
    char part[FZ_METADATA_NAME];
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        text(iptc, tags[i], part, sizeof part);
        fz_metadata_join(out->place, sizeof out->place, part);
    }
}

/* Agencies write the digits in groups, as in "2024-05-01" and "12:30:00+02:00". */
static void remove_all(char *text, const char *which)
{
    char *to = text;
    for (; *text; text++)
        if (!strchr(which, *text))
            *to++ = *text;
    *to = '\0';
}

/* "20240501" and "123000+0200"; "00" is a day, or a month, that nobody knows (IIM 4.2, 2:55). */
static bool read_date(IptcData *iptc, IptcTag day_tag, IptcTag time_tag, struct fz_metadata_date *out)
{
    char day[24], time[24], both[64];
    struct fz_metadata_date date;
    text(iptc, day_tag, day, sizeof day);
    text(iptc, time_tag, time, sizeof time);
    remove_all(day, "-:/");
    remove_all(time, ":");
    if (strlen(day) != 8)
        return false;
    int used = snprintf(both, sizeof both, "%.4s-%.2s-%.2s", day, day + 4, day + 6);
    size_t digits = strspn(time, "0123456789");
    if (strcmp(day + 4, "0000") == 0)
        both[4] = '\0';
    else if (strcmp(day + 6, "00") == 0)
        both[7] = '\0';
    else if (digits == 4 || digits >= 6)
        snprintf(both + used, sizeof both - (size_t)used, "T%.2s:%.2s%s%.*s%s", time, time + 2,
                 digits >= 6 ? ":" : "", digits >= 6 ? 2 : 0, time + 4, time + digits);
    if (!fz_metadata_date_parse(both, &date))
        return false;
    *out = date;
    return true;
}

/* What stands in the open besides has no better one than the first of these. */
static void read_dates(IptcData *iptc, struct fz_metadata *out)
{
    if (read_date(iptc, IPTC_TAG_DATE_CREATED, IPTC_TAG_TIME_CREATED, &out->date) || out->date.known)
        return;
    if (read_date(iptc, IPTC_TAG_DIGITAL_CREATION_DATE, IPTC_TAG_DIGITAL_CREATION_TIME, &out->date))
        out->date.of = FZ_METADATA_DIGITIZED;
}

static void read_all(const unsigned char *data, size_t len, struct fz_metadata *out)
{
    IptcData *iptc = iptc_data_new();
    if (iptc && iptc_data_load(iptc, data, (unsigned)len) == 0) {
        text(iptc, IPTC_TAG_OBJECT_NAME, out->title, sizeof out->title);
        text(iptc, IPTC_TAG_CAPTION, out->description, sizeof out->description);
        read_place(iptc, out);
        read_dates(iptc, out);
    }
    if (iptc)
        iptc_data_unref(iptc);
}

void fz_metadata_from_iptc(const struct fz_blocks *blocks, struct fz_metadata *out)
{
    const struct fz_block *resources = &blocks->resources;
    unsigned len = 0;
    if (blocks->iptc.data) {
        read_all(blocks->iptc.data, blocks->iptc.len, out);
    } else if (resources->data) {
        int at = iptc_jpeg_ps3_find_iptc(resources->data, (unsigned)resources->len, &len);
        if (at > 0 && (size_t)at < resources->len && len <= resources->len - (size_t)at)
            read_all(resources->data + at, len, out);
    }
}

#else

void fz_metadata_from_iptc(const struct fz_blocks *blocks, struct fz_metadata *out)
{
    (void)blocks;
    (void)out;
}

#endif
