/* SVG by librsvg: text and references are drawn at the size asked for, nothing outside the file is read, and what would
 * take too long is refused. */
#include "test_image_support.h"

#include "frieze_config.h"

#include <uchar.h>
#include <zlib.h>

#if FRIEZE_WITH_RSVG

#define HEAD "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' "

static enum fz_err load_text(const char *text, int box, struct host *host, struct fz_image *image,
                             struct fz_error *err)
{
    *host = (struct host){0};
    return load(text, strlen(text), box, box, host, image, err);
}

static void test_use_and_style(void **state)
{
    (void)state;
    static const char text[] = HEAD
        "width='400' height='200'><style>.r{fill:#c02020}</style><defs><g id='a'><rect class='r' width='100' "
        "height='200'/></g></defs><use xlink:href='#a'/><use href='#a' x='200'/></svg>";
    for (int box = 40; box <= 400; box += 360) {
        struct host host;
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_text(text, box, &host, &image, &err), FZ_OK);
        assert_int_equal(image.width, 400);
        assert_int_equal(image.out_w, box);
        assert_int_equal(pixel(&image, box / 8, box / 4), 0xc02020);
        assert_int_equal(pixel(&image, box * 3 / 8, box / 4), 0x204060);
        assert_int_equal(pixel(&image, box * 5 / 8, box / 4), 0xc02020);
        host_fini(&host);
    }
}

/* As rsvg-convert has them. */
static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *head, *sides;
        int width, height;
    } cases[] = {
        {"<svg", "width='744.09448819' height='1052.3622047'", 745, 1053},
        {"<svg", "width='25.4mm' height='1in'", 96, 96},
        {"<svg", "width='+30' height='2e1'", 30, 20},
        {"<svg", "width='1e2px' height='50%' viewBox='0,0,30,20'", 100, 67},
        {"<svg", "width='400E-1' height='5.5e+1px'", 40, 55},
        {"<svg", "width='3em' height='2ex'", 36, 12},
        {"<svg", "viewBox='-20930,-28870 44568,55664'", 24020, 30000}, /* coordinates, which are not px */
        {"<svg", "viewBox='0 0 4000000 300'", 30000, 3},
        {"<svg", "style='max-width:9px; width:40px;height : 30px' width='7' viewBox='0 0 4 3'", 40, 30},
        {"<svg", "style=\"fill:red;stroke-width:3px\" width='7' height='0.25'", 7, 1},
        {"<?xml version='1.0'?><?xml-stylesheet href='a.css'?><?other?><svg", "width='30' height='20'", 30,
         20},
        {"<!DOCTYPE\n svg [<!ENTITY a 'b'>]><svg", "width='30' height='20'", 30, 20},
        {"<!DOCTYPE svg [<!ENTITY a 'b]>'><!ENTITY c \"]>'\">]><svg", "width='30' height='20'", 30, 20},
        {"<!DOCTYPE svg [<!-- it's ]> --><?a it's ]> ?><!ENTITY a 'b'> ] ><svg", "width='30' height='20'", 30,
         20},
        {"<!DOCTYPE svg SYSTEM '>['><svg", "width='30' height='20'", 30, 20},
        {"<svg aria-label='a > b' class=\"it's > that\"", "width='30' height='20'", 30, 20},
        {"<ns0:svg xmlns:ns0='http://www.w3.org/2000/svg'", "width='30' height='20'", 30, 20},
        {"<!DOCTYPE s:svg><s:svg xmlns:s='http://www.w3.org/2000/svg'", "width='30' height='20'", 30, 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s xmlns='http://www.w3.org/2000/svg' %s/>", cases[i].head,
                 cases[i].sides);
        struct host host;
        struct fz_image image;
        struct fz_error err;
        if (load_text(text, 400, &host, &image, &err) != FZ_OK)
            fail_msg("%s: %s", text, err.msg);
        if (image.width != cases[i].width || image.height != cases[i].height)
            fail_msg("%s: %dx%d", text, image.width, image.height);
        host_fini(&host);
    }
}

