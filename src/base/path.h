/* Paths are bytes. */
#ifndef FZ_BASE_PATH_H
#define FZ_BASE_PATH_H

#include <stdbool.h>

/* Any thread, while none changes the environment. `name` in a folder of the user's that the XDG Base Directory Specification
 * names: where `variable` says (a relative path is to be ignored), else in `fallback` in HOME. NULL where neither is known.
 * Caller frees. */
char *fz_path_of_user(const char *variable, const char *fallback, const char *name);

/* Any thread. The part after the last slash, inside `path`. */
const char *fz_path_name(const char *path);

/* Any thread. The last dot of its name and what follows it, inside `path`; its end where there is none. A name that begins with its
 * only dot has none. */
const char *fz_path_suffix(const char *path);

/* Any thread. "dir/name" with exactly one slash between them. Caller frees. */
char *fz_path_join(const char *dir, const char *name);

/* Any thread. `path` made absolute by the working directory, with ".", ".." and double slashes taken out by
 * their text alone; where that directory is gone, in a place where nothing is. Caller frees. */
char *fz_path_absolute(const char *path);

/* Any thread. The same, but NULL (errno) where that directory is gone. */
char *fz_path_find_absolute(const char *path);

/* Any thread, while none changes the environment. The same of what was typed where no shell reads it: "~" alone, or before a slash,
 * is HOME, where that is known. Caller frees. */
char *fz_path_typed(const char *text);

/* Any thread but a running render thread. An absolute path that leads where `path` does: by its text, or, where ".." behind a
 * symbolic link means another place, by what the links lead to. Caller frees. */
char *fz_path_locate(const char *path);

/* Any thread. Whether an absolute path is `folder`, or lies below it, by their texts alone. */
bool fz_path_is_within(const char *path, const char *folder);

/* Any thread. The folder part of an absolute path ("/" at the top). Caller frees. */
char *fz_path_dir(const char *path);

/* Any thread but a running render thread. Makes the folder `dir`, and those above it that are not there, for the user
 * alone. False: errno says why one is not there. */
bool fz_path_make_folder(const char *dir);

/* Any thread but a running render thread. True for a regular file (links followed). */
bool fz_path_is_file(const char *path);

#endif
