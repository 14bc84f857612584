/* Nested, relative or flat text, read into instances of their own. */
#include "cad/step/id_map.h"
#include "cad/step/step_lex.h"
#include "cad/step/text_impl.h"

#include "core/size.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 1024 };

typedef enum bracket_kind { IN_INSTANCE, IN_COMPLEX, IN_PART, IN_LIST, IN_TYPED } bracket_kind;

typedef struct bracket {
    bracket_kind kind;
    uint32_t count;    /* parameters (or parts) so far */
    uint32_t depth;    /* IN_LIST, IN_TYPED: lists of its instance that are open */
    uint32_t instance; /* IN_INSTANCE, IN_COMPLEX: its index */
    uint64_t label;    /* of it; 0: none */
    size_t name_at;    /* where its name would stand in its text */
    cad_step_entity_id type;
    bool named; /* its first parameter is a string */
} bracket;

typedef struct reader {
    cad_arena *a;
    cad_step_diags diags;
    cad_step_limits limits;
    cad_step_lexer lex;
    cad_step_token t;
    uint32_t first, n, cap; /* id of instance 0; instances so far; room */
    const char **line;      /* (cap) text of each instance that is closed */
    cad_id_map labels;      /* label -> instance */
    uint8_t *closed;        /* (cap) */
    bool defined;           /* statements are #k=..: forward references are legal */
    bool relative;
    bool complex; /* the token is the bracket behind an ampersand */
    bracket open[DEPTH];
    uint32_t n_open;
    cad_buf body[DEPTH]; /* text of the instances that are open */
    uint32_t n_bodies;
    uint32_t n_statements, *statement; /* instance of each */
} reader;

/* ---- errors ---- */

static cad_status fail_at(const reader *r, uint32_t at, const char *what)
{
    return cad_text_fail_at(r->lex.text, at, what);
}

static cad_status expected(const reader *r, const char *what)
{
    char room[48], text[160];
    snprintf(text, sizeof text, "expected %s, found %s", what, cad_step_token_text(&r->lex, &r->t, room));
    return fail_at(r, r->t.at, text);
}

/* The next token; an ampersand in front of a bracket is not one of its own. */
static cad_status advance(reader *r)
{
    CAD_TRY(cad_step_lex_skip(&r->lex));
    uint32_t at = r->lex.at;
    r->complex = at + 1 < r->lex.len && r->lex.text[at] == '&' && r->lex.text[at + 1] == '(';
    if (r->complex)
        r->lex.at = at + 1;
    CAD_TRY(cad_step_lex(&r->lex, &r->t));
    const cad_step_diag *e = cad_step_diags_first_error(&r->diags);
    if (e)
        return fail_at(r, e->at, e->text);
    return r->t.kind == CAD_STEP_TOK_NAME && r->t.id == 0 ? fail_at(r, r->t.at, "expected a label from #1 on") : CAD_OK;
}

/* ---- text of instances ---- */

static cad_buf *body(reader *r)
{
    return &r->body[r->n_bodies - 1];
}

static cad_status add_token(reader *r)
{
    return cad_buf_add(body(r), r->lex.text + r->t.at, r->t.len);
}

static cad_status push(reader *r, bracket b)
{
    if (r->n_open == DEPTH)
        return fail_at(r, r->t.at, "more than 1024 open brackets");
    r->open[r->n_open++] = b;
    return CAD_OK;
}

/* A list, or a typed parameter. */
static cad_status push_list(reader *r, bracket_kind kind)
{
    uint32_t depth = r->n_open ? r->open[r->n_open - 1].depth + 1 : 1;
    if (depth > r->limits.nesting)
        return fail_at(r, r->t.at, "lists in each other, deeper than a reader takes");
    CAD_TRY(cad_buf_str(body(r), "("));
    return push(r, (bracket){.kind = kind, .depth = depth});
}

static cad_status new_instance(reader *r, uint64_t label, uint32_t *out)
{
    uint32_t *at = label ? cad_id_map_at(&r->labels, label) : NULL;
    if (at && *at != UINT32_MAX && (r->closed[*at] || !r->defined || r->n_open)) /* statements alone are counted ahead */
        return fail_at(r, r->t.at, "a label that was given before");
    if (at && *at != UINT32_MAX) { /* a statement that was counted ahead */
        *out = *at;
        return CAD_OK;
    }
    if (r->n == r->cap)
        return expected(r, "'(' behind each keyword");
    if (at)
        *at = r->n;
    *out = r->n++;
    return CAD_OK;
}

