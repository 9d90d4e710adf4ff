/* What comes, goes or changes in watched folders. */
#include "test_source_support.h"

#include "source/marks.h"
#include "source/stacks.h"

static const struct fz_source_options watched = {.recursive = true, .watch = true};
static const struct fz_source_options awaited = {.recursive = true, .watch = true, .wait = true};

static void files_come_and_go(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/b.jpg");
    world_start_listed(w, "d");
    assert_list(w, "d/b.jpg\n");
    run("echo x > d/a.jpg");
    world_until(w, "d/a.jpg\nd/b.jpg\n");
    run("echo x > c.jpg; mv c.jpg d/; touch d/notes.txt d/.hidden.jpg");
    world_until(w, "d/a.jpg\nd/b.jpg\nd/c.jpg\n");
    run("mv d/b.jpg d/d.jpg");
    world_until(w, "d/a.jpg\nd/c.jpg\nd/d.jpg\n");
    run("mv d/c.jpg . && rm d/a.jpg");
    world_until(w, "d/d.jpg\n");
    run("echo x > d/raw");
    world_pass(w, 200);
    assert_int_equal(fz_list_unknown_count(w->list), 1);
    assert_int_equal(w->changed, 1); /* the renamed one */
    assert_int_equal(w->errors, 0);
    assert_int_equal(w->polled, 0); /* nothing is looked at unless there is news */
}

static void rewritten_files_change(void **state)
{
    struct world *w = *state;
    run("touch a.jpg b.jpg c.jpg d.jpg");
    world_start_listed(w, ".");
    fz_item_id ids[4];
    for (size_t i = 0; i < 4; i++)
        ids[i] = fz_list_at(w->list, i);
    run("echo x > a.jpg && echo y > new && mv new b.jpg && rm c.jpg && echo z > c.jpg");
    world_pass(w, 400);
    assert_list(w, "a.jpg\nb.jpg\nc.jpg\nd.jpg\n");
    /* Also what was deleted and made again in one go keeps its place and its id. */
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fz_list_at(w->list, i), ids[i]);
    assert_int_equal(w->changed, 3);
    assert_null(strstr(w->changed_names, "d.jpg"));
}

static void a_file_half_written_is_not_shown(void **state)
{
    struct world *w = *state;
    world_start_listed(w, ".");
    int fd = open("slow.jpg", O_CREAT | O_WRONLY, 0666);
    assert_int_equal(write(fd, "half", 4), 4);
    world_pass(w, 1500);
    assert_list(w, "");
    assert_int_equal(write(fd, "rest", 4), 4);
    close(fd);
    world_until(w, "slow.jpg\n");
    assert_int_equal(w->added_events, 1);
    assert_int_equal(w->changed, 0);

    /* Deleted while it is written: never seen. */
    fd = open("never.jpg", O_CREAT | O_WRONLY, 0666);
    world_pass(w, 100);
    unlink("never.jpg");
    close(fd);
    world_pass(w, 600);
    assert_list(w, "slow.jpg\n");
}

/* However their news is cut into pieces while it is read. */
static void many_renamed_files_stay_what_they_were(void **state)
{
    enum { FILES = 400, ROUNDS = 20 };
    struct world *w = *state;
    fz_item_id ids[FILES];
    char name[32], other[32];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%d.jpg", i);
        close(open(name, O_CREAT | O_WRONLY, 0666));
    }
    world_start_listed(w, ".");
    char *listed = world_text(w), *expected = NULL;
    assert_true(asprintf(&expected, "%slast.jpg\n", listed) > 0);
    for (int i = 0; i < FILES; i++)
        ids[i] = fz_list_at(w->list, (size_t)i);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < FILES; i++) {
            snprintf(name, sizeof name, "%s%d.jpg", round % 2 ? "x" : "", i);
            snprintf(other, sizeof other, "%s%d.jpg", round % 2 ? "" : "x", i);
            assert_int_equal(rename(name, other), 0);
        }
        world_take(w);
    }
    write_file("last.jpg", "is told of after all of them");
    world_until(w, expected);
    for (int i = 0; i < FILES; i++)
        assert_int_equal(fz_list_at(w->list, (size_t)i), ids[i]);
    free(listed);
    free(expected);
    assert_true(w->renamed_events < FILES * ROUNDS / 10); /* as each costs what the list has */
}

