/* STEP files: ISO 10303-21 clear text, editions 1 to 3, as a flat model.
 *
 * A model is an array of instances in the order of the file, an array of parameters, and two tables of references; nothing in
 * it is a tree of pointers and nothing that works on it recurs.  Parameters stand in the order of the text: a list or a typed
 * parameter is followed by what it holds, so cad_step_next steps over it.  The model borrows the text, which must stay as
 * long: numbers are converted, strings are decoded when they are asked for.
 *
 * Source: ISO 10303-21:2016, sections 5 to 10. */
#ifndef CADLM_CAD_STEP_STEP_H
#define CADLM_CAD_STEP_STEP_H

#include "cad/step/step_diag.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cad_step_input {
    CAD_STEP_AUTO,     /* by the first token */
    CAD_STEP_FILE,     /* ISO-10303-21; .. END-ISO-10303-21; */
    CAD_STEP_SECTION,  /* DATA; .. : what a model writes; its end may be missing */
    CAD_STEP_INSTANCES /* #1=..; */
} cad_step_input;

/* What no limit goes beyond: digits of an id, nested lists, nested SCOPEs, DATA sections, bytes of a token. */
enum {
    CAD_STEP_ID_DIGITS = 18,
    CAD_STEP_NESTING_MAX = 1000,
    CAD_STEP_SCOPES_MAX = 16,
    CAD_STEP_SECTIONS_MAX = UINT16_MAX + 1,
    CAD_STEP_LEN_BITS = 27
};
#define CAD_STEP_LEN_MAX (((uint32_t)1 << CAD_STEP_LEN_BITS) - 1)

/* What exceeds one of these is error X01 with its name.  0: the default. */
#define CAD_STEP_LIMITS(X)                                                                                                     \
    X(bytes, (int64_t)1 << 30, "bytes of a file")                                                                              \
    X(instances, 16777216, "instances")                                                                                        \
    X(id_digits, CAD_STEP_ID_DIGITS, "digits of an id")                                                                        \
    X(params, 4194304, "parameters of an instance")                                                                            \
    X(nesting, 64, "nested lists")                                                                                             \
    X(string, (int64_t)16 << 20, "bytes of a string")                                                                          \
    X(keyword, 256, "bytes of a keyword")                                                                                      \
    X(scopes, CAD_STEP_SCOPES_MAX, "nested SCOPEs")                                                                            \
    X(sections, 64, "DATA sections")

typedef struct cad_step_limits {
#define X(name, value, what) int64_t name;
    CAD_STEP_LIMITS(X)
#undef X
} cad_step_limits;

typedef struct cad_step_opts {
    bool conformant; /* departures from the standard are errors */
    cad_step_input input;
    cad_step_limits limits;
} cad_step_opts;

typedef enum cad_step_kind {
    CAD_STEP_UNSET,    /* $ */
    CAD_STEP_DERIVED,  /* * */
    CAD_STEP_INTEGER,  /* integer */
    CAD_STEP_REAL,     /* real, finite */
    CAD_STEP_STRING,   /* cad_step_string decodes it */
    CAD_STEP_ENUM,     /* .T.; the span holds the points */
    CAD_STEP_BINARY,   /* "0F"; the span holds the quotes */
    CAD_STEP_REF,      /* #12; ref is CAD_STEP_NONE where nothing defines the id */
    CAD_STEP_CONSTANT, /* #NAME, @NAME or @12 */
    CAD_STEP_RESOURCE, /* <uri>; the span holds < and > */
    CAD_STEP_LIST,     /* size parameters follow, each with what it holds; count are its own */
    CAD_STEP_TYPED,    /* KEYWORD(x): one parameter follows */
    CAD_STEP_PART      /* of a complex instance alone: KEYWORD and its parameters */
} cad_step_kind;

#define CAD_STEP_NONE UINT32_MAX

typedef struct cad_step_param {
    uint32_t at;       /* first byte of its text */
    uint32_t kind : 5; /* cad_step_kind */
    uint32_t len : CAD_STEP_LEN_BITS; /* bytes of its text; LIST, TYPED, PART: of the bracket or the keyword alone */
    union {
        int64_t integer;
        double real;
        uint32_t ref;     /* index of an instance */
        uint32_t escaped; /* STRING: not 0 where its bytes are not what it means */
        struct {
            uint32_t size; /* LIST, TYPED, PART: parameters behind it that belong to it, at any depth */
            uint32_t of;   /* LIST: parameters of its own; TYPED, PART: index of the type */
        } holds;
    };
} cad_step_param;