/* At its keyword, or at the bracket of a complex one. */
static cad_status open_instance(reader *r, uint64_t label)
{
    bracket b = {.label = label, .type = CAD_STEP_IS_UNKNOWN};
    CAD_TRY(new_instance(r, label, &b.instance));
    if (r->n_bodies == DEPTH)
        return fail_at(r, r->t.at, "more than 1024 instances in each other");
    r->n_bodies++;
    cad_buf_clear(body(r));
    CAD_TRY(cad_buf_printf(body(r), "#%u=", r->first + b.instance));
    if (r->t.kind == CAD_STEP_TOK_KEYWORD) {
        char name[64];
        size_t from = body(r)->len;
        CAD_TRY(add_token(r));
        for (char *c = body(r)->data + from; *c; c++)
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        if (r->t.len < sizeof name)
            b.type = cad_step_signature_find(body(r)->data + from);
        CAD_TRY(advance(r));
    } else {
        b.kind = IN_COMPLEX;
    }
    if (!cad_step_is_mark(&r->t, '('))
        return expected(r, "'('");
    CAD_TRY(cad_buf_str(body(r), "("));
    b.name_at = body(r)->len;
    CAD_TRY(push(r, b));
    return advance(r);
}

/* A name that was left out. */
static cad_status insert_name(reader *r, const bracket *b)
{
    const cad_step_slot *slot = b->type == CAD_STEP_IS_UNKNOWN ? NULL : cad_step_signature_at(b->type)->whole;
    uint32_t full = 0;
    while (slot && slot[full].letter)
        full++;
    if (!cad_text_is_named(b->type) || b->named || b->count == full)
        return CAD_OK;
    cad_buf *t = body(r);
    size_t tail = t->len - b->name_at;
    const char *name = b->count ? "''," : "''";
    CAD_TRY(cad_buf_str(t, name));
    memmove(t->data + b->name_at + strlen(name), t->data + b->name_at, tail);
    memcpy(t->data + b->name_at, name, strlen(name));
    return CAD_OK;
}

static cad_status close_bracket(reader *r)
{
    bracket b = r->open[--r->n_open];
    if (b.kind == IN_INSTANCE)
        CAD_TRY(insert_name(r, &b));
    CAD_TRY(cad_buf_str(body(r), ")"));
    if (b.kind == IN_INSTANCE || b.kind == IN_COMPLEX) {
        CAD_TRY(cad_arena_strdup(r->a, body(r)->data, body(r)->len, &r->line[b.instance]));
        r->closed[b.instance] = 1;
        r->n_bodies--;
        if (r->n_bodies)
            CAD_TRY(cad_buf_printf(body(r), "#%u", r->first + b.instance));
    }
    return r->n_open ? advance(r) : CAD_OK;
}

/* ---- parameters ---- */

static cad_status add_label(reader *r, uint64_t label)
{
    const uint32_t *at = cad_id_map_at(&r->labels, label);
    if (*at == UINT32_MAX)
        return fail_at(r, r->t.at, "a label that nothing has yet");
    if (!r->closed[*at] && !r->defined)
        return fail_at(r, r->t.at, "an instance that refers to itself");
    return cad_buf_printf(body(r), "#%u", r->first + *at);
}

/* #k, or #k: and the instance. */
static cad_status name_param(reader *r)
{
    cad_step_token name = r->t;
    CAD_TRY(advance(r));
    if (!cad_step_is_mark(&r->t, ':')) {
        cad_step_token next = r->t;
        r->t = name;
        CAD_TRY(add_label(r, name.id));
        r->t = next;
        return CAD_OK;
    }
    CAD_TRY(advance(r));
    if (cad_step_is_mark(&r->t, '='))
        CAD_TRY(advance(r));
    if (!r->complex && r->t.kind != CAD_STEP_TOK_KEYWORD)
        return expected(r, "an instance behind its label");
    return open_instance(r, name.id);
}