/* No space is left beside it where the sides of the result are rounded, nor is it moved or stretched by less than a pixel. */
static void test_fills_its_place(void **state)
{
    (void)state;
    struct host host;
    struct fz_image image;
    struct fz_error err;
    static const char wide[] = HEAD
        "width='636' height='96' viewBox='0 0 636 96'><rect width='636' height='96' fill='#c02020'/></svg>";
    assert_int_equal(load_text(wide, 400, &host, &image, &err), FZ_OK);
    assert_int_equal(image.out_h, 60);
    for (int i = 0; i < 400 * 60; i++)
        assert_int_equal(pixel(&image, i % 400, i / 400), 0xc02020);
    host_fini(&host);
    static const char icon[] =
        HEAD "width='16' height='16.007'><rect y='4' width='16' height='8' fill='#c02020'/></svg>";
    assert_int_equal(load_text(icon, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(image.out_h, 17);
    for (int i = 0; i < 16 * 17; i++)
        assert_int_equal(pixel(&image, i % 16, i / 16), i / 16 >= 4 && i / 16 < 12 ? 0xc02020 : 0x204060);
    host_fini(&host);
}

/* As browsers do, by the style of the root: under the drawing, and over all of its page. */
static void its_ground_is_painted(void **state)
{
    (void)state;
    static const struct {
        const char *style;
        uint32_t color;
    } cases[] = {
        {"style='background-color:#fff'", 0xffffff},
        {"><style>svg{background:#123456}</style", 0x123456},
        {"class='a b'><style><![CDATA[/* {*/ @import 'a'; .b { fill:red; /* ; */ background-color : #123456 "
         "}]]></style",
         0x123456},
        {"id='a'><style>#a{background:#123456}svg:root{background:red}.c{background:lime}</style", 0x123456},
        {"><style> rect , :root {background:#123456;} *{background:red}</style><style type='a'>g "
         "svg{background:red}</style",
         0x123456},
        {"style='background:#123456'><style>svg{background:red}</style", 0x123456},
        {"style='background:red'><style>svg{background:#123456!important}</style", 0x123456},
        {"><style>@media (prefers-color-scheme:dark){svg{background:red}}svg{background:#123456}</style",
         0x123456},
        {"><style media='print'>svg{background:red}</style><!-- <style>svg{background:red}</style> --",
         0x204060},
        {"class='a'><style>svg g, svg>g, .a.b, g.a, [a]{background:red}svg{background:</style", 0x204060},
        {"style='max-width: 9px; background-color: white;'", 0xffffff},
        {"style=\"font-family:'a';background :rgb(255, 254, 253)\"", 0xfffefd},
        {"style=' BACKGROUND: #FED ; color-scheme: light dark'", 0xffeedd},
        {"style='background-color:#fff;background:#ffe'", 0xffffee},
        {"style='background:#ffe;background-color:bogus'", 0xffffee},
        {"style='background: #fff; background-color: light-dark(rgb(1, 2, 3), var(--a, #121212))'", 0x010203},
        {"style='background:rgba(255,0,0,1);background:hsl(120,100%,50%)'", 0x00ff00},
        {"style='background:#ff000080'", 0x8f2030},
        {"style='background:red;background:transparent'", 0x204060},
        {"style='background:none'", 0x204060},
        {"style='background:inherit' color='red' fill='red'", 0x204060},
        {"style='background-color:currentColor;stroke:red'", 0x204060},
        {"style='background-image:red'", 0x204060},
        {"style=\"background:red' fill='red\"", 0x204060},
        {"style='background:light-dark('", 0x204060},
        {"data-style='background:red'", 0x204060},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[600];
        struct host host;
        struct fz_image image;
        struct fz_error err;
        snprintf(
            text, sizeof text,
            HEAD
            "width='30' height='10.5' viewBox='0 0 4 4' %s><rect width='2' height='4' fill='#000'/></svg>",
            cases[i].style);
        assert_int_equal(load_text(text, 0, &host, &image, &err), FZ_OK);
        assert_int_equal(pixel(&image, 12, 5), 0);
        for (int corner = 0; corner < 4; corner++)
            assert_near(pixel(&image, corner & 1 ? 29 : 0, corner & 2 ? 10 : 0), cases[i].color, 1);
        assert_int_equal(image.shows_background, cases[i].color == 0x204060 || cases[i].color == 0x8f2030);
        host_fini(&host);
    }
}

/* The later ones count, however many there are. */
static void most_grounds_are_passed_over(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    static const char each[] = "background:light-dark( #123456 , red);";
    char *text = malloc(COUNT * sizeof each + 400);
    struct host host;
    struct fz_image image;
    struct fz_error err;
    int len = sprintf(text, HEAD "width='30' height='10' style='");
    for (int i = 0; i < COUNT; i++)
        len += sprintf(text + len, "%s", each);
    sprintf(text + len, "background:#abcdef;background:%0200d'/>", 0);
    assert_int_equal(load_text(text, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 12, 5), 0xabcdef);
    host_fini(&host);
    len = sprintf(text, HEAD "width='30' height='10'><style>");
    for (int i = 0; i < COUNT / 100; i++)
        len += sprintf(text + len, "svg{%s}", each);
    sprintf(text + len, "svg{background:#abcdef}</style></svg>");
    assert_int_equal(load_text(text, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 12, 5), 0xabcdef);
    host_fini(&host);
    free(text);
}

static void test_text_is_drawn(void **state)
{
    (void)state;
    struct host host;
    struct fz_image image;
    struct fz_error err;
    static const char text[] =
        HEAD "width='100' height='100'><text y='90' font-size='120' fill='#fff'>M</text></svg>";
    assert_int_equal(load_text(text, 100, &host, &image, &err), FZ_OK);
    int white = 0;
    for (int i = 0; i < 100 * 100; i++)
        white += pixel(&image, i % 100, i / 100) == 0xffffff;
    assert_true(white > 300);
    host_fini(&host);
}

static void test_no_other_file(void **state)
{
    (void)state;
    uint8_t white[4 * 4 * 3];
    memset(white, 255, sizeof white);
    struct bytes png = encode_png(white, 4, 4, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, NULL);
    char path[] = "/tmp/frieze-test-XXXXXX", text[600];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, png.data, png.len) == (ssize_t)png.len);
    snprintf(
        text, sizeof text,
        HEAD
        "width='8' height='8'><image xlink:href='file://%s' width='8' height='8'/><image xlink:href='%s' "
        "width='8' height='8'/></svg>",
        path, path);
    struct host host;
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load_text(text, 0, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 4, 4), 0x204060);
    host_fini(&host);
    close(fd);
    unlink(path);
    free(png.data);
}

