#include "source/lookup.h"

#include "base/mem.h"
#include "base/path.h"
#include "image/image.h"
#include "process/zygote.h"
#include "source/reader.h"
#include "sync/thread.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LOCATE_MS =
        3000, /* a disk that has to spin up may take longer: then its file opens as any other source does */
    WORTH_MS = 500,
    MAX_LOOKS = 4000, /* at entries of a folder, before it is taken to hold a picture somewhere */
    MAX_DEPTH = 16,   /* of its folders: links may lead round in circles */
};

enum question { LOCATE, IS_WORTH_OPENING, IS_THERE, OPEN };

/* Whether somewhere below an open folder (taken) lies a picture. Stops at the first. */
static bool holds_picture(int folder_fd, int depth, int *looks)
{
    DIR *dir = fdopendir(folder_fd);
    if (!dir) {
        close(folder_fd);
        return false;
    }
    bool found = false;
    for (const struct dirent *entry; !found && (entry = readdir(dir)) != NULL;) {
        enum fz_source_doubt doubt;
        bool other = !fz_suffix_classify(entry->d_name, &doubt) && entry->d_type != DT_DIR;
        if (fz_name_is_hidden(entry->d_name) || other) /* that includes "." and ".." */
            continue;
        if (--*looks < 0) {
            found = true;
            break;
        }
        int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        struct stat st;
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && depth < MAX_DEPTH) {
            found = holds_picture(fd, depth + 1, looks);
        } else if (fd >= 0) {
            found = fz_image_sniff(fd, NULL) != NULL;
            close(fd);
        }
    }
    closedir(dir);
    return found;
}

static bool is_worth_opening(const char *folder, bool may_be_empty)
{
    int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY), looks = MAX_LOOKS;
    if (fd < 0)
        return false;
    if (!may_be_empty)
        return holds_picture(fd, 0, &looks);
    close(fd);
    return true;
}

/* `fd` of the question is what the path means where it comes from. */
static void answer_open(const struct fz_parcel *question, int socket, struct fz_parcel *answer)
{
    char path[32];
    struct fz_parcel request = *question;
    request.kind = FZ_ASK_OPEN;
    request.flags = FZ_OPEN_WHOLE;
    if (question->fd >= 0) {
        request.len = (size_t)snprintf(path, sizeof path, "/proc/self/fd/%d", question->fd) + 1;
        request.bytes = path;
    }
    fz_ask_answer(&request, socket, answer);
}

/* `count` of the answer says yes or no. `socket`: as fz_ask_answer. */
static struct fz_parcel answer_to(const struct fz_parcel *question, int socket)
{
    struct fz_parcel answer = {.fd = -1};
    if (question->flags == OPEN) {
        answer_open(question, socket, &answer);
    } else if (question->flags == LOCATE) {
        answer.bytes = fz_path_locate(question->bytes);
        answer.len = strlen(answer.bytes) + 1;
        answer.count = fz_path_is_file(question->bytes);
    } else {
        answer.count = is_worth_opening(question->bytes, question->flags == IS_THERE);
    }
    return answer;
}

void fz_lookup_answer(int socket, struct fz_parcel *question)
{
    bool sent; /* or whoever asked would wait for ever: the end of this process is an answer too */
    do {
        struct fz_parcel answer = answer_to(question, socket);
        sent = fz_parcel_send(socket, &answer);
        fz_parcel_fini(&answer);
        fz_parcel_fini(question);
    } while (sent && fz_parcel_receive(socket, question, FZ_READER_MOST_BYTES, -1) == FZ_PARCEL_CAME);
}

static bool receive(int socket, int patience_ms, struct fz_parcel *answer)
{
    bool came = fz_parcel_receive(socket, answer, FZ_ANSWER_MOST_BYTES, patience_ms) == FZ_PARCEL_CAME;
    while (came && answer->kind == FZ_ASK_GOES_ON) {
        fz_parcel_fini(answer);
        came = fz_parcel_receive(socket, answer, FZ_ANSWER_MOST_BYTES, patience_ms) == FZ_PARCEL_CAME;
    }
    return came;
}

