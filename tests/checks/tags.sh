#!/bin/sh
# A tag of the program's own (struct fz_item) means one thing: C has one name space for structs, unions and enums, and a file that
# comes to include both headers would not compile. Usage: tags.sh SRC
set -eu
cd "$1"

find . -name '*.[ch]' | sort | xargs awk '
match($0, /(struct|union|enum)[ \t]+fz_[a-z0-9_]+[ \t]*\{/) {
    split(substr($0, RSTART, RLENGTH), word, /[ \t{]+/)
    tag = word[2]
    if (tag in first) {
        print FILENAME ":" FNR ": " tag " is what " first[tag] " defines"
        bad = 1
    }
    first[tag] = FILENAME ":" FNR
}
END { exit bad }'
