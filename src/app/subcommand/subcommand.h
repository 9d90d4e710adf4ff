/* What subcommands share: their command line, and its --help. */
#ifndef FZ_APP_SUBCOMMAND_SUBCOMMAND_H
#define FZ_APP_SUBCOMMAND_SUBCOMMAND_H

#include "ctl/option.h"

/* An option of one subcommand alone. */
struct fz_own_option {
    const char *name;
    char letter;
    const char *metavar; /* NULL: a flag */
    const char *help;
};

/* A row of the program's subcommands; static. */
struct fz_subcommand {
    const char *name, *usage, *about; /* usage: what follows "frieze NAME"; about: paragraphs of --help */
    const struct fz_own_option *own;
    size_t own_count;
    const enum fz_option_id *shared; /* of the option table; by a letter where no own one has it */
    size_t shared_count;
};

struct fz_arguments {
    struct fz_options options; /* the shared ones */
    const char **own; /* owned; in the order of the row, borrowed texts; NULL = not given; a flag is "" */
    const char **operands; /* owned; borrowed texts */
    size_t operand_count;
    bool help; /* --help or -h was given, and has been printed */
};

/* Main thread. Reads argv[1..]; "--" ends the options, "-" is an operand. USAGE with one line that names the option.
 * *arguments is to be given back in every case. */
enum fz_err fz_subcommand_parse(const struct fz_subcommand *command, int argc, char **argv,
                                struct fz_arguments *arguments, struct fz_error *err);
void fz_arguments_fini(struct fz_arguments *arguments);

/* Main thread; argv[0] is the subcommand's name. The exit status. */
int fz_probe_main(int argc, char **argv);
int fz_scale_main(int argc, char **argv);
int fz_prime_main(int argc, char **argv);

#endif
