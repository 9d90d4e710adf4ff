/* The state of the application. All of it belongs to the render thread (Rule 0: no other thread reaches it, so it has
 * no lock); what other threads have to say arrives on the three ready lists. */
#ifndef FZ_APP_APP_H
#define FZ_APP_APP_H

#include "app/about.h"
#include "app/picture/animate.h"
#include "app/wall/arrange.h"
#include "app/picture/detail.h"
#include "app/input/drop.h"
#include "app/overlay/board.h"
#include "app/overlay/help.h"
#include "app/overlay/hints.h"
#include "app/overlay/info.h"
#include "app/input/keys.h"
#include "app/isolation.h"
#include "app/loading/prime.h"
#include "app/loading/loader.h"
#include "app/wall/marks.h"
#include "app/overlay/panel.h"
#include "app/overlay/perf.h"
#include "app/overlay/menu.h"
#include "app/input/mouse.h"
#include "app/picture/picture.h"
#include "app/overlay/prompt.h"
#include "app/budgets.h"
#include "app/scale/bar.h"
#include "app/scale/panel.h"
#include "app/scale/window.h"
#include "app/wall/rate.h"
#include "app/wall/search.h"
#include "app/resume/resume.h"
#include "app/run/run.h"
#include "app/picture/show.h"
#include "app/picture/steady.h"
#include "app/stats.h"
#include "app/overlay/told.h"
#include "app/input/touch.h"
#include "app/wall/wall.h"
#include "ctl/command.h"
#include "ctl/config.h"
#include "ctl/option.h"
#include "decode/cache.h"
#include "decode/pool.h"
#include "gpu/head.h"
#include "gpu/text.h"
#include "remote/server.h"
#include "source/list.h"

enum { FZ_MAX_WAITS = 16, FZ_MAX_SAVES = 4 };

enum fz_mode { FZ_MODE_WALL, FZ_MODE_PICTURE };

/* Somebody outside waits for a state. */
struct fz_wait {
    struct fz_request *request; /* owned; NULL: free place */
    enum fz_wait_for { FZ_WAIT_IDLE, FZ_WAIT_SCREENFUL, FZ_WAIT_LOADED } state;
    int64_t deadline_us;
    const struct fz_task *task; /* what is waited for instead of the state; borrowed; NULL: nothing */
};

/* The numbers of readers that write: no source has those. */
enum { FZ_SCALE_ROOT = 1 << 20, FZ_SAVE_ROOT };

/* A frame that is to be read back and written. */
struct fz_save {
    char *path; /* owned; NULL: free place */
    /* owned; NULL: the last frame, which waits until what it shows has come to rest */
    struct fz_request *request;
};

/* Scanning, as the sources report it. */
struct fz_scan {
    size_t roots, roots_listed; /* each drop counts as one more */
    size_t unsupported;         /* files left out, by suffix or by their bytes */
    char *first_unsupported;    /* for the one line about them; owned */
    fz_item_id *leaving; /* no pictures after all, in the list until the end of the turn's results; owned */
    size_t leaving_count, leaving_capacity;
    bool *away; /* by root: its folder is gone as a whole; owned */
    size_t away_capacity, away_count;
    bool *stuck; /* by root: not listed yet, and its reader hangs; owned */
    size_t stuck_capacity, stuck_count;
    char *away_told;        /* what was said of that last; owned */
    int64_t order_until_us; /* as long a show waits for its order; 0: all has yet to be listed */
    bool reported;
    bool any_named;   /* some came one by one, as arguments or on a list: the order is the user's own */
    bool any_picture; /* something that is a picture was seen, damaged or not */
    size_t explicit_failures; /* named by the user, and missing or no picture */
    bool failed;              /* something of it could not be read, and it was said why */
    struct fz_task task;
};

struct fz_app {
    struct fz_options options;
    struct fz_config config; /* what the config files say beside options; read once, before the loop */
    struct fz_cancel quit;   /* root of the token tree; set once */
    struct fz_doorbell bell;
    struct fz_ready results;  /* struct fz_job, from the workers */
    struct fz_ready events;   /* struct fz_source_event, from the readers */
    struct fz_ready requests; /* struct fz_request, from the control socket */
    atomic_int signalled;     /* signals so far that ask for the end, counted by the signal thread */
    int signals_seen;         /* of those, until the end began */

    struct fz_zygotes zygotes;
    struct fz_pool pool;
    struct fz_cache *cache; /* NULL: none */
    struct fz_sources *sources;
    struct fz_text_service *texts;
    struct fz_server *server; /* NULL: no control socket */
    struct fz_signals *signals;
    struct fz_shown_log *shown; /* NULL without --shown */
    struct fz_head *head;