/* Each of 30 elements stands for the one before, twice. */
static char *doubled(const char *first, const char *twice)
{
    char *text = malloc(1 << 16), *at = text;
    at += sprintf(at, HEAD "width='500' height='500'><defs>%s", first);
    for (int i = 1; i < 30; i++)
        at += sprintf(at, twice, i, i - 1, i - 1);
    sprintf(at, "</defs><use xlink:href='#a29'/><rect mask='url(#a29)'/></svg>");
    return text;
}

static void test_recursion_is_refused(void **state)
{
    (void)state;
    char *const texts[] = {
        doubled("<g id='a0'><rect width='9' height='9'/></g>",
                "<g id='a%d'><use xlink:href='#a%d'/><use href=\"#a%d\"/></g>"),
        doubled("<mask id='a0'><rect width='9' height='9'/></mask>",
                "<mask id='a%d'><rect mask='url(#a%d)'/><rect style='fill:red; mask:url(\"#a%d\")'/></mask>"),
    };
    for (int i = 0; i < 2; i++) {
        struct host host;
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_text(texts[i], 100, &host, &image, &err), FZ_E_LIMIT);
        assert_non_null(strstr(err.msg, "references"));
        host_fini(&host);
        free(texts[i]);
    }
}

static void a_use_of_itself_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loops;
    } files[] = {
        {HEAD "width='50' height='50'><g id='a'><use xlink:href='#a'/></g><rect width='9' height='9'/></svg>",
         true},
        {HEAD "width='50' height='50'><g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g></svg>",
         true},
        {HEAD "width='50' height='50' id='top'><use href='#top'/></svg>", true},
        {HEAD "width='50' height='50' id='top'><a href='#top'><rect width='9' height='9'/></a></svg>", false},
        {HEAD "width='50' height='50'><g id='a'><use href='#b'/></g><rect id='b'/></svg>", false},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct host host;
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_text(files[i].text, 50, &host, &image, &err), FZ_OK);
        assert_int_equal(image.damaged, files[i].loops);
        if (files[i].loops)
            assert_non_null(strstr(err.msg, "itself"));
        host_fini(&host);
    }
}

