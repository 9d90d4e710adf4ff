#include "base/json.h"

#include "base/str.h"

#include <stdlib.h>

json_t *fz_json_text(const char *text)
{
    if (!text)
        return json_null();
    char *utf8 = fz_str_to_utf8(text);
    json_t *json = json_string(utf8);
    free(utf8);
    return json;
}
