#include "decode/ask.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/pulse.h"
#include "decode/fetch.h"
#include "decode/pages.h"
#include "decode/rating.h"
#include "decode/sidecar.h"
#include "decode/target.h"
#include "image/format.h"
#include "sync/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    LITTLE_BYTES = 256 << 10, /* are copied without asking */
    ALONG_US =
        500, /* for what is done beside what somebody waits for: a disk that has to seek takes longer */
};

/* File systems have times that 64 bits of nanoseconds have not. */
static int64_t nanoseconds(struct timespec time)
{
    const int64_t most = INT64_MAX / 1000000000 - 1;
    int64_t seconds = time.tv_sec < -most ? -most : time.tv_sec > most ? most : time.tv_sec;
    return seconds * 1000000000 + time.tv_nsec;
}

struct fz_look fz_look_of(const struct stat *st)
{
    return (struct fz_look){.mode = st->st_mode,
                            .bytes = st->st_size > 0 ? (uint64_t)st->st_size : 0,
                            .mtime_ns = nanoseconds(st->st_mtim),
                            .ctime_ns = nanoseconds(st->st_ctim),
                            .device = st->st_dev,
                            .inode = st->st_ino};
}

static struct fz_look failed(int sys)
{
    return (struct fz_look){.sys = sys};
}

/* O_NONBLOCK: a FIFO among the files must not hold anybody; whoever reads refuses it by its type. */
static int open_file(const char *path, int flags, struct fz_look *look)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
    fz_pulse_beat();
    *look = fd >= 0 && fstat(fd, &st) == 0 ? fz_look_of(&st) : failed(errno);
    fz_pulse_beat();
    return fd;
}

static void answer_looks(const struct fz_parcel *request, struct fz_parcel *answer)
{
    struct stat st;
    size_t at = 0, count = request->count < request->len ? request->count : request->len;
    struct fz_look *looks = fz_calloc(count + 1, sizeof *looks);
    int links = request->flags & FZ_LOOK_AT_LINKS ? AT_SYMLINK_NOFOLLOW : 0;
    int64_t end_us = request->flags & FZ_LOOK_ALONG ? fz_now_us() + ALONG_US : INT64_MAX;
    const char *path;
    for (size_t i = 0; i < count && (path = fz_parcel_text(request, &at)) != NULL; i++) {
        bool along = i > 0 && request->flags & FZ_LOOK_ALONG;
        int how = along ? AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT : links;
        if (along && fz_now_us() > end_us)
            looks[i] = failed(EAGAIN);
        else
            looks[i] = fstatat(AT_FDCWD, path, &st, how) == 0 ? fz_look_of(&st) : failed(errno);
        int fd = request->flags & FZ_LOOK_MAY_OPEN && looks[i].sys == 0 ? open_file(path, 0, &looks[i]) : -1;
        if (fd >= 0)
            close(fd);
        fz_pulse_beat();
        if (along && S_ISLNK(looks[i].mode))
            looks[i] = failed(EAGAIN);
    }
    answer->bytes = (char *)looks;
    answer->len = count * sizeof *looks;
}

/* Of such a file nothing is copied. */
static bool is_too_long(const struct fz_look *look, const struct fz_parcel *request)
{
    return request->flags & FZ_OPEN_WHOLE && look->bytes > (uint64_t)request->value;
}

static uint64_t room_for(const struct fz_look *look, const struct fz_parcel *request)
{
    uint64_t most = (uint64_t)request->value;
    return is_too_long(look, request) ? 0 : look->bytes < most ? look->bytes : most;
}

uint64_t fz_ask_room(const struct fz_look *look, const struct fz_parcel *request)
{
    uint64_t bytes = room_for(look, request);
    return bytes > LITTLE_BYTES ? bytes : 0;
}

static uint64_t granted_bytes(const struct fz_parcel *request)
{
    return (uint64_t)request->number << 10;
}

static void tell_more_comes(void *socket)
{
    fz_parcel_send(*(const int *)socket, &(struct fz_parcel){.kind = FZ_ASK_GOES_ON, .fd = -1});
}

struct asker {
    int socket;    /* -1: nobody who could change his mind */
    unsigned rank; /* as he told it last */
};

