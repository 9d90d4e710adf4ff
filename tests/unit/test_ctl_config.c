/* Config files: what is taken, what is complained of by file and line, and files that are anything but config files. */
#include "fixture.h"

#include "ctl/config.h"
#include "sync/thread.h"

static struct fz_config config;
static struct fz_options options;
static char *folder, *path;

static int start(void **state)
{
    (void)state;
    folder = make_folder();
    path = path_in(folder, "frieze.conf");
    fz_config_init(&config);
    fz_options_init(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fz_options_fini(&options);
    fz_config_fini(&config);
    free(path);
    remove_folder(folder);
    return 0;
}

static void read_bytes(const void *bytes, size_t len)
{
    write_file(path, bytes, len);
    fz_config_read(&config, path, FZ_ORIGIN_USER_FILE, false, &options);
}

static void read_text(const char *text)
{
    read_bytes(text, strlen(text));
}

static const struct fz_config_file *last_file(void)
{
    assert_true(config.file_count > 0);
    return config.files[config.file_count - 1];
}

/* Complaint `index` about the file read last: ":LINE: WORDS", or ": WORDS" about all of it. */
static void assert_complaint(size_t index, const char *expected)
{
    assert_true(index < last_file()->complaint_count);
    const char *line = last_file()->complaints[index];
    assert_true(strncmp(line, path, strlen(path)) == 0);
    assert_string_equal(line + strlen(path), expected);
}

static void assert_complaints(size_t count)
{
    size_t got = config.file_count ? last_file()->complaint_count : 0;
    if (got != count)
        fail_msg("%zu complaints, the first is %s", got, got ? last_file()->complaints[0] : "none");
}

static const struct fz_option_value *value(enum fz_option_id id)
{
    return &options.values[id];
}

/* ---- What is taken --------------------------------------------------------------------------------------- */

static void options_with_and_without_a_section(void **state)
{
    (void)state;
    read_text("delay = 7\n"
              "names=yes\n"
              "[options]\n"
              "\t tile\t=\t100x80  \n"
              "background = #102030\n");
    assert_complaints(0);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES));
    assert_int_equal(value(FZ_OPTION_TILE)->w, 100);
    assert_int_equal(value(FZ_OPTION_BACKGROUND)->number, 0x102030);
}

static void values_know_file_and_line(void **state)
{
    (void)state;
    read_text("# one\n\ndelay = 7\n");
    assert_int_equal(value(FZ_OPTION_DELAY)->origin, FZ_ORIGIN_USER_FILE);
    assert_string_equal(value(FZ_OPTION_DELAY)->file, path);
    assert_int_equal(value(FZ_OPTION_DELAY)->line, 3);
    assert_null(value(FZ_OPTION_TILE)->file);
}

static void comments_blank_lines_and_ends_of_lines(void **state)
{
    (void)state;
    read_text("\xef\xbb\xbf# comment\r\n; another = 5\r\n\r\n   \t\r\n  # more\r\ndelay = 7\r\nnames = yes");
    assert_complaints(0);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    assert_int_equal(value(FZ_OPTION_DELAY)->line, 6);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES)); /* the last line needs no end */
}

static void the_later_line_counts(void **state)
{
    (void)state;
    read_text("delay = 7\ndelay = 8\ndelay = never\n");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 8, 1e-12);
    assert_complaints(1);
}

static void assert_entry(size_t index, enum fz_config_section section, const char *key, const char *text,
                         int line)
{
    assert_true(index < fz_config_count(&config));
    const struct fz_config_entry *entry = fz_config_entry(&config, index);
    assert_int_equal(entry->section, section);
    assert_string_equal(entry->key, key);
    assert_string_equal(entry->value, text);
    assert_int_equal(entry->line, line);
    assert_string_equal(entry->file->path, path);
}

