// A C door to simdjson's DOM parser: one parser an owner, one document at a time, no exceptions.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bamai_json_parser bamai_json_parser;

// An element of the parsed document: valid until the parser parses again or is freed.
typedef struct {
    uint64_t words[2];
} bamai_json_element;

enum {
    BAMAI_JSON_OK = 0,
    BAMAI_JSON_INVALID = 1,
    BAMAI_JSON_UTF8 = 2,
    BAMAI_JSON_DEPTH = 3,
    BAMAI_JSON_MEMORY = 4,
    BAMAI_JSON_EMPTY = 5,
    BAMAI_JSON_ABSENT = 6
};

enum {
    BAMAI_JSON_NULL = 0,
    BAMAI_JSON_BOOL = 1,
    BAMAI_JSON_NUMBER = 2,
    BAMAI_JSON_TEXT = 3,
    BAMAI_JSON_ARRAY = 4,
    BAMAI_JSON_OBJECT = 5
};

// Takes documents of up to `capacity` bytes and `depth` levels. NULL when there is no memory.
bamai_json_parser *bamai_json_new(size_t capacity, size_t depth);
void bamai_json_free(bamai_json_parser *parser);

// Parses a document; the bytes are copied into the parser's own padded buffer, which grows once.
int bamai_json_parse(bamai_json_parser *parser, const char *bytes, size_t count, bamai_json_element *root);

// The member of an object (the first of that name) or the entry of an array (`name` as a decimal index).
int bamai_json_member(bamai_json_element element, const char *name, size_t length, bamai_json_element *member);

int bamai_json_kind(bamai_json_element element);
bool bamai_json_bool(bamai_json_element element);
double bamai_json_number(bamai_json_element element);
// The text's UTF-8, not terminated; valid as long as the document.
const char *bamai_json_text(bamai_json_element element, size_t *length);

#ifdef __cplusplus
}
#endif