/* Whoever is gone wants nothing. */
static unsigned hear_rank(void *ctx, unsigned rank)
{
    (void)rank;
    struct asker *asker = ctx;
    struct fz_parcel parcel;
    if (asker->socket < 0)
        return asker->rank;
    enum fz_parcel_end end = fz_parcel_receive(asker->socket, &parcel, FZ_ASK_MOST_BYTES, 0);
    if (end == FZ_PARCEL_ENDED)
        asker->rank = FZ_FETCH_NOT;
    if (end != FZ_PARCEL_CAME)
        return asker->rank;
    if (parcel.kind == FZ_ASK_RANK)
        asker->rank = parcel.number;
    fz_parcel_fini(&parcel);
    return asker->rank;
}

/* -1 with errno: no memory, or nothing of it could be read, or it is wanted no more (ECANCELED). */
static int copy_file(int from, const struct fz_look *look, const struct fz_parcel *request,
                     struct asker *asker)
{
    uint64_t wanted = look->bytes > 0 ? room_for(look, request) : (uint64_t)request->value;
    return fz_fetch(from, &(struct fz_fetch_wish){.bytes = is_too_long(look, request) ? 0 : wanted,
                                                  .rank = asker->rank,
                                                  .hear = hear_rank,
                                                  .ctx = asker});
}

/* Whether it may be copied. Where that takes more room than was granted, more is asked for with the file open: a slow share takes its time
 * for each time that it is opened. */
static bool gets_room(const struct fz_look *look, const struct fz_parcel *request, struct asker *asker)
{
    const bool is_known = look->bytes > 0; /* else it is empty, or its share tells no lengths */
    uint64_t bytes = is_known ? fz_ask_room(look, request) : FZ_ASK_PRESUMED_BYTES;
    if (!(request->flags & FZ_OPEN_ASKS) || bytes <= granted_bytes(request))
        return true;
    const struct fz_parcel wish = {
        .kind = FZ_ASK_WANTS_ROOM, .value = is_known ? (int64_t)bytes : 0, .fd = -1};
    struct fz_parcel reply;
    uint32_t kind = FZ_ASK_RANK, number = asker->rank;
    bool goes_on = fz_parcel_send(asker->socket, &wish);
    while (goes_on && kind == FZ_ASK_RANK) {
        asker->rank = number;
        goes_on = fz_parcel_receive(asker->socket, &reply, FZ_ASK_MOST_BYTES, -1) == FZ_PARCEL_CAME;
        kind = reply.kind;
        number = reply.number;
        fz_parcel_fini(&reply);
    }
    if (!goes_on)
        shutdown(asker->socket, SHUT_RDWR); /* the two sides know no more who waits for whom */
    return goes_on && kind == FZ_ASK_ROOM && number > 0;
}

/* Of what lies on a disk. */
static bool may_be_copied(const struct fz_look *look, const struct fz_parcel *request)
{
    return look->bytes > 0 && look->bytes <= (uint64_t)FZ_OPEN_COPY_OF(request->flags) << 20;
}

static bool is_on_share(int fd)
{
    struct statfs fs;
    bool known = fstatfs(fd, &fs) == 0;
    fz_pulse_beat();
    return known && fz_is_share(fs.f_type);
}

/* As much of a file on a disk as a decoder may read. What looks for a few facts in it reads here and there, and mostly in its head. */
static uint64_t bytes_ahead(const struct fz_look *look, const struct fz_parcel *request)
{
    uint64_t bytes = room_for(look, request);
    uint64_t most = request->flags & FZ_OPEN_WHOLE ? FZ_IMAGE_AHEAD_BYTES : FZ_FORMAT_HEAD_BYTES;
    return bytes < most ? bytes : most;
}

static enum fz_fetch_end bring_pages(int fd, const struct fz_look *look, const struct fz_parcel *request,
                                     struct asker *asker)
{
    return fz_fetch_pages(
        fd, &(struct fz_fetch_wish){
                .bytes = bytes_ahead(look, request), .rank = asker->rank, .hear = hear_rank, .ctx = asker});
}

