// A C door to toml++: a document as a flat list of nodes, every key and value with its place in the text. No exceptions.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BAMAI_TOML_TEXT = 0,
    BAMAI_TOML_INTEGER = 1,
    BAMAI_TOML_REAL = 2,
    BAMAI_TOML_BOOL = 3,
    BAMAI_TOML_ARRAY = 4,
    BAMAI_TOML_TABLE = 5,
    BAMAI_TOML_TIME = 6
};

typedef struct {
    int kind;
    // The node that this one stands in; -1 for the document. Parents come before their children.
    int parent;
    // The key under which it stands in a table; empty in an array. Texts are not terminated and live as long as the document.
    const char *key;
    size_t key_length;
    uint32_t key_line, key_column;
    uint32_t line, column;
    const char *text;
    size_t text_length;
    int64_t integer;
    double real;
    bool flag;
} bamai_toml_node;

typedef struct bamai_toml_document bamai_toml_document;

// Parses a text. The result is never NULL but when there is no memory; a syntax error is told by bamai_toml_error.
bamai_toml_document *bamai_toml_parse(const char *text, size_t length);
void bamai_toml_free(bamai_toml_document *document);

// The syntax error's words and place; NULL when there is none.
const char *bamai_toml_error(const bamai_toml_document *document, uint32_t *line, uint32_t *column);

size_t bamai_toml_count(const bamai_toml_document *document);
bamai_toml_node bamai_toml_get(const bamai_toml_document *document, size_t index);

#ifdef __cplusplus
}
#endif