static void keys_and_programs_in_their_order(void **state)
{
    (void)state;
    read_text("[run]\n"
              "e = gimp --new {path} = \\= ; # all of it\n"
              "[keys]\n"
              "n  Space = next\n"
              "^g=first\n"
              "] = none\n"
              "\\= = zoom_in\n"
              "\\[ = backward\n"
              "\\# = names\n"
              "\\; = set delay 3\n"
              "^\\= = zoom_in\n"
              "\\\\ = last\n"
              "\\ = first\n"
              "[options]\n"
              "delay = 9\n");
    assert_complaints(0);
    assert_int_equal(fz_config_count(&config), 11);
    assert_entry(0, FZ_CONFIG_RUN, "e", "gimp --new {path} = \\= ; # all of it", 2);
    assert_entry(1, FZ_CONFIG_KEYS, "n  Space", "next", 4);
    assert_entry(2, FZ_CONFIG_KEYS, "^g", "first", 5);
    assert_entry(3, FZ_CONFIG_KEYS, "]", "none", 6);
    assert_entry(4, FZ_CONFIG_KEYS, "=", "zoom_in", 7);
    assert_entry(5, FZ_CONFIG_KEYS, "[", "backward", 8);
    assert_entry(6, FZ_CONFIG_KEYS, "#", "names", 9);
    assert_entry(7, FZ_CONFIG_KEYS, ";", "set delay 3", 10);
    assert_entry(8, FZ_CONFIG_KEYS, "^=", "zoom_in", 11);
    assert_entry(9, FZ_CONFIG_KEYS, "\\", "last", 12);
    assert_entry(10, FZ_CONFIG_KEYS, "\\", "first", 13);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 9, 1e-12);
}

static void an_entry_can_be_complained_of(void **state)
{
    (void)state;
    read_text("[keys]\n\nq = nonsense\n");
    fz_config_complain(fz_config_entry(&config, 0), "%s is no command", "nonsense");
    assert_complaints(1);
    assert_complaint(0, ":3: nonsense is no command");
}

/* ---- What is wrong --------------------------------------------------------------------------------------- */

static void each_fault_has_its_line_and_the_rest_is_taken(void **state)
{
    (void)state;
    read_text("delay = zero\n"             /* 1 */
              "tile\n"                     /* 2 */
              "no-such = 5\n"              /* 3 */
              "screenshot = x.png\n"       /* 4 */
              "names = maybe\n"            /* 5 */
              "= 5\n"                      /* 6 */
              "[nonsense]\ndelay = 3\nx\n" /* 7, then silence */
              "[keys\n"                    /* 10, still left out */
              "[keys]\nq =\n"              /* 12 */
              "[\n"                        /* 13 */
              "[options]\njobs = 2\n"
              "--delay = 4\n"); /* 16 */
    assert_complaints(10);
    assert_complaint(0, ":1: delay=zero: wants SECONDS, 0.1 to 86400");
    assert_complaint(1, ":2: wants NAME = VALUE or [SECTION]");
    assert_complaint(2, ":3: unknown option no-such");
    assert_complaint(3, ":4: screenshot has its place on the command line only");
    assert_complaint(4, ":5: names=maybe: wants yes or no");
    assert_complaint(5, ":6: wants a name before the =");
    assert_complaint(6, ":7: unknown section [nonsense]: what follows is left out");
    assert_complaint(7, ":12: wants a command after the =");
    assert_complaint(8, ":13: wants NAME = VALUE or [SECTION]");
    assert_complaint(9, ":16: unknown option --delay");
    assert_int_equal(value(FZ_OPTION_JOBS)->number, 2);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 5, 1e-12);
    assert_null(value(FZ_OPTION_SCREENSHOT)->text);
}

static void ten_complaints_of_a_file_are_kept_and_all_are_counted(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++)
        read_text(i % 2 ? "x = 1\n" : "delay = 6\n");
    assert_int_equal(config.file_count, 300);
    char text[10000] = "";
    for (int i = 0; i < 1000; i++)
        strcat(text, "x = 1\n");
    read_text(strcat(text, "delay = 7\n"));
    assert_complaints(1000);
    assert_complaint(9, ":10: unknown option x");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
}

