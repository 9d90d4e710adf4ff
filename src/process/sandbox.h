/* What a decoder process is kept from, in layers. Each may be missing, never silently: a mask says which hold, and a text
 * why another one does not. The zygote enters most of them once, before its first fork; a decoder adds its limits and the
 * filter of system calls, which the zygote has compiled.
 *
 * The filter knows three classes of calls (process/calls.h): those that decoding needs; those that are known to be
 * dangerous, which are *trapped*, so that they have no effect and can be named; and all others, which answer ENOSYS, so that
 * a newer C library finds another way and does not die. */
#ifndef FZ_PROCESS_SANDBOX_H
#define FZ_PROCESS_SANDBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*       layer         name: as --stats, --version and the status print it */
#define FZ_SANDBOX_LAYER_TABLE(X)   \
    X(NO_NEW_PRIVS, "no_new_privs") \
    X(SECCOMP, "seccomp")           \
    X(NO_CAPS, "no_caps")           \
    X(MOUNTNS, "mountns")           \
    X(NETNS, "netns")               \
    X(IPCNS, "ipcns")               \
    X(UTSNS, "utsns")               \
    X(LANDLOCK, "landlock")         \
    X(LIMITS, "limits")

enum fz_sandbox_layer {
#define X(layer, name) FZ_SANDBOX_LAYER_##layer,
    FZ_SANDBOX_LAYER_TABLE(X)
#undef X
        FZ_SANDBOX_LAYERS
};

/* As a bit of a mask. */
enum {
#define X(layer, name) FZ_SANDBOX_##layer = 1 << FZ_SANDBOX_LAYER_##layer,
    FZ_SANDBOX_LAYER_TABLE(X)
#undef X
        FZ_SANDBOX_ALL = (1 << FZ_SANDBOX_LAYERS) - 1
};

/* From the least to the most. FULL: every layer, but that Landlock may be missing where the mount namespace holds. STRONG:
 * the filter, no new privileges, and one of mount namespace and Landlock. OFF: none at all. */
enum fz_sandbox_state {
    FZ_SANDBOX_STATE_OFF,
    FZ_SANDBOX_STATE_PARTIAL,
    FZ_SANDBOX_STATE_STRONG,
    FZ_SANDBOX_STATE_FULL
};

enum {
    FZ_SANDBOX_REASON = 96,         /* bytes of a text that says why a layer is missing */
    FZ_SANDBOX_TEXT = 160,          /* bytes of fz_sandbox_format's */
    FZ_SANDBOX_MISSING = 400,       /* bytes of fz_sandbox_explain's */
    FZ_SANDBOX_KEPT = 32,           /* descriptors that a zygote may keep */
    FZ_SANDBOX_OFFERS = 512,        /* files that a decoder may open */
    FZ_SANDBOX_CALL_NAME = 32,      /* bytes of a system call's name */
    FZ_SANDBOX_REFUSED_STATUS = 131 /* exit status of a decoder that made a call of the dangerous ones */
};

struct sock_filter;

/* Of one zygote, and inherited by its decoders. */
struct fz_sandbox {
    uint32_t held; /* layers that hold in the zygote, and so in whatever it forks */
    char reasons[FZ_SANDBOX_LAYERS]
                [FZ_SANDBOX_REASON]; /* of those that do not; empty where one holds or is the decoder's */
    struct sock_filter *filter;      /* stays until the process ends; NULL: it could not be made */
    size_t filter_len;
    pid_t zygote;
};

/* Of a decoder. A limit of 0 is not set. */
struct fz_sandbox_limits {
    /* of address space, libraries and stacks of threads included (not under a sanitizer) */
    uint64_t address_bytes;
    uint64_t file_bytes;  /* of the largest memory file */
    uint32_t cpu_s;       /* over its whole life */
    uint32_t descriptors; /* besides the files on offer */
    uint32_t tasks;       /* threads and processes of the sandbox's user, all decoders together */
};

/* In memory that both sides share; zeroed by who makes it. What a decoder wrote there proves nothing: it is for the log. */
struct fz_sandbox_told {
    _Atomic int32_t refused; /* the call that ended the decoder, its number + 1; 0: none */
    _Atomic int32_t opened;  /* the last call that wanted to open a file and was refused, its number + 1 */
    _Atomic uint32_t opens;  /* how many of those there were */
};

/* Single-threaded zygote, once, before it forks. Leaves the environment but for the language, all descriptors but
 * `keep` (0 to 2 become /dev/null where they are not among them), namespaces, user, privileges and file system; compiles the
 * filter. Layers of the mask `without` are not tried (tests). Gives s->held; it never fails as a whole. Prints nothing. */
uint32_t fz_sandbox_enter_zygote(struct fz_sandbox *s, const int *keep, size_t keep_count, uint32_t without);

/* Decoder, forked by that zygote, while it has one thread and its libraries are warm: nothing can be opened afterwards. It dies
 * with the zygote. A call of the dangerous ones is noted in *told (NULL: nowhere) and ends the process with
 * FZ_SANDBOX_REFUSED_STATUS, or SIGSYS where that signal is blocked; to open a file is noted and answers EACCES, because
 * libraries do that without need. Fills the reason of what it could not do. Gives all layers that hold. */
uint32_t fz_sandbox_enter_decoder(struct fz_sandbox *s, const struct fz_sandbox_limits *limits,
                                  struct fz_sandbox_told *told);

/* Zygote, before fz_sandbox_enter_zygote. Whoever opens exactly that path for reading inside gets a duplicate of `fd`, set to its
 * start; all duplicates share one offset, which is as good as none to who maps the file. Takes the descriptor: it is kept
 * as if it stood in `keep`, and in addition to the descriptors that a decoder may have. False: no more room, and the descriptor is closed. */
bool fz_sandbox_offer(const char *path, int fd);

/* Any thread, all of these. */
enum fz_sandbox_state fz_sandbox_state_of(uint32_t held);
const char *fz_sandbox_state_name(enum fz_sandbox_state state);
const char *fz_sandbox_layer_name(enum fz_sandbox_layer layer);

/* "full: no_new_privs seccomp ...", for people. */
void fz_sandbox_format(uint32_t held, char text[FZ_SANDBOX_TEXT]);

/* Every layer that is not held, with its reason, and those of one reason together: "netns utsns: unshare: ..., landlock: ...".
 * Empty where none is missing. */
void fz_sandbox_explain(const struct fz_sandbox *s, uint32_t held, char text[FZ_SANDBOX_MISSING]);

/* The name of a system call of this machine, or its number. Gives `name`. */
const char *fz_sandbox_call_name(int32_t number, char name[FZ_SANDBOX_CALL_NAME]);

#endif
