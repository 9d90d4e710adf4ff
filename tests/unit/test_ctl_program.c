/* Lines of [run]: their words, what stands for what is in braces, faults, keys. */
#include "fixture.h"

#include "process/spawn.h"
#include "ctl/keys_config.h"
#include "ctl/preset.h"
#include "ctl/program.h"
#include "sync/thread.h"

struct setup {
    char *folder, *path;
    struct fz_options options;
    struct fz_config config;
    struct fz_programs programs;
};

static void begin(struct setup *s, const char *text)
{
    s->folder = make_folder();
    s->path = path_in(s->folder, "c");
    write_file(s->path, text, strlen(text));
    fz_options_init(&s->options);
    fz_config_init(&s->config);
    fz_config_read(&s->config, s->path, FZ_ORIGIN_USER_FILE, true, &s->options);
    fz_programs_init(&s->programs, &s->config);
}

static void finish(struct setup *s)
{
    fz_programs_fini(&s->programs);
    fz_options_fini(&s->options);
    fz_config_fini(&s->config);
    free(s->path);
    remove_folder(s->folder);
}

/* The arguments of one line, joined by '|'. Caller frees. */
static char *expand(const char *line, const struct fz_picked *picked)
{
    struct setup s;
    struct fz_words words;
    struct fz_error err = {0};
    char *text = NULL;
    size_t size;
    assert_true(asprintf(&text, "[run]\nk = %s\n", line) > 0);
    begin(&s, text);
    free(text);
    if (s.programs.count != 1)
        fail_msg("%s: %s", line, s.config.files[0]->complaints[0]);
    assert_int_equal(fz_program_expand(&s.programs.list[0], picked, fz_spawn_room(), &words, &err), FZ_OK);
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < words.count; i++)
        fprintf(out, "%s%s", i > 0 ? "|" : "", words.list[i]);
    fclose(out);
    assert_null(words.list[words.count]);
    fz_words_fini(&words);
    finish(&s);
    return text;
}

static void assert_expands(const char *line, const struct fz_picked *picked, const char *expected)
{
    char *got = expand(line, picked);
    if (strcmp(got, expected) != 0)
        fail_msg("%s became %s, not %s", line, got, expected);
    free(got);
}

static void braces_are_filled(void **state)
{
    (void)state;
    const char *const marked[] = {"/b/1 1.png", "/b/$(id).png", "/b/-n.png"};
    struct fz_picked one = {.path = "/a b/it's \"{path}\" \n.png"}, many = {"/a/x.png", marked, 3},
                     top = {.path = "/x"};
    assert_expands("echo", &one, "echo");
    assert_expands("echo {path}", &one, "echo|/a b/it's \"{path}\" \n.png");
    assert_expands("cp {path} {dir}/old", &many, "cp|/a/x.png|/a/old");
    assert_expands("x \"in={path},{dir}\" '' a\\ b", &many, "x|in=/a/x.png,/a||a b");
    assert_expands("x {dir}", &top, "x|/");
    assert_expands("rm -- {marked}", &many, "rm|--|/b/1 1.png|/b/$(id).png|/b/-n.png");
    assert_expands("rm {marked} {path}", &one, "rm|/a b/it's \"{path}\" \n.png|/a b/it's \"{path}\" \n.png");
    assert_expands("awk '{{print $1}}' {path}", &many, "awk|{print $1}|/a/x.png");
    assert_expands("x {{path}} {{{path}}}", &many, "x|{path}|{/a/x.png}");
    assert_expands("sh -c $HOME;* &", &many, "sh|-c|$HOME;*|&");
}

static void faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *complaint;
    } bad[] = {
        {"k = x {file}", "{file} is none of {path}, {dir} and {marked}; {{ stands for a brace"},
        {"k = x {", "{ is none of {path}, {dir} and {marked}; {{ stands for a brace"},
        {"k = x a{}b", "{} is none of {path}, {dir} and {marked}; {{ stands for a brace"},
        {"k = x {PATH}", "{PATH} is none of {path}, {dir} and {marked}; {{ stands for a brace"},
        {"k = x a}", "a } closes nothing; }} stands for a brace"},
        {"k = x --in={marked}", "{marked} becomes many arguments: it stands alone, not in a word"},
        {"k = x {marked}{marked}", "{marked} becomes many arguments: it stands alone, not in a word"},
        {"k = {path} x", "a picture is no program: its path can be an argument only"},
        {"k = {marked}", "a picture is no program: its path can be an argument only"},
        {"k = {dir}/x", "a picture is no program: its path can be an argument only"},
        {"k = x 'y", "a quote is not closed"},
        {"k = ''", "wants a program after the ="},
        {"kk = x", "kk is no key"},
        {"Foo = x", "Foo is no key"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct setup s;
        char *text = NULL, *expected = NULL;
        assert_true(asprintf(&text, "[run]\na = ok\n%s\nz = ok {path}\n", bad[i].line) > 0);
        begin(&s, text);
        assert_true(asprintf(&expected, "%s:3: %s", s.path, bad[i].complaint) > 0);
        assert_int_equal(s.config.files[0]->complaint_count, 1);
        assert_string_equal(s.config.files[0]->complaints[0], expected);
        assert_int_equal(s.programs.count, 2);
        free(expected);
        free(text);
        finish(&s);
    }
}

