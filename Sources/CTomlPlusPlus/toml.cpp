#include "CTomlPlusPlus.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <new>
#include <string>
#include <toml++/toml.h>
#include <vector>

struct bamai_toml_document {
    toml::table root;
    std::vector<bamai_toml_node> nodes;
    std::string error;
    uint32_t line = 0, column = 0;
};

static void walk(bamai_toml_document &document, const toml::node &node, int parent, const toml::key *key) {
    bamai_toml_node out = {};
    out.parent = parent;
    out.key = "";
    out.text = "";
    if (key) {
        out.key = key->str().data();
        out.key_length = key->str().size();
        out.key_line = key->source().begin.line;
        out.key_column = key->source().begin.column;
    }
    out.line = node.source().begin.line;
    out.column = node.source().begin.column;
    int self = static_cast<int>(document.nodes.size());
    switch (node.type()) {
    case toml::node_type::string: {
        const std::string &text = node.as_string()->get();
        out.kind = BAMAI_TOML_TEXT;
        out.text = text.data();
        out.text_length = text.size();
        break;
    }
    case toml::node_type::integer: out.kind = BAMAI_TOML_INTEGER; out.integer = node.as_integer()->get(); break;
    case toml::node_type::floating_point: out.kind = BAMAI_TOML_REAL; out.real = node.as_floating_point()->get(); break;
    case toml::node_type::boolean: out.kind = BAMAI_TOML_BOOL; out.flag = node.as_boolean()->get(); break;
    case toml::node_type::array: out.kind = BAMAI_TOML_ARRAY; break;
    case toml::node_type::table: out.kind = BAMAI_TOML_TABLE; break;
    default: out.kind = BAMAI_TOML_TIME; break;
    }
    document.nodes.push_back(out);
    if (out.kind == BAMAI_TOML_ARRAY) {
        for (auto &&element : *node.as_array()) walk(document, element, self, nullptr);
    } else if (out.kind == BAMAI_TOML_TABLE) {
        for (auto &&[name, value] : *node.as_table()) walk(document, value, self, &name);
    }
}

extern "C" bamai_toml_document *bamai_toml_parse(const char *text, size_t length) {
    auto *document = new (std::nothrow) bamai_toml_document;
    if (!document) return nullptr;
    toml::parse_result result = toml::parse(std::string_view(text, length));
    if (!result) {
        document->error = std::string(result.error().description());
        document->line = result.error().source().begin.line;
        document->column = result.error().source().begin.column;
        return document;
    }
    document->root = std::move(result).table();
    walk(*document, document->root, -1, nullptr);
    return document;
}

extern "C" void bamai_toml_free(bamai_toml_document *document) { delete document; }

extern "C" const char *bamai_toml_error(const bamai_toml_document *document, uint32_t *line, uint32_t *column) {
    *line = document->line;
    *column = document->column;
    return document->error.empty() ? nullptr : document->error.c_str();
}

extern "C" size_t bamai_toml_count(const bamai_toml_document *document) { return document->nodes.size(); }

extern "C" bamai_toml_node bamai_toml_get(const bamai_toml_document *document, size_t index) { return document->nodes[index]; }
