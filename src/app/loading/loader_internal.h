/* Between the parts of the loader: loader.c keeps the tiles, issue.c sends jobs out, judge.c takes
 * back what is not wanted any more, collect.c takes their results, upload.c brings their pixels to textures. */
#ifndef FZ_APP_LOADING_LOADER_INTERNAL_H
#define FZ_APP_LOADING_LOADER_INTERNAL_H

#include "app/loading/loader.h"
#include "gpu/texture.h"
#include "view/priority.h"

/* Render thread. A job came back from its worker. */
void fz_loader_completed(struct fz_app *app, struct fz_job *job);

/* Render thread. One line: its path, and that. */
void fz_loader_say(const struct fz_app *app, fz_item_id item, const char *msg);

/* Render thread. Forgets the tile's error. */
void fz_loader_clear_error(struct fz_app *app, struct fz_tile *tile);

/* Render thread. Why it is shown in part (copied); NULL: it is shown whole. */
void fz_loader_set_damage(struct fz_tile *tile, const char *reason);

/* Render thread. The jobs that are out, neither parked (decode/files.h) nor for files to be written, and what credit they hold. */
size_t fz_loader_active(const struct fz_app *app, uint64_t *credit_bytes);

/* Render thread. Whether a job of so many bytes may go out. What is parked does not count. */
bool fz_loader_has_credit(const struct fz_app *app, uint64_t bytes);

/* Render thread. Whether the item's reader hangs (a job would only wait with the others, which tell when it answers again) or
 * its source is away. */
bool fz_loader_is_held_up(const struct fz_app *app, fz_item_id item);

/* Render thread. Whether `code` comes of the item's source being away, and not of the file. */
bool fz_loader_is_lost(const struct fz_app *app, fz_item_id item, enum fz_err code);

/* Render thread. Tells the user which readers hang and which do so no more; of the latter, what was held back is asked for again. */
void fz_loader_hear_readers(struct fz_app *app);

/* Render thread. What a tile of the wall is made for now: its box, on its side where the user turned the picture so. NULL: of a picture of
 * which nothing is known yet. */
struct fz_texture_cell fz_loader_tile_box(const struct fz_app *app, const struct fz_tile *tile);

/* Render thread. Whether that box is w x h. */
bool fz_loader_tile_box_is(const struct fz_app *app, const struct fz_tile *tile, int w, int h);

/* Render thread. The first place from `index` on whose tile is not known to be as it is wanted, without a look at any; it may be so all the
 * same. */
size_t fz_loader_unserved(const struct fz_app *app, size_t index);

/* Render thread. The priority of a tile; where the picture view is open, behind all that this needs. */
uint64_t fz_loader_tile_priority(const struct fz_app *app, const struct fz_focus *focus, size_t index);

/* Any thread. The priority of the first picture of a job with that priority. */
uint64_t fz_loader_first_priority(uint64_t priority);

/* Render thread. To be called when the view moved: each job that is out gets its priority anew, is taken back, or cancelled. */
void fz_loader_judge_all(struct fz_app *app);

/* Render thread. Takes back what only waits and is of a less urgent class, the least urgent first, until there is credit for so many
 * bytes; for what the picture view shows, also what is under way, whose credit comes back a moment later. True: there is credit. */
bool fz_loader_make_way(struct fz_app *app, uint64_t bytes, uint64_t priority);

/* Render thread. Where the rows of a picture begin in its file may have been found on the way to its tile, whose job has ended, or its first
 * picture, which has it put off: the picture itself, under way, is told either way. */
void fz_loader_pass_on_rows(struct fz_tile *tile, struct fz_job *job);

/* Of the picture view: what comes first of the picture in view, while the one before is under way. */
enum { FZ_LOADER_FIRST, FZ_LOADER_PICTURE, FZ_LOADER_COARSE };

/* Render thread. A job of that kind for an item, in a box; the caller says what else is wanted, and launches it. */
struct fz_job *fz_loader_new_job(const struct fz_app *app, enum fz_job_kind kind, fz_item_id item, int box_w,
                                 int box_h);

/* Render thread. Whether it makes more than the window shows of a whole picture: something as large as that is there already. */
bool fz_loader_is_zoomed(const struct fz_app *app, const struct fz_job *job);

/* Render thread. Sends out a decode for that box; false where there is no credit for it. */
bool fz_loader_issue_decode(struct fz_app *app, fz_item_id item, enum fz_purpose purpose, int box_w,
                            int box_h, uint64_t priority);

/* Render thread. The same for a tile of the wall. */
bool fz_loader_issue_tile(struct fz_app *app, fz_item_id item, uint64_t priority);

