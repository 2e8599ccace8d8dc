#include "CSimdJSON.h"

#include <cstring>
#include <new>
#include <simdjson.h>

using simdjson::dom::element;

struct bamai_json_parser {
    simdjson::dom::parser parser;
    size_t depth;
    explicit bamai_json_parser(size_t capacity, size_t depth) : parser(capacity), depth(depth) {}
};

static_assert(sizeof(element) == sizeof(bamai_json_element), "an element is a document pointer and an index");
static_assert(std::is_trivially_copyable<element>::value, "elements are copied as bytes");

static element get(bamai_json_element from) {
    element to;
    std::memcpy(static_cast<void *>(&to), &from, sizeof to);
    return to;
}

static void put(element from, bamai_json_element *to) { std::memcpy(to, static_cast<void *>(&from), sizeof *to); }

extern "C" bamai_json_parser *bamai_json_new(size_t capacity, size_t depth) { return new (std::nothrow) bamai_json_parser(capacity, depth); }

extern "C" void bamai_json_free(bamai_json_parser *parser) { delete parser; }

extern "C" int bamai_json_parse(bamai_json_parser *parser, const char *bytes, size_t count, bamai_json_element *root) {
    // allocate() does nothing once the parser has room for the document, and remembers the depth.
    if (parser->parser.capacity() < count || parser->parser.max_depth() != parser->depth) {
        size_t wanted = count < 4096 ? 4096 : count;
        if (parser->parser.allocate(wanted, parser->depth) != simdjson::SUCCESS) return BAMAI_JSON_MEMORY;
    }
    element document;
    auto code = parser->parser.parse(reinterpret_cast<const uint8_t *>(bytes), count, true).get(document);
    switch (code) {
    case simdjson::SUCCESS: put(document, root); return BAMAI_JSON_OK;
    case simdjson::UTF8_ERROR: return BAMAI_JSON_UTF8;
    case simdjson::DEPTH_ERROR: return BAMAI_JSON_DEPTH;
    case simdjson::EMPTY: return BAMAI_JSON_EMPTY;
    case simdjson::MEMALLOC: case simdjson::CAPACITY: return BAMAI_JSON_MEMORY;
    default: return BAMAI_JSON_INVALID;
    }
}

extern "C" int bamai_json_member(bamai_json_element from, const char *name, size_t length, bamai_json_element *member) {
    element value = get(from), found;
    if (value.is_object()) {
        simdjson::dom::object object;
        if (value.get(object) != simdjson::SUCCESS) return BAMAI_JSON_ABSENT;
        if (object.at_key(std::string_view(name, length)).get(found) != simdjson::SUCCESS) return BAMAI_JSON_ABSENT;
    } else if (value.is_array()) {
        simdjson::dom::array array;
        if (value.get(array) != simdjson::SUCCESS || length == 0 || length > 6) return BAMAI_JSON_ABSENT;
        size_t index = 0;
        for (size_t i = 0; i < length; i++) {
            if (name[i] < '0' || name[i] > '9') return BAMAI_JSON_ABSENT;
            index = index * 10 + static_cast<size_t>(name[i] - '0');
        }
        if (array.at(index).get(found) != simdjson::SUCCESS) return BAMAI_JSON_ABSENT;
    } else {
        return BAMAI_JSON_ABSENT;
    }
    put(found, member);
    return BAMAI_JSON_OK;
}

extern "C" int bamai_json_kind(bamai_json_element from) {
    switch (get(from).type()) {
    case simdjson::dom::element_type::ARRAY: return BAMAI_JSON_ARRAY;
    case simdjson::dom::element_type::OBJECT: return BAMAI_JSON_OBJECT;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE: return BAMAI_JSON_NUMBER;
    case simdjson::dom::element_type::STRING: return BAMAI_JSON_TEXT;
    case simdjson::dom::element_type::BOOL: return BAMAI_JSON_BOOL;
    default: return BAMAI_JSON_NULL;
    }
}

extern "C" bool bamai_json_bool(bamai_json_element from) {
    bool value = false;
    if (get(from).get(value) != simdjson::SUCCESS) return false;
    return value;
}

extern "C" double bamai_json_number(bamai_json_element from) {
    double value = 0;
    if (get(from).get(value) != simdjson::SUCCESS) return 0;
    return value;
}

extern "C" const char *bamai_json_text(bamai_json_element from, size_t *length) {
    std::string_view text;
    if (get(from).get(text) != simdjson::SUCCESS) {
        *length = 0;
        return "";
    }
    *length = text.size();
    return text.data();
}
