#include "image/suffix.h"

#include "source/source.h"

#include <string.h>
#include <strings.h>

bool fz_suffix_classify(const char *name, enum fz_source_doubt *doubt)
{
    enum fz_suffix_kind kind = fz_suffix_kind(name);
    *doubt = kind == FZ_SUFFIX_PICTURE ? FZ_SOURCE_PICTURE : FZ_SOURCE_UNKNOWN;
    return kind != FZ_SUFFIX_OTHER;
}

bool fz_name_is_hidden(const char *name)
{
    return name[0] == '.' || strcmp(name, "@eaDir") == 0 || strcasecmp(name, "Thumbs.db") == 0;
}
