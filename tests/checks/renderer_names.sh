#!/bin/sh
# Only src/gpu names SDL renderers and textures: the loss of a device stays a matter of one folder.
# Comments may name them. Usage: renderer_names.sh SRC
set -eu
cd "$1"

find . -name '*.[ch]' ! -path './gpu/*' | sort | xargs awk '
FNR == 1 { comment = 0 }
{
    code = $0
    if (comment && !sub(/^.*\*\//, "", code))
        next
    comment = 0
    gsub(/\/\*([^*]|\*[^\/])*\*\//, "", code)
    sub(/\/\/.*/, "", code)
    comment = sub(/\/\*.*/, "", code)
    if (code ~ /SDL_([A-Za-z]*(Renderer|Texture)|Render[A-Z][a-z])/) {
        print FILENAME ":" FNR ": only gpu/ may name this: " $0
        bad = 1
    }
}
END { exit bad }'
