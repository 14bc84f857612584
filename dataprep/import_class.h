/* What becomes of a model that is imported. */
#ifndef CADLM_DATAPREP_IMPORT_CLASS_H
#define CADLM_DATAPREP_IMPORT_CLASS_H

/* name, whether the row is lost, whether it is bad (counts towards prep.max_bad), what people read */
#define CAD_IMPORT_CLASSES(X)                                                                                                  \
    X(ok, 0, 0, "imported")                                                                                                    \
    X(not_describable, 0, 0, "no caption, says the list")                                                                      \
    X(no_caption, 0, 0, "parts that the list does not name")                                                                   \
    X(no_part, 1, 0, "captions without a part")                                                                                \
    X(empty_caption, 1, 1, "describable, but the text is blank")                                                               \
    X(duplicate_id, 1, 1, "an id that was there before")                                                                       \
    X(unreadable, 1, 1, "cannot be read or unpacked, or lacks a field")                                                        \
    X(limits, 1, 1, "over a limit of size")                                                                                    \
    X(parse, 1, 1, "not in the language of its kind")                                                                          \
    X(reference, 1, 1, "references to nothing, ids defined twice")                                                             \
    X(build, 1, 1, "refused by the kernel's reader")                                                                           \
    X(not_solid, 1, 1, "without a solid")                                                                                      \
    X(invalid, 1, 1, "not a valid solid")                                                                                      \
    X(timeout, 1, 1, "out of time in the kernel")                                                                              \
    X(memory, 1, 1, "out of memory in the kernel")                                                                             \
    X(kernel_crash, 1, 1, "crashed the kernel")

typedef enum cad_import_class {
#define X(name, lost, bad, text) CAD_IMPORT_##name,
    CAD_IMPORT_CLASSES(X)
#undef X
        CAD_IMPORT_CLASS_COUNT
} cad_import_class;

#endif
