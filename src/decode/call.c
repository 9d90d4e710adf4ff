#include "decode/call.h"

const struct fz_call_row fz_call_rows[] = {
#define X(id, function, use, traits) [FZ_CALL_##id] = {FZ_CONTENT_##use, traits},
    FZ_CALL_TABLE(X)
#undef X
};