static void programs_are_found(void **state)
{
    (void)state;
    struct setup s;
    begin(&s, "[run]\nk = first\n^k F5 = /bin/second {path}\nk = /usr/bin/third\n\\= = fourth\n");
    assert_int_equal(s.programs.count, 5);
    assert_string_equal(fz_programs_find(&s.programs, "k")->line, "/usr/bin/third"); /* the later one */
    assert_string_equal(fz_programs_find(&s.programs, "^k")->line, "/bin/second {path}");
    assert_string_equal(fz_programs_find(&s.programs, "F5")->line, "/bin/second {path}");
    assert_string_equal(fz_programs_find(&s.programs, "=")->line, "fourth");
    assert_string_equal(fz_program_name(fz_programs_find(&s.programs, "second")), "second");
    assert_string_equal(fz_programs_find(&s.programs, "first")->line, "first");
    assert_null(fz_programs_find(&s.programs, "x"));
    assert_null(fz_programs_find(&s.programs, ""));
    finish(&s);
}

/* Many arguments are more than a program can take: nothing is left of them. */
static void too_many_are_refused(void **state)
{
    (void)state;
    enum { MANY = 2000 };
    const char *marked[MANY];
    struct setup s;
    struct fz_words words;
    struct fz_error err;
    char path[120] = "/";
    memset(path + 1, 'x', sizeof path - 2);
    for (int i = 0; i < MANY; i++)
        marked[i] = path;
    begin(&s, "[run]\nk = x {marked}\n");
    const struct fz_picked picked = {path, marked, MANY};
    size_t needs = MANY * (sizeof path + sizeof(char *)) + 2 + sizeof(char *);
    assert_int_equal(fz_program_expand(&s.programs.list[0], &picked, needs, &words, &err), FZ_OK);
    assert_int_equal(words.count, 1 + MANY);
    fz_words_fini(&words);
    assert_int_equal(fz_program_expand(&s.programs.list[0], &picked, needs - 1, &words, &err), FZ_E_LIMIT);
    assert_string_equal(err.msg, "2000 marked pictures are more arguments than a program can take");
    assert_int_equal(words.count, 0);
    finish(&s);
}

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

static void make_map(struct setup *s, struct fz_keymap *map, const char *preset, const char *config)
{
    begin(s, config);
    fz_keymap_init(map);
    fz_preset_apply(map, preset);
    fz_programs_bind(&s->programs, map);
    fz_keys_config_apply(map, &s->config);
    fz_programs_bind(&s->programs, map);
}

/* The command and its argument; "+" for what begins a sequence, "-" for nothing. */
static void assert_runs(const struct fz_keymap *map, const char *first, const char *second,
                        const char *expected)
{
    struct fz_key_sequence keys = {.length = second ? 2 : 1};
    const struct fz_binding *b = NULL;
    assert_true(fz_key_parse(first, &keys.keys[0]));
    assert_true(!second || fz_key_parse(second, &keys.keys[1]));
    for (int view = 0; view < FZ_VIEWS; view++) {
        enum fz_key_match match = fz_keymap_find(map, &keys, (enum fz_command_view)view, &b);
        char got[80] = "-";
        if (match == FZ_KEY_BEGINS)
            strcpy(got, "+");
        else if (match == FZ_KEY_BOUND)
            snprintf(got, sizeof got, "%s%s%s", fz_command_name(b->command), b->argument ? " " : "",
                     b->argument ? b->argument : "");
        if (strcmp(got, expected) != 0)
            fail_msg("%s%s in view %d is %s, not %s", first, second ? second : "", view, got, expected);
    }
}

static void keys_follow_x(void **state)
{
    (void)state;
    struct setup s;
    struct fz_keymap map;
    make_map(&s, &map, "", "[run]\nk = x\n^k = y\n' = z\n\" = z\n\\\\ = z\nA-\\\\ = z\n");
    assert_runs(&map, "x", NULL, "+");
    assert_runs(&map, "x", "k", "run k");
    assert_runs(&map, "x", "^k", "run ^k");
    assert_runs(&map, "x", "q", "-");
    /* Arguments are split into words before they are used. */
    assert_runs(&map, "x", "'", "run \\'");
    assert_runs(&map, "x", "\"", "run \\\"");
    assert_runs(&map, "x", "\\", "run \\\\");
    assert_runs(&map, "x", "A-\\", "run A-\\\\");
    assert_runs(&map, "^x", NULL, "-");
    fz_keymap_fini(&map);
    finish(&s);

    make_map(&s, &map, "", "");
    assert_runs(&map, "x", NULL, "run");
    fz_keymap_fini(&map);
    finish(&s);
}

static void other_keys_can_stand_for_x(void **state)
{
    (void)state;
    struct setup s;
    struct fz_keymap map;
    make_map(&s, &map, "nsxiv", "[run]\nk = x\n");
    assert_runs(&map, "^x", "k", "run k");
    assert_runs(&map, "x", "k", "run k");
    fz_keymap_fini(&map);
    finish(&s);
    make_map(&s, &map, "feh", "[run]\nk = x\n");
    assert_runs(&map, "x", NULL, "quit");
    assert_runs(&map, "^x", "k", "run k");
    fz_keymap_fini(&map);
    finish(&s);
    make_map(&s, &map, "", "[run]\nk = x\nl = y\n[keys]\nZ = run\nxq = quit\nxl = help\nD = run k\n");
    assert_runs(&map, "Z", "k", "run k");
    assert_runs(&map, "x", "k", "run k");
    assert_runs(&map, "x", "q", "quit");
    assert_runs(&map, "x", "l", "help");
    assert_runs(&map, "D", NULL, "run k");
    fz_keymap_fini(&map);
    finish(&s);
    make_map(&s, &map, "", "[run]\nk = x\n[keys]\nx = none\n");
    assert_runs(&map, "x", NULL, "-");
    assert_runs(&map, "x", "k", "-");
    fz_keymap_fini(&map);
    finish(&s);
}

int main(void)
{
    fz_thread_claim_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_are_filled),  cmocka_unit_test(faults_are_named),
        cmocka_unit_test(programs_are_found), cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(keys_follow_x),      cmocka_unit_test(other_keys_can_stand_for_x),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