static void long_lines(void **state)
{
    (void)state;
    char text[FZ_CONFIG_MAX_LINE * 2 + 64];
    memset(text, ' ', sizeof text);
    memcpy(text, "delay = 7", 9);
    text[FZ_CONFIG_MAX_LINE] = '\n';
    memcpy(text + FZ_CONFIG_MAX_LINE + 1, "delay = 8", 9);
    memcpy(text + FZ_CONFIG_MAX_LINE * 2 + 2, "\nnames = yes\n", 13);
    read_bytes(text, FZ_CONFIG_MAX_LINE * 2 + 15);
    assert_complaints(1);
    assert_complaint(0, ":2: is longer than 4096 bytes");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES));
}

/* ---- Files that are something else ----------------------------------------------------------------------- */

static void a_file_that_is_not_there(void **state)
{
    (void)state;
    fz_config_read(&config, path, FZ_ORIGIN_USER_FILE, false, &options);
    assert_int_equal(config.file_count, 0);
    fz_config_read(&config, path, FZ_ORIGIN_USER_FILE, true, &options);
    assert_complaints(1);
    assert_complaint(0, ": is not there");
}

static void empty_files(void **state)
{
    (void)state;
    read_text("");
    read_text("\n");
    read_text("\xef\xbb\xbf");
    read_text("\xef\xbb");
    assert_complaints(1); /* half a mark is no name */
    read_text("\r\n\r\n");
    assert_complaints(0);
}

static void assert_only_complaint(const char *expected)
{
    fz_config_read(&config, path, FZ_ORIGIN_USER_FILE, false, &options);
    assert_complaints(1);
    assert_complaint(0, expected);
}

static void what_is_no_file(void **state)
{
    (void)state;
    int descriptors = open_descriptors();
    assert_int_equal(mkdir(path, 0700), 0);
    assert_only_complaint(": is a folder");
    assert_int_equal(rmdir(path), 0);
    double before = now_s();
    assert_int_equal(mkfifo(path, 0600), 0); /* nobody will ever write to it */
    assert_only_complaint(": is no regular file");
    assert_true(now_s() - before < SOON_S);
    unlink(path);
    assert_int_equal(symlink("/nowhere/at all", path), 0);
    assert_only_complaint(": cannot be read: No such file or directory");
    unlink(path);
    assert_int_equal(symlink("frieze.conf", path), 0);
    assert_only_complaint(": cannot be read: Too many levels of symbolic links");
    unlink(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_only_complaint(": is no regular file");
    unlink(path);
    assert_int_equal(open_descriptors(), descriptors);
}

static void a_file_without_permission(void **state)
{
    (void)state;
    write_file(path, "delay = 7\n", 10);
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK) == 0) /* root may read all the same */
        skip();
    assert_only_complaint(": cannot be read: Permission denied");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 5, 1e-12);
}

static void a_huge_file_is_taken_in_part(void **state)
{
    (void)state;
    size_t len = 10u << 20;
    char *text = malloc(len + 1);
    assert_non_null(text);
    for (size_t i = 0; i < len; i += 10)
        memcpy(text + i, "delay = 7\n", i + 10 <= len ? 10 : len - i);
    read_bytes(text, len);
    assert_complaints(1);
    assert_complaint(0, ":104858: the file is larger than 1024 KB: from this line on nothing is taken");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    memset(text, 'x', FZ_CONFIG_MAX_BYTES + 1);
    read_bytes(text, FZ_CONFIG_MAX_BYTES + 1);
    assert_complaint(0, ":1: the file is larger than 1024 KB: from this line on nothing is taken");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    memset(text, '\n', len);
    memcpy(text, "delay = 8\n", 10);
    read_bytes(text, FZ_CONFIG_MAX_BYTES + 1);
    assert_complaint(0, ":1048568: the file is larger than 1024 KB: from this line on nothing is taken");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 8, 1e-12);
    read_bytes(text, FZ_CONFIG_MAX_BYTES);
    assert_complaints(0);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 8, 1e-12);
    free(text);
}

