#include "source/burst.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "source/scanner.h"
#include "source/writer.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_LOOK_US = 200000, /* at a file that nobody seems to close */
    LONGEST_LOOK_US = 8000000,
};

void fz_burst_fini(struct fz_burst *burst)
{
    free(burst->entries);
    fz_names_fini(&burst->names);
    fz_index_fini(&burst->by_name);
    memset(burst, 0, sizeof *burst);
}

static uint32_t entry_hash(struct fz_tree_ref folder, uint32_t root, const char *name)
{
    uint32_t place = fz_index_mix(fz_index_mix(root, folder.row), folder.serial);
    return fz_index_mix_text(place, name, strlen(name));
}

static const char *name_of(const struct fz_burst *burst, const struct fz_burst_entry *entry)
{
    return fz_names_at(&burst->names, entry->name);
}

static struct fz_burst_entry *find(struct fz_burst *burst, struct fz_tree_ref folder, uint32_t root,
                                   const char *name)
{
    uint32_t at, hash = entry_hash(folder, root, name), i = fz_index_first(&burst->by_name, hash, &at);
    for (; i != FZ_INDEX_NONE; i = fz_index_next(&burst->by_name, hash, &at)) {
        struct fz_burst_entry *entry = &burst->entries[i];
        if (entry->folder.row == folder.row && entry->folder.serial == folder.serial && entry->root == root &&
            strcmp(name_of(burst, entry), name) == 0)
            return entry;
    }
    return NULL;
}

static void add(struct fz_burst *burst, const struct fz_burst_entry *entry, const char *name)
{
    uint32_t offset = fz_names_add(&burst->names, name);
    if (offset == FZ_NAMES_FULL)
        return;
    burst->entries = fz_grow(burst->entries, &burst->capacity, burst->count + 1, sizeof *burst->entries);
    burst->entries[burst->count] = *entry;
    burst->entries[burst->count].name = offset;
    fz_index_add(&burst->by_name, entry_hash(entry->folder, entry->root, name), (uint32_t)burst->count++);
}

/* The list takes ADDED of what it has as CHANGED: so what went and came again in one burst is ADDED. */
static enum fz_burst_kind merged(enum fz_burst_kind old, enum fz_burst_kind kind)
{
    if (kind == FZ_BURST_CHANGED && (old == FZ_BURST_WRITING || old == FZ_BURST_ADDED))
        return FZ_BURST_ADDED;
    return kind;
}

void fz_burst_note(struct fz_scanner *scanner, uint32_t folder, uint32_t root, const char *name,
                   enum fz_burst_kind kind)
{
    struct fz_burst *burst = &scanner->burst;
    int64_t now = fz_now_us();
    struct fz_burst_entry fresh = {.folder = fz_tree_refer(&scanner->tree, folder), .root = root};
    struct fz_burst_entry *entry = find(burst, fresh.folder, root, name);
    if (entry && kind == FZ_BURST_ACCESS)
        return;
    fresh.kind = (uint8_t)(entry ? merged(entry->kind, kind) : kind);
    fresh.since_us = now;
    fresh.due_us = now + FIRST_LOOK_US;
    if (entry) {
        fresh.name = entry->name;
        *entry = fresh;
    } else {
        add(burst, &fresh, name);
    }
    if (fresh.kind == FZ_BURST_WRITING) {
        if (burst->look_due_us == 0 || fresh.due_us < burst->look_due_us)
            burst->look_due_us = fresh.due_us;
    } else if (burst->due_us == 0) {
        burst->due_us = now + FZ_BURST_GATHER_US;
    }
}

/* What is being written is not told yet, and who may read it, or what stands beside it, is looked at anew under its new name. */
bool fz_burst_tells_of(struct fz_scanner *scanner, uint32_t folder, const char *name)
{
    uint32_t root = scanner->tree.folders[folder].root;
    const struct fz_burst_entry *entry =
        find(&scanner->burst, fz_tree_refer(&scanner->tree, folder), root, name);
    return entry && (entry->kind == FZ_BURST_ADDED || entry->kind == FZ_BURST_REMOVED ||
                     entry->kind == FZ_BURST_CHANGED);
}

int64_t fz_burst_due_us(const struct fz_burst *burst)
{
    int64_t due = burst->due_us ? burst->due_us : INT64_MAX;
    return burst->look_due_us && burst->look_due_us < due ? burst->look_due_us : due;
}

/* --- Files that are being written --- */

static void look_at(struct fz_scanner *scanner, struct fz_burst_entry *entry, int64_t now)
{
    uint32_t folder = fz_tree_resolve(&scanner->tree, entry->folder);
    if (folder == FZ_TREE_NONE) {
        entry->kind = FZ_BURST_REMOVED; /* and is not sent */
        return;
    }
    char *dir = fz_tree_path(&scanner->tree, folder);
    char *path = fz_path_join(dir, name_of(&scanner->burst, entry));
    fz_scanner_turn_to(scanner, entry->root);
    enum fz_writer writer = fz_writer_of(path, now - entry->since_us);
    free(path);
    free(dir);
    if (writer == FZ_WRITER_NONE)
        entry->kind = FZ_BURST_ADDED;
    else if (writer == FZ_WRITER_GONE)
        entry->kind = FZ_BURST_REMOVED;
    int64_t wait = now - entry->since_us;
    entry->due_us = now + (wait < LONGEST_LOOK_US ? wait : LONGEST_LOOK_US);
}

