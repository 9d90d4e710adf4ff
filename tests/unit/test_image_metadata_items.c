/* HEIF and AVIF whose items describe several pictures, as those with a map of gain or of depth: what the primary one tells counts. */
#include "test_image_metadata_support.h"

enum { PRIMARY = 1, GAIN_MAP, THUMBNAIL, MOST = 4 };

/* An item of metadata, numbered from 10 on; `of`: what it describes, none where `of_count` is 0. */
struct item {
    bool is_exif;
    const char *says; /* its camera, or its title */
    uint32_t of[2];
    int of_count;
};

struct file {
    struct item items[MOST];
    int count;
    int pitm, iref; /* versions */
    uint32_t primary;
    bool is_late; /* both boxes behind those that list the items */
};

static void put_exif(struct bytes *b, const char *model)
{
    const uint32_t len = (uint32_t)strlen(model) + 1;
    bytes_put(b, "\0\0\0\0MM\0*\0\0\0\10\0\1\1\20\0\2", 4 + 14);
    bytes_put_be(b, len, 4);
    bytes_put_be(b, 8 + 2 + 12 + 4, 4);
    bytes_put_be(b, 0, 4);
    bytes_put(b, model, len);
}

static void put_xmp(struct bytes *b, const char *title)
{
    static const char head[] = XMP_HEAD "><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>",
                      tail[] = "</rdf:li></rdf:Alt></dc:title>" XMP_TAIL;
    bytes_put(b, head, strlen(head));
    bytes_put(b, title, strlen(title));
    bytes_put(b, tail, strlen(tail));
}

static void put_references(struct bytes *meta, const struct file *f)
{
    struct bytes pitm = {0}, iref = {0};
    const int pitm_bytes = f->pitm == 0 ? 2 : 4, id_bytes = f->iref == 0 ? 2 : 4;
    bytes_put_be(&pitm, (uint32_t)f->pitm << 24, 4);
    bytes_put_be(&pitm, f->primary, pitm_bytes);
    put_box(meta, "pitm", pitm.data, pitm.len);
    bytes_put_be(&iref, (uint32_t)f->iref << 24, 4);
    for (int i = -1; i < f->count; i++) {
        struct bytes ref = {0};
        bytes_put_be(&ref, i < 0 ? THUMBNAIL : 10 + (uint32_t)i, id_bytes);
        bytes_put_be(&ref, i < 0 ? 1 : (uint32_t)f->items[i].of_count, 2);
        for (int k = 0; k < (i < 0 ? 1 : f->items[i].of_count); k++)
            bytes_put_be(&ref, i < 0 ? PRIMARY : f->items[i].of[k], id_bytes);
        if (i < 0 || f->items[i].of_count > 0)
            put_box(&iref, i < 0 ? "thmb" : "cdsc", ref.data, ref.len);
        free(ref.data);
    }
    put_box(meta, "iref", iref.data, iref.len);
    free(pitm.data);
    free(iref.data);
}

static struct bytes make_heif(const struct file *f)
{
    struct bytes b = {0}, meta = {0}, info = {0}, places = {0}, held = {0};
    bytes_put_be(&info, 0, 4);
    bytes_put_be(&info, (uint32_t)f->count, 2);
    bytes_put(&places, "\1\0\0\0\x44\0", 6);
    bytes_put_be(&places, (uint32_t)f->count, 2);
    for (int i = 0; i < f->count; i++) {
        struct bytes entry = {0};
        const size_t at = held.len;
        (f->items[i].is_exif ? put_exif : put_xmp)(&held, f->items[i].says);
        bytes_put_be(&entry, 2 << 24, 4);
        bytes_put_be(&entry, 10 + (uint32_t)i, 2);
        bytes_put_be(&entry, 0, 2);
        bytes_put(&entry, f->items[i].is_exif ? "Exif\0" : "mime\0application/rdf+xml\0",
                  f->items[i].is_exif ? 5 : 25);
        put_box(&info, "infe", entry.data, entry.len);
        bytes_put_be(&places, 10 + (uint32_t)i, 2);
        bytes_put_be(&places, 1 << 16, 4); /* in "idat" */
        bytes_put_be(&places, 1, 2);
        bytes_put_be(&places, (uint32_t)at, 4);
        bytes_put_be(&places, (uint32_t)(held.len - at), 4);
        free(entry.data);
    }
    if (!f->is_late)
        put_references(&meta, f);
    put_box(&meta, "iinf", info.data, info.len);
    put_box(&meta, "iloc", places.data, places.len);
    if (f->is_late)
        put_references(&meta, f);
    put_box(&meta, "idat", held.data, held.len);
    put_box(&b, "ftyp", "heic\0\0\0\0", 8);
    bytes_put_be(&b, (uint32_t)meta.len + 12, 4);
    bytes_put(&b, "meta\0\0\0\0", 8);
    bytes_put(&b, meta.data, meta.len);
    free(info.data);
    free(places.data);
    free(held.data);
    free(meta.data);
    return b;
}

