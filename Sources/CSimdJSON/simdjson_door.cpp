#include "CSimdJSON.h"
#include "numbers.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

// The throwing half of the interface is not even compiled.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

using simdjson::dom::element;
using simdjson::dom::element_type;

struct bamai_json_parser {
    simdjson::dom::parser parser;
    element root;
    bool has_document = false;
    size_t depth;
    char *buffer = nullptr;
    size_t capacity = 0;
    bamai_json_parser(size_t limit, size_t depth) : parser(limit), depth(depth) {}
    ~bamai_json_parser() { std::free(buffer); }
};

extern "C" bamai_json_parser *bamai_json_new(size_t limit, size_t depth) { return new (std::nothrow) bamai_json_parser(limit, depth); }

extern "C" void bamai_json_free(bamai_json_parser *parser) { delete parser; }

// Room for `count` bytes and simdjson's padding, and a parser to match. Powers of two, so that slowly growing messages do not allocate each time.
static bool reserve(bamai_json_parser *owner, size_t count) {
    if (count <= owner->capacity) return true;
    size_t wanted = 4096;
    while (wanted < count) wanted *= 2;
    char *grown = static_cast<char *>(std::realloc(owner->buffer, wanted + simdjson::SIMDJSON_PADDING));
    if (!grown) return false;
    owner->buffer = grown;
    if (owner->parser.allocate(wanted, owner->depth) != simdjson::SUCCESS) return false;
    owner->capacity = wanted;
    return true;
}

extern "C" int bamai_json_parse(bamai_json_parser *owner, const void *bytes, size_t count) {
    owner->has_document = false;
    if (count == 0) return BAMAI_JSON_EMPTY;
    if (!reserve(owner, count)) return BAMAI_JSON_MEMORY;
    std::memcpy(owner->buffer, bytes, count);
    std::memset(owner->buffer + count, 0, simdjson::SIMDJSON_PADDING);
    for (bool again = false;; again = true) {
        switch (owner->parser.parse(owner->buffer, count, false).get(owner->root)) {
        case simdjson::SUCCESS: owner->has_document = true; return BAMAI_JSON_OK;
        case simdjson::UTF8_ERROR: return BAMAI_JSON_UTF8;
        case simdjson::DEPTH_ERROR: return BAMAI_JSON_DEPTH;
        case simdjson::EMPTY: return BAMAI_JSON_EMPTY;
        case simdjson::MEMALLOC:
        case simdjson::CAPACITY: return BAMAI_JSON_MEMORY;
        // Which code a number too large gets depends on simdjson's version (NUMBER_ERROR, BIGINT_ERROR): look instead of asking.
        default:
            if (again || !bamai::tame_numbers(owner->buffer, count)) return BAMAI_JSON_INVALID;
        }
    }
}

// One step down; false when there is nothing.
static bool descend(element &at, const uint8_t *names, const bamai_json_step &step, const uint32_t *lists) {
    simdjson::dom::object object;
    if (at.get(object) == simdjson::SUCCESS) {
        std::string_view name(reinterpret_cast<const char *>(names) + step.offset, step.length);
        return object.at_key(name).get(at) == simdjson::SUCCESS;
    }
    simdjson::dom::array array;
    if (step.index == BAMAI_JSON_NO_INDEX || at.get(array) != simdjson::SUCCESS) return false;
    uint32_t index = step.index;
    if (index >= BAMAI_JSON_INNER_LIST) index = lists[index == BAMAI_JSON_OUTER_LIST ? 0 : 1];
    return array.at(index).get(at) == simdjson::SUCCESS;
}

extern "C" void bamai_json_find(
    const bamai_json_parser *owner, const uint8_t *names, const bamai_json_step *steps, size_t count, const uint32_t *lists, bamai_json_value *value
) {
    *value = bamai_json_value{};
    if (!owner->has_document) return;
    element at = owner->root;
    for (size_t step = 0; step < count; step++) {
        if (!descend(at, names, steps[step], lists)) return;
    }
    // Each `get` below is of the kind that `type` has just said: none of them can fail.
    switch (at.type()) {
    case element_type::NULL_VALUE: value->kind = BAMAI_JSON_NULL; break;
    case element_type::BOOL: {
        bool flag = false;
        (void)at.get(flag);
        value->kind = BAMAI_JSON_BOOL;
        value->flag = flag;
        break;
    }
    case element_type::INT64: {
        int64_t word = 0;
        (void)at.get(word);
        value->kind = BAMAI_JSON_NUMBER;
        value->number = static_cast<double>(word);
        value->is_integer = true;
        value->is_negative = word < 0;
        value->integer = word < 0 ? 0 - static_cast<uint64_t>(word) : static_cast<uint64_t>(word);
        break;
    }
    case element_type::UINT64: {
        uint64_t word = 0;
        (void)at.get(word);
        value->kind = BAMAI_JSON_NUMBER;
        value->number = static_cast<double>(word);
        value->is_integer = true;
        value->integer = word;
        break;
    }
    case element_type::DOUBLE: {
        double number = 0;
        (void)at.get(number);
        value->kind = BAMAI_JSON_NUMBER;
        value->number = number;
        break;
    }
    case element_type::STRING: {
        std::string_view text;
        (void)at.get(text);
        value->kind = BAMAI_JSON_TEXT;
        value->text = text.data();
        value->length = text.size();
        break;
    }
    case element_type::ARRAY: {
        simdjson::dom::array array;
        (void)at.get(array);
        value->kind = BAMAI_JSON_ARRAY;
        value->length = array.size();
        break;
    }
    case element_type::OBJECT: {
        simdjson::dom::object object;
        (void)at.get(object);
        value->kind = BAMAI_JSON_OBJECT;
        value->length = object.size();
        break;
    }
    default: break;
    }
}

extern "C" bool bamai_decimal(const void *text, size_t count, double *number) {
    double read = 0;
    if (bamai::read_decimal(static_cast<const char *>(text), count, read) != bamai::Reading::number) return false;
    *number = read;
    return true;
}
