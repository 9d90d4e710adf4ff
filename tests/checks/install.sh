#!/bin/sh
# make install brings all that a desktop, a shell and man look for, into a DESTDIR as packagers use it, and each is valid.
# Usage: install.sh CMAKE BUILD SOURCES
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
bad=0
complain() {
    echo "$*"
    bad=1
}

DESTDIR=$root/dest "$1" --install "$2" --prefix /usr >"$root/log" 2>&1 || {
    cat "$root/log"
    exit 1
}
usr=$root/dest/usr
[ "$(ls "$root/dest")" = usr ] || complain "something lies outside of the prefix: $(ls "$root/dest")"

for file in bin/frieze share/applications/frieze.desktop share/metainfo/frieze.metainfo.xml \
    share/icons/hicolor/scalable/apps/frieze.svg share/man/man1/frieze.1 share/man/man5/frieze.conf.5 \
    share/bash-completion/completions/frieze share/zsh/site-functions/_frieze \
    share/fish/vendor_completions.d/frieze.fish share/doc/frieze/README.md share/doc/frieze/LICENSE; do
    [ -s "$usr/$file" ] || complain "$file is missing"
done
[ -x "$usr/bin/frieze" ] || complain "bin/frieze cannot be run"
# The codecs lie where the program looks for them.
"$usr/bin/frieze" --version | grep -q "cannot be loaded" && complain "bin/frieze does not find its codecs"
pictures=$(find "$usr/share/frieze/demo" -type f | wc -l)
[ "$pictures" -gt 10 ] || complain "$pictures demo pictures"

entry=$usr/share/applications/frieze.desktop
value() { sed -n "s/^$1=//p" "$entry" | head -n 1; }
if command -v desktop-file-validate >/dev/null; then
    said=$(desktop-file-validate "$entry" 2>&1) && [ -z "$said" ] || complain "$said"
fi
if command -v appstreamcli >/dev/null; then
    # The project has no home page; validators since 1.0 want one, those before do not know the tag.
    appstreamcli validate --no-net "$usr/share/metainfo/frieze.metainfo.xml" >"$root/log" 2>&1 ||
        appstreamcli validate --no-net --override=url-homepage-missing=info "$usr/share/metainfo/frieze.metainfo.xml" \
            >"$root/log" 2>&1 || complain "$(cat "$root/log")"
fi

# The entry starts the program that is installed, shows the icon that is, and knows its window.
[ -x "$usr/bin/$(value Exec | cut -d' ' -f1)" ] || complain "Exec names a program that is not installed"
[ -s "$usr/share/icons/hicolor/scalable/apps/$(value Icon).svg" ] || complain "Icon names none that is installed"
[ "$(value StartupWMClass)" = "$(basename "$entry" .desktop)" ] || complain "StartupWMClass is not the name of the entry"
sed -n 's/^Exec=frieze//p' "$entry" | tr ' ' '\n' | grep '^--' | sort -u | while read -r option; do
    "$usr/bin/frieze" --help | grep -q -- "$option\b" || echo "$option"
done >"$root/log"
[ ! -s "$root/log" ] || complain "Exec has options that frieze does not know: $(cat "$root/log")"

# One MIME type at least for each row of the format table, and none that it does not read.
cat >"$root/types" <<'TYPES'
jpeg image/jpeg
png image/png
webp image/webp
gif image/gif
tiff image/tiff
bmp image/bmp
qoi image/qoi
ico image/vnd.microsoft.icon
ico image/x-icon
cur image/x-win-bitmap
pnm image/x-portable-anymap
pnm image/x-portable-bitmap
pnm image/x-portable-graymap
pnm image/x-portable-pixmap
pam image/x-portable-arbitrarymap
pfm image/x-portable-floatmap
xpm image/x-xpixmap
svg image/svg+xml
svg image/svg+xml-compressed
pcx image/vnd.zbrush.pcx
pcx image/x-pcx
tga image/x-tga
ilbm image/x-ilbm
xcf image/x-xcf
psd image/vnd.adobe.photoshop
xv image/x-xv
heic image/heic
heic image/heif
avif image/avif
jxl image/jxl
raw image/x-adobe-dng
raw image/x-canon-cr2
raw image/x-canon-cr3
raw image/x-canon-crw
raw image/x-fuji-raf
raw image/x-nikon-nef
raw image/x-olympus-orf
raw image/x-panasonic-rw2
raw image/x-pentax-pef
raw image/x-samsung-srw
raw image/x-sony-arw
TYPES
sed -n 's/.*\.name = "\([a-z]*\)".*/\1/p; s/.*{BY_SDL(\([a-z]*\),.*/\1/p; s/.*{OWN(\([a-z]*\)).*/\1/p' \
    "$3/src/image/format.c" "$3/src/image/heavy_rows.h" | sort -u >"$root/formats"
cut -d' ' -f1 "$root/types" | sort -u | diff "$root/formats" - || complain "formats (left) and their MIME types differ"
cut -d' ' -f2 "$root/types" | sort >"$root/expected"
value MimeType | tr ';' '\n' | grep . | sort | diff "$root/expected" - || complain "MimeType (right) is not what is read"
sed -n 's:.*<mediatype>\(.*\)</mediatype>:\1:p' "$usr/share/metainfo/frieze.metainfo.xml" | sort |
    comm -23 - "$root/expected" | grep . && complain "the metainfo names a type that is not read"

exit $bad
