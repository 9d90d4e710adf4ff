#!/bin/sh
# A folder of src/ includes its own headers and those of folders before it in this list, no others.
# Usage: include_order.sh SRC
set -eu
cd "$1"

find . -name '*.[ch]' | sort | xargs awk '
BEGIN {
    n = split("base sync process image decode source view gpu ctl remote app", folders)
    for (i = 1; i <= n; i++)
        rank[folders[i]] = i
}
FNR == 1 {
    split(FILENAME, part, "/")
    folder = part[2]
    if (!(folder in rank)) {
        print FILENAME ": " folder "/ is not one of the folders"
        bad = 1
    }
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    if (quoted[2] == "frieze_config.h")
        next
    if (!match(quoted[2], /\//)) {
        print FILENAME ":" FNR ": write \"" folder "/" quoted[2] "\": the root of includes is src/"
        bad = 1
        next
    }
    split(quoted[2], part, "/")
    if (!(part[1] in rank) || rank[part[1]] > rank[folder]) {
        print FILENAME ":" FNR ": " folder "/ may not include " quoted[2]
        bad = 1
    }
}
END { exit bad }'