    struct fz_list *list;
    struct fz_arrange arrange;
    struct fz_telling telling;
    struct fz_rate *rating; /* not written yet, in order; owned */
    struct fz_scan scan;
    struct fz_drop drop;
    struct fz_resume resume;
    struct fz_ready_node *backlog; /* events taken from the list above, not yet taken in; owned */
    struct fz_prime prime;
    struct fz_loader loader;
    struct fz_wall wall;
    struct fz_picture picture;
    struct fz_details details;
    struct fz_show show;
    struct fz_animate animate;
    struct fz_steady steady;
    struct fz_keys keys;
    struct fz_prompt prompt;
    struct fz_board board;
    struct fz_runs run;
    struct fz_scale_window scale;
    struct fz_scale_bar scale_bar;
    struct fz_scale_panel scale_panel;
    struct fz_help help;
    struct fz_hints hints;
    struct fz_perf perf;
    struct fz_marks marks;
    char *searched;            /* the text of the search that stands; owned; NULL: none */
    struct fz_sort unshuffled; /* the order before the last shuffle */
    struct fz_menu menu;
    struct fz_mouse mouse;
    struct fz_touch touch;
    struct fz_info info;
    struct fz_about about;
    struct fz_panels panels;
    struct fz_stats stats;
    uint64_t memory_bytes; /* --memory, or what is its default here */
    struct fz_budgets budgets;
    enum fz_mode mode, start_mode;
    bool open_first;    /* a single file was named: the picture view opens on it */
    bool start_show;    /* --slideshow: starts when the list is read */
    bool start_paused;  /* it stands then, as it did before the list was empty */
    bool awaits_first;  /* once it is there (--wait) */
    char *first_path;   /* the single file that was named, absolute; owned */
    char *first_folder; /* the folder of that file; owned */

    bool headless;
    bool loading_paused;
    bool dirty;                 /* something that is drawn changed */
    bool moving;                /* something that is drawn moves by itself */
    bool fading;                /* tiles on the wall are fading in */
    bool arrived;               /* since the last frame tiles or texts in view have come */
    bool covered;               /* in the last frame each tile in view showed something */
    bool awaited;               /* the picture that was asked for has come: it is drawn at once */
    bool tile_drawn;            /* a picture was drawn on the wall */
    bool ending;                /* the end was asked for; a last screenshot may be under way */
    int64_t end_deadline_us;    /* by then that screenshot is taken, even if something still moves */
    bool quitting;              /* the loop ends */
    _Atomic enum fz_err status; /* becomes the exit status; the signal thread reads it */
    int64_t now_us, last_step_us;
    SDL_Keysym pressed; /* the last key that went down */
    bool key_held;      /* that key repeats */
    int64_t hint_until_us, cursor_until_us;
    char *title;             /* the window's; owned */
    int64_t titled_us;       /* when the title was set last */
    char *notice;            /* shown for a while; owned */
    fz_item_id notice_about; /* the notice is shown only while this is what one looks at; NONE: always */
    bool notice_has_lines;   /* it is more than one line, perhaps */
    int64_t notice_until_us;
    struct fz_save saves[FZ_MAX_SAVES + 1]; /* frames to be saved */
    int saving;                             /* jobs that write a frame */
    int saving_apart;                       /* of these jobs, those that the saver does */
    struct fz_sources *saver;               /* the reader that writes them; NULL: none had to yet */
    bool measuring;                         /* a job looks at the memory */
    uint64_t measured_pictures;             /* pictures that had come when a job did so last */
    struct fz_wait waits[FZ_MAX_WAITS];
};

/* Main thread, once all is forked and before anything is waited for: from then on a signal ends the program, whatever it does. */
enum fz_err fz_app_listen(struct fz_app *app, struct fz_error *err);

/* Main thread, after that. Starts everything in order; stop undoes it in mirror order, also half-started. */
enum fz_err fz_app_start(struct fz_app *app, const char *const *sources, size_t count, struct fz_error *err);
void fz_app_stop(struct fz_app *app);

/* Main thread. How sources are read, as the options say. */
struct fz_source_options fz_app_source_options(const struct fz_app *app);

/* Main thread, also while the loop runs. Begins a reader that writes what goes to no source, unless there is one: a share that
 * hangs may hold whoever writes there. Gives `root`, or FZ_FILES_NO_ROOT where readers are threads: workers do it. */
uint32_t fz_app_begin_writer(struct fz_app *app, struct fz_sources **writer, uint32_t root);

/* Render thread. Runs until the end; `status` says what became of it. */
void fz_app_run(struct fz_app *app);

/* Render thread. Whether a tile that has just come fades in: not where frames are so far apart that it would be none, nor in a window
 * that has just opened, where it would only hold up the first sight of a wall that was seen before. */
bool fz_app_fades_tiles_in(const struct fz_app *app);

/* Render thread. Asks for the end, with a status. */
void fz_app_quit(struct fz_app *app, enum fz_err status);

