/* What `ps` shows of a process of ours. */
#ifndef FZ_PROCESS_TITLE_H
#define FZ_PROCESS_TITLE_H

/* Main thread, first thing in main: where the system keeps the arguments that it shows. */
void fz_title_init(int argc, char **argv);

/* A process that was forked for a purpose, single-threaded: the title takes the room of its
 * parent's arguments, and of the environment, which moves. Cut where there is too little of it. */
void fz_title_set(const char *title);

#endif
