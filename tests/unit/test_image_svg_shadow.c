/* What stands for feDropShadow is put into whatever file there is: one that could be read still can, and no other crashes. */
#include "test_image_support.h"

#include "frieze_config.h"

#if FRIEZE_WITH_RSVG

#define HEAD \
    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:s='http://www.w3.org/2000/svg' width='24' height='17'>"
#define FILTER(inside) \
    HEAD "<filter id='f'>" inside "</filter><rect width='9' height='9' filter='url(#f)'/></svg>"

static const char *const drawings[] = {
    FILTER("<feDropShadow/>"),
    FILTER("<feDropShadow\n/>"),
    FILTER("<feDropShadow id='a' xml:id='b' class='c' style='flood-color:red'></feDropShadow>"),
    FILTER("<feDropShadow in='a' in2='b' operator='in' result='c' x='0' y='0' width='9' height='9'/>"),
    FILTER("<feDropShadow stdDeviation = '1' dx\n=\"1\" dy='\"1 dx=\"2'/>"),
    FILTER("<s:feDropShadow a='>' b='/>' c='->' d='-->'><animate/></s:feDropShadow >"),
    FILTER("<feDropShadow><feDropShadow/></feDropShadow>"),
    FILTER("<feDropShadowed></feDropShadowed><a.feDropShadow/>"),
    FILTER("<!-- <feDropShadow a=' --> '/> b='1'/>"),
    FILTER("<!-- <feDropShadow> </feDropShadow> <s:feDropShadow -->"),
    FILTER("<style>feDropShadow</style><s:style type='a'><![CDATA[feDropShadow,a>feDropShadow]]></s:style>"),
    FILTER("<style/><!-- <style>feDropShadow --><feDropShadow/><style >feDropShadow{a:b}"
           "feDropShadow</style><styled>feDropShadow</styled>"),
    FILTER("<!--a:feDropShadow/><feDropShadow/>-->"),
    FILTER("<![CDATA[<feDropShadow ]]><feDropShadow/><![CDATA[></feDropShadow>]]><?a <feDropShadow/> ?>"),
    "<!DOCTYPE svg [<!ENTITY a '<feDropShadow></feDropShadow>'>\n] >" FILTER("&a;<feDropShadow/>"),
    "<!DOCTYPE svg [<!-- ' --><!ENTITY a \"<feDropShadow a='>'/>\">]\t>" FILTER("&a;<feDropShadow/>"),
};

static enum fz_err show(const void *bytes, size_t len)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    const enum fz_err code = load(bytes, len, 0, 0, &host, &image, &err);
    host_fini(&host);
    return code;
}

static void what_can_be_read_still_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++)
        if (show(drawings[i], strlen(drawings[i])) != FZ_OK)
            fail_msg("%s cannot be read", drawings[i]);
}

static void cut_anywhere_it_fails_and_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++)
        for (size_t len = strlen(drawings[i]) - 1; len > 0; len--) {
            /* Where nothing lies behind it, so that AddressSanitizer sees what reads on. */
            char *cut = malloc(len);
            assert_non_null(cut);
            memcpy(cut, drawings[i], len);
            if (show(cut, len) == FZ_OK)
                fail_msg("%.*s was read", (int)len, cut);
            free(cut);
        }
}

/* The word alone is no shadow, and where a document type is spoken of there is none. */
static void no_other_is_told_of(void **state)
{
    (void)state;
    char text[8000];
    static const struct {
        const char *ahead, *inside;
        bool told;
    } cases[] = {
        {"", "<feDropShadow/>", false},
        {"", "<!-- <feDropShadow %0*d --><feOffset/>", false},
        {"", "<!-- it's <feDropShadow %0*d\" --><feDropShadow/>", false},
        {"", "<![CDATA[<feDropShadow %0*d]]><?a <feDropShadow %0*d?><feOffset/>", false},
        {"", "<feDropShadow class='%0*d'/><feOffset/>", true},
        {"<!-- <!DOCTYPE svg [<!ENTITY a 'feDropShadow -->", "<feDropShadow/>", false},
        {"<?a <!DOCTYPE svg [<!ENTITY a 'feDropShadow ?>", "<feDropShadow/>", false},
        {"<!-- feDropShadow --><!DOCTYPE svg [<!ENTITY a 'b]>'>]>", "<feDropShadow/>", false},
        {"<!DOCTYPE svg [<!ATTLIST g a CDATA #IMPLIED>]>", "<desc>&lt;!ENTITY</desc><feDropShadow/>", false},
        {"<!DOCTYPE svg [<!ENTITY a ']><feDropShadow/>'>]>", "<feDropShadow/>", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum { LONG = 3000 };
        int len = sprintf(text, "%s" HEAD "<filter id='f'>", cases[i].ahead);
        len += sprintf(text + len, cases[i].inside, LONG, 0, 9, 0);
        sprintf(text + len, "</filter><rect width='9' height='9' filter='url(#f)'/></svg>");
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load(text, strlen(text), 0, 0, &host, &image, &err), FZ_OK);
        if (image.damaged != cases[i].told)
            fail_msg("%s%s is %stold of", cases[i].ahead, cases[i].inside, cases[i].told ? "not " : "");
        host_fini(&host);
    }
}

/* Around the limits of a tag and of how many there are. */
static void long_ones_and_many_are_shown_without(void **state)
{
    (void)state;
    static const char start[] = HEAD "<filter id='f'>", end[] = "</filter><rect width='9' height='9'/></svg>";
    char *text = malloc(100000);
    assert_non_null(text);
    for (int len = 900; len < 1100; len++) {
        const int n = sprintf(text, "%s<feDropShadow class='%*s'>", start, len, "");
        sprintf(text + n, "</feDropShadow>%s", end);
        assert_int_equal(show(text, strlen(text)), FZ_OK);
    }
    for (int count = 499; count < 1003; count += 1 + (count == 501) * 496) {
        char *at = text + sprintf(text, "%s", start);
        for (int i = 0; i < count; i++)
            at += sprintf(at, "<feDropShadow></feDropShadow>");
        sprintf(at, "%s", end);
        assert_int_equal(show(text, strlen(text)), FZ_OK);
    }
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_read_still_can),
        cmocka_unit_test(cut_anywhere_it_fails_and_no_more),
        cmocka_unit_test(no_other_is_told_of),
        cmocka_unit_test(long_ones_and_many_are_shown_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
