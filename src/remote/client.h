/* frieze ctl: one request to a running instance. */
#ifndef FZ_REMOTE_CLIENT_H
#define FZ_REMOTE_CLIENT_H

/* Main thread of a process of its own. argv[0] is "ctl". Prints the result; returns the exit status. */
int fz_client_main(int argc, char **argv);

#endif
