/* What stands in for the calls of frieze's own object files. A row is all that it takes to have another one fail:
 * CMakeLists.txt reads the names here for the linker. */
#include "faults.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALLER __builtin_return_address(0)

#define WRAP(name, kind, type, fails, parameters, arguments)                                    \
    type __real_##name parameters;                                                              \
    type __wrap_##name parameters;                                                              \
    type __wrap_##name parameters                                                               \
    {                                                                                           \
        return fz_faults_due(FZ_FAULT_##kind, #name, CALLER) ? fails : __real_##name arguments; \
    }

/* One that changes what is on the disk: the power may fail before it. */
#define WRAP_STEP(name, kind, type, fails, parameters, arguments)                               \
    type __real_##name parameters;                                                              \
    type __wrap_##name parameters;                                                              \
    type __wrap_##name parameters                                                               \
    {                                                                                           \
        fz_cut_step(#name, CALLER);                                                             \
        return fz_faults_due(FZ_FAULT_##kind, #name, CALLER) ? fails : __real_##name arguments; \
    }

/* clang-format off */
WRAP(malloc, ALLOC, void *, NULL, (size_t bytes), (bytes))
WRAP(calloc, ALLOC, void *, NULL, (size_t count, size_t bytes), (count, bytes))
WRAP(realloc, ALLOC, void *, NULL, (void *old, size_t bytes), (old, bytes))
WRAP(reallocarray, ALLOC, void *, NULL, (void *old, size_t count, size_t bytes), (old, count, bytes))
WRAP(aligned_alloc, ALLOC, void *, NULL, (size_t alignment, size_t bytes), (alignment, bytes))
WRAP(strdup, ALLOC, char *, NULL, (const char *text), (text))
WRAP(vasprintf, ALLOC, int, -1, (char **text, const char *format, va_list args), (text, format, args))
WRAP(open_memstream, ALLOC, FILE *, NULL, (char **bytes, size_t *len), (bytes, len))
WRAP(fdopen, ALLOC, FILE *, NULL, (int fd, const char *mode), (fd, mode))

WRAP(pread, READ, ssize_t, -1, (int fd, void *bytes, size_t len, off_t at), (fd, bytes, len, at))
WRAP(fread, READ, size_t, 0, (void *bytes, size_t size, size_t count, FILE *file), (bytes, size, count, file))
WRAP(fgets, READ, char *, NULL, (char *line, int size, FILE *file), (line, size, file))
WRAP(__getdelim, READ, ssize_t, -1, (char **line, size_t *size, int end, FILE *file), (line, size, end, file))
WRAP(json_loadf, READ, json_t *, NULL, (FILE *file, size_t flags, json_error_t *error), (file, flags, error))
WRAP(readdir, READ, struct dirent *, NULL, (DIR *dir), (dir))
WRAP(pwrite, WRITE, ssize_t, -1, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at))
WRAP_STEP(fwrite, WRITE, size_t, 0, (const void *bytes, size_t size, size_t count, FILE *file), (bytes, size, count, file))
WRAP_STEP(json_dumpf, WRITE, int, -1, (const json_t *root, FILE *file, size_t flags), (root, file, flags))
WRAP_STEP(fflush, WRITE, int, EOF, (FILE *file), (file))

WRAP(fopen, OPEN, FILE *, NULL, (const char *path, const char *mode), (path, mode))
WRAP(TTF_OpenFontIndex, OPEN, TTF_Font *, NULL, (const char *path, int size, long index), (path, size, index))
WRAP(opendir, OPEN, DIR *, NULL, (const char *path), (path))
WRAP(fdopendir, OPEN, DIR *, NULL, (int fd), (fd))
WRAP(pipe2, FD, int, -1, (int *ends, int flags), (ends, flags))
WRAP(eventfd, FD, int, -1, (unsigned value, int flags), (value, flags))
WRAP(signalfd, FD, int, -1, (int fd, const sigset_t *set, int flags), (fd, set, flags))
WRAP(inotify_init1, FD, int, -1, (int flags), (flags))
WRAP(socket, FD, int, -1, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(socketpair, FD, int, -1, (int domain, int type, int protocol, int *ends), (domain, type, protocol, ends))
WRAP(memfd_create, FD, int, -1, (const char *name, unsigned flags), (name, flags))
WRAP(accept4, FD, int, -1, (int fd, struct sockaddr *from, socklen_t *len, int flags), (fd, from, len, flags))

WRAP(stat, STAT, int, -1, (const char *path, struct stat *st), (path, st))
WRAP(lstat, STAT, int, -1, (const char *path, struct stat *st), (path, st))
WRAP(fstat, STAT, int, -1, (int fd, struct stat *st), (fd, st))
WRAP(fstatat, STAT, int, -1, (int dir, const char *path, struct stat *st, int flags), (dir, path, st, flags))
WRAP(access, STAT, int, -1, (const char *path, int mode), (path, mode))
WRAP(readlink, STAT, ssize_t, -1, (const char *path, char *to, size_t size), (path, to, size))
WRAP(realpath, STAT, char *, NULL, (const char *path, char *to), (path, to))
WRAP(getcwd, STAT, char *, NULL, (char *to, size_t size), (to, size))

WRAP_STEP(rename, FILE, int, -1, (const char *from, const char *to), (from, to))
WRAP_STEP(unlink, UNLINK, int, -1, (const char *path), (path))
WRAP_STEP(mkdir, FILE, int, -1, (const char *path, mode_t mode), (path, mode))
WRAP(linkat, FILE, int, -1, (int from_dir, const char *from, int to_dir, const char *to, int flags), (from_dir, from, to_dir, to, flags))
WRAP(fchmod, FILE, int, -1, (int fd, mode_t mode), (fd, mode))
WRAP(inotify_add_watch, WATCH, int, -1, (int fd, const char *path, uint32_t mask), (fd, path, mask))

WRAP(bind, SOCKET, int, -1, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
WRAP(listen, SOCKET, int, -1, (int fd, int backlog), (fd, backlog))
WRAP(connect, SOCKET, int, -1, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
WRAP(recv, SOCKET, ssize_t, -1, (int fd, void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WRAP(send, SOCKET, ssize_t, -1, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags))
WRAP(recvmsg, SOCKET, ssize_t, -1, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WRAP(sendmsg, SOCKET, ssize_t, -1, (int fd, const struct msghdr *message, int flags), (fd, message, flags))

WRAP(fork, SPAWN, pid_t, -1, (void), ())
WRAP(posix_spawnp, SPAWN, int, errno, (pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const *argv, char *const *environment), (pid, file, actions, attributes, argv, environment))
WRAP(posix_spawn, SPAWN, int, errno, (pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const *argv, char *const *environment), (pid, file, actions, attributes, argv, environment))
WRAP(mmap, MAP, void *, MAP_FAILED, (void *at, size_t len, int protection, int flags, int fd, off_t from), (at, len, protection, flags, fd, from))
WRAP(ftruncate, MAP, int, -1, (int fd, off_t len), (fd, len))

WRAP(SDL_CreateThread, THREAD, SDL_Thread *, (SDL_OutOfMemory(), NULL), (SDL_ThreadFunction run, const char *name, void *data), (run, name, data))
WRAP(SDL_CreateMutex, THREAD, SDL_mutex *, (SDL_OutOfMemory(), NULL), (void), ())
WRAP(SDL_CreateSemaphore, THREAD, SDL_sem *, (SDL_OutOfMemory(), NULL), (Uint32 value), (value))
WRAP(SDL_CreateTexture, TEXTURE, SDL_Texture *, (SDL_OutOfMemory(), NULL), (SDL_Renderer *renderer, Uint32 format, int access, int w, int h), (renderer, format, access, w, h))
WRAP(SDL_UpdateTexture, UPLOAD, int, SDL_OutOfMemory(), (SDL_Texture *texture, const SDL_Rect *rect, const void *pixels, int pitch), (texture, rect, pixels, pitch))
WRAP(TTF_RenderUTF8_Blended, SURFACE, SDL_Surface *, NULL, (TTF_Font *font, const char *text, SDL_Color color), (font, text, color))
WRAP(SDL_CreateRGBSurfaceWithFormat, SURFACE, SDL_Surface *, (SDL_OutOfMemory(), NULL), (Uint32 flags, int w, int h, int depth, Uint32 format), (flags, w, h, depth, format))
WRAP(SDL_CreateRGBSurfaceWithFormatFrom, SURFACE, SDL_Surface *, (SDL_OutOfMemory(), NULL), (void *pixels, int w, int h, int depth, int pitch, Uint32 format), (pixels, w, h, depth, pitch, format))
WRAP(SDL_ConvertSurfaceFormat, SURFACE, SDL_Surface *, (SDL_OutOfMemory(), NULL), (SDL_Surface *surface, Uint32 format, Uint32 flags), (surface, format, flags))
WRAP(SDL_RWFromConstMem, SURFACE, SDL_RWops *, (SDL_OutOfMemory(), NULL), (const void *bytes, int len), (bytes, len))
WRAP(SDL_InitSubSystem, VIDEO, int, SDL_OutOfMemory(), (Uint32 flags), (flags))
WRAP(SDL_CreateWindow, VIDEO, SDL_Window *, (SDL_OutOfMemory(), NULL), (const char *title, int x, int y, int w, int h, Uint32 flags), (title, x, y, w, h, flags))
WRAP(SDL_CreateRenderer, VIDEO, SDL_Renderer *, (SDL_OutOfMemory(), NULL), (SDL_Window *window, int index, Uint32 flags), (window, index, flags))
WRAP(SDL_RenderReadPixels, VIDEO, int, SDL_OutOfMemory(), (SDL_Renderer *renderer, const SDL_Rect *rect, Uint32 format, void *pixels, int pitch), (renderer, rect, format, pixels, pitch))

WRAP(sqlite3_exec, SQLITE, int, SQLITE_NOMEM, (sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *context, char **message), (db, sql, row, context, message))
WRAP(sqlite3_prepare_v2, SQLITE, int, SQLITE_NOMEM, (sqlite3 *db, const char *sql, int len, sqlite3_stmt **statement, const char **tail), (db, sql, len, statement, tail))
WRAP(sqlite3_prepare_v3, SQLITE, int, SQLITE_NOMEM, (sqlite3 *db, const char *sql, int len, unsigned flags, sqlite3_stmt **statement, const char **tail), (db, sql, len, flags, statement, tail))
WRAP(sqlite3_step, SQLITE, int, SQLITE_NOMEM, (sqlite3_stmt *statement), (statement))
/* clang-format on */

/* ---- Those of another shape ---------------------------------------------------------------------------------------- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
ssize_t __real_read(int fd, void *bytes, size_t len);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __real_fputs(const char *text, FILE *file);
int __wrap_fputs(const char *text, FILE *file);
int __real_fputc(int c, FILE *file);
int __wrap_fputc(int c, FILE *file);
int __real_putc(int c, FILE *file);
int __wrap_putc(int c, FILE *file);
int __real_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs);

/* Files, and what the program wakes itself by: nothing goes on where all of those fail. */
static bool is_file(int fd)
{
    struct stat st;
    return __real_fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    bool fails = fz_faults_due(is_file(fd) ? FZ_FAULT_READ : FZ_FAULT_EVENT, "read", CALLER);
    return fails ? -1 : __real_read(fd, bytes, len);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    bool file = is_file(fd);
    if (file)
        fz_cut_step("write", CALLER);
    bool fails = fz_faults_due(file ? FZ_FAULT_WRITE : FZ_FAULT_EVENT, "write", CALLER);
    return fails ? -1 : __real_write(fd, bytes, len);
}

static int watched(int fd, int flags)
{
    if (fd >= 0 && (flags & O_ACCMODE) != O_RDONLY)
        fz_cut_watch(fd);
    return fd;
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (flags & O_CREAT)
        fz_cut_step("open", CALLER);
    if (fz_faults_due(FZ_FAULT_OPEN, "open", CALLER))
        return -1;
    return watched(__real_openat(folder, path, flags, mode), flags);
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (flags & O_CREAT)
        fz_cut_step("open", CALLER);
    if (fz_faults_due(FZ_FAULT_OPEN, "open", CALLER))
        return -1;
    return watched(__real_openat(AT_FDCWD, path, flags, mode), flags);
}

/* One of its commands takes a descriptor. */
int __wrap_fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *argument = va_arg(args, void *);
    va_end(args);
    if (command == F_DUPFD_CLOEXEC && fz_faults_due(FZ_FAULT_FD, "fcntl", CALLER))
        return -1;
    return __real_fcntl(fd, command, argument);
}

/* It closes in any case; what it had still to write may have no room. */
int __wrap_fclose(FILE *file)
{
    bool writes = __fwritable(file) != 0;
    if (writes)
        fz_cut_step("fclose", CALLER);
    bool fails = writes && fz_faults_due(FZ_FAULT_WRITE, "fclose", CALLER);
    int sys = errno, rc = __real_fclose(file);
    if (!fails)
        return rc;
    errno = sys;
    return EOF;
}

/* As the C library's own do, these leave the mark that ferror() tells of. */
static bool fails_to_put(FILE *file, const char *function, const void *caller)
{
    bool fails = fz_faults_due(FZ_FAULT_WRITE, function, caller);
    if (fails)
        file->_flags |= _IO_ERR_SEEN;
    return fails;
}

int __wrap_fputs(const char *text, FILE *file)
{
    return fails_to_put(file, "fputs", CALLER) ? EOF : __real_fputs(text, file);
}

int __wrap_fputc(int c, FILE *file)
{
    return fails_to_put(file, "fputc", CALLER) ? EOF : __real_fputc(c, file);
}

int __wrap_putc(int c, FILE *file)
{
    return fails_to_put(file, "putc", CALLER) ? EOF : __real_putc(c, file);
}

int __wrap_sqlite3_open_v2(const char *path, sqlite3 **db, int flags, const char *vfs)
{
    *db = NULL;
    return fz_faults_due(FZ_FAULT_SQLITE, "sqlite3_open_v2", CALLER)
               ? SQLITE_NOMEM
               : __real_sqlite3_open_v2(path, db, flags, vfs);
}
