#include "image/suffix.h"

#include "base/path.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum suffix_kind { OTHER, PICTURE };

/* What a name promises. What stands in neither group is looked into by its bytes. Unfinished downloads are OTHER: they
 * come under their real name when they are whole. A longer suffix counts by its first eight bytes (crdownload). In order
 * of their bytes, because they are searched by halving. */
static const struct {
    char suffix[FZ_SUFFIX_MAX]; /* padded with NUL, without one where it is full */
    uint8_t kind;
} suffixes[] = {
    /* clang-format off */
    {"3fr", PICTURE}, {"3g2", OTHER}, {"3gp", OTHER}, {"7z", OTHER}, {"a", OTHER}, {"aac", OTHER},
    {"aae", OTHER}, {"aif", OTHER}, {"aiff", OTHER}, {"amr", OTHER}, {"ape", OTHER}, {"apk", OTHER},
    {"apng", PICTURE}, {"arw", PICTURE}, {"asc", OTHER}, {"asf", OTHER}, {"ass", OTHER}, {"avi", OTHER},
    {"avif", PICTURE}, {"avifs", PICTURE}, {"bat", OTHER}, {"bmp", PICTURE}, {"bz2", OTHER}, {"c", OTHER},
    {"cb7", OTHER}, {"cbr", OTHER}, {"cbt", OTHER}, {"cbz", OTHER}, {"cc", OTHER}, {"cfg", OTHER},
    {"cmd", OTHER}, {"conf", OTHER}, {"cos", OTHER}, {"cpp", OTHER}, {"cr2", PICTURE}, {"cr3", PICTURE},
    {"crdownlo", OTHER}, {"crw", PICTURE}, {"css", OTHER}, {"csv", OTHER}, {"cue", OTHER},
    {"cur", PICTURE}, {"db", OTHER}, {"db-shm", OTHER}, {"db-wal", OTHER}, {"dcr", PICTURE},
    {"deb", OTHER}, {"desktop", OTHER}, {"dib", PICTURE}, {"dll", OTHER}, {"dmg", OTHER}, {"dng", PICTURE},
    {"doc", OTHER}, {"docx", OTHER}, {"dop", OTHER}, {"download", OTHER}, {"dv", OTHER}, {"eps", OTHER},
    {"epub", OTHER}, {"erf", PICTURE}, {"exe", OTHER}, {"f4v", OTHER}, {"fff", PICTURE}, {"flac", OTHER},
    {"flv", OTHER}, {"gif", PICTURE}, {"go", OTHER}, {"gz", OTHER}, {"h", OTHER}, {"heic", PICTURE},
    {"heics", PICTURE}, {"heif", PICTURE}, {"heifs", PICTURE}, {"hif", PICTURE}, {"hpp", OTHER},
    {"htm", OTHER}, {"html", OTHER}, {"icb", PICTURE}, {"ico", PICTURE}, {"iff", PICTURE},
    {"iiq", PICTURE}, {"ilbm", PICTURE}, {"ini", OTHER}, {"insv", OTHER}, {"iso", OTHER}, {"jar", OTHER},
    {"java", OTHER}, {"jfif", PICTURE}, {"jif", PICTURE}, {"jpe", PICTURE}, {"jpeg", PICTURE},
    {"jpg", PICTURE}, {"jps", PICTURE}, {"js", OTHER}, {"json", OTHER}, {"jxl", PICTURE}, {"kdc", PICTURE},
    {"lbm", PICTURE}, {"lnk", OTHER}, {"lock", OTHER}, {"log", OTHER}, {"lrcat", OTHER}, {"lrdata", OTHER},
    {"lrv", OTHER}, {"lua", OTHER}, {"m2ts", OTHER}, {"m2v", OTHER}, {"m3u", OTHER}, {"m3u8", OTHER},
    {"m4a", OTHER}, {"m4v", OTHER}, {"md", OTHER}, {"md5", OTHER}, {"mef", PICTURE}, {"mid", OTHER},
    {"midi", OTHER}, {"mkv", OTHER}, {"mobi", OTHER}, {"mos", PICTURE}, {"mov", OTHER}, {"mp3", OTHER},
    {"mp4", OTHER}, {"mpe", OTHER}, {"mpeg", OTHER}, {"mpg", OTHER}, {"mpo", PICTURE}, {"mrw", PICTURE},
    {"msi", OTHER}, {"mts", OTHER}, {"mxf", OTHER}, {"nef", PICTURE}, {"nfo", OTHER}, {"nrw", PICTURE},
    {"o", OTHER}, {"odg", OTHER}, {"odp", OTHER}, {"ods", OTHER}, {"odt", OTHER}, {"oga", OTHER},
    {"ogg", OTHER}, {"ogv", OTHER}, {"on1", OTHER}, {"opus", OTHER}, {"orf", PICTURE}, {"otf", OTHER},
    {"pam", PICTURE}, {"par2", OTHER}, {"part", OTHER}, {"partial", OTHER}, {"pbm", PICTURE},
    {"pcx", PICTURE}, {"pdf", OTHER}, {"pef", PICTURE}, {"pfm", PICTURE}, {"pgm", PICTURE}, {"php", OTHER},
    {"pl", OTHER}, {"pls", OTHER}, {"png", PICTURE}, {"pnm", PICTURE}, {"pp3", OTHER}, {"ppm", PICTURE},
    {"ppt", OTHER}, {"pptx", OTHER}, {"ps", OTHER}, {"psb", PICTURE}, {"psd", PICTURE}, {"py", OTHER},
    {"pyc", OTHER}, {"qoi", PICTURE}, {"raf", PICTURE}, {"rar", OTHER}, {"rb", OTHER}, {"rm", OTHER},
    {"rmvb", OTHER}, {"rpm", OTHER}, {"rs", OTHER}, {"rst", OTHER}, {"rtf", OTHER}, {"rw2", PICTURE},
    {"rwl", PICTURE}, {"sfv", OTHER}, {"sh", OTHER}, {"sha1", OTHER}, {"sha256", OTHER}, {"sig", OTHER},
    {"so", OTHER}, {"sqlite", OTHER}, {"sqlite3", OTHER}, {"sr2", PICTURE}, {"srf", PICTURE},
    {"srt", OTHER}, {"srw", PICTURE}, {"sub", OTHER}, {"svg", PICTURE}, {"svgz", PICTURE}, {"swp", OTHER},
    {"tar", OTHER}, {"tbz2", OTHER}, {"tex", OTHER}, {"tga", PICTURE}, {"tgz", OTHER}, {"thm", OTHER},
    {"tif", PICTURE}, {"tiff", PICTURE}, {"tmp", OTHER}, {"toml", OTHER}, {"torrent", OTHER},
    {"tsv", OTHER}, {"ttf", OTHER}, {"txt", OTHER}, {"txz", OTHER}, {"url", OTHER}, {"vda", PICTURE},
    {"vob", OTHER}, {"vtt", OTHER}, {"wav", OTHER}, {"webm", OTHER}, {"webp", PICTURE}, {"wma", OTHER},
    {"wmv", OTHER}, {"woff", OTHER}, {"woff2", OTHER}, {"x3f", PICTURE}, {"xcf", PICTURE}, {"xls", OTHER},
    {"xlsx", OTHER}, {"xml", OTHER}, {"xmp", OTHER}, {"xpm", PICTURE}, {"xspf", OTHER}, {"xv", PICTURE},
    {"xz", OTHER}, {"yaml", OTHER}, {"yml", OTHER}, {"zip", OTHER}, {"zst", OTHER},
    /* clang-format on */
};

