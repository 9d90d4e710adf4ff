/* A line of text between its name and its pixels: code points, grapheme clusters (what a reader calls a character), and
 * runs, each of which one font draws in one direction and one script. Pure: it opens no font; whoever calls says which
 * face draws a cluster. */
#ifndef FZ_GPU_LINE_H
#define FZ_GPU_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FZ_LINE_MAX = 1024, /* code points; what follows is left out */
    FZ_FACE_NONE = -1,
};

struct fz_text_run {
    size_t start, len; /* code points */
    int face;
    uint32_t script; /* ISO 15924, four letters, the first one highest */
    bool rtl;
};

struct fz_line {
    size_t len;
    uint32_t chars[FZ_LINE_MAX]; /* in the order of reading */
    size_t cluster_count;
    uint16_t cluster_start[FZ_LINE_MAX + 1]; /* the last one is `len` */
    int faces[FZ_LINE_MAX];                  /* of each cluster */
    int ellipsis_face;
    size_t run_count;
    struct fz_text_run runs[FZ_LINE_MAX]; /* from left to right */
};

/* One thread a line, all of these. */

/* Takes UTF-8 (invalid bytes are left out) and cuts it into clusters. */
void fz_line_set(struct fz_line *line, const char *utf8);

/* The face that draws a cluster of `len` code points; `before`: the face of the one before it, or FZ_FACE_NONE. */
typedef int fz_face_for(void *ctx, const uint32_t *cluster, size_t len, int before);

/* Asks for the face of each cluster, and for that of the ellipsis. */
void fz_line_choose_faces(struct fz_line *line, fz_face_for *face_for, void *ctx);

/* Makes the runs: levels and order by the Unicode Bidirectional Algorithm, then cut by script and by face. */
void fz_line_itemize(struct fz_line *line);

/* Makes `shorter` of the faces and characters of `whole`, with `keep` of its clusters (fewer than it has) and an
 * ellipsis: the start tells names apart, the end holds the extension, which goes last. */
void fz_line_shorten(const struct fz_line *whole, size_t keep, struct fz_line *shorter);

/* Writes a run as UTF-8; `out` has room for 4 * run->len + 1 bytes. */
void fz_line_run_utf8(const struct fz_line *line, const struct fz_text_run *run, char *out);

/* Whether a cluster wants to be a coloured picture (https://www.unicode.org/reports/tr51/, presentation style). */
bool fz_cluster_is_emoji(const uint32_t *cluster, size_t len);

/* Whether a character has no shape of its own, such as a joiner or a variation selector. */
bool fz_char_is_ignorable(uint32_t c);

#endif
