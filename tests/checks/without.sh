#!/bin/sh
# Whatever depends on an optional library compiles without it: none of them, and all but one.
# Usage: without.sh CC SOURCES CONFIG_HEADER
set -eu

cc=$1 sources=$2 config=$3
names=$(sed -n 's/^#define FRIEZE_WITH_\([A-Z]*\) .*/\1/p' "$config")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=$(pkg-config --cflags sdl2 SDL2_image libpng libtiff-4 lcms2)
for name in $(sed -n 's/^#define FRIEZE_WITH_\([A-Z]*\) 1$/\1/p' "$config"); do
    case $name in
    HEIF) flags="$flags $(pkg-config --cflags libheif)" ;;
    AVIF) flags="$flags $(pkg-config --cflags libavif)" ;;
    JXL) flags="$flags $(pkg-config --cflags libjxl)" ;;
    RAW) flags="$flags $(pkg-config --cflags libraw_r)" ;;
    RSVG) flags="$flags $(pkg-config --cflags librsvg-2.0)" ;;
    IPTC) flags="$flags $(pkg-config --cflags libiptcdata)" ;;
    BROTLI) flags="$flags $(pkg-config --cflags libbrotlidec)" ;;
    esac
done

bad=0
for without in $names ALL; do
    case $without in
    ALL)
        named=FRIEZE_WITH_
        sed 's/^\(#define FRIEZE_WITH_[A-Z]*\) 1$/\1 0/' "$config" >"$dir/frieze_config.h"
        ;;
    *)
        named=FRIEZE_WITH_$without
        sed "s/^\(#define FRIEZE_WITH_$without\) 1\$/\1 0/" "$config" >"$dir/frieze_config.h"
        ;;
    esac
    files=$(grep -rl "$named" "$sources" --include='*.c')
    # shellcheck disable=SC2086
    $cc -std=c11 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Werror -I"$dir" -I"$sources" $flags $files || {
        echo "without $without: see above"
        bad=1
    }
done
exit $bad