/* @d: the statement d lines up. */
static cad_status up_param(reader *r)
{
    uint64_t d = 0;
    if (!r->relative)
        return expected(r, "a parameter of an instance that ends with ';'");
    for (uint32_t i = 1; i < r->t.len; i++) {
        char c = r->lex.text[r->t.at + i];
        if (c < '0' || c > '9' || d > UINT32_MAX)
            return expected(r, "@ and a number");
        d = d * 10 + (uint64_t)(c - '0');
    }
    if (r->lex.text[r->t.at] != '@' || d == 0 || d > r->n_statements)
        return expected(r, "@ and a number of lines that there are");
    CAD_TRY(cad_buf_printf(body(r), "#%u", r->first + r->statement[r->n_statements - d]));
    return advance(r);
}

static cad_status keyword_param(reader *r)
{
    char name[64] = "";
    if (r->t.len < sizeof name)
        memcpy(name, r->lex.text + r->t.at, r->t.len);
    if (cad_step_signature_find(name) != CAD_STEP_IS_UNKNOWN)
        return open_instance(r, 0);
    CAD_TRY(add_token(r));
    CAD_TRY(advance(r));
    if (!cad_step_is_mark(&r->t, '('))
        return expected(r, "'('");
    CAD_TRY(push_list(r, IN_TYPED));
    return advance(r);
}

static cad_status param(reader *r)
{
    switch (r->t.kind) {
    case CAD_STEP_TOK_NAME:
        return name_param(r);
    case CAD_STEP_TOK_CONSTANT:
        return up_param(r);
    case CAD_STEP_TOK_KEYWORD:
        return keyword_param(r);
    case CAD_STEP_TOK_PUNCTUATION:
        if (r->complex)
            return open_instance(r, 0);
        if (r->t.mark == '(') {
            CAD_TRY(push_list(r, IN_LIST));
            return advance(r);
        }
        if (r->t.mark == '=') {
            CAD_TRY(advance(r));
            return r->t.kind == CAD_STEP_TOK_KEYWORD ? open_instance(r, 0) : expected(r, "a keyword");
        }
        if (r->t.mark != '$' && r->t.mark != '*')
            return expected(r, "a parameter");
        break;
    case CAD_STEP_TOK_INTEGER:
    case CAD_STEP_TOK_REAL:
    case CAD_STEP_TOK_STRING:
    case CAD_STEP_TOK_ENUM:
    case CAD_STEP_TOK_BINARY:
    case CAD_STEP_TOK_RESOURCE:
        break;
    default:
        return expected(r, "a parameter");
    }
    CAD_TRY(add_token(r));
    return advance(r);
}

/* What may follow in the innermost bracket. */
static cad_status inside(reader *r)
{
    bracket *b = &r->open[r->n_open - 1];
    if (cad_step_is_mark(&r->t, ')')) {
        if (b->kind == IN_TYPED && b->count != 1)
            return expected(r, "one parameter");
        if (b->kind == IN_COMPLEX && b->count == 0)
            return expected(r, "a partial type");
        return close_bracket(r);
    }
    if (b->kind == IN_COMPLEX) {
        if (r->t.kind != CAD_STEP_TOK_KEYWORD)
            return expected(r, "a partial type or ')'");
        b->count++;
        CAD_TRY(add_token(r));
        CAD_TRY(advance(r));
        if (!cad_step_is_mark(&r->t, '('))
            return expected(r, "'('");
        CAD_TRY(cad_buf_str(body(r), "("));
        CAD_TRY(push(r, (bracket){.kind = IN_PART}));
        return advance(r);
    }
    if (b->count) {
        if (!cad_step_is_mark(&r->t, ','))
            return expected(r, "',' or ')'");
        CAD_TRY(cad_buf_str(body(r), ","));
        b->count++;
        CAD_TRY(advance(r));
        return param(r);
    }
    b->count = 1;
    b->named = r->t.kind == CAD_STEP_TOK_STRING;
    return param(r);
}

/* ---- statements ---- */