static void move(const char *from, const char *to)
{
    assert_int_equal(rename(from, to), 0);
}

static fz_item_id item_of(const struct world *w, const char *name)
{
    return fz_list_find(w->list, 0, w->dir, name);
}

/* With sidecars between them, and with news of the same names. */
static void renames_are_told_in_their_order(void **state)
{
    struct world *w = *state;
    run("touch a.jpg a.xmp b.jpg b.xmp c.jpg d.jpg");
    world_start_listed(w, ".");
    fz_item_id a = item_of(w, "a.jpg"), b = item_of(w, "b.jpg"), c = item_of(w, "c.jpg"),
               d = item_of(w, "d.jpg");
    move("a.jpg", "t.jpg"); /* they change places, */
    move("a.xmp", "t.xmp");
    move("b.jpg", "a.jpg");
    move("b.xmp", "a.xmp");
    move("t.jpg", "b.jpg");
    move("t.xmp", "b.xmp");
    unlink("c.jpg"); /* one takes the place of one that is gone, */
    move("d.jpg", "c.jpg");
    move("c.jpg", "e.jpg"); /* and makes room for a new one */
    write_file("c.jpg", "new");
    world_until(w, "a.jpg\nb.jpg\nc.jpg\ne.jpg\n");
    assert_int_equal(item_of(w, "a.jpg"), b);
    assert_int_equal(item_of(w, "b.jpg"), a);
    assert_int_equal(item_of(w, "e.jpg"), d);
    assert_false(fz_list_has(w->list, c));

    write_file("a.jpg", "other bytes");
    move("a.jpg", "f.jpg");
    move("b.jpg", ".b.jpg");
    move("f.jpg", "b.jpg");
    move(".b.jpg", "g.jpg");
    world_until(w, "b.jpg\nc.jpg\ne.jpg\ng.jpg\n");
    assert_int_equal(item_of(w, "b.jpg"), b);
    assert_false(fz_list_has(w->list, a));
    assert_int_equal(w->errors, 0);
}

/* A folder in which all is renamed, deleted, rewritten and made, and what is known of the items then. */
enum { PLACES = 12 };
struct places {
    bool is_there[PLACES];
    fz_item_id items[PLACES]; /* FZ_ITEM_NONE: it may be any */
};

static void change_one(struct places *p, char names[PLACES][16])
{
    int from = rand() % PLACES, to = rand() % PLACES;
    if (from == to)
        return;
    if (!p->is_there[from]) {
        write_file(names[from], "new");
        p->items[from] = FZ_ITEM_NONE;
        p->is_there[from] = true;
    } else if (rand() % 16 == 0) {
        unlink(names[from]);
        p->is_there[from] = false;
    } else if (rand() % 16 == 0) {
        write_file(names[from], "other bytes");
    } else {
        move(names[from], names[to]);
        if (!p->is_there[to]) /* else that has changed */
            p->items[to] = p->items[from];
        p->is_there[from] = false;
        p->is_there[to] = true;
    }
}

static void what_happens_between_renames_is_told_in_order(void **state)
{
    struct world *w = *state;
    struct places p = {0};
    char names[PLACES][16], expected[PLACES * 16];
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < PLACES; i++)
        snprintf(names[i], sizeof names[i], "%c.jpg", 'a' + i);
    world_start_listed(w, ".");
    for (int round = 0; round < 30; round++) {
        for (int changes = 1 + rand() % 60; changes > 0; changes--)
            change_one(&p, names);
        size_t used = 0;
        for (int i = 0; i < PLACES; i++)
            if (p.is_there[i])
                used += (size_t)snprintf(expected + used, sizeof expected - used, "%s\n", names[i]);
        expected[used] = '\0';
        world_until(w, expected);
        world_pass(w, 150); /* nothing of it is still to be told */
        assert_list(w, expected);
        for (int i = 0; i < PLACES; i++) {
            if (p.is_there[i] && p.items[i] != FZ_ITEM_NONE)
                assert_int_equal(item_of(w, names[i]), p.items[i]);
            p.items[i] = p.is_there[i] ? item_of(w, names[i]) : FZ_ITEM_NONE;
        }
    }
}

