/* For libFuzzer (https://llvm.org/docs/LibFuzzer.html): FRIEZE_FUZZ names the target. Without it the names are printed. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct target *chosen;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    const char *name = getenv("FRIEZE_FUZZ");
    for (size_t i = 0; i < target_count; i++) {
        if (!name)
            puts(targets[i].name);
        else if (strcmp(targets[i].name, name) == 0)
            chosen = &targets[i];
    }
    if (!chosen)
        exit(name ? EXIT_FAILURE : EXIT_SUCCESS);
    return 0;
}

/* -1: not to be kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return chosen->run(chosen, data, size) ? 0 : -1;
}
