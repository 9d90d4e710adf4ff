/* What files tell of themselves, kept as an entry without a tile: the fields of fixed size, then the texts, each with its
 * NUL. */
#include "decode/cached.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS = 5, VERSION = 14 }; /* another one where files are read in another way than before */

struct fixed {
    uint32_t version, iso;
    int64_t clock_s;
    int32_t offset_minutes, rating;
    double exposure_s, f_number, focal_mm, latitude, longitude;
    uint8_t date_known, date_is_local, date_of, date_to, has_position, has_rating;
    uint16_t clock_ms;
};

static const size_t text_at[TEXTS] = {
    offsetof(struct fz_metadata, title), offsetof(struct fz_metadata, description),
    offsetof(struct fz_metadata, place), offsetof(struct fz_metadata, camera),
    offsetof(struct fz_metadata, lens),
};
static const size_t text_size[TEXTS] = {FZ_METADATA_TEXT, FZ_METADATA_TEXT, FZ_METADATA_TEXT,
                                        FZ_METADATA_NAME, FZ_METADATA_NAME};

static uint8_t *pack(const struct fz_metadata *m, size_t *len)
{
    struct fixed fixed = {
        .version = VERSION,
        .iso = m->iso,
        .clock_s = m->date.clock_s,
        .clock_ms = (uint16_t)m->date.clock_ms,
        .offset_minutes = m->date.offset_minutes,
        .rating = m->rating,
        .exposure_s = m->exposure_s,
        .f_number = m->f_number,
        .focal_mm = m->focal_mm,
        .latitude = m->latitude,
        .longitude = m->longitude,
        .date_known = m->date.known,
        .date_is_local = m->date.is_local,
        .date_of = (uint8_t)m->date.of,
        .date_to = (uint8_t)m->date.to,
        .has_position = m->has_position,
        .has_rating = m->has_rating,
    };
    uint8_t *bytes = fz_malloc(sizeof fixed + sizeof *m);
    memcpy(bytes, &fixed, sizeof fixed);
    *len = sizeof fixed;
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = (const char *)m + text_at[i];
        size_t size = strnlen(text, text_size[i] - 1);
        memcpy(bytes + *len, text, size);
        bytes[*len + size] = '\0';
        *len += size + 1;
    }
    return bytes;
}

static bool unpack(const uint8_t *bytes, size_t len, struct fz_metadata *out)
{
    struct fixed fixed;
    if (len < sizeof fixed)
        return false;
    memcpy(&fixed, bytes, sizeof fixed);
    *out = (struct fz_metadata){
        .date = {.known = fixed.date_known,
                 .is_local = fixed.date_is_local,
                 .of = (enum fz_metadata_event)fixed.date_of,
                 .to = (enum fz_metadata_unit)fixed.date_to,
                 .clock_s = fixed.clock_s,
                 .clock_ms = fixed.clock_ms,
                 .offset_minutes = fixed.offset_minutes},
        .exposure_s = fixed.exposure_s,
        .f_number = fixed.f_number,
        .focal_mm = fixed.focal_mm,
        .iso = fixed.iso,
        .has_position = fixed.has_position,
        .has_rating = fixed.has_rating,
        .latitude = fixed.latitude,
        .longitude = fixed.longitude,
        .rating = fixed.rating,
    };
    size_t at = sizeof fixed;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t size = strnlen((const char *)bytes + at, len - at);
        if (size == len - at || size >= text_size[i])
            return false;
        memcpy((char *)out + text_at[i], bytes + at, size + 1);
        at += size + 1;
    }
    return fixed.version == VERSION && at == len && fixed.date_to <= FZ_METADATA_YEAR;
}

static struct fz_cache_key key_of(const char *path, const struct fz_file_facts *file)
{
    return (struct fz_cache_key){
        .path = path, .bytes = file->bytes, .mtime_ns = file->mtime_ns, .ctime_ns = file->ctime_ns};
}

bool fz_cached_metadata(struct fz_cache_reader *cache, const char *path, const struct fz_file_facts *file,
                        struct fz_metadata *out)
{
    struct fz_cache_key key = key_of(path, file);
    struct fz_cache_facts facts;
    struct fz_buffer bytes = {0};
    size_t len;
    bool found = cache && fz_cache_find(cache, &key, &facts, &bytes, &len) && unpack(bytes.data, len, out);
    free(bytes.data);
    return found;
}

void fz_cached_keep_metadata(struct fz_cache_reader *cache, const char *path, const struct fz_look *after,
                             const struct fz_file_facts *file, const struct fz_metadata *metadata)
{
    if (!cache || !fz_file_is_settled(after, file))
        return;
    struct fz_cache_key key = key_of(path, file);
    size_t len;
    uint8_t *bytes = pack(metadata, &len);
    fz_cache_store(cache, &key, &(struct fz_cache_facts){.background = FZ_CACHE_ANY_BACKGROUND}, bytes, len);
}