static void a_renamed_file_stays_what_it_was(void **state)
{
    struct world *w = *state;
    run("echo 1 > a.jpg; echo 2 > b.jpg; echo 3 > c.jpg");
    world_start_listed(w, ".");
    fz_item_id a = fz_list_at(w->list, 0), b = fz_list_at(w->list, 1), c = fz_list_at(w->list, 2);
    fz_list_mark(w->list, a, true);
    run("mv a.jpg z.jpg");
    world_until(w, "b.jpg\nc.jpg\nz.jpg\n");
    assert_int_equal(fz_list_at(w->list, 2), a);
    assert_true(fz_list_is_marked(w->list, a));
    assert_int_equal(fz_list_marked_count(w->list), 1);

    /* One that takes the place of another: that has new bytes. */
    run("mv b.jpg c.jpg");
    world_until(w, "c.jpg\nz.jpg\n");
    assert_int_equal(fz_list_at(w->list, 0), c);
    assert_false(fz_list_has(w->list, b));

    /* Names that are no pictures, or hidden, come and go as before. */
    run("mv z.jpg .z.jpg");
    world_until(w, "c.jpg\n");
    run("mv .z.jpg y.jpg");
    world_until(w, "c.jpg\ny.jpg\n");
    assert_int_equal(w->errors, 0);
}

/* They are no items; what they speak of is told, once for all that became of one of them. */
static void sidecars_speak_of_their_pictures(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/a.jpg d/a.JPG d/a.b.jpg d/b.tiff d/C.CR2 d/C.JPG && echo x > d/b.xmp");
    fz_list_set_stacks(w->list, true);
    world_start_listed(w, "d");
    w->beside_names[0] = '\0'; /* C.JPG, where that came before what lies beneath it */
    run("echo x > d/a.xmp");
    world_until_beside(w, "a.jpg\na.JPG\n");
    run("echo y > d/b.xmp");
    world_until_beside(w, "b.tiff\n");
    run("echo y > new && mv new d/b.tiff.xmp");
    world_until_beside(w, "b.tiff\n");
    run("rm d/b.tiff.xmp d/b.xmp && echo x > d/nobody.xmp");
    world_until_beside(w, "b.tiff\nb.tiff\n");
    run("echo x > d/C.CR2.xmp");
    world_until_beside(w, "C.JPG\n"); /* the cover tells it */
    run("mv d/C.CR2.xmp d/a.b.jpg.xmp");
    world_until_beside(w, "a.b.jpg\nC.JPG\n");
    assert_list(w, "d/a.b.jpg\nd/a.JPG\nd/a.jpg\nd/b.tiff\nd/C.JPG\n");
    assert_int_equal(w->changed, 0);
}

static void sidecars_of_named_files(void **state)
{
    struct world *w = *state;
    struct fz_error err;
    const char *names[] = {"a.jpg", "b.jpg"};
    run("touch a.jpg b.jpg c.jpg");
    assert_int_equal(world_start_many(w, &watched, names, 2, &err), FZ_OK);
    world_until_listed(w);
    run("echo x > b.jpg.xmp");
    world_until_beside(w, "b.jpg\n");
    run("echo x > c.xmp && echo x > a.xmp");
    world_until_beside(w, "a.jpg\n");
    assert_list(w, "a.jpg\nb.jpg\n");
}

