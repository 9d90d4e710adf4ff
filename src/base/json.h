/* Text in JSON. */
#ifndef FZ_BASE_JSON_H
#define FZ_BASE_JSON_H

#include <jansson.h>

/* Any thread. A path, or a message that has one in it, may be of any bytes: those that are not UTF-8 become U+FFFD. NULL: null. */
json_t *fz_json_text(const char *text);

#endif