/* Those behind the first; `at`: where their paths begin. Of a disk that is not known to be quick only what needs it no more. */
static void open_along(const struct fz_parcel *request, size_t at, bool is_quick, struct fz_parcel *answer)
{
    int64_t end_us = fz_now_us() + ALONG_US;
    struct fz_look look;
    const char *path;
    for (uint32_t i = 1; i < request->count && (path = fz_parcel_text(request, &at)) != NULL; i++) {
        bool tries = answer->more_count < FZ_PARCEL_MORE && fz_now_us() <= end_us;
        int fd = tries ? open_file(path, O_NOFOLLOW, &look) : -1;
        if (fd >= 0 && S_ISREG(look.mode) && !is_on_share(fd) &&
            (is_quick || fz_pages_worth(fd, bytes_ahead(&look, request)) == 0)) {
            answer->more[answer->more_count++] = fd;
        } else {
            look = failed(EAGAIN);
            if (fd >= 0)
                close(fd);
        }
        memcpy(answer->bytes + i * sizeof look, &look, sizeof look);
    }
}

static void answer_open(const struct fz_parcel *request, int socket, struct fz_parcel *answer)
{
    size_t at = 0;
    const char *path = fz_parcel_text(request, &at);
    if (!path)
        return;
    struct fz_look look;
    struct fz_image_head head = {0};
    int fd = open_file(path, 0, &look);
    bool wants_head = request->flags & FZ_OPEN_HEAD, regular = fd >= 0 && S_ISREG(look.mode);
    bool share = regular && socket >= 0 && is_on_share(fd), disk = regular && socket >= 0 && !share;
    struct asker asker = {socket, FZ_OPEN_RANK_OF(request->flags)};
    if (disk && wants_head)
        answer->flags = fz_pages_read_head(fd, look.bytes, &head) ? 0 : FZ_OPEN_WAITS;
    else if (regular && wants_head)
        fz_image_read_head(fd, &head, NULL); /* whoever decodes it says why there is none */
    if (share && !wants_head && !gets_room(&look, request, &asker)) {
        answer->kind = FZ_ASK_WANTS_ROOM;
        close(fd);
        return;
    }
    bool copies = !wants_head && (share || (regular && may_be_copied(&look, request)));
    int copy = copies ? copy_file(fd, &look, request, &asker) : -1;
    if (share && copies && copy < 0)
        look = failed(errno);
    enum fz_fetch_end end =
        copies && copy < 0 && asker.rank == FZ_FETCH_NOT ? FZ_FETCH_UNWANTED : FZ_FETCH_READ;
    if (disk && !wants_head && copy < 0 && end != FZ_FETCH_UNWANTED)
        end = bring_pages(fd, &look, request, &asker);
    if (end == FZ_FETCH_UNWANTED)
        look = failed(ECANCELED);
    if (share || copy >= 0 || end == FZ_FETCH_UNWANTED || answer->flags & FZ_OPEN_WAITS) {
        close(fd);
        fd = copy;
    }
    bool along = regular && !share && !wants_head && request->count <= FZ_PARCEL_MORE + 1;
    size_t looks = along && request->count > 1 ? request->count : 1;
    answer->fd = fd;
    answer->len = looks * sizeof look + head.len;
    answer->bytes = fz_calloc(answer->len, 1);
    memcpy(answer->bytes, &look, sizeof look);
    if (head.len > 0)
        memcpy(answer->bytes + sizeof look, head.bytes, head.len);
    fz_image_head_fini(&head);
    if (looks > 1)
        open_along(request, at, end == FZ_FETCH_QUICK, answer);
}

static void answer_sidecars(const char *path, const char *beneath, struct fz_parcel *answer)
{
    size_t own;
    answer->bytes = fz_sidecar_read(path, beneath, &answer->len, &own);
    answer->value = (int64_t)own;
}