/* Nobody closes these after they came. */
static void files_without_a_writer_are_shown(void **state)
{
    struct world *w = *state;
    run("mkdir d out && echo x > out/o.jpg");
    world_start_listed(w, "d");
    run("ln out/o.jpg d/hard.jpg && ln -s ../out/o.jpg d/soft.jpg && ln -s nowhere d/dangling.jpg && mkfifo "
        "d/fifo.jpg");
    world_until(w, "d/dangling.jpg\nd/hard.jpg\nd/soft.jpg\n");
    run("ln -s nowhere d/dangling && echo x > out/p.jpg && ln out/p.jpg d/p.jpg && rm out/p.jpg");
    assert_int_equal(mknod("d/empty.jpg", S_IFREG | 0644, 0), 0);
    world_until(w, "d/dangling.jpg\nd/empty.jpg\nd/hard.jpg\nd/p.jpg\nd/soft.jpg\n");
    int fd = open("d", O_TMPFILE | O_WRONLY, 0666);
    if (fd >= 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        assert_int_equal(write(fd, "x", 1), 1);
        assert_int_equal(linkat(AT_FDCWD, path, AT_FDCWD, "d/tmp.jpg", AT_SYMLINK_FOLLOW), 0);
        close(fd);
        world_until(w, "d/dangling.jpg\nd/empty.jpg\nd/hard.jpg\nd/p.jpg\nd/soft.jpg\nd/tmp.jpg\n");
    }
    assert_int_equal(fz_list_unknown_count(w->list), 0);
}

static void folders_come_and_go(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/a out/in/deep && touch d/a/x.jpg out/in/y.jpg out/in/deep/z.jpg");
    world_start_listed(w, "d");
    run("mkdir -p d/b/c && touch d/b/c/1.jpg && mv out/in d/");
    world_until(w, "d/a/x.jpg\nd/b/c/1.jpg\nd/in/y.jpg\nd/in/deep/z.jpg\n");
    run("touch d/in/deep/new.jpg && mv d/in/deep d/b/");
    world_until(w, "d/a/x.jpg\nd/b/c/1.jpg\nd/b/deep/new.jpg\nd/b/deep/z.jpg\nd/in/y.jpg\n");
    run("touch d/b/deep/last.jpg");
    world_until(w,
                "d/a/x.jpg\nd/b/c/1.jpg\nd/b/deep/last.jpg\nd/b/deep/new.jpg\nd/b/deep/z.jpg\nd/in/y.jpg\n");
    run("rm -r d/b && mv d/in . && touch in/no.jpg");
    world_until(w, "d/a/x.jpg\n");
    run("mv d/a d/A && touch d/A/w.jpg");
    world_until(w, "d/A/w.jpg\nd/A/x.jpg\n");
    run("rm -r d/A && mkdir d/A && touch d/A/n.jpg");
    world_until(w, "d/A/n.jpg\n");
    world_pass(w, 200);
    assert_list(w, "d/A/n.jpg\n");
    run("mkdir d/.hidden && touch d/.hidden/a.jpg && mkdir -p d/1/2/3/4/5/6/7/8/9 && touch "
        "d/1/2/3/4/5/6/7/8/9/a.jpg");
    world_until(w, "d/1/2/3/4/5/6/7/8/9/a.jpg\nd/A/n.jpg\n");
}

static void linked_folders_come_and_go(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/real out && touch d/real/a.jpg out/o.jpg");
    world_start_listed(w, "d");
    run("ln -s ../out d/link && ln -s real d/same && touch out/p.jpg");
    world_until(w, "d/link/o.jpg\nd/link/p.jpg\nd/real/a.jpg\n");
    run("touch out/q.jpg");
    world_until(w, "d/link/o.jpg\nd/link/p.jpg\nd/link/q.jpg\nd/real/a.jpg\n");
    run("ln -s ../out d/link2");
    world_pass(w, 200);
    run("rm d/link");
    /* What had been left out because `link` showed it. */
    world_until(w, "d/link2/o.jpg\nd/link2/p.jpg\nd/link2/q.jpg\nd/real/a.jpg\n");
    run("rm -r out");
    world_until(w, "d/real/a.jpg\n");
    run("mv d/real d/moved");
    world_until(w, "d/moved/a.jpg\n");
}

