/* How XMP is given to expat, by all who read it. */
#ifndef FZ_IMAGE_METADATA_XMP_PARSER_H
#define FZ_IMAGE_METADATA_XMP_PARSER_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>

/* The first member of what its owner's handlers are given as `ctx`; they may stop it. */
struct fz_xmp_parser {
    XML_Parser expat; /* while it runs */
    /* set before; names are "URI name" */
    XML_StartElementHandler begin;
    XML_EndElementHandler end;
    XML_CharacterDataHandler text;         /* may be NULL */
    XML_StartNamespaceDeclHandler declare; /* may be NULL */
};

/* Any thread, never from a handler. Runs over a whole packet of at most FZ_XMP_MOST bytes, in `encoding` or, where that is NULL,
 * as it says itself. False where it was stopped, is no XML to its end, has a document type, or would take much more memory or
 * time than packets of that length do; what was told before that is so. */
bool fz_xmp_parse(struct fz_xmp_parser *parser, const char *encoding, const char *packet, size_t len);

/* Only from a handler, of what it is told of: where in the packet that begins, and its bytes, none for the end of <a/>. */
size_t fz_xmp_event_begin(const struct fz_xmp_parser *parser);
size_t fz_xmp_event_len(const struct fz_xmp_parser *parser);

/* Any thread, the rest as well. Without the zeroes that stand behind a packet to leave room, but with the last one's of UTF-16. */
size_t fz_xmp_len(const char *packet, size_t len);

/* UTF-16, told by its first two bytes, as expat does where it is told no encoding. `big_endian` may be NULL. */
bool fz_xmp_is_wide(const char *packet, size_t len, bool *big_endian);

/* Of a tag that is known to be whole: where the blanks before it begin, its name, its value. */
struct fz_xmp_attribute {
    size_t at, name, name_end, value, end;
};

/* The next one behind `at` that does not declare a namespace, which expat does not tell of either; false: that was the last. */
bool fz_xmp_next_attribute(const char *packet, size_t at, size_t tag_end, struct fz_xmp_attribute *out);

/* Where the name of the element ends whose tag begins at `at`. */
size_t fz_xmp_name_end(const char *packet, size_t at, size_t tag_end);

bool fz_xmp_is_blank(char c);

#endif
