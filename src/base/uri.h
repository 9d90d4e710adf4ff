/* file: URIs (RFC 8089), as file managers, drag and drop and clipboards hand them over. */
#ifndef FZ_BASE_URI_H
#define FZ_BASE_URI_H

#include "base/error.h"

#include <stdbool.h>

/* Any thread. True for what begins with "file:", whether or not the rest makes sense. */
bool fz_uri_is_file(const char *text);

/* Any thread. The absolute path that a file: URI names, percent-decoded (a path is bytes); the caller frees. USAGE with one
 * line that names the URI where it names another machine, no absolute path, or is written badly. */
enum fz_err fz_uri_to_path(const char *uri, char **path, struct fz_error *err);

/* Any thread. The URI of an absolute path: ASCII, whatever bytes the path has. Caller frees. */
char *fz_uri_from_path(const char *path);

#endif
