/* A rating in XMP that others wrote: every byte but its value stays, in whichever form and encoding. */
#include "test_image_metadata_support.h"

#include "image/metadata/metadata.h"
#include "image/metadata/parts.h"

#define RDF "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
#define XMPMETA "<x:xmpmeta xmlns:x='adobe:ns:meta/'>" RDF
#define END "</rdf:RDF></x:xmpmeta>"
#define XMP_URI "http://ns.adobe.com/xap/1.0/"
#define XMLNS " xmlns:xmp='" XMP_URI "'"
#define ADDED " xmlns:xmp=\"" XMP_URI "\" xmp:Rating=\"4\""
#define OTHERS                                                                                            \
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:exif='http://ns.adobe.com/exif/1.0/'"             \
    " xmlns:tiff='http://ns.adobe.com/tiff/1.0/' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'"    \
    " xmlns:xmpDM='http://ns.adobe.com/xmp/1.0/DynamicMedia/' xmlns:digiKam='http://www.digikam.org/ns/'" \
    " exif:DateTimeDigitized='2001-01-01T00:00:00' xmp:CreateDate='2002-02-02T00:00:00'"                  \
    " tiff:DateTime='2003-03-03T00:00:00' xmp:ModifyDate='2004-04-04T00:00:00' tiff:Software='soft 1'"    \
    " xmp:CreatorTool='soft 2' tiff:Artist='one' photoshop:Author='two' xmpDM:copyright='~2020'"
#define CAPTIONS                                                                       \
    "<digiKam:captions><rdf:Alt><rdf:li xml:lang='x-default'>~One</rdf:li>\r\n"        \
    "<rdf:li xml:lang='fr-FR'>Un</rdf:li></rdf:Alt></digiKam:captions><!-- a word -->" \
    "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>One &amp;#x41; o</rdf:li>"  \
    "<rdf:li xml:lang='de'>Eins</rdf:li></rdf:Alt></dc:description>"

/* Where the value stands there is a "@"; what is added where there is none stands in "{}". */
static const char *const packets[] = {
    /* all that must not be understood */
    "<!-- mine~ -->\n" XMPMETA "<rdf:Description  rdf:about='uuid:faf5bdd5'" XMLNS OTHERS
    "\n\txmp:Rating = '@' xmp:Label='Red'>" CAPTIONS "</rdf:Description>" END "\n<!-- end -->\n",
    XMPMETA "<rdf:Description rdf:about='uuid:faf5bdd5'" XMLNS OTHERS "{ xmp:Rating=\"4\"}>" CAPTIONS
            "</rdf:Description>" END "<?xpacket end='w'?>  \n",
    /* attributes */
    XMPMETA "<rdf:Description a='xmp:Rating=\"7\">' xmlns:q='" XMP_URI "' ~b='/~>' q:Rating=\"@\"/>" END,
    XMPMETA "<rdf:Description" XMLNS " xmp:Rating=' @\n'/>" END,
    XMPMETA "<rdf:Description" XMLNS " xmp:Rating=\"@\" xmlns:own='http://own/' own:Rating='1'/>" END,
    XMPMETA "<rdf:Description rdf:about=''/><rdf:Description xmp:Rating='@'" XMLNS "/>" END,
    XMPMETA "<rdf:Description" XMLNS " xmp:Rating='@'/><rdf:Description" XMLNS "><xmp:Rating>@</xmp:Rating>"
            "</rdf:Description>" END,
    "<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><Description xmlns:xap='" XMP_URI
    "' xap:Rating='@'/></RDF>",
    /* elements */
    XMPMETA "<rdf:Description" XMLNS "><xmp:Rating>@</xmp:Rating></rdf:Description>" END,
    XMPMETA "<rdf:Description><Rating xmlns='" XMP_URI
            "' xml:lang='en'\n>\r\n <!-- 9 -->\n                     @ \r\n<?y 8?></Rating>"
            "</rdf:Description>" END,
    XMPMETA "<rdf:Description" XMLNS "><xmp:Rating><![CDATA[@]]></xmp:Rating></rdf:Description>" END,
    XMPMETA "<rdf:Description" XMLNS "><xmp:Label>xmp:Rating='7'</xmp:Label><xmp:Rating>@</xmp:Rating\n><~/>"
            "</rdf:Description>" END,
    /* none yet */
    XMPMETA "<rdf:Description rdf:about=''{" ADDED "} \n/><rdf:Description/>" END,
    XMPMETA "<rdf:Description{" ADDED "}/>" END,
    XMPMETA "<rdf:Description{" ADDED "}\n></rdf:Description>" END,
    XMPMETA "<rdf:Description a=' >~ '{ xmlns:xmp1=\"" XMP_URI "\" xmp1:Rating=\"4\"}><xmp:Rating "
            "xmlns:xmp='http://own/'>7</xmp:Rating></rdf:Description>" END,
    XMPMETA "<rdf:Description" XMLNS
            "{ xmp:Rating=\"4\"}><xmp:h><rdf:Seq><rdf:li xmp:Rating='1'/></rdf:Seq></xmp:h>"
            "</rdf:Description>" END,
    XMPMETA "{<rdf:Description xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" rdf:about=\"\"" ADDED
            "/>}"
            "\n" END,
};

