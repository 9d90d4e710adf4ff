/* The layers of process/sandbox.h, each in a file of its own. All of them run in a process with one thread; each gives
 * whether it holds, or says in s->reasons why it does not. */
#ifndef FZ_PROCESS_LAYERS_H
#define FZ_PROCESS_LAYERS_H

#include "process/sandbox.h"

/* Notes why a layer is missing; with sys != 0 the text of that errno follows. Gives false. */
bool fz_sandbox_lacks(struct fz_sandbox *s, enum fz_sandbox_layer layer, int sys, const char *what);

/* Enters those of the mask and gives those that hold: the net, IPC, UTS and mount namespaces (the last with nothing in it but
 * an empty read-only root), and the loss of root and of all capabilities. */
uint32_t fz_sandbox_namespaces(struct fz_sandbox *s, uint32_t wanted);

/* Denies everything that the running kernel's Landlock can deny. Needs no new privileges. */
bool fz_sandbox_landlock(struct fz_sandbox *s);

/* Compiles the filter into s->filter. */
bool fz_sandbox_seccomp_compile(struct fz_sandbox *s);
/* Puts it in force for this process, for good. */
bool fz_sandbox_seccomp_load(struct fz_sandbox *s);

/* Answers what the filter traps. */
bool fz_sandbox_watch(struct fz_sandbox *s, struct fz_sandbox_told *told);

/* The files on offer: their descriptors, at most FZ_SANDBOX_OFFERS. Gives their number. */
size_t fz_sandbox_offered(int *fds);

bool fz_sandbox_limit(struct fz_sandbox *s, const struct fz_sandbox_limits *limits);

#endif
