internal import CTomlPlusPlus

/// Why a file is no TOML.
struct TOMLSyntaxError: Error, Equatable {
    var position: TOMLPosition
    var message: String
}

/// The only file that sees toml++'s door.
enum TOMLDocument {
    /// The root table of a TOML text.
    ///
    /// *Throws*: the first syntax error; the parser does not go on after it. Any bytes are taken: what is no UTF-8 is a syntax error too.
    static func parse(_ bytes: [UInt8]) throws(TOMLSyntaxError) -> TOMLTable {
        let outcome = bytes.withUnsafeBytes { raw in
            // SAFETY: the door copies what it keeps; `raw` is read only during the call.
            read(bamai_toml_parse(raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count))
        }
        return try outcome.get()
    }

    private static func read(_ document: OpaquePointer?) -> Result<TOMLTable, TOMLSyntaxError> {
        // SAFETY: all that is borrowed from the document is copied before it is freed here.
        defer { bamai_toml_free(document) }
        if let error = bamai_toml_syntax_error(document)?.pointee {
            return .failure(
                TOMLSyntaxError(position: position(error.line, error.column), message: text(error.message, error.message_length)))
        }
        var count = 0
        let values = UnsafeBufferPointer(start: bamai_toml_values(document, &count), count: count)
        var next = values.startIndex
        guard !values.isEmpty, case .table(var root) = value(&next, of: values).content else {
            return .failure(TOMLSyntaxError(position: TOMLPosition(line: 1, column: 1), message: "the file has no content"))
        }
        root.position = TOMLPosition(line: 1, column: 1)
        return .success(root)
    }

    /// The value at `next` with its children; moves `next` behind them. The recursion is bounded by the door's limits on nesting.
    private static func value(_ next: inout Int, of values: UnsafeBufferPointer<bamai_toml_value>) -> TOMLValue {
        let raw = values[next]
        next += 1
        let place = position(raw.line, raw.column)
        let children = Int(raw.child_count)
        switch Int(raw.kind) {
        case BAMAI_TOML_TABLE:
            var entries: [TOMLTable.Entry] = []
            entries.reserveCapacity(children)
            for _ in 0..<children {
                let child = values[next]
                let key = text(child.key, child.key_length)
                entries.append(
                    TOMLTable.Entry(key: key, keyPosition: position(child.key_line, child.key_column), value: value(&next, of: values)))
            }
            return TOMLValue(content: .table(TOMLTable(entries: entries, position: place)), position: place)
        case BAMAI_TOML_ARRAY:
            var items: [TOMLValue] = []
            items.reserveCapacity(children)
            for _ in 0..<children { items.append(value(&next, of: values)) }
            return TOMLValue(content: .array(items), position: place)
        case BAMAI_TOML_STRING: return TOMLValue(content: .text(text(raw.text, raw.text_length)), position: place)
        case BAMAI_TOML_INTEGER: return TOMLValue(content: .whole(raw.integer), position: place)
        case BAMAI_TOML_FLOAT: return TOMLValue(content: .number(raw.number), position: place)
        case BAMAI_TOML_BOOLEAN: return TOMLValue(content: .boolean(raw.integer != 0), position: place)
        default: return TOMLValue(content: .date, position: place)
        }
    }

    private static func position(_ line: UInt32, _ column: UInt32) -> TOMLPosition {
        TOMLPosition(line: max(1, Int(line)), column: max(1, Int(column)))
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        // SAFETY: the door promises `length` readable bytes at `start`, valid until the document is freed.
        String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length), as: UTF8.self)
    }
}
