/* A decoder that goes wrong: the file says how, by "FRIEZE-FAULT " and a word, in place of a picture. */
#include "decode/call.h"
#include "process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t __real_pread(int fd, void *bytes, size_t len, off_t at);
int __real_socket(int domain, int type, int protocol);
int __real_openat(int folder, const char *path, int flags, ...);
enum fz_err __real_fz_image_load(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                                 struct fz_image *out, struct fz_error *err);
enum fz_err __wrap_fz_image_load(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                                 struct fz_image *out, struct fz_error *err);
bool __real_fz_wire_send(int socket, const void *message, size_t len, const int *fds, int fd_count);
bool __wrap_fz_wire_send(int socket, const void *message, size_t len, const int *fds, int fd_count);

static const char MARK[] = "FRIEZE-FAULT ";
static char lie[16]; /* about the answer to come; a decoder has one thread */

/* Not to be made a loop of. */
__attribute__((noinline)) static int fall(volatile int depth)
{
    volatile char frame[4096];
    frame[0] = (char)depth;
    return depth < 0 ? 0 : fall(depth + 1) + frame[0];
}

static enum fz_err tell(struct fz_error *err, const char *call, long result)
{
    int sys = errno;
    return fz_fail(err, FZ_E_DAMAGED, result < 0 ? sys : 0, "%s %s", call,
                   result < 0 ? "refused" : "had an effect");
}

static enum fz_err go_wrong(const char *how, struct fz_error *err)
{
    static volatile uintptr_t nowhere = 64; /* of a null pointer a sanitizer tells before it is written to */
    if (strcmp(how, "segv") == 0)
        *(volatile char *)nowhere = 1; /* NOLINT(performance-no-int-to-ptr) */
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "stack") == 0)
        fall(0);
    for (volatile bool loops = strcmp(how, "loop") == 0; loops;)
        continue;
    if (strcmp(how, "socket") == 0)
        return tell(err, how, __real_socket(AF_INET, SOCK_STREAM, 0));
    if (strcmp(how, "execve") == 0)
        return tell(err, how, execl("/bin/true", "true", (char *)NULL));
    if (strcmp(how, "open") == 0)
        return tell(err, how, __real_openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC));
    if (strcmp(how, "kill") == 0)
        return tell(err, how, kill(getppid(), SIGKILL));
    return fz_fail(err, FZ_E_DAMAGED, 0, "%s: done", how);
}

/* A picture of one pixel, whatever is to be said of it. */
static enum fz_err give_pixel(const struct fz_image_request *request, struct fz_image *out,
                              struct fz_error *err)
{
    int pitch;
    *out = (struct fz_image){
        .format = "png", .width = 1, .height = 1, .orientation = 1, .frames = 1, .out_w = 1, .out_h = 1};
    out->pixels = request->host.alloc(request->host.ctx, 1, 1, &pitch);
    if (!out->pixels)
        return fz_fail(err, FZ_E_MEMORY, 0, "no pixel");
    memset(out->pixels, 0xff, 4);
    return FZ_OK;
}

enum fz_err __wrap_fz_image_load(const struct fz_image_request *request, struct fz_image_scratch *scratch,
                                 struct fz_image *out, struct fz_error *err)
{
    char text[sizeof MARK + 15] = "";
    size_t skip = sizeof MARK - 1;
    if (request->head.len > 0)
        memcpy(text, request->head.bytes,
               request->head.len < sizeof text - 1 ? request->head.len : sizeof text - 1);
    else if (!request->bytes && __real_pread(request->fd, text, sizeof text - 1, 0) < 0)
        text[0] = '\0';
    if (strncmp(text, MARK, skip) != 0)
        return __real_fz_image_load(request, scratch, out, err);
    text[skip + strcspn(text + skip, "\n")] = '\0';
    if (strncmp(text + skip, "lie-", 4) != 0)
        return go_wrong(text + skip, err);
    snprintf(lie, sizeof lie, "%s", text + skip + 4);
    return give_pixel(request, out, err);
}

bool __wrap_fz_wire_send(int socket, const void *message, size_t len, const int *fds, int fd_count)
{
    struct fz_call_done done;
    if (lie[0] == '\0' || len != sizeof done)
        return __real_fz_wire_send(socket, message, len, fds, fd_count);
    memcpy(&done, message, sizeof done);
    if (strcmp(lie, "size") == 0)
        done.image.out_w = done.image.out_h = 30000;
    if (strcmp(lie, "negative") == 0)
        done.image.out_w = -1;
    if (strcmp(lie, "limits") == 0)
        done.image.width = done.image.height = 100000;
    if (strcmp(lie, "id") == 0)
        done.tell.id += 7;
    if (strcmp(lie, "what") == 0)
        done.tell.what = 99;
    if (strcmp(lie, "text") == 0) {
        memset(done.error.msg, 'x', sizeof done.error.msg);
        memset(done.image.format, 'x', sizeof done.image.format);
    }
    if (strcmp(lie, "twice") == 0)
        __real_fz_wire_send(socket, &done, sizeof done, NULL, 0);
    size_t part = strcmp(lie, "short") == 0 ? 5 : sizeof done;
    bool silent = strcmp(lie, "silent") == 0;
    lie[0] = '\0';
    return silent || __real_fz_wire_send(socket, &done, part, NULL, 0);
}
