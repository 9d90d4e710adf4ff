/* The linear program that requirement R1 starts from: one thread that decodes every picture in full with
 * IMG_Load, makes its tile, and answers the user again when all of them are there.
 *
 *   bench_linear [-n COUNT] [-s WxH] DIR
 *
 * Prints one JSON line. freeze_ms is the time between the two visits to the event queue around the loading:
 * the window is frozen that long. picture_max_ms is what would be left as the longest freeze if it visited
 * the queue after each picture. The tile is made with SDL_BlitScaled (nearest pixel), the cheapest there is.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <SDL.h>
#include <SDL_image.h>

enum { TILE_W = 256, TILE_H = 192, STEP_X = 270, STEP_Y = 214 };

struct wall {
    SDL_Renderer *renderer;
    SDL_Texture **tiles;
    int count, columns;
};

static double now_ms(void)
{
    return (double)SDL_GetPerformanceCounter() * 1e3 / (double)SDL_GetPerformanceFrequency();
}

static int fail(const char *what)
{
    fprintf(stderr, "bench_linear: %s: %s\n", what, SDL_GetError());
    SDL_Quit();
    return 1;
}

/* Decodes one file and gives its tile, NULL when it cannot. */
static SDL_Texture *load_tile(SDL_Renderer *renderer, const char *path)
{
    SDL_Surface *picture = IMG_Load(path);
    SDL_Surface *tile = SDL_CreateRGBSurfaceWithFormat(0, TILE_W, TILE_H, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Texture *texture = NULL;
    if (picture != NULL && tile != NULL && SDL_BlitScaled(picture, NULL, tile, NULL) == 0)
        texture = SDL_CreateTextureFromSurface(renderer, tile);
    SDL_FreeSurface(tile);
    SDL_FreeSurface(picture);
    return texture;
}

static void draw(const struct wall *wall)
{
    SDL_SetRenderDrawColor(wall->renderer, 24, 24, 28, 255);
    SDL_RenderClear(wall->renderer);
    for (int i = 0; i < wall->count; i++) {
        const SDL_Rect place = {i % wall->columns * STEP_X, i / wall->columns * STEP_Y, TILE_W, TILE_H};
        if (wall->tiles[i] != NULL)
            SDL_RenderCopy(wall->renderer, wall->tiles[i], NULL, &place);
    }
    SDL_RenderPresent(wall->renderer);
}

static void visit_queue(void)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_jpeg(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".jpg") == 0;
}

/* Loads the folder's first `most` pictures and shows them; gives how many failed. */
static int run(struct wall *wall, const char *folder, struct dirent **names)
{
    char path[4096];
    double longest = 0;
    int failed = 0;
    draw(wall);
    visit_queue();
    const double start = now_ms();
    for (int i = 0; i < wall->count; i++) {
        const double before = now_ms();
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        wall->tiles[i] = load_tile(wall->renderer, path);
        failed += wall->tiles[i] == NULL;
        const double took = now_ms() - before;
        longest = took > longest ? took : longest;
    }
    draw(wall);
    visit_queue();
    printf("{\"count\":%d,\"freeze_ms\":%.1f,\"picture_max_ms\":%.1f,\"failed\":%d}\n", wall->count,
           now_ms() - start, longest, failed);
    return failed;
}

int main(int argc, char **argv)
{
    int w = 1920, h = 1080, most = INT32_MAX, option;
    struct dirent **names;
    while ((option = getopt(argc, argv, "n:s:")) != -1) {
        if (option == 'n')
            most = atoi(optarg);
        else if (option != 's' || sscanf(optarg, "%dx%d", &w, &h) != 2)
            return 2;
    }
    const int found = optind + 1 == argc ? scandir(argv[optind], &names, is_jpeg, by_name) : -1;
    if (found <= 0 || most <= 0) {
        fprintf(stderr, "usage: bench_linear [-n COUNT] [-s WxH] DIR\n");
        return 2;
    }
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return fail("SDL_Init");
    SDL_Window *window = SDL_CreateWindow("linear", 0, 0, w, h, SDL_WINDOW_SHOWN | SDL_WINDOW_BORDERLESS);
    struct wall wall = {.count = found < most ? found : most, .columns = w / STEP_X > 0 ? w / STEP_X : 1};
    wall.renderer = window != NULL ? SDL_CreateRenderer(window, -1, 0) : NULL;
    wall.tiles = calloc((size_t)wall.count, sizeof *wall.tiles);
    if (wall.renderer == NULL || wall.tiles == NULL)
        return fail("window");
    const int failed = run(&wall, argv[optind], names);
    for (int i = 0; i < found; i++)
        free(names[i]);
    free(names);
    free(wall.tiles); /* the textures go with the renderer */
    SDL_DestroyRenderer(wall.renderer);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return failed > 0;
}