typedef struct cad_step_instance {
    uint64_t id;
    uint32_t at, end;      /* its text, from # to behind its semicolon */
    uint32_t param, size;  /* first parameter, and how many at any depth; a complex instance: of PARTs alone */
    uint32_t type;         /* index of its type; CAD_STEP_NONE: complex */
    uint16_t section;      /* DATA section, from 0 */
    bool broken, repeated; /* not understood (it has no parameters); its id was defined before */
} cad_step_instance;

typedef struct cad_step_type {
    uint32_t name, len, hash; /* where its name begins in `names` */
} cad_step_type;

/* An entity of the header. */
typedef struct cad_step_entity {
    uint32_t at, param, size, type;
} cad_step_entity;

typedef struct cad_step_section {
    uint32_t at, end;     /* from DATA, or the first instance, to what follows its ENDSEC; */
    uint32_t param, size; /* what stands in the brackets behind DATA; size 0: none */
} cad_step_section;

/* Instances that each instance refers to, in the order of its parameters, with repetitions: from to[first[i]] to in
 * front of to[first[i + 1]].  `in` is the other way round: instances that refer to each, in the order of the file. */
typedef struct cad_step_links {
    uint32_t *first, *to;
} cad_step_links;

typedef struct cad_step {
    const char *text;
    size_t len;
    cad_step_input input; /* as found; CAD_STEP_AUTO only where the text was too long to be looked at */
    bool incomplete;      /* the end of a section or of the file is missing */
    cad_step_instance *instance;
    cad_step_param *param;
    cad_step_type *type;
    char *names;
    cad_step_entity *header;
    cad_step_section *section;
    uint32_t n, n_params, n_types, n_header, n_sections;
    cad_step_links out, in;
    cad_step_diags diags;
} cad_step;

/* Reads a file of `len` bytes.  Every text gives a model: of what is wrong its diagnostics tell, and an instance with an error
 * stands in it as broken.  The model is the caller's, by cad_step_close; `text` must stay until then.
 * Time: linear in len.  Memory: 16 bytes for each parameter, 48 for each instance, 8 for each reference and up to 20 for each id
 * and its cycles: 3 to 6 bytes for each byte of usual text, 20 at most; more while tables grow.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_read(const char *text, size_t len, const cad_step_opts *o, cad_step **out);
void cad_step_close(cad_step *m);

/* CAD_OK without errors, else CAD_EDATA with the first of them: "line 41, column 27: error S04: #18 ADVANCED_FACE: ..". */
CAD_MUST_USE cad_status cad_step_verdict(const cad_step *m);
/* Appends a finding of m as people read it, behind its place: "error S04: #18 ADVANCED_FACE: expected ',' or ')', found '#'". */
CAD_MUST_USE cad_status cad_step_tell(const cad_step *m, const cad_step_diag *g, cad_buf *out);
/* The same without severity and code: "#18 ADVANCED_FACE: expected ',' or ')', found '#'". */
CAD_MUST_USE cad_status cad_step_tell_about(const cad_step *m, const cad_step_diag *g, cad_buf *out);
/* Line and column, both from 1, columns in bytes; a line ends at LF, CRLF or CR.  The model notes what was passed: not from two
 * threads at once.  Time: of all calls together one pass over the text, and of each 64 KB or 1/512 of the text more. */
void cad_step_place(const cad_step *m, uint32_t at, uint32_t *out_line, uint32_t *out_column);

/* The parameter behind p and all it holds. */
static inline uint32_t cad_step_next(const cad_step *m, uint32_t p)
{
    return p + 1 + (m->param[p].kind >= CAD_STEP_LIST ? m->param[p].holds.size : 0);
}
/* How many parameters stand side by side from p to `end`, what they hold not counted. */
static inline uint32_t cad_step_count(const cad_step *m, uint32_t p, uint32_t end)
{
    uint32_t n = 0;
    for (; p < end; p = cad_step_next(m, p))
        n++;
    return n;
}
/* Index of the instance with this id (its first definition), CAD_STEP_NONE when there is none.  Time: constant. */
uint32_t cad_step_find(const cad_step *m, uint64_t id);
/* Name of type k, in upper case; those of users begin with an exclamation mark. */
static inline const char *cad_step_name(const cad_step *m, uint32_t k)
{
    return m->names + m->type[k].name;
}
/* Appends the text that the string parameter p means, in UTF-8.  Errors: CAD_ENOMEM. */
CAD_MUST_USE cad_status cad_step_string(const cad_step *m, uint32_t p, cad_buf *out);

#ifdef __cplusplus
}
#endif
#endif