void fz_lookup_end(struct fz_child *reader)
{
    if (reader->socket >= 0)
        close(reader->socket);
    if (reader->pid_fd >= 0)
        close(reader->pid_fd);
    *reader = FZ_NO_CHILD;
}

/* False where no answer came. */
static bool ask(struct fz_zygote *readers, struct fz_child *reader, const struct fz_parcel *question,
                int patience_ms, struct fz_parcel *answer)
{
    struct fz_error err;
    if (reader->socket < 0 && fz_zygote_front_fork(readers, 0, reader, &err) != FZ_OK)
        return false;
    bool came = fz_parcel_send(reader->socket, question) && receive(reader->socket, patience_ms, answer);
    if (!came)
        fz_lookup_end(reader);
    return came;
}

/* Fills in the rest of the question. */
static bool find_out(struct fz_zygote *readers, struct fz_child *reader, struct fz_parcel *question,
                     const char *path, int patience_ms, struct fz_parcel *answer)
{
    question->kind = FZ_READER_LOOKUP;
    question->bytes = fz_strdup(path);
    question->len = strlen(path) + 1;
    bool known = true;
    if (readers) {
        known = ask(readers, reader, question, patience_ms, answer);
    } else { /* no loop runs yet: this thread renders nothing */
        fz_thread_disclaim_main();
        *answer = answer_to(question, -1);
        fz_thread_claim_main();
    }
    free(question->bytes);
    return known;
}

char *fz_lookup_locate(struct fz_zygote *readers, const char *path, bool *is_file)
{
    struct fz_parcel question = {.flags = LOCATE, .fd = -1}, answer = {.fd = -1};
    char *absolute = fz_path_absolute(path); /* the process may stand elsewhere */
    struct fz_child reader = FZ_NO_CHILD;
    bool known =
        find_out(readers, &reader, &question, strstr(path, "..") ? path : absolute, LOCATE_MS, &answer);
    fz_lookup_end(&reader);
    if (is_file)
        *is_file = known && answer.count > 0;
    char *located = known && answer.len > 0 ? answer.bytes : absolute;
    if (located != absolute)
        free(absolute);
    else
        fz_parcel_fini(&answer);
    return located;
}

bool fz_lookup_is_worth_opening(struct fz_zygote *readers, const char *folder, bool may_be_empty)
{
    struct fz_parcel question = {.flags = may_be_empty ? IS_THERE : IS_WORTH_OPENING, .fd = -1},
                     answer = {.fd = -1};
    struct fz_child reader = FZ_NO_CHILD;
    bool worth = find_out(readers, &reader, &question, folder, WORTH_MS, &answer) && answer.count > 0;
    fz_lookup_end(&reader);
    fz_parcel_fini(&answer);
    return worth;
}

/* Another process would find its own files there; -1: all the same to it. */
static int own_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdin") == 0)
        return STDIN_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t len = strlen(folders[i]);
        if (strncmp(path, folders[i], len) != 0 || !isdigit((unsigned char)path[len]))
            continue;
        char *end;
        long number = strtol(path + len, &end, 10);
        return *end == '\0' && number <= INT_MAX && fcntl((int)number, F_GETFD) >= 0 ? (int)number : -1;
    }
    return -1;
}

struct fz_look fz_lookup_open(struct fz_zygote *readers, struct fz_child *reader, const char *path,
                              uint64_t most_bytes, int *fd)
{
    struct fz_parcel answer = {.fd = -1},
                     question = {.flags = OPEN,
                                 .value = most_bytes < INT64_MAX ? (int64_t)most_bytes : INT64_MAX,
                                 .fd = readers ? own_descriptor(path) : -1};
    find_out(readers, reader, &question, path, -1, &answer);
    struct fz_look look = fz_answer_look(&answer);
    *fd = answer.fd;
    answer.fd = -1;
    fz_parcel_fini(&answer);
    return look;
}