static void look_at_writing(struct fz_scanner *scanner, int64_t now)
{
    struct fz_burst *burst = &scanner->burst;
    burst->look_due_us = 0;
    for (size_t i = 0; i < burst->count && !fz_scanner_stops(scanner); i++) {
        struct fz_burst_entry *entry = &burst->entries[i];
        if (entry->kind != FZ_BURST_WRITING)
            continue;
        if (entry->due_us <= now)
            look_at(scanner, entry, now);
        if (entry->kind != FZ_BURST_WRITING)
            burst->due_us = burst->due_us ? burst->due_us : now;
        else if (burst->look_due_us == 0 || entry->due_us < burst->look_due_us)
            burst->look_due_us = entry->due_us;
    }
}

/* --- Sending --- */

/* By folder, root and kind: what lies together makes one event. */
static int group_cmp(const struct fz_burst_entry *x, const struct fz_burst_entry *y)
{
    if (x->folder.row != y->folder.row)
        return x->folder.row < y->folder.row ? -1 : 1;
    if (x->folder.serial != y->folder.serial)
        return x->folder.serial < y->folder.serial ? -1 : 1;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static int entry_cmp(const void *a, const void *b)
{
    return group_cmp(a, b);
}

static void send_group(struct fz_scanner *scanner, const struct fz_burst_entry *entries, size_t count)
{
    static const enum fz_source_event_kind kinds[] = {[FZ_BURST_ADDED] = FZ_SOURCE_ADDED,
                                                      [FZ_BURST_REMOVED] = FZ_SOURCE_REMOVED,
                                                      [FZ_BURST_CHANGED] = FZ_SOURCE_CHANGED,
                                                      [FZ_BURST_BESIDE] = FZ_SOURCE_BESIDE,
                                                      [FZ_BURST_ACCESS] = FZ_SOURCE_ACCESS};
    uint32_t folder = fz_tree_resolve(&scanner->tree, entries->folder), root = entries->root;
    if (folder == FZ_TREE_NONE)
        return;
    enum fz_tree_role role = scanner->tree.folders[folder].role;
    enum fz_source_event_kind kind = kinds[entries->kind];
    if (role == FZ_TREE_GIVEN && kind == FZ_SOURCE_ADDED)
        kind = FZ_SOURCE_CHANGED; /* only the list knows which of the names are its own */
    struct fz_batch batch = {0};
    for (size_t i = 0; i < count; i++) {
        enum fz_source_doubt doubt = FZ_SOURCE_EXPLICIT;
        const char *name = name_of(&scanner->burst, &entries[i]);
        if (role == FZ_TREE_LISTED)
            fz_scanner_classify(scanner, name, &doubt);
        fz_batch_add(&batch, name, doubt);
    }
    fz_batch_sort(&batch);
    char *dir = fz_tree_path(&scanner->tree, folder);
    fz_scanner_push(scanner, fz_batch_event(&batch, kind, root, dir));
    free(dir);
    fz_batch_fini(&batch);
    if (role == FZ_TREE_NAMED && kind != FZ_SOURCE_BESIDE && kind != FZ_SOURCE_ACCESS) {
        fz_scanner_root(scanner, root)->is_here = kind != FZ_SOURCE_REMOVED;
        fz_scanner_listed(scanner, root);
    }
}

/* What is being written makes up the next burst. */
void fz_burst_flush(struct fz_scanner *scanner)
{
    fz_renames_send(scanner);
    struct fz_burst burst = scanner->burst;
    size_t ready = 0;
    scanner->burst = (struct fz_burst){.look_due_us = burst.look_due_us};
    for (size_t i = 0; i < burst.count; i++) {
        const struct fz_burst_entry *entry = &burst.entries[i];
        if (entry->kind == FZ_BURST_WRITING)
            add(&scanner->burst, entry, name_of(&burst, entry));
        else
            burst.entries[ready++] = *entry;
    }
    if (ready > 0)
        qsort(burst.entries, ready, sizeof *burst.entries, entry_cmp);
    struct fz_burst waiting = scanner->burst;
    scanner->burst = burst; /* the names of what is sent */
    for (size_t start = 0, end; start < ready; start = end) {
        end = start + 1;
        while (end < ready && group_cmp(&burst.entries[start], &burst.entries[end]) == 0)
            end++;
        send_group(scanner, &burst.entries[start], end - start);
    }
    scanner->burst = waiting;
    fz_burst_fini(&burst);
}

void fz_burst_work(struct fz_scanner *scanner)
{
    FZ_NOT_MAIN();
    int64_t now = fz_now_us();
    if (scanner->burst.look_due_us && scanner->burst.look_due_us <= now)
        look_at_writing(scanner, now);
    if (scanner->burst.due_us && scanner->burst.due_us <= now)
        fz_burst_flush(scanner);
}