enum encoding {
    UTF_8,
    UTF_8_MARKED,
    LATIN_1,
    UTF_16_LE,
    UTF_16_BE,
    UTF_16_LE_MARKED,
    UTF_16_BE_MARKED,
    ENCODINGS
};

/* "~" is a letter outside of ASCII, in UTF-16 one of whose bytes looks like a quote. */
static void put_encoded(struct bytes *b, enum encoding encoding, char c)
{
    const uint32_t wide = c == '~' ? 0x4e22 : (uint8_t)c;
    if (encoding == UTF_16_LE || encoding == UTF_16_LE_MARKED)
        bytes_put_le(b, wide, 2);
    else if (encoding == UTF_16_BE || encoding == UTF_16_BE_MARKED)
        bytes_put_be(b, wide, 2);
    else if (c == '~')
        bytes_put(b, encoding == LATIN_1 ? "\xe4" : "\xc3\xa4", encoding == LATIN_1 ? 1 : 2);
    else
        bytes_put(b, &c, 1);
}

/* Marked text is put only where a value is given; "@" is that value. `padding` zeroes follow. */
static struct bytes encode(const char *text, const char *value, bool added, enum encoding encoding,
                           int padding)
{
    static const char *const marks[] = {
        [UTF_8_MARKED] = "\xef\xbb\xbf", [UTF_16_LE_MARKED] = "\xff\xfe", [UTF_16_BE_MARKED] = "\xfe\xff"};
    struct bytes b = {0};
    bool inside = false;
    if (marks[encoding])
        bytes_put(&b, marks[encoding], strlen(marks[encoding]));
    if (encoding == LATIN_1)
        bytes_put(&b, "<?xml version='1.0' encoding='ISO-8859-1'?>", 43);
    for (; *text; text++) {
        if (*text == '{')
            inside = true;
        else if (*text == '}')
            inside = false;
        else if (*text == '@')
            for (const char *c = value; *c; c++)
                put_encoded(&b, encoding, *c);
        else if (!inside || added)
            put_encoded(&b, encoding, *text);
    }
    while (padding-- > 0)
        put_encoded(&b, encoding, '\0');
    return b;
}

static void assert_rates(struct bytes before, int rating, struct bytes expected)
{
    char *out = NULL;
    size_t len = 0;
    struct fz_error err;
    assert_int_equal(fz_metadata_set_rating(before.data, before.len, rating, &out, &len, &err), FZ_OK);
    if (len != expected.len || memcmp(out, expected.data, len) != 0)
        print_error("%.*s\ninstead of\n%.*s\n", (int)len, out, (int)expected.len,
                    (const char *)expected.data);
    assert_int_equal(len, expected.len);
    assert_memory_equal(out, expected.data, len);
    free(out);
    free(before.data);
    free(expected.data);
}

static void test_every_other_byte_stays(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int rating;
    } values[] = {{"2", "4", 4}, {"5", "-1", -1}, {"-1", "0", 0}, {"&#x33;", "3", 3}};
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        const char *text = packets[i];
        bool has_value = strchr(text, '@') != NULL;
        for (size_t k = 0; k < (has_value ? sizeof values / sizeof *values : 1); k++)
            for (enum encoding to = 0; to < ENCODINGS; to++)
                assert_rates(encode(text, values[k].from, false, to, (int)i % 4),
                             has_value ? values[k].rating : 4,
                             encode(text, values[k].to, true, to, (int)i % 4));
    }
}

