// A C door to simdjson's DOM parser: one parser an owner, one document at a time, error codes and no exceptions.
//
// What is handed out is a value, or bytes that live in the parser until it parses again: there is no element, iterator or
// document on this side of the door that could outlive anything.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bamai_json_parser bamai_json_parser;

enum {
    BAMAI_JSON_OK = 0,
    // Not one JSON document: a syntax error, text after the document, a word that JSON does not know (NaN).
    BAMAI_JSON_INVALID = 1,
    BAMAI_JSON_UTF8 = 2,
    // Nested more deeply than the parser was made for.
    BAMAI_JSON_DEPTH = 3,
    BAMAI_JSON_MEMORY = 4,
    // Nothing, or nothing but white space.
    BAMAI_JSON_EMPTY = 5
};

enum {
    // No such member or entry.
    BAMAI_JSON_ABSENT = 0,
    BAMAI_JSON_NULL = 1,
    BAMAI_JSON_BOOL = 2,
    // A number that a double holds. `is_integer` says that `integer` and `is_negative` hold it exactly too.
    BAMAI_JSON_NUMBER = 3,
    BAMAI_JSON_TEXT = 4,
    BAMAI_JSON_ARRAY = 5,
    BAMAI_JSON_OBJECT = 6
};

// `index` of a step that names no entry of an array.
#define BAMAI_JSON_NO_INDEX UINT32_MAX
// `index` of a step that names the entry `lists[0]` or `lists[1]` of an array, as the caller goes through it.
#define BAMAI_JSON_OUTER_LIST (UINT32_MAX - 1)
#define BAMAI_JSON_INNER_LIST (UINT32_MAX - 2)

// One step of a path: the member of an object whose name is `names[offset ..< offset + length]`, or the entry `index` of an array.
typedef struct {
    uint32_t offset;
    uint32_t length;
    uint32_t index;
} bamai_json_step;

typedef struct {
    int32_t kind;
    bool flag;
    bool is_integer;
    bool is_negative;
    // NULL unless a text; `length` bytes of UTF-8, not terminated. Valid until the parser parses again or is freed.
    const char *text;
    // Of a text in bytes; of an array or object in entries (0 means empty).
    size_t length;
    double number;
    // The magnitude.
    uint64_t integer;
} bamai_json_value;

// A parser for documents of up to `limit` bytes and `depth` levels. NULL when there is no memory.
bamai_json_parser *bamai_json_new(size_t limit, size_t depth);
void bamai_json_free(bamai_json_parser *parser);

// Parses a document. The bytes are copied into the parser's own padded buffer, which grows by powers of two and stays. After any code but
// BAMAI_JSON_OK there is no document: every path is absent.
//
// JSON sets no bound to numbers, simdjson does: an integer beyond 64 bits is read as a double, and a number beyond a double becomes a text of
// blanks, so that one such field costs its own value and not the message.
int bamai_json_parse(bamai_json_parser *parser, const void *bytes, size_t count);

// What stands at the end of a path from the document's root; no steps: the root. Of equal names in an object the first one counts. `lists` are the
// two entries that steps into lists stand for.
void bamai_json_find(
    const bamai_json_parser *parser, const uint8_t *names, const bamai_json_step *steps, size_t count, const uint32_t *lists, bamai_json_value *value
);

// Reads a decimal number (no sign `+`, no white space, no hexadecimals) that fills the whole text; false when it does not, or is beyond a
// double. Too small a number is zero. The same in every locale.
bool bamai_decimal(const void *text, size_t count, double *number);

#ifdef __cplusplus
}
#endif
