/* The sections [keys] and [run] of the config files, made part of the keymap. */
#ifndef FZ_CTL_KEYS_CONFIG_H
#define FZ_CTL_KEYS_CONFIG_H

#include "ctl/config.h"
#include "ctl/keymap.h"

/* Main thread. "KEY... = command [argument...]" binds keys in every view where the command has a meaning; "KEY... =
 * none" takes them from every command. What is wrong is complained of, by file and line, and the rest taken. */
void fz_keys_config_apply(struct fz_keymap *map, const struct fz_config *config);

#endif