static char *long_text(const char *fmt, size_t len)
{
    char *text = malloc(len + 200), *word = malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        word[i] = i % 9 == 8 ? ' ' : 'a';
    word[len] = '\0';
    sprintf(text, fmt, word);
    free(word);
    return text;
}

/* What librsvg would work on for minutes without looking up is refused by its looks; what it does at once is drawn. */
static void test_filters_and_texts_are_judged(void **state)
{
    (void)state;
    static const char filter[] = HEAD "width='400' height='400'><defs><filter id='f'>%s</filter></defs>"
                                      "<g filter='url(#f)'><rect width='400' height='400'/></g></svg>";
    static const char text[] = HEAD "width='400' height='400'><text id='t'>%s</text></svg>";
    static const struct {
        const char *primitive;
        enum fz_err code;
    } cases[] = {
        {"<feTurbulence numOctaves='100000' baseFrequency='.1'/>", FZ_E_LIMIT},
        {"<feTurbulence numOctaves='40' baseFrequency='.1'/>", FZ_E_LIMIT},
        {"<feConvolveMatrix order='500' kernelMatrix='1'/>", FZ_E_LIMIT},
        {"<feTurbulence numOctaves='4' baseFrequency='.1'/><feGaussianBlur stdDeviation='3'/>", FZ_OK},
        {"<feMorphology radius='3'/><feOffset dx='2'/>", FZ_OK},
    };
    struct host host;
    struct fz_image image;
    struct fz_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char svg[1000];
        snprintf(svg, sizeof svg, filter, cases[i].primitive);
        assert_int_equal(load_text(svg, 400, &host, &image, &err), cases[i].code);
        assert_true(cases[i].code == FZ_OK || strstr(err.msg, "filters"));
        host_fini(&host);
    }
    static const size_t lengths[] = {2000, 100000};
    for (int i = 0; i < 2; i++) {
        char *svg = long_text(text, lengths[i]);
        assert_int_equal(load_text(svg, 400, &host, &image, &err), i == 0 ? FZ_OK : FZ_E_LIMIT);
        assert_true(i == 0 || strstr(err.msg, "text"));
        host_fini(&host);
        free(svg);
        /* where it is no text to be drawn its length is nobody's matter */
        svg = long_text(HEAD "width='40' height='40'><desc>%s</desc><text>a</text></svg>", lengths[i]);
        assert_int_equal(load_text(svg, 40, &host, &image, &err), FZ_OK);
        host_fini(&host);
        free(svg);
    }
}

/* Shadows as programs of drawing write them, one for each thing: a primitive takes little more than the region that its filter tells of
 * in the drawing's own units.  */
