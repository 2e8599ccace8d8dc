// The C door over toml++ (3.3 on Debian 12, 3.4 on Debian 13).
//
// A document is parsed once and laid out flat: its values in the order in which they stand in the file, a table or an array
// before its children. Every key and value carries the line and column where it begins, both counted from 1, columns in
// characters (code points). Whatever the bytes are, the door returns; nothing throws through it.

#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An owned, immutable document: either values or one syntax error. Freed with `bamai_toml_free`.
typedef struct bamai_toml_document bamai_toml_document;

enum {
    BAMAI_TOML_TABLE = 0,
    BAMAI_TOML_ARRAY = 1,
    BAMAI_TOML_STRING = 2,
    BAMAI_TOML_INTEGER = 3,
    BAMAI_TOML_FLOAT = 4,
    BAMAI_TOML_BOOLEAN = 5,
    /// A date, a time or both: the configuration language has no use for them, so their content is not handed over.
    BAMAI_TOML_DATE = 6
};

/// The dots that one key may have; with the nesting of values (16) it bounds every recursion over a document.
enum { BAMAI_TOML_MAX_DOTS = 32 };

/// One value. Texts are UTF-8 with a length (they may hold NUL) and live as long as the document.
typedef struct {
    int32_t kind;
    /// Children that follow, each with its own children behind it. 0 for what is neither table nor array.
    uint32_t child_count;
    uint32_t line, column;
    /// 0 where the value has no key (the root, and the items of an array).
    uint32_t key_line, key_column;
    /// NULL where the value has no key.
    const char *key;
    size_t key_length;
    /// STRING only, else NULL.
    const char *text;
    size_t text_length;
    /// INTEGER and BOOLEAN (0 or 1).
    int64_t integer;
    /// FLOAT.
    double number;
} bamai_toml_value;

/// Why a document has no values.
typedef struct {
    uint32_t line, column;
    const char *message;
    size_t message_length;
} bamai_toml_error;

/// Parses `length` bytes (`bytes` may be NULL when `length` is 0). Never NULL.
bamai_toml_document *bamai_toml_parse(const char *bytes, size_t length);

/// The values, root table first; `count` is 0 after a syntax error. Borrowed from the document.
const bamai_toml_value *bamai_toml_values(const bamai_toml_document *document, size_t *count);

/// The syntax error, or NULL when there is none. Borrowed from the document.
const bamai_toml_error *bamai_toml_syntax_error(const bamai_toml_document *document);

/// Frees the document and all that was borrowed from it.
void bamai_toml_free(bamai_toml_document *document);

#ifdef __cplusplus
}
#endif