static void test_what_is_empty_is_filled(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {XMPMETA "<rdf:Description" XMLNS "><xmp:Rating /></rdf:Description>" END,
         XMPMETA "<rdf:Description" XMLNS "><xmp:Rating >4</xmp:Rating></rdf:Description>" END},
        {XMPMETA "<rdf:Description" XMLNS "><xmp:Rating>\n<!-- --></xmp:Rating></rdf:Description>" END,
         XMPMETA "<rdf:Description" XMLNS "><xmp:Rating>4\n<!-- --></xmp:Rating></rdf:Description>" END},
        {XMPMETA "<rdf:Description" XMLNS " xmp:Rating=''/>" END,
         XMPMETA "<rdf:Description" XMLNS " xmp:Rating='4'/>" END},
        {"<y:xmpmeta xmlns:y='adobe:ns:meta/' />",
         "<y:xmpmeta xmlns:y='adobe:ns:meta/' ><rdf:RDF "
         "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
         "<rdf:Description rdf:about=\"\"" ADDED "/></rdf:RDF></y:xmpmeta>"},
        {"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
         "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
         "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" rdf:about=\"\"" ADDED "/></r:RDF>"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (enum encoding to = 0; to < ENCODINGS; to++)
            assert_rates(encode(cases[i][0], "", false, to, 0), 4, encode(cases[i][1], "", false, to, 0));
}

static void test_what_has_no_place_for_one_rating_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<a/>", "no XMP"},
        {XMPMETA, "no XMP"},
        {"<?xpacket begin=''?>", "no XMP"},
        {XMPMETA "<rdf:Description" XMLNS " xmp:Rating='2'><xmp:Rating>3</xmp:Rating></rdf:Description>" END,
         "several ratings"},
        {XMPMETA "<rdf:Description" XMLNS "><xmp:Rating>1<!-- -->2</xmp:Rating></rdf:Description>" END,
         "no plain number"},
        {XMPMETA "<rdf:Description" XMLNS "><xmp:Rating><rdf:Bag><rdf:li>1</rdf:li></rdf:Bag></xmp:Rating>"
                 "</rdf:Description>" END,
         "no plain number"},
        {XMPMETA "<rdf:Description" XMLNS "><xmp:Rating rdf:value='1'/></rdf:Description>" END,
         "no plain number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = NULL;
        size_t len;
        struct fz_error err;
        assert_int_equal(fz_metadata_set_rating(cases[i][0], strlen(cases[i][0]), 4, &out, &len, &err),
                         FZ_E_DAMAGED);
        assert_non_null(strstr(err.msg, cases[i][1]));
        assert_null(out);
    }
}

/* All names that it could have mean something else; and one that is as large as may be. */
static void test_what_has_no_room_is_refused(void **state)
{
    (void)state;
    struct bytes names = {0}, large = {0};
    char name[64], *out = NULL;
    size_t len;
    struct fz_error err;
    bytes_put(&names, XMPMETA "<rdf:Description xmlns:xmp='http://own/'", strlen(XMPMETA) + 40);
    for (int i = 1; i < 100; i++) {
        snprintf(name, sizeof name, " xmlns:xmp%d='http://own/'", i);
        bytes_put(&names, name, strlen(name));
    }
    bytes_put(&names, "/>" END, 2 + strlen(END));
    assert_int_equal(fz_metadata_set_rating(names.data, names.len, 4, &out, &len, &err), FZ_E_DAMAGED);
    assert_non_null(strstr(err.msg, "leaves no name"));
    bytes_put(&large, XMPMETA "<rdf:Description/>" END, strlen(XMPMETA END) + 18);
    bytes_put_times(&large, "\n", FZ_XMP_MOST - large.len);
    assert_int_equal(fz_metadata_set_rating(large.data, large.len, 4, &out, &len, &err), FZ_E_DAMAGED);
    assert_non_null(strstr(err.msg, "would not be read"));
    assert_null(out);
    free(names.data);
    free(large.data);
}

static void test_padding_of_every_encoding(void **state)
{
    (void)state;
    struct fz_metadata metadata;
    for (enum encoding to = 0; to < ENCODINGS; to++)
        for (int padding = 0; padding < 3; padding++) {
            struct bytes b = encode(packets[0], "2", false, to, padding);
            assert_true(fz_xmp_read(b.data, b.len, &metadata));
            assert_int_equal(metadata.rating, 2);
            free(b.data);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_other_byte_stays),
        cmocka_unit_test(test_what_is_empty_is_filled),
        cmocka_unit_test(test_what_has_no_place_for_one_rating_is_refused),
        cmocka_unit_test(test_what_has_no_room_is_refused),
        cmocka_unit_test(test_padding_of_every_encoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