/* The folder itself is preferred to a link to it, also when it comes later. */
static void a_link_gives_way(void **state)
{
    struct world *w = *state;
    run("mkdir -p d out/x && touch out/x/a.jpg && ln -s ../out/x d/link");
    world_start_listed(w, "d");
    assert_list(w, "d/link/a.jpg\n");
    run("mv out/x d/x && ln -sfn x d/link");
    world_until(w, "d/x/a.jpg\n");
    run("touch d/x/b.jpg");
    world_until(w, "d/x/a.jpg\nd/x/b.jpg\n");
    run("mv d/x out/x");
    world_until(w, "");
}

static void a_root_goes_and_comes_back(void **state)
{
    struct world *w = *state;
    run("mkdir -p top/d && touch top/d/a.jpg");
    world_start_listed(w, "top/d");
    run("rm -r top/d");
    world_until(w, "");
    run("mkdir top/d && touch top/d/b.jpg");
    world_until(w, "top/d/b.jpg\n");
    world_until_away(w, 1, 1);
    run("mv top/d top/e");
    world_until_away(w, 2, 1);
    run("rm -r top");
    world_pass(w, 100);
    assert_list(w, "top/d/b.jpg\n");
    run("mkdir -p top/d && touch top/d/c.jpg");
    world_until(w, "top/d/c.jpg\n");
    run("touch top/d/d.jpg");
    world_until(w, "top/d/c.jpg\ntop/d/d.jpg\n");
    world_until_away(w, 2, 2);
    assert_int_equal(w->listed, 1);
}

/* Its items are the same ones afterwards, and all of them are to be read again: nobody saw what became of them. */
static void what_is_in_a_root_outlives_its_absence(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/in/deep out && echo x > d/1.jpg && echo x > d/in/2.jpg && echo x > d/in/deep/3.jpg && "
        "echo x > d/in/4.jpg");
    world_start_listed(w, "d");
    fz_item_id first = fz_list_at(w->list, 0);
    fz_list_mark(w->list, first, true);
    run("mv d e");
    world_until_away(w, 1, 0);
    run("mv e/in/deep e/moved && rm e/in/4.jpg && echo x > e/in/5.jpg");
    world_pass(w, 100);
    assert_list(w, "d/1.jpg\nd/in/2.jpg\nd/in/4.jpg\nd/in/deep/3.jpg\n");
    assert_int_equal(w->changed + w->removed, 0);
    run("mv e d");
    world_until_away(w, 1, 1);
    assert_list(w, "d/1.jpg\nd/in/2.jpg\nd/in/5.jpg\nd/moved/3.jpg\n");
    assert_int_equal(fz_list_at(w->list, 0), first);
    assert_true(fz_list_is_marked(w->list, first));
    assert_non_null(strstr(w->changed_names, "1.jpg\n2.jpg\n"));
    run("rm d/1.jpg && echo x > d/moved/6.jpg");
    world_until(w, "d/in/2.jpg\nd/in/5.jpg\nd/moved/3.jpg\nd/moved/6.jpg\n");
    assert_int_equal(w->errors, 0);
}

/* In one go with what it deletes before. */
static void a_root_is_deleted_file_by_file(void **state)
{
    struct world *w = *state;
    run("mkdir -p d/in && touch d/1.jpg d/2.jpg d/in/3.jpg");
    world_start_listed(w, "d");
    run("rm d/1.jpg && mv d e");
    world_until_away(w, 1, 0);
    assert_list(w, "d/2.jpg\nd/in/3.jpg\n");
    run("mv e d");
    world_until_away(w, 1, 1);
    run("rm -r d");
    world_until_away(w, 2, 1);
    assert_list(w, "");
}

static void waiting_for_a_folder(void **state)
{
    struct world *w = *state;
    world_start(w, awaited, "not/yet/here");
    world_pass(w, 300);
    assert_int_equal(w->listed, 0);
    assert_int_equal(w->errors, 0);
    run("mkdir not");
    world_pass(w, 50);
    run("mkdir -p not/yet/here && touch not/yet/here/a.jpg");
    world_until(w, "not/yet/here/a.jpg\n");
    world_until_listed(w);
    run("touch not/yet/here/b.jpg");
    world_until(w, "not/yet/here/a.jpg\nnot/yet/here/b.jpg\n");
}

