/* The tests of test_source_route.c, with readers that are processes. */
#define FZ_TEST_PROCESSES
#include "test_source_route.c" /* NOLINT(bugprone-suspicious-include): the same tests once more */