static int compare_inodes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void answer_find(const struct fz_parcel *request, struct fz_parcel *answer)
{
    size_t at = 0, count = request->count;
    const char *folder = fz_parcel_text(request, &at);
    if (!folder || at > request->len || count > (request->len - at) / sizeof(uint64_t))
        return;
    DIR *dir = opendir(folder);
    uint64_t *wanted = fz_malloc((count + 1) * sizeof *wanted);
    memcpy(wanted, request->bytes + at, count * sizeof *wanted);
    qsort(wanted, count, sizeof *wanted, compare_inodes);
    size_t capacity = 0;
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        fz_pulse_beat();
        uint64_t inode = entry->d_ino;
        if (!bsearch(&inode, wanted, count, sizeof *wanted, compare_inodes))
            continue;
        size_t size = strlen(entry->d_name) + 1;
        answer->bytes = fz_grow(answer->bytes, &capacity, answer->len + sizeof inode + size, 1);
        memcpy(answer->bytes + answer->len, &inode, sizeof inode);
        memcpy(answer->bytes + answer->len + sizeof inode, entry->d_name, size);
        answer->len += sizeof inode + size;
    }
    if (dir)
        closedir(dir);
    free(wanted);
}

static bool is_unwanted(void *ctx)
{
    const struct asker *asker = ctx;
    if (asker->socket < 0)
        return false;
    unsigned rank = hear_rank(ctx, asker->rank);
    fz_pulse_beat();
    return rank == FZ_FETCH_NOT;
}

static void answer_of(const struct fz_parcel *request, int socket, struct fz_parcel *answer)
{
    size_t at = 0;
    if (request->kind == FZ_ASK_LOOK) {
        answer_looks(request, answer);
        return;
    }
    if (request->kind == FZ_ASK_FIND) {
        answer_find(request, answer);
        return;
    }
    if (request->kind == FZ_ASK_TARGET) {
        fz_target_answer_find(request, answer);
        return;
    }
    if (request->kind == FZ_ASK_PUT) {
        struct asker asker = {.socket = socket};
        fz_target_answer_put(request, is_unwanted, &asker, answer);
        return;
    }
    if (request->kind == FZ_ASK_OPEN) {
        answer_open(request, socket, answer);
        return;
    }
    if (request->kind == FZ_ASK_RATE) {
        fz_rating_answer(request, socket >= 0, answer);
        return;
    }
    const char *path = fz_parcel_text(request, &at);
    if (path && request->kind == FZ_ASK_SIDECARS)
        answer_sidecars(path, fz_parcel_text(request, &at), answer);
}

void fz_ask_answer(const struct fz_parcel *request, int socket, struct fz_parcel *answer)
{
    FZ_NOT_MAIN();
    struct fz_pulse pulse;
    *answer = (struct fz_parcel){.kind = request->kind, .count = request->count, .fd = -1};
    if (socket >= 0)
        fz_pulse_begin(&pulse, tell_more_comes, &socket);
    answer_of(request, socket, answer);
    fz_pulse_end();
}

enum fz_parcel_end fz_ask_serve_one(int socket, int timeout_ms)
{
    const struct fz_parcel spoilt = {.kind = FZ_ASK_SPOILT, .fd = -1};
    struct fz_parcel request, answer;
    enum fz_parcel_end end = fz_parcel_receive(socket, &request, FZ_ASK_MOST_BYTES, timeout_ms);
    if (end != FZ_PARCEL_CAME)
        return end;
    if (request.kind == FZ_ASK_RANK) { /* of what was answered meanwhile */
        fz_parcel_fini(&request);
        return FZ_PARCEL_CAME;
    }
    fz_ask_answer(&request, socket, &answer);
    bool said = answer.kind == FZ_ASK_WANTS_ROOM; /* before */
    bool sent = said || fz_parcel_send(socket, &answer) || fz_parcel_send(socket, &spoilt);
    if (request.kind == FZ_ASK_RATE)
        fz_rating_go_on(&request, &answer);
    fz_parcel_fini(&request);
    fz_parcel_fini(&answer);
    return sent ? FZ_PARCEL_CAME : FZ_PARCEL_ENDED;
}

bool fz_is_share(long type)
{
    static const uint32_t shares[] = {
        NFS_SUPER_MAGIC,   SMB_SUPER_MAGIC,  CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
        V9FS_MAGIC,        CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC,  AFS_FS_MAGIC,     CODA_SUPER_MAGIC,
        OCFS2_SUPER_MAGIC, NCP_SUPER_MAGIC,  0x786f4256, /* VirtualBox's shared folders */
        0x0bd00bd0,                                      /* Lustre */
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if ((uint32_t)type == shares[i])
            return true;
    return false;
}
