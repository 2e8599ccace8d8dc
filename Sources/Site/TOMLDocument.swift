internal import CTomlPlusPlus

/// Where something stands in a file; both count from 1.
struct Place: Comparable {
    var line: Int
    var column: Int

    static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// A value of a TOML document, owned, with its place.
struct TOMLNode {
    indirect enum Content {
        case text(String)
        case integer(Int64)
        case real(Double)
        case flag(Bool)
        case array([TOMLNode])
        case table([TOMLEntry])
        /// A date or time: nothing in our files is one.
        case time
    }

    var content: Content
    var place: Place

    /// What it is, in the words of a message.
    var kind: String {
        switch content {
        case .text(let text): "the text \"\(text.prefix(40))\""
        case .integer(let number): "the number \(number)"
        case .real(let number): "the number \(number)"
        case .flag(let flag): "\(flag)"
        case .array: "an array"
        case .table: "a table"
        case .time: "a date or time"
        }
    }
}

/// One key of a table, in the order of the file.
struct TOMLEntry {
    var key: String
    var place: Place
    var value: TOMLNode
}

/// Parses a text into its root table's entries, or the one syntax error at which a parser must stop.
func parseTOML(_ text: [UInt8]) -> Result<[TOMLEntry], TOMLSyntaxError> {
    let parsed = text.withUnsafeBytes { bamai_toml_parse($0.bindMemory(to: CChar.self).baseAddress, $0.count) }
    guard let document = parsed else { return .failure(TOMLSyntaxError(place: Place(line: 1, column: 1), words: "out of memory")) }
    defer { bamai_toml_free(document) }
    var line: UInt32 = 0
    var column: UInt32 = 0
    // SAFETY: every text of the document is copied into a String before the document is freed.
    if let words = bamai_toml_error(document, &line, &column) {
        return .failure(TOMLSyntaxError(place: Place(line: Int(max(1, line)), column: Int(max(1, column))), words: String(cString: words)))
    }
    var children: [Int: [Int]] = [:]
    let count = bamai_toml_count(document)
    for index in 0..<count { children[Int(bamai_toml_get(document, index).parent), default: []].append(index) }
    return .success(entries(of: 0, document, children))
}

/// A text that is no TOML.
struct TOMLSyntaxError: Error {
    var place: Place
    var words: String
}

private func entries(of parent: Int, _ document: OpaquePointer, _ children: [Int: [Int]]) -> [TOMLEntry] {
    (children[parent] ?? []).map { index in
        let node = bamai_toml_get(document, index)
        let place = Place(line: Int(node.key_line), column: Int(node.key_column))
        return TOMLEntry(key: text(node.key, node.key_length), place: place, value: value(at: index, document, children))
    }
    .sorted { $0.place < $1.place }
}

private func value(at index: Int, _ document: OpaquePointer, _ children: [Int: [Int]]) -> TOMLNode {
    let node = bamai_toml_get(document, index)
    let content: TOMLNode.Content =
        switch Int(node.kind) {
        case BAMAI_TOML_TEXT: .text(text(node.text, node.text_length))
        case BAMAI_TOML_INTEGER: .integer(node.integer)
        case BAMAI_TOML_REAL: .real(node.real)
        case BAMAI_TOML_BOOL: .flag(node.flag)
        case BAMAI_TOML_ARRAY: .array((children[index] ?? []).map { value(at: $0, document, children) })
        case BAMAI_TOML_TABLE: .table(entries(of: index, document, children))
        default: .time
        }
    return TOMLNode(content: content, place: Place(line: Int(node.line), column: Int(node.column)))
}

private func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    guard let start, length > 0 else { return "" }
    return UnsafeRawBufferPointer(start: start, count: length).withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
}