static cad_status statement(reader *r)
{
    uint64_t label = 0;
    if (r->t.kind == CAD_STEP_TOK_NAME) {
        label = r->t.id;
        CAD_TRY(advance(r));
        if (!cad_step_is_mark(&r->t, '='))
            return expected(r, "'='");
        CAD_TRY(advance(r));
    }
    if (r->t.kind != CAD_STEP_TOK_KEYWORD && !cad_step_is_mark(&r->t, '('))
        return expected(r, "an instance");
    uint32_t i = r->n;
    if (label && *cad_id_map_at(&r->labels, label) != UINT32_MAX)
        i = *cad_id_map_at(&r->labels, label);
    CAD_TRY(open_instance(r, label));
    while (r->n_open)
        CAD_TRY(inside(r));
    r->statement[r->n_statements++] = i;
    uint32_t end = r->lex.at;
    while (end < r->lex.len && (r->lex.text[end] == ' ' || r->lex.text[end] == '\r'))
        end++;
    bool line_end = end == r->lex.len || r->lex.text[end] == '\n'; /* an answer may have lost its last one */
    if (r->n_statements == 1)
        r->relative = line_end && !label;
    CAD_TRY(advance(r));
    if (r->relative)
        return line_end ? CAD_OK : expected(r, "a line end behind the instance");
    if (!cad_step_is_mark(&r->t, ';'))
        return expected(r, "';'");
    return advance(r);
}

/* Instances of statements #k=..; come first, in their order, so that they can be referred to from above. */
static cad_status count_ahead(reader *r)
{
    cad_step_lexer start = r->lex;
    cad_step_token token = r->t;
    r->defined = r->t.kind == CAD_STEP_TOK_NAME;
    while (r->defined && r->t.kind != CAD_STEP_TOK_END) {
        cad_step_token name = r->t;
        CAD_TRY(advance(r));
        bool defines = name.kind == CAD_STEP_TOK_NAME && cad_step_is_mark(&r->t, '=');
        if (defines && r->n == r->cap)
            return expected(r, "an instance behind '='");
        uint32_t *at = defines ? cad_id_map_at(&r->labels, name.id) : NULL;
        if (at && *at != UINT32_MAX)
            return fail_at(r, name.at, "a label that was given before");
        if (at)
            *at = r->n++;
    }
    r->lex = start;
    r->t = token;
    return CAD_OK;
}

static cad_status read_all(reader *r, const char *text, size_t len, cad_buf *out)
{
    size_t names = 1, opens = 1;
    for (size_t i = 0; i < len; i++) {
        names += text[i] == '#';
        opens += text[i] == '(';
    }
    r->cap = (uint32_t)opens;
    CAD_TRY(cad_id_map_init(r->a, names, &r->labels));
    CAD_TRY(cad_arena_zalloc(r->a, opens, sizeof *r->line, "instances", &r->line));
    CAD_TRY(cad_arena_zalloc(r->a, opens, 1, "instances", &r->closed));
    CAD_TRY(cad_arena_zalloc(r->a, opens, sizeof *r->statement, "statements", &r->statement));
    CAD_TRY(advance(r));
    CAD_TRY(count_ahead(r));
    if (r->t.kind == CAD_STEP_TOK_END)
        return expected(r, "an instance");
    while (r->t.kind != CAD_STEP_TOK_END)
        CAD_TRY(statement(r));
    for (uint32_t i = 0; i < r->n; i++) {
        CAD_TRY(cad_buf_str(out, r->line[i]));
        CAD_TRY(cad_buf_str(out, ";\n"));
    }
    return CAD_OK;
}

cad_status cad_text_flatten(cad_arena *a, const char *text, size_t len, uint32_t first, cad_buf *out, uint32_t *out_n)
{
    reader *r;
    if (len > (size_t)1 << 30)
        CAD_FAIL(CAD_EPARSE, "%zu bytes; limit %d", len, 1 << 30);
    CAD_TRY(cad_arena_zalloc(a, 1, sizeof *r, "reader of a model's text", &r));
    r->a = a;
    r->first = first;
    r->diags.arena = a;
#define X(name, value, what) .name = (value),
    r->limits = (cad_step_limits){CAD_STEP_LIMITS(X)};
#undef X
    cad_step_lexer_init(&r->lex, text, (uint32_t)len, &r->diags, &r->limits);
    size_t before = out->len;
    cad_status s = read_all(r, text, len, out);
    for (uint32_t i = 0; i < DEPTH; i++)
        cad_buf_deinit(&r->body[i]);
    if (s != CAD_OK)
        out->len = before;
    else
        *out_n = r->n;
    return s;
}