/* Eight bytes as one number that compares as they do. */
static uint64_t pack(const char *text)
{
    uint64_t bytes;
    memcpy(&bytes, text, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* False where there is none. */
static bool suffix_of(const char *name, char out[FZ_SUFFIX_MAX])
{
    const char *dot = fz_path_suffix(name);
    if (dot[0] == '\0' || dot[1] == '\0')
        return false;
    memset(out, 0, FZ_SUFFIX_MAX);
    for (size_t i = 0; i < FZ_SUFFIX_MAX && dot[1 + i]; i++) {
        char c = dot[1 + i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return true;
}

enum fz_suffix_kind fz_suffix_kind(const char *name)
{
    char suffix[FZ_SUFFIX_MAX];
    if (!suffix_of(name, suffix))
        return FZ_SUFFIX_UNKNOWN;
    uint64_t wanted = pack(suffix);
    size_t low = 0, high = sizeof suffixes / sizeof *suffixes;
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint64_t here = pack(suffixes[middle].suffix);
        if (here == wanted)
            return suffixes[middle].kind == OTHER ? FZ_SUFFIX_OTHER : FZ_SUFFIX_PICTURE;
        if (here < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return FZ_SUFFIX_UNKNOWN;
}

bool fz_suffix_picture(size_t index, bool upper, char out[FZ_SUFFIX_MAX + 1])
{
    size_t i = 0, count = sizeof suffixes / sizeof *suffixes;
    while (i < count && (suffixes[i].kind != PICTURE || index-- > 0))
        i++;
    if (i == count)
        return false;
    for (size_t k = 0; k < FZ_SUFFIX_MAX; k++) {
        char c = suffixes[i].suffix[k];
        out[k] = upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    out[FZ_SUFFIX_MAX] = '\0';
    return true;
}

/* ---- What cameras write ------------------------------------------------------------------------------------------ */

/* Sorted out by hand from the formats that LibRaw reads. */
static const char *const raw_suffixes[] = {"3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff",
                                           "iiq", "k25", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf",
                                           "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f"};
/* In the order in which they are preferred; a camera writes its names in one case. */
static const char *const cover_suffixes[] = {"JPG",  "jpg", "JPEG", "jpeg", "HEIC",
                                             "heic", "HIF", "hif",  "HEIF", "heif"};

const char *fz_suffix_text(const char *name)
{
    const char *suffix = fz_path_suffix(name);
    return *suffix == '.' ? suffix + 1 : suffix;
}

bool fz_suffix_is_raw(const char *name)
{
    const char *suffix = fz_suffix_text(name);
    for (size_t i = 0; i < sizeof raw_suffixes / sizeof *raw_suffixes; i++)
        if (strcasecmp(suffix, raw_suffixes[i]) == 0)
            return true;
    return false;
}

const char *fz_suffix_cover(size_t index)
{
    return index < sizeof cover_suffixes / sizeof *cover_suffixes ? cover_suffixes[index] : NULL;
}

size_t fz_suffix_cover_rank(const char *name)
{
    const char *suffix = fz_suffix_text(name), *cover;
    for (size_t i = 0; (cover = fz_suffix_cover(i)) != NULL; i++)
        if (strcmp(suffix, cover) == 0)
            return i;
    return FZ_SUFFIX_NO_COVER;
}
