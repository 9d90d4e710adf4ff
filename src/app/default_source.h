/* What is shown when nothing is named. */
#ifndef FZ_APP_DEFAULT_SOURCE_H
#define FZ_APP_DEFAULT_SOURCE_H

/* Main thread, before the loop (it looks at the disk). The user's pictures folder where there is one, else the demo
 * pictures; NULL where neither is there. Caller frees. */
char *fz_default_source(void);

#endif
