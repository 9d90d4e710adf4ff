#include "decode/ask.h"

#include <errno.h>
#include <string.h>

struct fz_look fz_answer_look(const struct fz_parcel *answer)
{
    struct fz_look look = {.sys = EIO};
    if (answer->bytes && answer->len >= sizeof look)
        memcpy(&look, answer->bytes, sizeof look);
    return look;
}

const struct fz_look *fz_answer_looks(const struct fz_parcel *answer, size_t count)
{
    bool whole = answer->bytes && answer->len == count * sizeof(struct fz_look);
    return whole ? (const struct fz_look *)(const void *)answer->bytes : NULL;
}

bool fz_answer_found(const struct fz_parcel *answer, size_t *at, struct fz_found *found)
{
    if (*at >= answer->len || answer->len - *at < sizeof found->inode)
        return false;
    memcpy(&found->inode, answer->bytes + *at, sizeof found->inode);
    *at += sizeof found->inode;
    found->name = fz_parcel_text(answer, at);
    return found->name != NULL;
}

enum fz_err fz_answer_rated(const struct fz_parcel *answer, struct fz_error *err)
{
    if (answer->len != sizeof *err)
        return fz_fail(err, FZ_E_BUSY, 0, "perhaps not rated: the reader of its folder has ended");
    memcpy(err, answer->bytes, sizeof *err);
    err->msg[sizeof err->msg - 1] = '\0';
    return err->code;
}