static void small_filters_are_weighed_by_their_region(void **state)
{
    (void)state;
    enum { SHADOWS = 12 };
    static const struct {
        const char *region;
        enum fz_err code;
    } cases[] = {
        {"filterUnits='userSpaceOnUse' x='0' y='0' width='40' height='30'", FZ_OK},
        {"filterUnits='userSpaceOnUse' x='0' y='0' width='40%' height='30%'", FZ_E_LIMIT},
        {"filterUnits='userSpaceOnUse' x='0' y='0' width='400' height='300'", FZ_E_LIMIT},
        {"x='0' y='0' width='40' height='30'", FZ_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = {0};
        char text[400];
        static const char head[] = HEAD "width='800' height='600' viewBox='0 0 400 300'>";
        bytes_put(&b, head, sizeof head - 1);
        for (int k = 0; k < SHADOWS; k++) {
            int len = snprintf(text, sizeof text,
                               "<filter id='f%d' %s><feOffset dy='4'/><feGaussianBlur stdDeviation='2'/>"
                               "<feBlend in='SourceGraphic'/></filter>"
                               "<rect width='20' height='20' filter='url(#f%d)'/>",
                               k, cases[i].region, k);
            bytes_put(&b, text, (size_t)len);
        }
        bytes_put(&b, "</svg>", 6);
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        int fd = open_bytes(b.data, b.len);
        struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
        struct fz_image_request request = make_request(fd, 0, 0, &host);
        request.limits.max_cpu_us = (int64_t)SHADOWS * 20 * 800 * 600 / 200;
        const enum fz_err code = fz_image_load(&request, scratch, &image, &err);
        const bool is_refused = code == FZ_E_LIMIT && strstr(err.msg, "filters");
        assert_int_equal(is_refused,
                         cases[i].code == FZ_E_LIMIT); /* or it may take too long, on a slow machine */
        fz_image_scratch_free(scratch);
        close(fd);
        host_fini(&host);
        free(b.data);
    }
}

/* Of a style sheet each selector is held against each element; commas inside of rules are none. */
static void test_style_sheets_are_judged(void **state)
{
    (void)state;
    static const struct {
        int rules, elements;
        const char *rule;
        enum fz_err code;
    } cases[] = {
        {20000, 20000, ".a{fill:red}", FZ_E_LIMIT},
        {2000, 20000, ".a,.b,.c,.d,.e,.f,.g,.h,.i,.j{fill:red}", FZ_E_LIMIT},
        {400, 2000, ".a{fill:rgb(1,2,3)}", FZ_OK},
        {300, 20000, "svg g.a{fill:red}", FZ_OK},      /* nothing is deep */
        {100, 20000, "g.a ~ g{fill:red}", FZ_E_LIMIT}, /* each is held against all that stand before */
        {100, 20000, "g:nth-child( 3n ){fill:red}", FZ_E_LIMIT},
        {100, 2000, "svg g > g.a{fill:red}", FZ_OK},
        {2000, 20000, "/*,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,*/", FZ_OK},
        {0, 20000, "", FZ_OK}, /* an empty one, and paths, which have commas too */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool has_rules = cases[i].rules > 0;
        const char *element = has_rules ? "<g/>" : "<path d='M1,2 3,4 5,6 7,8'/>";
        const char *begin =
            has_rules ? HEAD "width='40' height='40'><style>" : HEAD "width='40' height='40'><style/>";
        struct bytes b = {0};
        struct host host = {0};
        struct fz_image image;
        struct fz_error err;
        bytes_put(&b, begin, strlen(begin));
        for (int k = 0; k < cases[i].rules; k++)
            bytes_put(&b, cases[i].rule, strlen(cases[i].rule));
        if (has_rules)
            bytes_put(&b, "</style>", 8);
        for (int k = 0; k < cases[i].elements; k++)
            bytes_put(&b, element, strlen(element));
        bytes_put(&b, "</svg>", 7);
        assert_int_equal(load_text((const char *)b.data, 40, &host, &image, &err), cases[i].code);
        assert_true(cases[i].code == FZ_OK || strstr(err.msg, "style sheets"));
        host_fini(&host);
        free(b.data);
    }
}

/* As plots have it, each mark under the same clip: that takes no layer, and is no reason to refuse it. */
static void many_clips_are_drawn(void **state)
{
    (void)state;
    enum { MARKS = 15000, PER_ROW = 150, SIDE = 6 };
    struct bytes b = {0};
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    static const char head[] =
        HEAD "width='900' height='600'><defs><clipPath id='c'><rect width='300' height='600'/></clipPath>"
             "<rect id='m' width='6' height='6' fill='#c02020'/></defs>";
    bytes_put(&b, head, sizeof head - 1);
    for (int i = 0; i < MARKS; i++) {
        char mark[100];
        int len = snprintf(mark, sizeof mark, "<g clip-path='url(#c)'><use href='#m' x='%d' y='%d'/></g>",
                           i % PER_ROW * SIDE, i / PER_ROW * SIDE);
        bytes_put(&b, mark, (size_t)len);
    }
    bytes_put(&b, "</svg>", 7);
    assert_int_equal(load_text((const char *)b.data, 900, &host, &image, &err), FZ_OK);
    assert_int_equal(pixel(&image, 150, 300), 0xc02020);
    assert_int_equal(pixel(&image, 450, 300), 0x204060);
    host_fini(&host);
    free(b.data);
}

/* So many shapes take longer than the time that a picture is given: drawing ends there, not after the last. */
static void test_time_is_limited(void **state)
{
    (void)state;
    struct bytes b = {0};
    bytes_put(&b, HEAD "width='2000' height='2000'>", sizeof HEAD "width='2000' height='2000'>" - 1);
    static const char circle[] = "<circle cx='1000' cy='1000' r='900' fill-opacity='.5'/>";
    for (int i = 0; i < 4000; i++)
        bytes_put(&b, circle, sizeof circle - 1);
    bytes_put(&b, "</svg>", 6);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    int fd = open_bytes(b.data, b.len);
    struct fz_image_scratch *scratch = fz_image_scratch_new(1 << 20);
    struct fz_image_request request = make_request(fd, 0, 0, &host);
    request.limits.max_cpu_us = 100000;
    assert_int_equal(fz_image_load(&request, scratch, &image, &err), FZ_E_TIMEOUT);
    fz_image_scratch_free(scratch);
    close(fd);
    host_fini(&host);
    free(b.data);
}

static void test_damaged(void **state)
{
    (void)state;
    static const char *const texts[] = {
        HEAD "width='50' height='50'><g>",
        HEAD "width='50' height='50'></g></svg>",
        HEAD "width='50' height='50'>&nothing;</svg>",
    };
    for (int i = 0; i < 3; i++) {
        struct host host;
        struct fz_image image;
        struct fz_error err;
        assert_int_equal(load_text(texts[i], 50, &host, &image, &err), FZ_E_DAMAGED);
        assert_null(strchr(err.msg, '\n'));
        host_fini(&host);
    }
}

static struct bytes packed(const char *text, size_t len)
{
    struct bytes b = {0};
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (int state = Z_OK; state == Z_OK;) {
        uint8_t piece[4096];
        z.next_out = piece;
        z.avail_out = sizeof piece;
        state = deflate(&z, Z_FINISH);
        bytes_put(&b, piece, sizeof piece - z.avail_out);
    }
    deflateEnd(&z);
    return b;
}

/* A square of white on 40 x 20 px, and damaged without `cut` of its last bytes. */
static void check_square(const struct bytes *b, size_t cut)
{
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    int fd = open_bytes(b->data, b->len);
    assert_string_equal(fz_image_sniff(fd, &err), "svg");
    close(fd);
    assert_int_equal(load(b->data, b->len, 0, 0, &host, &image, &err), FZ_OK);
    assert_false(image.damaged);
    assert_string_equal(image.format, "svg");
    assert_int_equal(image.width, 40);
    assert_int_equal(pixel(&image, 10, 10), 0xffffff);
    assert_int_equal(pixel(&image, 30, 10), 0x204060);
    host_fini(&host);
    host = (struct host){0};
    assert_int_equal(load(b->data, b->len - cut, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
    host_fini(&host);
}

static void test_packed(void **state)
{
    (void)state;
    static const char text[] = "<?xml version='1.0'?>" HEAD
                               "width='40' height='20'><rect width='20' height='20' fill='#fff'/></svg>";
    struct bytes b = packed(text, sizeof text - 1);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    check_square(&b, 20);
    free(b.data);
    b = packed("<html></html>", 13);
    host = (struct host){0};
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_NOT_PICTURE);
    free(b.data);
}

/* A letter beyond ASCII, one beyond the BMP, and a declaration of the encoding that is then no more. */
#define UTF16_TEXT                                                                                  \
    u"<?xml version='1.0' encoding='UTF-16'?><!-- \u00df\u20ac\U0001f600 -->"                       \
    u"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'><text>\u20ac\U0001f600</text>" \
    u"<rect width='20' height='20' fill='#fff'/></svg>"

/* In either order of bytes, with a byte order mark or without. */
static struct bytes in_utf16(bool big_endian, bool mark)
{
    static const char16_t text[] = u"\ufeff" UTF16_TEXT;
    struct bytes b = {0};
    for (size_t i = mark ? 0 : 1; text[i]; i++) {
        uint8_t low = (uint8_t)text[i], high = (uint8_t)(text[i] >> 8);
        uint8_t unit[] = {big_endian ? high : low, big_endian ? low : high};
        bytes_put(&b, unit, sizeof unit);
    }
    return b;
}

static void test_utf16(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct bytes b = in_utf16(kind & 1, kind & 2);
        check_square(&b, 21);
        struct bytes gzip = packed((const char *)b.data, b.len);
        check_square(&gzip, 21);
        free(gzip.data);
        free(b.data);
    }
}

/* 70 MB of spaces: known to be too many before anything is allocated. */
static void test_packed_bomb(void **state)
{
    (void)state;
    enum { LEN = 70 << 20 };
    char *text = malloc(LEN);
    memset(text, ' ', LEN);
    static const char start[] = HEAD "width='40' height='20'>", end[] = "</svg>";
    memcpy(text, start, sizeof start - 1);
    memcpy(text + LEN - sizeof end + 1, end, sizeof end - 1);
    struct bytes b = packed(text, LEN);
    free(text);
    struct host host = {0};
    struct fz_image image;
    struct fz_error err;
    assert_int_equal(load(b.data, b.len, 0, 0, &host, &image, &err), FZ_E_DAMAGED);
    assert_string_equal(err.msg, "svg: it unpacks to more than 64 MB");
    assert_int_equal(host.reserves, 0);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_packed_bomb),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_use_and_style),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_fills_its_place),
        cmocka_unit_test(its_ground_is_painted),
        cmocka_unit_test(most_grounds_are_passed_over),
        cmocka_unit_test(test_text_is_drawn),
        cmocka_unit_test(test_no_other_file),
        cmocka_unit_test(test_recursion_is_refused),
        cmocka_unit_test(a_use_of_itself_is_left_out),
        cmocka_unit_test(test_filters_and_texts_are_judged),
        cmocka_unit_test(small_filters_are_weighed_by_their_region),
        cmocka_unit_test(test_style_sheets_are_judged),
        cmocka_unit_test(many_clips_are_drawn),
        cmocka_unit_test(test_time_is_limited),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
