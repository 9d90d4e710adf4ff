/* Faces by fontconfig, opened by SDL_ttf: which face draws a character, and that face at a size. Both are found when they
 * are first needed and kept, in bounded numbers. For the text thread alone. */
#ifndef FZ_GPU_FONT_H
#define FZ_GPU_FONT_H

#include <SDL_ttf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fz_fonts;

/* The text thread, all of these. Reads the system's list of fonts, which may take seconds in a fresh home; NULL where
 * there is none at all. */
struct fz_fonts *fz_fonts_new(void);
void fz_fonts_free(struct fz_fonts *fonts);

/* Any thread. Whether `is` says so of a folder that fonts or what is known of them are looked for in, as far as the configuration names
 * them; no font is read for that. */
bool fz_fonts_any_folder(bool (*is)(void *ctx, const char *folder), void *ctx);

/* A new line begins: faces from here on stay until the next line. The numbers of faces are valid in this line only. */
void fz_fonts_begin(struct fz_fonts *fonts, bool bold);

/* The face of the sans-serif font, which gives the line its height; FZ_FACE_NONE where there is none. */
int fz_fonts_primary(struct fz_fonts *fonts);

/* The face for a cluster, as fz_face_for with the fonts as its context: the primary one wherever it has all characters,
 * then that of the cluster before, then the best of the system's. */
int fz_fonts_face(void *fonts, const uint32_t *cluster, size_t len, int before);

/* A face at `px`, borrowed until the next call; NULL where its file cannot be used. */
TTF_Font *fz_fonts_open(struct fz_fonts *fonts, int face, int px);

/* Whether its glyphs have colours of their own, and whether they are pictures of one size, whatever `px` says. */
bool fz_fonts_has_colors(const struct fz_fonts *fonts, int face);
bool fz_fonts_is_bitmap(const struct fz_fonts *fonts, int face);

#endif
