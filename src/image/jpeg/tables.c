#include "image/jpeg/tables.h"

#include <string.h>

struct fz_jpeg_tables *fz_jpeg_tables_get(struct fz_image_scratch *scratch)
{
    bool fresh = scratch->huffman.size == 0;
    if (!fz_buffer_need(&scratch->huffman, sizeof(struct fz_jpeg_tables)))
        return NULL;
    struct fz_jpeg_tables *tables = (struct fz_jpeg_tables *)(void *)scratch->huffman.data;
    if (fresh)
        memset(tables, 0, sizeof *tables);
    return tables;
}

static const struct fz_huffman *make(struct fz_huffman *tables, JHUFF_TBL *const *from, int number,
                                     bool is_dc)
{
    if (number < 0 || number >= FZ_JPEG_TABLES || !from[number] ||
        !fz_huffman_make(&tables[number], from[number], is_dc))
        return NULL;
    return &tables[number];
}

bool fz_jpeg_tables_make(struct fz_jpeg_tables *tables, const struct jpeg_decompress_struct *cinfo,
                         const jpeg_component_info *component, const struct fz_huffman **dc,
                         const struct fz_huffman **ac)
{
    *dc = make(tables->dc, cinfo->dc_huff_tbl_ptrs, component->dc_tbl_no, true);
    if (ac)
        *ac = make(tables->ac, cinfo->ac_huff_tbl_ptrs, component->ac_tbl_no, false);
    return *dc && (!ac || *ac);
}
