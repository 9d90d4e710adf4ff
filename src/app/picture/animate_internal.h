/* Between the parts of the animation: animate.c says what plays, frames.c has its frames made and shows them. */
#ifndef FZ_APP_PICTURE_ANIMATE_INTERNAL_H
#define FZ_APP_PICTURE_ANIMATE_INTERNAL_H

#include "app/picture/animate.h"

/* Render thread only, all of these. Nothing more is made; what was shown last stays. */
void fz_frames_halt(struct fz_app *app);
/* Has the next frame made, where there is room for one. */
void fz_frames_make_next(struct fz_app *app);
/* Has another frame made, to be shown as soon as it is there. */
void fz_frames_seek(struct fz_app *app, int index);
/* Shows the next frame once its time has come; returns when that is, or FZ_NEVER. */
int64_t fz_frames_show_due(struct fz_app *app);

static inline struct fz_frame *fz_frame_front(struct fz_animate *animate)
{
    return &animate->frames[animate->front];
}

static inline struct fz_frame *fz_frame_back(struct fz_animate *animate)
{
    return &animate->frames[!animate->front];
}

#endif