/* Render thread. It looks for what to load again then, at the latest. */
void fz_loader_look_again(struct fz_app *app, int64_t when_us);

/* Render thread. True where what failed for that may succeed later, and will be tried then. */
bool fz_loader_plan_retry(struct fz_app *app, struct fz_tile *tile, enum fz_err code);

/* Render thread. Whether a decode may help: nothing is wrong with it, or that may have passed by now. */
bool fz_loader_may_decode(struct fz_app *app, const struct fz_tile *tile, bool in_view);

/* Render thread. Whether it has to wait: a file that is written all the time does not make its picture flash. */
bool fz_loader_was_just_read(struct fz_app *app, const struct fz_rendition *r);

/* Render thread. Whether what failed for that keeps its pixels for a moment, and is tried again then: its file has other ones now, and
 * may have been read while it was written, of which news will come. */
bool fz_loader_may_be_half_written(const struct fz_app *app, struct fz_tile *tile, struct fz_rendition *r,
                                   enum fz_err code);

/* Render thread. Whether the picture view is open for it; a search, or a rating that is asked for, may have left it out of the list. */
bool fz_loader_shows_picture(const struct fz_app *app, fz_item_id item);

/* Render thread. Of what the picture view shows, or will; FZ_HEAP_DROP where it does not want it. */
uint64_t fz_loader_picture_priority(const struct fz_app *app, fz_item_id item);

/* Render thread. Whether the picture view is to show this item and has nothing of it in its own resolution: its tile is coarse, but
 * sooner there. */
bool fz_loader_is_coarse(const struct fz_app *app, fz_item_id item);

/* Render thread. Whether what is under way gives way to the picture that was opened, which may still have to get its job; and whether
 * nothing is to be loaded beside it, once it has. */
bool fz_loader_makes_way(const struct fz_app *app);
bool fz_loader_is_alone(const struct fz_app *app);

/* Render thread. Whether the item has no tile of the size of now that can be drawn, none on its way, and a decode may help. */
bool fz_loader_needs_wall_tile(struct fz_app *app, fz_item_id item, bool in_view);

/* Render thread. The picture in view and its neighbours, as many as there is room for; false when nothing else may go out. */
bool fz_loader_issue_pictures(struct fz_app *app);

/* Render thread. Takes a job that has done its work: its credit comes back, its memory goes to a worker. */
void fz_loader_retire(struct fz_app *app, struct fz_job *job);

/* Render thread. A turn's part of a walk over the tiles of long ago, as no tile is pointed to. */
void fz_loader_trim(struct fz_app *app);

/* Render thread. A tile that holds nothing (freed): as if nothing had been wanted of it yet. */
void fz_loader_let_go(struct fz_app *app, struct fz_tile *tile);

/* Render thread. What waits for that job's result: a rendition of its item's tile, or NULL where nothing does any more. */
struct fz_rendition *fz_loader_rendition_of(const struct fz_app *app, const struct fz_job *job,
                                            struct fz_tile **tile);

/* Render thread. The job's pixels wait for their upload (takes the job). */
void fz_loader_queue_upload(struct fz_app *app, struct fz_job *job);

/* Render thread. Uploads until `end_us`: of what waits, that in view first. True when something complete came into view. */
bool fz_loader_upload(struct fz_app *app, int64_t end_us);

/* Render thread. What was to hold that job's pixels, which do not come. */
void fz_loader_drop_incoming(struct fz_app *app, struct fz_rendition *r, const struct fz_job *job);

/* Render thread. What is shown of it stays until there is another. */
void fz_loader_outdate(struct fz_app *app, struct fz_rendition *r);
void fz_loader_clear_final(struct fz_app *app, struct fz_tile *tile);

/* Render thread. Of a tile whose result is there, the job reads that. */
void fz_loader_aim_at_result(const struct fz_app *app, const struct fz_tile *tile, struct fz_job *job);

/* Render thread. The reader of what a batch makes hangs, and tiles that wait for results show their pictures; or it does no more,
 * and they show the results. */
void fz_loader_hear_target(struct fz_app *app, bool hangs);

/* Render thread. The pixels of that job are shown from now on. */
void fz_loader_note_result(const struct fz_app *app, struct fz_rendition *r, const struct fz_job *job);

/* Render thread. A result that cannot be read: the picture itself is shown instead, unless another try may help. Takes the job. */
void fz_loader_lose_result(struct fz_app *app, struct fz_tile *tile, struct fz_job *job);

/* Render thread. What the textures of the wall's tiles stand in. */
struct fz_texture_cell fz_loader_cell(const struct fz_app *app);

/* Decoded, or failed, at the wall's size of now. */
void fz_loader_mark_final(struct fz_loader *loader, struct fz_tile *tile);

#endif
