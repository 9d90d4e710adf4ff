/* EXIF for a copy of the picture (Exif 2.32): the directories are written anew, with all that still holds. Nothing else of the
 * structure comes along: no thumbnail, no bytes that nobody points to. */
#include "base/mem.h"
#include "image/metadata/carry.h"
#include "image/metadata/directory.h"
#include "image/metadata/parts.h"

enum directory { CAMERA, EXPOSURE, POSITION, EXCHANGE, DIRECTORIES };
enum { MAKER_NOTE = 0x927c };

/* Tags that are left out: of a directory, from one to another. */
static const struct {
    enum directory in;
    uint16_t first, last;
} left_out[] = {
    /* how the pixels lie in a file, and what their colours are (ours are those of sRGB) */
    {CAMERA, 0x00fe, 0x010a},
    {CAMERA, 0x0111, 0x0111},
    {CAMERA, 0x0115, 0x0119},
    {CAMERA, 0x011c, 0x011c},
    {CAMERA, 0x0120, 0x0125},
    {CAMERA, 0x0129, 0x0129},
    {CAMERA, 0x012d, 0x012d},
    {CAMERA, 0x013d, 0x015b},
    {CAMERA, 0x0200, 0x0214},
    {CAMERA, 0x828d, 0x828e},
    {CAMERA, 0xc612, 0xc7ff}, /* DNG */
    {EXPOSURE, 0x9102, 0x9102},
    {EXPOSURE, 0xa500, 0xa500},
    /* places in the picture as it was, and how its pixels lay on the sensor, on the earth, or in layers */
    {EXPOSURE, 0x9214, 0x9214},
    {EXPOSURE, 0xa20e, 0xa210},
    {EXPOSURE, 0xa214, 0xa214},
    {CAMERA, 0x830e, 0x830e},
    {CAMERA, 0x8480, 0x8482},
    {CAMERA, 0x85d8, 0x85d8},
    {CAMERA, 0x935c, 0x935c},
    {EXCHANGE, 0x1000, 0x1002},
    /* what goes a way of its own: XMP, IPTC, Photoshop's resources, ICC */
    {CAMERA, FZ_TAG_XMP, FZ_TAG_XMP},
    {CAMERA, FZ_TAG_IPTC, FZ_TAG_IPTC},
    {CAMERA, FZ_TAG_RESOURCES, FZ_TAG_RESOURCES},
    {CAMERA, 0x8773, 0x8773},
    /* room that Windows leaves for itself */
    {CAMERA, 0xea1c, 0xea1d},
    {EXPOSURE, 0xea1c, 0xea1d},
    /* where the others stand: said anew */
    {CAMERA, FZ_TAG_EXPOSURE, FZ_TAG_EXPOSURE},
    {CAMERA, FZ_TAG_POSITION, FZ_TAG_POSITION},
    {EXPOSURE, FZ_TAG_EXCHANGE, FZ_TAG_EXCHANGE},
};

struct kept {
    struct fz_tiff_entry entry;
    bool is_said;     /* the value is `value`, not what stands in the file */
    uint32_t value;   /* a number, */
    const char *text; /* or a text of 4 bytes */
};

struct kept_directory {
    const struct fz_tiff_structure *tiff;
    struct kept *entries; /* owned */
    size_t count;
    size_t at; /* in the copy */
};

struct copy {
    struct kept_directory directories[DIRECTORIES];
    bool little;
    uint8_t *data; /* FZ_CARRIED_MOST bytes */
    size_t len;    /* used */
    size_t note_at,
        note_end; /* where the maker's note stands: its offsets may count from the start of the structure */
};

/* --- what is kept ------------------------------------------------------------------------------------------------- */

static bool is_left_out(enum directory in, uint16_t tag)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (left_out[i].in == in && tag >= left_out[i].first && tag <= left_out[i].last)
            return true;
    return false;
}

