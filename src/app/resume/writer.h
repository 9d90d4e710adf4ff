/* "frieze:resume": the thread that writes places down (ctl/place.h). */
#ifndef FZ_APP_RESUME_WRITER_H
#define FZ_APP_RESUME_WRITER_H

#include "ctl/place.h"

struct fz_resume_writer;

/* Main thread, all of these. `file` is borrowed until it has stopped; what cannot be written is one line, once, and where it
 * is not `loud`, none. NULL on failure; the others take NULL. */
enum fz_err fz_resume_writer_start(struct fz_resume_writer **writer, const char *file, bool loud,
                                   struct fz_error *err);
/* Takes what *place holds. */
void fz_resume_writer_add(struct fz_resume_writer *writer, struct fz_place *place);
/* False where it does not end within `patience_ms`: the disk does not answer, and the thread goes on. */
bool fz_resume_writer_stop(struct fz_resume_writer *writer, int patience_ms);

#endif