/* Render thread. One step of the parts that the loop drives. */
void fz_app_handle_event(struct fz_app *app, const SDL_Event *event);
void fz_app_take_source_events(struct fz_app *app);
/* All that was found is known by now? Says what was left out, and ends where nothing is a picture and none can come. */
void fz_app_judge_scan(struct fz_app *app);
void fz_app_open_first(struct fz_app *app); /* the single file that was named, once it is there */
int64_t
fz_app_begin_show(struct fz_app *app); /* the slideshow, once it can; when to look again, or FZ_NEVER */
void fz_app_take_requests(struct fz_app *app);
void fz_app_answer_waits(struct fz_app *app);
/* The command "wait": its answer comes with the state, or when its time is over. */
enum fz_err fz_app_wait(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
/* Takes the call's request, to be answered as `wait` says. */
enum fz_err fz_app_add_wait(struct fz_app *app, struct fz_command_call *call, const struct fz_wait *wait,
                            struct fz_error *err);
void fz_app_answer(struct fz_app *app, struct fz_request *request, const struct fz_error *err);
void fz_app_draw_overlays(struct fz_app *app);
/* Pixels for each unit of a text's size; before there is a window, what the user wants. */
double fz_app_text_scale(const struct fz_app *app);
/* A colour for text on the background: the one wished for, where that can be read. */
struct fz_color fz_app_text_color(const struct fz_app *app, struct fz_color wish);
void fz_app_update_title(struct fz_app *app);
int64_t fz_app_next_overlay_us(const struct fz_app *app); /* when one goes away by itself, or FZ_NEVER */
bool fz_app_is_listed(
    const struct fz_app *app); /* every root was read to its end, every unknown file looked into */
void fz_app_notice(struct fz_app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One about a picture: it goes with it, and is not shown over another. */
void fz_app_notice_about(struct fz_app *app, fz_item_id item, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What a command failed with. */
void fz_app_notice_error(struct fz_app *app, const struct fz_error *err);
/* The one that is to be seen now; NULL: none. */
const char *fz_app_notice_now(const struct fz_app *app);
/* A notice of several lines, shown for longer; of what is not ours each control character but the ends of lines shows. */
void fz_app_notice_lines(struct fz_app *app, const char *text);

/* Render thread. Asked by whatever moves. */
enum fz_motion fz_app_motion(const struct fz_app *app);

/* Render thread. What is shown, as the command table tells views apart. */
enum fz_command_view fz_app_view(const struct fz_app *app);

/* Render thread. Something lies over the pictures that clicks and fingers are meant for. */
bool fz_app_is_covered(const struct fz_app *app);
/* Render thread. At a place of the window lies the line or the letters by which one types, or the bar of the scaling: a
 * press there is meant for it, and moves no picture. */
bool fz_app_is_over_bar(const struct fz_app *app, double x, double y);

/* Render thread. Runs a command, if it has a meaning in this view; fills in err and call->result. */
enum fz_err fz_app_command(struct fz_app *app, struct fz_command_call *call, struct fz_error *err);
/* A key: to the layer that takes keys for itself, or to its command. */
void fz_app_press(struct fz_app *app, const struct fz_press *press);

/* Render thread. The selection: FZ_ITEM_NONE while nothing is there. */
size_t fz_app_selected_index(const struct fz_app *app);
/* What keys act on: the selection, or the picture in view, which a search may leave out. NONE where the wall shows nothing. */
fz_item_id fz_app_current(const struct fz_app *app);
/* The same, for who does something with it: from now on the selection stays on it, whatever comes before it. */
fz_item_id fz_app_act_on_current(struct fz_app *app);
/* Where that stands in what is shown of the list: "3 of 10". */
void fz_app_tell_position(const struct fz_app *app, char *text, size_t size);
void fz_app_select(struct fz_app *app, size_t index);
/* The same in the view of now: on the wall, or as the picture. */
void fz_app_go_to(struct fz_app *app, size_t index);
/* Opens a picture; with --pick, chooses it. */
void fz_app_open(struct fz_app *app, size_t index);
json_t *fz_app_status(struct fz_app *app);

/* Sends a job that looks at the memory of the process. */
void fz_app_measure(struct fz_app *app);
/* Asks for the frame to be saved: takes `path` and, where it succeeds, `request` (NULL: the last frame). */
enum fz_err fz_app_ask_save(struct fz_app *app, char *path, struct fz_request *request, struct fz_error *err);
/* A frame was drawn: reads it back for those who asked, and sends the jobs that write it. */
void fz_app_save_frame(struct fz_app *app);
bool fz_app_is_saving(const struct fz_app *app);
/* Such a job has come back. */
void fz_app_take_saved(struct fz_app *app, struct fz_job *job);

/* An item is no picture after all: it has no tile any more, and leaves the list with all that do in this turn, since a mosaic is laid
 * out anew as a whole. */
void fz_app_leave_out(struct fz_app *app, fz_item_id item);
void fz_app_forget_left_out(struct fz_app *app);
/* The picture view lost its item, perhaps: it goes to the one at `index`, or the last; without one to the wall. */
void fz_app_picture_gone(struct fz_app *app, size_t index);

#endif