/* What is true of the copy. */
static void say(struct kept *kept, enum directory in, const struct fz_smaller_copy *made)
{
    const struct {
        enum directory in;
        uint16_t tag, type;
        uint32_t value;
        const char *text;
    } facts[] = {
        {CAMERA, 0x0112, FZ_TIFF_SHORT, 1, NULL},   /* upright */
        {EXPOSURE, 0xa001, FZ_TIFF_SHORT, 1, NULL}, /* sRGB */
        {EXPOSURE, 0xa002, FZ_TIFF_LONG, (uint32_t)made->width, NULL},
        {EXPOSURE, 0xa003, FZ_TIFF_LONG, (uint32_t)made->height, NULL},
        {EXCHANGE, 0x0001, FZ_TIFF_ASCII, 0, "R98"}, /* sRGB too */
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (facts[i].in != in || facts[i].tag != kept->entry.tag)
            continue;
        *kept = (struct kept){.entry = {.tag = facts[i].tag, .type = facts[i].type},
                              .is_said = true,
                              .value = facts[i].value,
                              .text = facts[i].text};
        kept->entry.count = facts[i].text ? 4 : 1;
        kept->entry.bytes = facts[i].type == FZ_TIFF_SHORT ? 2 : 4;
    }
}

static void keep(struct copy *copy, enum directory in, const struct fz_tiff_structure *tiff, uint64_t at,
                 const struct fz_smaller_copy *made)
{
    struct kept_directory *directory = &copy->directories[in];
    size_t count;
    uint8_t *entries = fz_tiff_entries_read(tiff, at, &count);
    directory->tiff = tiff;
    if (!entries || tiff->little != copy->little) {
        free(entries);
        return;
    }
    directory->entries =
        fz_calloc(count + 2, sizeof *directory->entries); /* with what points to two others */
    for (size_t i = 0; i < count; i++) {
        struct kept *kept = &directory->entries[directory->count];
        *kept = (struct kept){.entry = fz_tiff_entry_of(tiff, entries, at, i)};
        say(kept, in, made);
        if (!is_left_out(in, kept->entry.tag) && kept->entry.bytes > 0 &&
            kept->entry.bytes <= FZ_CARRIED_MOST)
            directory->count++;
    }
    free(entries);
}

/* Where the directory of interoperability is, whose tag stands in that of the exposure. */
static uint64_t find_exchange(const struct fz_tiff_structure *tiff, uint64_t at)
{
    size_t count;
    uint64_t found = 0;
    uint8_t *entries = fz_tiff_entries_read(tiff, at, &count);
    for (size_t i = 0; i < count && found == 0; i++) {
        struct fz_tiff_entry entry = fz_tiff_entry_of(tiff, entries, at, i);
        if (entry.tag == FZ_TAG_EXCHANGE)
            found = fz_tiff_lead(tiff, &entry);
    }
    free(entries);
    return found;
}

/* --- where it stands ---------------------------------------------------------------------------------------------- */

/* Room behind all that is there, but not where the maker's note will be; 0: there is none. */
static size_t make_room(struct copy *copy, size_t bytes)
{
    size_t at = (copy->len + 1) / 2 * 2;
    if (at < copy->note_end && at + bytes > copy->note_at)
        at = (copy->note_end + 1) / 2 * 2;
    if (at + bytes > FZ_CARRIED_MOST)
        return 0;
    copy->len = at + bytes;
    return at;
}

static size_t directory_bytes(const struct kept_directory *directory)
{
    return 2 + directory->count * FZ_TIFF_ENTRY + 4;
}

/* In the order of tags. */
static void point_at(struct kept_directory *from, uint16_t tag, size_t at)
{
    size_t i = from->count;
    for (; i > 0 && from->entries[i - 1].entry.tag > tag; i--)
        from->entries[i] = from->entries[i - 1];
    from->entries[i] = (struct kept){.entry = {.tag = tag, .type = FZ_TIFF_LONG, .count = 1, .bytes = 4},
                                     .is_said = true,
                                     .value = (uint32_t)at};
    from->count++;
}

/* The maker's note stays where it was, or goes: what it points to cannot be mended. */
static void place_note(struct copy *copy)
{
    struct kept_directory *exposure = &copy->directories[EXPOSURE];
    size_t kept = 0;
    for (size_t i = 0; exposure->entries && i < exposure->count; i++) {
        const struct fz_tiff_entry *entry = &exposure->entries[i].entry;
        if (entry->tag == MAKER_NOTE) {
            uint64_t at = entry->at - exposure->tiff->base;
            if (copy->note_end > 0 || entry->bytes <= 4 || at < FZ_TIFF_HEAD ||
                at + entry->bytes > FZ_CARRIED_MOST)
                continue;
            copy->note_at = (size_t)at;
            copy->note_end = (size_t)at + entry->bytes;
        }
        exposure->entries[kept++] = exposure->entries[i];
    }
    exposure->count = kept;
}

