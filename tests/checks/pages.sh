#!/bin/sh
# The manual, docs/options.md, docs/commands.md and the completions are what the tables say, and manuals are sound.
# Usage: pages.sh PAGES TEMPLATES SOURCES
set -eu
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$1" "$2" "$fresh"

bad=0
count=0
for page in $(cd "$fresh" && find . -type f | cut -c 3- | sort); do
    count=$((count + 1))
    diff -u "$3/$page" "$fresh/$page" || {
        echo "$page is stale: run make docs and commit what it writes"
        bad=1
    }
done
[ "$count" -eq 7 ] || {
    echo "$count pages were made, not 7"
    bad=1
}

# groff tells of what it does not understand, man of what it would have to leave out. Where its pages of paper end says
# nothing of the text.
for page in "$fresh"/man/*; do
    if command -v groff >/dev/null 2>&1; then
        complaints=$(groff -ww -t -man -Tutf8 "$page" 2>&1 >/dev/null | grep -v 'will not fit on one page') || true
        [ -z "$complaints" ] || {
            echo "groff: $complaints"
            bad=1
        }
    fi
done
exit $bad
