#include "source/deal.h"

#include "base/mem.h"
#include "base/path.h"
#include "source/scanner.h"

#include <sys/resource.h>

enum {
    READERS_MOST = 32, /* each has an inotify instance, of which a user has 128 */
    FILE_READERS = 8,
    READERS_ALWAYS = 8, /* however few descriptors there are */
    READERS_PART = 16,  /* of all descriptors that may be open: each takes some */
};

static uint32_t most_readers(void)
{
    struct rlimit limit;
    rlim_t most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / READERS_PART : 0;
    return most < READERS_ALWAYS ? READERS_ALWAYS : most < READERS_MOST ? (uint32_t)most : READERS_MOST;
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
 * part); 0: files. */
static void deal(struct fz_sources *sources, uint32_t files, uint32_t most)
{
    size_t capacity = sources->scanner_count;
    uint32_t files_before = 0;
    int64_t before = 0;
    sources->scanner_count = 0;
    for (uint32_t i = 0; i < sources->root_count; i++) {
        int64_t share = share_of(sources, i, files_before, files, most);
        if (i == 0 || share != before) {
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

void fz_deal_roots(struct fz_sources *sources)
{
    FZ_MAIN_ONLY();
    uint32_t files = 0, most = most_readers();
    for (uint32_t i = 0; i < sources->root_count; i++)
        files += is_file(&sources->roots[i]);
    deal(sources, files, 0);
    if (sources->scanner_count > most)
        deal(sources, files, most);
}