/* As a power failure leaves them: cut off anywhere, or with NUL bytes at the end. */
static void half_written_files(void **state)
{
    (void)state;
    static const char whole[] = "delay = 7\n[keys]\nq = quit\n[options]\nnames = yes\ntile = 100x80\n";
    for (size_t len = 0; len < sizeof whole; len++) {
        read_bytes(whole, len);
        assert_true(last_file()->complaint_count <= 1);
        if (len >= 10)
            assert_near(value(FZ_OPTION_DELAY)->seconds, 7, 1e-12);
    }
    char text[512] = "delay = 8\nnames";
    read_bytes(text, sizeof text);
    assert_complaints(1);
    assert_complaint(0, ":2: is no text");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 8, 1e-12);
}

static void text_of_two_bytes_a_character(void **state)
{
    (void)state;
    read_bytes("\xff\xfe"
               "d\0e\0l\0a\0y\0 \0=\0 \0007\0\n\0",
               22);
    assert_complaints(2);
    assert_complaint(0, ":1: is no text");
    assert_near(value(FZ_OPTION_DELAY)->seconds, 5, 1e-12);
}

/* Whatever stands in it: every complaint is one line with file and line, every entry has both sides. */
static void garbage(void **state)
{
    (void)state;
    static const char *const words[] = {
        "delay",  "=",  " = ",     "7",           "\n", "\n",      "\r\n",   "[keys]\n",
        "[run]",  "[",  "]",       "#",           ";",  "\\",      "\xff",   "names = yes\n",
        "memory", "1M", "x = y\n", "[options]\n", "\t", "\x1b[2J", "{path}", ""};
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        char text[4096];
        size_t len = 0, want = (size_t)random_int(&random, 0, 2000);
        bool binary = random_int(&random, 0, 3) == 0;
        while (len < want) {
            const char *word = words[random_int(&random, 0, (int)COUNT(words) - 1)];
            if (binary || !*word)
                text[len++] = (char)random_int(&random, 0, 255);
            else
                len += (size_t)snprintf(text + len, sizeof text - len, "%s", word);
        }
        fz_config_fini(&config);
        fz_options_fini(&options);
        fz_options_init(&options);
        read_bytes(text, len);
        const struct fz_config_file *file = last_file();
        for (size_t i = 0; i < file->complaint_count && i < FZ_CONFIG_MAX_COMPLAINTS; i++) {
            assert_true(strncmp(file->complaints[i], path, strlen(path)) == 0);
            int line = atoi(file->complaints[i] + strlen(path) + 1);
            assert_true(line >= 1 && (size_t)line <= len);
            assert_null(strchr(file->complaints[i], '\n'));
        }
        for (size_t i = 0; i < fz_config_count(&config); i++) {
            const struct fz_config_entry *entry = fz_config_entry(&config, i);
            assert_true(*entry->key && *entry->value && entry->line >= 1);
        }
    }
}

/* ---- Which files ----------------------------------------------------------------------------------------- */

static char *write_in(const char *name, const char *text)
{
    char *dir = path_in(folder, name), *sub = path_in(dir, "frieze"), *file = path_in(sub, "frieze.conf");
    mkdir(dir, 0700);
    mkdir(sub, 0700);
    write_file(file, text, strlen(text));
    free(dir);
    free(sub);
    return file;
}

static void set_variable(const char *name, const char *format)
{
    char text[1024];
    snprintf(text, sizeof text, format, folder, folder);
    setenv(name, text, 1);
}

/* default < system file < user file < command line; of the system's folders the first counts most. */
static void files_of_the_system_and_the_user(void **state)
{
    (void)state;
    free(write_in("a", "delay = 1\n"));
    free(write_in("b", "delay = 2\nnames = yes\njobs = 3\ntile = 99x99\n"));
    char *user = write_in("home", "\njobs = 4\nmemory = 64M\n");
    set_variable("XDG_CONFIG_DIRS", "%s/a:relative:%s/b");
    set_variable("XDG_CONFIG_HOME", "%s/home");
    fz_option_set(&options, FZ_OPTION_MEMORY, "65M", FZ_ORIGIN_COMMAND_LINE, NULL);
    fz_config_load(&config, &options);
    assert_int_equal(config.file_count, 3);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 1, 1e-12);
    assert_int_equal(value(FZ_OPTION_DELAY)->origin, FZ_ORIGIN_SYSTEM_FILE);
    assert_true(fz_option_is_on(&options, FZ_OPTION_NAMES));
    assert_int_equal(value(FZ_OPTION_JOBS)->number, 4);
    assert_int_equal(value(FZ_OPTION_JOBS)->origin, FZ_ORIGIN_USER_FILE);
    assert_string_equal(value(FZ_OPTION_JOBS)->file, user);
    assert_int_equal(value(FZ_OPTION_MEMORY)->number, 65 << 20);
    assert_int_equal(value(FZ_OPTION_MEMORY)->origin, FZ_ORIGIN_COMMAND_LINE);
    fz_option_reset(&options, FZ_OPTION_MEMORY, FZ_ORIGIN_COMMAND_LINE);
    assert_int_equal(value(FZ_OPTION_MEMORY)->number, 64 << 20);
    free(user);
}

