/* A wall that a hand moves so fast that no eye follows it. Rows of two kinds in turn look the same after two of them: from
 * half of that a frame on they seem to go back, and well before that it is no longer seen which one was where. What is
 * slower than FZ_RUSH_ROWS drifts: a key that is held goes by 0.56 of them. What is faster flickers, each place goes to and
 * fro between tiles that have nothing to do with each other. So does what is shaken, at any pace: an eye follows what turns
 * back twice a second, hardly what turns back more often. A veil of the background's colour then lies over the wall, so
 * thick that nothing under it flashes (view/flash.h).
 *
 * It comes at once and stays a moment, so that one movement has one veil. Three changes within a second are free, each of
 * them a frame that is too fast, or a third of a row that is shaken: with the veil that comes, and goes, these are five
 * opposing ones, of six. Frames that come late in a movement that is slow enough are none. */
#ifndef FZ_VIEW_VEIL_H
#define FZ_VIEW_VEIL_H

#include <stdint.h>

#define FZ_RUSH_ROWS 0.6 /* a frame */

enum { FZ_VEIL_FREE = 3 };

struct fz_veil {
    int64_t frame_us;   /* the last frame */
    double pace;        /* rows a frame, smoothed */
    double sweep, back; /* rows that it went since it turned, up negative; and back from there */
    int64_t turned_us;  /* when it turned last, or began */
    int64_t shaken_us;  /* when it last did so soon after that, 0: never */
    double drifts;      /* changes since it turned that can be followed, unless it is shaken */
    int64_t changed_us[FZ_VEIL_FREE]; /* of a ring, 0: none */
    int oldest;
    int64_t thick_us; /* when it was needed last, 0: never */
};

/* One owner's thread, all of these. All zero is a start. */

/* A frame shows the wall `rows` of its rows farther down than the last one did. */
void fz_veil_note(struct fz_veil *veil, double rows, int64_t now_us);

/* From 0, not there, to 1. */
double fz_veil_thickness(const struct fz_veil *veil, int64_t now_us);

/* Any thread. The least alpha, of 255, at which nothing under a veil of `rgb` flashes, neither by light nor by red. */
int fz_veil_alpha(uint32_t rgb);

#endif
