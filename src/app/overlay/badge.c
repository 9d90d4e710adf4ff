#include "app/overlay/badge.h"

#include <math.h>
#include <string.h>

static const struct fz_color BLACK = {0, 0, 0, 255}, WHITE = {255, 255, 255, 255};

enum {
    ROWS = 11,
    GROUND = ROWS + 4, /* fields of the ground's side */
    RING_BLACK_PX = 2,
    RING_WHITE_PX = 3,
};

static const char *const patterns[FZ_BADGES][ROWS] = {
    [FZ_BADGE_LOADING] =
        {
            "",
            "",
            "",
            "",
            "##..##..##",
            "##..##..##",
        },
    [FZ_BADGE_FAILED] =
        {
            ".....#.....",
            "....###....",
            "....###....",
            "...##.##...",
            "...##.##...",
            "..###.###..",
            "..###.###..",
            ".#########.",
            ".####.####.",
            "###########",
            "",
        },
    [FZ_BADGE_DAMAGED] = /* a picture that is torn off */
    {
        "###########",
        "#.........#",
        "#......##.#",
        "#..#...##.#",
        "#.###.....#",
        "########..#",
        "###########",
        "###.###.###",
        "##...#...##",
        "#.........#",
        "",
    },
    [FZ_BADGE_MARKED] =
        {
            "",
            ".........##",
            "........###",
            ".......###.",
            "##....###..",
            "###..###...",
            ".######....",
            "..####.....",
            "...##......",
            "",
        },
    [FZ_BADGE_STACK] = /* a picture before another one */
    {
        "...########",
        "...#......#",
        "...#......#",
        "########..#",
        "#......#..#",
        "#......#..#",
        "#......####",
        "#......#...",
        "#......#...",
        "########...",
        "",
    },
    [FZ_BADGE_SCALED] = /* down onto a line */
    {
        "....###....",
        "....###....",
        "....###....",
        "....###....",
        ".#########.",
        "..#######..",
        "...#####...",
        "....###....",
        ".....#.....",
        "",
        "###########",
    },
    [FZ_BADGE_SKIPPED] = /* the same already */
    {
        "",
        "",
        "##########",
        "##########",
        "",
        "",
        "##########",
        "##########",
        "",
    },
    [FZ_BADGE_PREVIOUS] =
        {
            "......##",
            ".....###",
            "....###.",
            "...###..",
            "..###...",
            ".###....",
            "..###...",
            "...###..",
            "....###.",
            ".....###",
            "......##",
        },
    [FZ_BADGE_NEXT] =
        {
            "##......",
            "###.....",
            ".###....",
            "..###...",
            "...###..",
            "....###.",
            "...###..",
            "..###...",
            ".###....",
            "###.....",
            "##......",
        },
};

void fz_badge_draw_shape(struct fz_head *head, enum fz_badge badge, double x, double y, int scale,
                         struct fz_color color)
{
    size_t columns = 0;
    for (int row = 0; row < ROWS; row++)
        if (patterns[badge][row])
            columns = strlen(patterns[badge][row]) > columns ? strlen(patterns[badge][row]) : columns;
    double left = floor(x - (double)columns * scale / 2), top = floor(y - (double)ROWS * scale / 2);
    for (int row = 0; row < ROWS && patterns[badge][row]; row++) {
        const char *line = patterns[badge][row];
        for (size_t from = strcspn(line, "#"); line[from];) {
            size_t fields = strspn(line + from, "#");
            fz_draw_fill(head,
                         (struct fz_rect){left + (double)from * scale, top + row * scale,
                                          (double)fields * scale, scale},
                         color);
            from += fields;
            from += strcspn(line + from, "#");
        }
    }
}

double fz_badge_size(int scale)
{
    return (GROUND + 2) * scale;
}

void fz_badge_draw(struct fz_head *head, enum fz_badge badge, double x, double y, int scale)
{
    double side = GROUND * scale;
    struct fz_rect ground = {floor(x - side / 2), floor(y - side / 2), side, side};
    fz_draw_fill(head, ground, BLACK);
    fz_draw_ring(head, ground, scale, WHITE);
    fz_badge_draw_shape(head, badge, x, y, scale, WHITE);
}

void fz_badge_draw_selection(struct fz_head *head, struct fz_rect rect)
{
    double black = RING_BLACK_PX;
    fz_draw_ring(head, rect, black, BLACK);
    fz_draw_ring(head,
                 (struct fz_rect){rect.x - black, rect.y - black, rect.w + 2 * black, rect.h + 2 * black},
                 RING_WHITE_PX, WHITE);
}
