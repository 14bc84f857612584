/* One STEP file on its way into a corpus: bytes in, a printed row or a class out. */
#ifndef CADLM_DATAPREP_IMPORT_PART_H
#define CADLM_DATAPREP_IMPORT_PART_H

#include "core/arena.h"
#include "dataprep/corpus_row.h"
#include "dataprep/import_class.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cad_import_part {
    cad_import_class class_;
    cad_buf message;   /* what is wrong: "REL:41:27: error S04: .." */
    cad_buf line;      /* ok: the row as cad_row_print has it */
    cad_buf canonical; /* ok, and asked for: its text for the kernel */
    int64_t bytes;     /* of the target */
} cad_import_part;

enum { CAD_IMPORT_FILE = 32 << 20 }; /* bytes of a file, unpacked */

/* Reads `path` (gzip by its name) and fills the row's target, kind and hashes, then prints it; `name` stands for the file in
 * messages.  `scratch` is rewound.  Errors: of the machine alone; what is wrong with the file is a class. */
CAD_MUST_USE cad_status cad_import_part_read(const char *path, const char *name, bool strict, bool canonical, cad_row *row,
                                             cad_import_part *out);
/* Gives a row whose geometry is not known the group of its target's bytes: equal files are one part. */
void cad_import_part_group(cad_row *row);
/* Prints the row into p->line; one that is too long becomes class limits. */
CAD_MUST_USE cad_status cad_import_part_print(const cad_row *row, cad_import_part *p);
/* Reads a text as STEP: geometry group (0: it cannot be told), class and message; canonical text where asked for. */
CAD_MUST_USE cad_status cad_import_part_check(const char *text, size_t len, const char *name, bool strict, bool canonical,
                                              uint64_t *geometry, cad_import_part *p);
void cad_import_part_deinit(cad_import_part *p);

#ifdef __cplusplus
}
#endif
#endif