static bool place_directories(struct copy *copy)
{
    static const struct {
        enum directory in, from;
        uint16_t tag;
    } leads[] = {{EXCHANGE, EXPOSURE, FZ_TAG_EXCHANGE},
                 {POSITION, CAMERA, FZ_TAG_POSITION},
                 {EXPOSURE, CAMERA, FZ_TAG_EXPOSURE}};
    place_note(copy);
    copy->len = FZ_TIFF_HEAD;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        struct kept_directory *directory = &copy->directories[leads[i].in];
        struct kept_directory *from = &copy->directories[leads[i].from];
        if (directory->count > 0 && from->entries)
            directory->at = make_room(copy, directory_bytes(directory));
        if (directory->at > 0)
            point_at(from, leads[i].tag, directory->at);
    }
    struct kept_directory *camera = &copy->directories[CAMERA];
    camera->at = camera->count > 0 ? make_room(copy, directory_bytes(camera)) : 0;
    return camera->at > 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* False: there is no room, or nothing to be read. */
static bool write_value(struct copy *copy, const struct kept_directory *directory, const struct kept *kept,
                        size_t field)
{
    const struct fz_tiff_entry *entry = &kept->entry;
    size_t at = field, before = copy->len;
    memset(copy->data + field, 0, 4);
    if (kept->text)
        memcpy(copy->data + field, kept->text, 4);
    else if (kept->is_said)
        fz_tiff_put(copy->little, copy->data + field, kept->value, (unsigned)entry->bytes);
    if (kept->is_said)
        return true;
    if (entry->tag == MAKER_NOTE && directory == &copy->directories[EXPOSURE])
        at = copy->note_at;
    else if (entry->bytes > 4)
        at = make_room(copy, entry->bytes);
    if (at == 0 || !fz_excerpt_get(directory->tiff->file, entry->at, copy->data + at, entry->bytes)) {
        copy->len = before;
        return false;
    }
    if (at != field)
        fz_tiff_put(copy->little, copy->data + field, at, 4);
    return true;
}

static void write_directory(struct copy *copy, const struct kept_directory *directory)
{
    size_t written = 0;
    for (size_t i = 0; i < directory->count; i++) {
        const struct kept *kept = &directory->entries[i];
        uint8_t *to = copy->data + directory->at + 2 + written * FZ_TIFF_ENTRY;
        if (!write_value(copy, directory, kept, (size_t)(to + 8 - copy->data)))
            continue;
        fz_tiff_put(copy->little, to, kept->entry.tag, 2);
        fz_tiff_put(copy->little, to + 2, kept->entry.type, 2);
        fz_tiff_put(copy->little, to + 4, kept->entry.count, 4);
        written++;
    }
    fz_tiff_put(copy->little, copy->data + directory->at, written, 2);
    memset(copy->data + directory->at + 2 + written * FZ_TIFF_ENTRY, 0, 4); /* none follows */
}

static void write_all(struct copy *copy)
{
    memcpy(copy->data, copy->little ? "II" : "MM", 2);
    fz_tiff_put(copy->little, copy->data + 2, 42, 2);
    fz_tiff_put(copy->little, copy->data + 4, copy->directories[CAMERA].at, 4);
    for (int i = 0; i < DIRECTORIES; i++)
        if (copy->directories[i].at > 0)
            write_directory(copy, &copy->directories[i]);
    if (copy->len < copy->note_end)
        copy->len = copy->note_end;
}

void fz_exif_copy(const struct fz_exif_source *from, const struct fz_smaller_copy *made, struct fz_block *out)
{
    struct copy copy = {.little = from->camera.tiff->little};
    uint64_t exchange = find_exchange(from->exposure.tiff, from->exposure.at);
    keep(&copy, CAMERA, from->camera.tiff, from->camera.at, made);
    keep(&copy, EXPOSURE, from->exposure.tiff, from->exposure.at, made);
    keep(&copy, POSITION, from->position.tiff, from->position.at, made);
    keep(&copy, EXCHANGE, from->exposure.tiff, exchange, made);
    copy.data = fz_try_malloc(FZ_CARRIED_MOST);
    if (copy.data)
        memset(copy.data, 0, FZ_CARRIED_MOST);
    if (copy.data && place_directories(&copy)) {
        write_all(&copy);
        *out = (struct fz_block){copy.data, copy.len};
    } else {
        free(copy.data);
    }
    for (int i = 0; i < DIRECTORIES; i++)
        free(copy.directories[i].entries);
}
