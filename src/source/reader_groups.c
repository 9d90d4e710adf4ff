#include "source/reader_groups.h"

#include "base/mem.h"
#include "base/mounts.h"
#include "base/path.h"
#include "decode/files.h"
#include "source/scanner.h"

#include <stdlib.h>
#include <sys/resource.h>

enum {
    READERS_MOST = 32, /* each has an inotify instance, of which a user has 128 */
    FILE_READERS = 8,
    READERS_ALWAYS = 8,     /* however few descriptors there are */
    READERS_PART = 16,      /* of all descriptors that may be open: each takes some */
    READERS_APART_PART = 8, /* the same where file systems part those who would share */
};

static uint32_t readers_by_descriptors(uint32_t most, rlim_t part)
{
    struct rlimit limit;
    rlim_t permitted = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / part : 0;
    return permitted < READERS_ALWAYS ? READERS_ALWAYS : permitted < most ? (uint32_t)permitted : most;
}

static bool is_file(const struct fz_root *root)
{
    enum fz_source_doubt doubt;
    return root->is_path &&
           (!fz_suffix_classify(fz_path_name(root->argument), &doubt) || doubt == FZ_SOURCE_PICTURE);
}

/* Roots that follow one another with the same number share a reader; nobody shares with a negative one. */
static int64_t share_of(const struct fz_sources *sources, uint32_t i, uint32_t files_before, uint32_t files,
                        uint32_t most)
{
    const struct fz_root *root = &sources->roots[i];
    if (root->row->own_scanner)
        return -1 - (int64_t)i;
    if (most > 0)
        return (int64_t)i * most / sources->root_count;
    return files > 0 && is_file(root) ? (int64_t)files_before * FILE_READERS / files : -1 - (int64_t)i;
}

/* With `most` all roots may share, so that there are no more readers than that (and those that never share, and what these
 * part); 0: files. `devices`, of each root: who lies on another one does not share; NULL: nobody asks for that. */
static void deal(struct fz_sources *sources, uint32_t files, uint32_t most, const uint64_t *devices)
{
    size_t capacity = sources->scanner_count;
    uint32_t files_before = 0;
    int64_t before = 0;
    sources->scanner_count = 0;
    for (uint32_t i = 0; i < sources->root_count; i++) {
        int64_t share = share_of(sources, i, files_before, files, most);
        if (i == 0 || share != before || (devices && devices[i] != devices[i - 1])) {
            sources->scanners =
                fz_grow(sources->scanners, &capacity, sources->scanner_count + 1u, sizeof *sources->scanners);
            sources->scanners[sources->scanner_count++] =
                (struct fz_scanner){.sources = sources, .first = i, .next = i, .reading = FZ_TREE_NONE};
        }
        sources->scanners[sources->scanner_count - 1].end = i + 1;
        files_before += is_file(&sources->roots[i]);
        before = share;
    }
}

/* Caller frees. */
static uint64_t *find_devices(const struct fz_sources *sources)
{
    uint64_t *devices = fz_calloc(sources->root_count, sizeof *devices);
    struct fz_mounts *mounts = fz_mounts_read("/proc/self/mountinfo");
    for (uint32_t i = 0; i < sources->root_count; i++)
        if (sources->roots[i].path)
            devices[i] = fz_mounts_find(mounts, sources->roots[i].path).device;
    fz_mounts_free(mounts);
    return devices;
}

void fz_group_roots(struct fz_sources *sources)
{
    FZ_MAIN_ONLY();
    uint32_t files = 0, most = readers_by_descriptors(READERS_MOST, READERS_PART);
    for (uint32_t i = 0; i < sources->root_count; i++)
        files += is_file(&sources->roots[i]);
    deal(sources, files, 0, NULL);
    if (sources->scanner_count == sources->root_count && sources->scanner_count <= most)
        return;
    uint64_t *devices = find_devices(sources);
    deal(sources, files, 0, devices);
    if (sources->scanner_count > most)
        deal(sources, files, most, devices);
    if (sources->scanner_count > readers_by_descriptors(FZ_READERS_MOST, READERS_APART_PART))
        deal(sources, files, most, NULL);
    free(devices);
}