static void waiting_for_a_file(void **state)
{
    struct world *w = *state;
    world_start(w, awaited, "late.jpg");
    world_pass(w, 2000); /* or it is there before anybody looks */
    int fd = open("late.jpg", O_CREAT | O_WRONLY, 0666);
    world_pass(w, 1500);
    assert_int_equal(w->listed, 0);
    assert_list(w, "");
    close(fd);
    world_until(w, "late.jpg\n");
    world_until_listed(w);
    assert_true(fz_list_is_explicit(w->list, fz_list_at(w->list, 0)));
}

static void waiting_without_watching(void **state)
{
    struct world *w = *state;
    world_start(w, (struct fz_source_options){.wait = true}, "d");
    world_pass(w, 100);
    run("mkdir tmp && touch tmp/a.jpg && mv tmp d");
    world_until(w, "d/a.jpg\n");
    run("touch d/b.jpg");
    world_pass(w, 300);
    assert_list(w, "d/a.jpg\n");
}

static void named_files_are_followed(void **state)
{
    struct world *w = *state;
    run("mkdir d && touch d/a.jpg d/other.jpg d/b.txt");
    const char *const arguments[] = {"d/b.txt", "d/a.jpg", "d/missing.jpg", "none/x.jpg"};
    struct fz_error err;
    assert_int_equal(world_start_many(w, &watched, arguments, 4, &err), FZ_OK);
    world_until_listed(w);
    assert_list(w, "d/b.txt\nd/a.jpg\nd/missing.jpg\nnone/x.jpg\n");
    assert_int_equal(w->errors, 2);
    run("echo x > d/a.jpg && echo x > d/other.jpg && echo x > d/missing.jpg && touch d/new.jpg");
    world_pass(w, 300);
    assert_list(w, "d/b.txt\nd/a.jpg\nd/missing.jpg\nnone/x.jpg\n");
    assert_int_equal(w->changed, 2);
    run("rm d/a.jpg");
    world_until(w, "d/b.txt\nd/missing.jpg\nnone/x.jpg\n");
    run("echo x > tmp.jpg && mv tmp.jpg d/a.jpg");
    world_until(w, "d/b.txt\nd/a.jpg\nd/missing.jpg\nnone/x.jpg\n");
    run("mv d e");
    world_until_away(w, 3, 0);
    assert_list(w, "d/b.txt\nd/a.jpg\nd/missing.jpg\nnone/x.jpg\n");
    run("rm e/a.jpg && mv e d");
    world_until_away(w, 3, 3);
    assert_list(w, "d/b.txt\nd/missing.jpg\nnone/x.jpg\n");
    run("echo x > d/a.jpg");
    world_until(w, "d/b.txt\nd/a.jpg\nd/missing.jpg\nnone/x.jpg\n");
}

static void without_watching_nothing_changes(void **state)
{
    struct world *w = *state;
    run("touch a.jpg");
    world_start(w, (struct fz_source_options){.recursive = true}, ".");
    world_until_listed(w);
    run("touch b.jpg && rm a.jpg");
    world_pass(w, 200);
    assert_list(w, "a.jpg\n");
}

int main(int argc, char **argv)
{
    fz_thread_claim_main();
    fz_clock_start();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(files_come_and_go),
        TEST(a_renamed_file_stays_what_it_was),
        TEST(many_renamed_files_stay_what_they_were),
        TEST(renames_are_told_in_their_order),
        TEST(what_happens_between_renames_is_told_in_order),
        TEST(rewritten_files_change),
        TEST(a_file_half_written_is_not_shown),
        TEST(sidecars_speak_of_their_pictures),
        TEST(sidecars_of_named_files),
        TEST(files_without_a_writer_are_shown),
        TEST(folders_come_and_go),
        TEST(linked_folders_come_and_go),
        TEST(a_link_gives_way),
        TEST(a_root_goes_and_comes_back),
        TEST(what_is_in_a_root_outlives_its_absence),
        TEST(a_root_is_deleted_file_by_file),
        TEST(waiting_for_a_folder),
        TEST(waiting_for_a_file),
        TEST(waiting_without_watching),
        TEST(named_files_are_followed),
        TEST(without_watching_nothing_changes),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