static void home_where_xdg_names_none(void **state)
{
    (void)state;
    char *dir = path_in(folder, ".config");
    mkdir(dir, 0700);
    free(dir);
    free(write_in(".config", "delay = 3\n"));
    set_variable("XDG_CONFIG_DIRS", "%s/none");
    set_variable("HOME", "%s");
    for (int i = 0; i < 3; i++) {
        static const char *const useless[] = {NULL, "", "relative"};
        if (useless[i])
            setenv("XDG_CONFIG_HOME", useless[i], 1);
        else
            unsetenv("XDG_CONFIG_HOME");
        fz_option_reset(&options, FZ_OPTION_DELAY, FZ_ORIGIN_USER_FILE);
        fz_config_load(&config, &options);
        assert_near(value(FZ_OPTION_DELAY)->seconds, 3, 1e-12);
    }
    unsetenv("HOME");
    fz_option_reset(&options, FZ_OPTION_DELAY, FZ_ORIGIN_USER_FILE);
    fz_config_load(&config, &options);
    assert_near(value(FZ_OPTION_DELAY)->seconds, 5, 1e-12);
}

static void config_and_no_config(void **state)
{
    (void)state;
    free(write_in("home", "delay = 2\nnames = yes\n"));
    set_variable("XDG_CONFIG_DIRS", "%s/home");
    set_variable("XDG_CONFIG_HOME", "%s/home");
    fz_option_set(&options, FZ_OPTION_NO_CONFIG, NULL, FZ_ORIGIN_COMMAND_LINE, NULL);
    fz_config_load(&config, &options);
    assert_int_equal(config.file_count, 0);
    write_file(path, "delay = 3\n", 10);
    fz_option_set(&options, FZ_OPTION_CONFIG, path, FZ_ORIGIN_COMMAND_LINE, NULL);
    for (int i = 0; i < 2; i++) {
        fz_config_load(&config, &options);
        assert_near(value(FZ_OPTION_DELAY)->seconds, 3, 1e-12);
        assert_false(fz_option_is_on(&options, FZ_OPTION_NAMES));
        fz_option_reset(&options, FZ_OPTION_NO_CONFIG, FZ_ORIGIN_COMMAND_LINE);
    }
    assert_int_equal(config.file_count, 2);
}

int main(void)
{
    fz_thread_claim_main();
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(options_with_and_without_a_section),
        TEST(values_know_file_and_line),
        TEST(comments_blank_lines_and_ends_of_lines),
        TEST(the_later_line_counts),
        TEST(keys_and_programs_in_their_order),
        TEST(an_entry_can_be_complained_of),
        TEST(each_fault_has_its_line_and_the_rest_is_taken),
        TEST(ten_complaints_of_a_file_are_kept_and_all_are_counted),
        TEST(long_lines),
        TEST(a_file_that_is_not_there),
        TEST(empty_files),
        TEST(what_is_no_file),
        TEST(a_file_without_permission),
        TEST(a_huge_file_is_taken_in_part),
        TEST(half_written_files),
        TEST(text_of_two_bytes_a_character),
        TEST(garbage),
        TEST(files_of_the_system_and_the_user),
        TEST(home_where_xdg_names_none),
        TEST(config_and_no_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