static void assert_told(struct file f, const char *camera, const char *title)
{
    for (int variant = 0; variant < 8; variant++) {
        f.pitm = variant & 1;
        f.iref = variant >> 1 & 1;
        f.is_late = variant >> 2 & 1;
        struct fz_metadata metadata = read_bytes(make_heif(&f));
        if (strcmp(metadata.camera, camera) != 0 || strcmp(metadata.title, title) != 0)
            fail_msg("variant %d: \"%s\", \"%s\"", variant, metadata.camera, metadata.title);
    }
}

static void test_items_of_the_primary_picture_count(void **state)
{
    (void)state;
    const struct item of_primary[] = {{true, "Right", {PRIMARY}, 1}, {false, "Of all", {PRIMARY}, 1}},
                      of_another[] = {{true, "Wrong", {GAIN_MAP}, 1}, {false, "Of the map", {GAIN_MAP}, 1}};
    assert_told(
        (struct file){{of_primary[0], of_primary[1], of_another[0], of_another[1]}, 4, .primary = PRIMARY},
        "Right", "Of all");
    assert_told(
        (struct file){{of_another[0], of_another[1], of_primary[0], of_primary[1]}, 4, .primary = PRIMARY},
        "Right", "Of all");
    assert_told((struct file){{of_another[0], of_another[1]}, 2, .primary = PRIMARY}, "", "");
    assert_told((struct file){{of_another[0], of_another[1]}, 2, .primary = GAIN_MAP}, "Wrong", "Of the map");
}

static void test_items_of_several_pictures_or_none(void **state)
{
    (void)state;
    const struct item of_both = {false, "Of both", {GAIN_MAP, PRIMARY}, 2},
                      of_none = {false, "Of none", {0}, 0},
                      of_others = {false, "Of others", {GAIN_MAP, THUMBNAIL}, 2};
    assert_told((struct file){{of_others, of_both, of_none}, 3, .primary = PRIMARY}, "", "Of both");
    assert_told((struct file){{of_others, of_none, of_both}, 3, .primary = PRIMARY}, "", "Of none");
    assert_told((struct file){{of_none}, 1, .primary = PRIMARY}, "", "Of none");
    assert_told((struct file){{of_others}, 1, .primary = 0}, "", "Of others"); /* not told which is primary */
}

/* Cut, and with bytes changed where the boxes are: whatever is told was told by one of the items. */
static void test_damage_is_harmless(void **state)
{
    (void)state;
    enum { ROUNDS = 2000, BOXES_BYTES = 400 };
    const struct file f = {
        {{false, "a", {PRIMARY}, 1}, {false, "b", {GAIN_MAP, THUMBNAIL}, 2}, {true, "c", {GAIN_MAP}, 1}},
        3,
        .primary = PRIMARY};
    struct bytes whole = make_heif(&f);
    uint32_t seed = 5;
    for (int round = 0; round < ROUNDS; round++) {
        struct bytes damaged = {0};
        bytes_put(&damaged, whole.data, round % 3 == 0 ? next_random(&seed) % whole.len : whole.len);
        for (int k = 0; k < 4 && damaged.len > BOXES_BYTES && round % 3 != 0; k++)
            damaged.data[next_random(&seed) % BOXES_BYTES] = (uint8_t)(k % 2 ? 0xff : next_random(&seed));
        const struct fz_metadata metadata = read_bytes(damaged);
        assert_true(strlen(metadata.title) < 2 && strlen(metadata.camera) < 2);
    }
    free(whole.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_of_the_primary_picture_count),
        cmocka_unit_test(test_items_of_several_pictures_or_none),
        cmocka_unit_test(test_damage_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
