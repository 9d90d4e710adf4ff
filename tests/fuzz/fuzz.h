/* What is fuzzed: one function for each way by which bytes that nobody vouches for come in. */
#ifndef FZ_FUZZ_H
#define FZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target {
    const char *name;
    /* Gives false for what is not its business: bytes of another format. Ends the program where a promise is broken. */
    bool (*run)(const struct target *target, const uint8_t *data, size_t size);
};

extern const struct target targets[];
extern const size_t target_count;

#endif
