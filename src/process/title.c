#include "process/title.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static char *room;
static size_t room_bytes;

/* Arguments and environment lie behind one another. */
void fz_title_init(int argc, char **argv)
{
    if (argc < 1)
        return;
    char *end = argv[0];
    for (int i = 0; i < argc; i++)
        if (argv[i] == end)
            end += strlen(argv[i]) + 1;
    for (char **variable = environ; variable && *variable; variable++)
        if (*variable == end)
            end += strlen(*variable) + 1;
    room = argv[0];
    room_bytes = (size_t)(end - room);
}

/* Out of the room that the title takes. */
static void move_environment(void)
{
    static bool is_moved;
    size_t count = 0;
    while (!is_moved && environ && environ[count])
        count++;
    if (count > 0) {
        char **moved = fz_calloc(count + 1, sizeof *moved);
        for (size_t i = 0; i < count; i++)
            moved[i] = fz_strdup(environ[i]);
        environ = moved;
    }
    is_moved = true;
}

void fz_title_set(const char *title)
{
    prctl(PR_SET_NAME, title);
    if (room_bytes == 0)
        return;
    move_environment();
    size_t len = strlen(title);
    len = len < room_bytes - 1 ? len : room_bytes - 1;
    memset(room, 0, room_bytes);
    memcpy(room, title, len);
}
