/* Usage: pages TEMPLATES OUT: writes the pages into docs/, man/ and completions/ of OUT. */
#include "pages.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const pages[] = {
    "docs/options.md",         "docs/commands.md",        "man/frieze.1",
    "man/frieze.conf.5",       "completions/frieze.bash", "completions/_frieze",
    "completions/frieze.fish",
};

static const struct {
    const char *name;
    void (*write)(FILE *out);
} parts[] = {
#define PART(name)  \
    {               \
#name, name \
    }
    PART(man_options),      PART(man_keys),          PART(man_commands),  PART(man_file_options),
    PART(markdown_options), PART(markdown_commands), PART(bash_options),  PART(bash_values),
    PART(bash_commands),    PART(bash_arguments),    PART(zsh_options),   PART(zsh_commands),
    PART(zsh_arguments),    PART(fish_options),      PART(fish_commands), PART(fish_arguments),
#undef PART
};

static FILE *open_or_die(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (!file) {
        fprintf(stderr, "pages: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static void put_part(FILE *out, const char *template, const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strlen(parts[i].name) == len && strncmp(parts[i].name, name, len) == 0) {
            parts[i].write(out);
            return;
        }
    }
    fprintf(stderr, "pages: %s: nothing is called @%.*s@\n", template, (int)len, name);
    exit(1);
}

static void write_page(const char *templates, const char *out_folder, const char *page)
{
    const char *name = strchr(page, '/') + 1;
    char *template = fz_asprintf("%s/%s.in", templates, name), *path = fz_asprintf("%s/%s", out_folder, page);
    char *folder = fz_strndup(path, strlen(path) - strlen(name));
    mkdir(folder, 0777);
    FILE *in = open_or_die(template, "r"), *out = open_or_die(path, "w");
    char line[1024];
    while (fgets(line, sizeof line, in)) {
        size_t len = strcspn(line, "\n");
        if (len > 2 && line[0] == '@' && line[len - 1] == '@')
            put_part(out, template, line + 1, len - 2);
        else
            fputs(line, out);
    }
    fclose(in);
    if (fclose(out) != 0) {
        fprintf(stderr, "pages: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    free(folder);
    free(path);
    free(template);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: pages TEMPLATES OUT\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        write_page(argv[1], argv[2], pages[i]);
    return 0;
}
