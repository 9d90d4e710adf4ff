/* The leak sanitizer, where it is built in, overlooks what SDL2_image forgets, and nothing of ours. */
#include "fixture.h"

#include <SDL_image.h>
#include <sys/wait.h>

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static const char svg[] = "<svg width='4' height='4'><rect width='4' height='4' fill='#f00'/></svg>";
static const char svg_without_size[] = "<svg width='4' heCght='4'></svg>";

static void *volatile place;

static void forget_memory(void)
{
    place = malloc(100);
    place = NULL;
}

static void forget_surface(void)
{
    SDL_RWops *source = SDL_RWFromConstMem(svg, sizeof svg - 1);
    place = IMG_LoadSizedSVG_RW(source, 4, 4);
    SDL_RWclose(source);
    place = NULL;
}

static void load_without_size(void)
{
    SDL_RWops *source = SDL_RWFromConstMem(svg_without_size, sizeof svg_without_size - 1);
    place = IMG_LoadSizedSVG_RW(source, 4, 4);
    SDL_FreeSurface(place);
    SDL_RWclose(source);
}

/* In a process of its own, whose leaks are not those of this test. The stack may still hold the pointer: it is done
 * several times. */
static bool leaks(void (*function)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO); /* the report */
        for (int i = 0; i < 10; i++)
            function();
        _exit(__lsan_do_recoverable_leak_check() != 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) != 0;
}

static void only_ours_are_found(void **state)
{
    (void)state;
    if (!__lsan_do_recoverable_leak_check)
        skip();
    assert_true(leaks(forget_memory));
    assert_true(leaks(forget_surface));
    assert_false(leaks(load_without_size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_ours_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
