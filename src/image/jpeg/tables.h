/* The Huffman tables of a scan, kept from picture to picture, with the window through which it is read. */
#ifndef FZ_IMAGE_JPEG_TABLES_H
#define FZ_IMAGE_JPEG_TABLES_H

#include "image/jpeg/huffman.h"
#include "image/scratch.h"

enum { FZ_JPEG_TABLES = 4 };

struct fz_jpeg_tables {
    struct fz_huffman dc[FZ_JPEG_TABLES], ac[FZ_JPEG_TABLES];
    uint8_t window[FZ_BITS_WINDOW_BYTES];
};

/* Owner's thread. Those in the scratch; NULL: no memory. */
struct fz_jpeg_tables *fz_jpeg_tables_get(struct fz_image_scratch *scratch);

/* Owner's thread, after jpeg_read_header. The tables of a component (`ac` NULL: not wanted), borrowed from `tables`; false
 * where the file defines none, or none that make sense. */
bool fz_jpeg_tables_make(struct fz_jpeg_tables *tables, const struct jpeg_decompress_struct *cinfo,
                         const jpeg_component_info *component, const struct fz_huffman **dc,
                         const struct fz_huffman **ac);

#endif
