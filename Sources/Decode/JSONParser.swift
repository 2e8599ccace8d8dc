internal import CSimdJSON

/// The one owner of a simdjson parser. Its buffers grow to the largest message and stay: at most about 4 MiB.
struct JSONParser: ~Copyable {
    /// Levels of nesting; a sensor's message has three or four.
    static let depth = 32

    private let parser: OpaquePointer?

    init() { parser = bamai_json_new(Decoder.messageLimit, JSONParser.depth) }

    deinit { if let parser { bamai_json_free(parser) } }

    /// Takes a document in: nil, or the cause why there is none. The bytes are copied.
    func parse(_ bytes: UnsafeRawBufferPointer) -> RejectCause? {
        guard let parser else { return .noMemory }
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return .empty }
        // SAFETY: `start` is good for `bytes.count` bytes during the call, and C keeps no pointer to them.
        return switch Int(bamai_json_parse(parser, start, bytes.count)) {
        case BAMAI_JSON_OK: nil
        case BAMAI_JSON_UTF8: .invalidUTF8
        case BAMAI_JSON_DEPTH: .tooDeep
        case BAMAI_JSON_MEMORY: .noMemory
        case BAMAI_JSON_EMPTY: .empty
        default: .notJSON
        }
    }

    /// The same for a path of a lexicon that belongs to no program, for documents that come now and then.
    func find(_ path: Lexicon.Path, in lexicon: Lexicon) -> JSONValue {
        var value = bamai_json_value()
        guard let parser else { return JSONValue(raw: value) }
        // SAFETY: the path was made by this lexicon, so its steps and their names lie inside its two arrays; C keeps neither.
        lexicon.bytes.withUnsafeBufferPointer { names in
            lexicon.steps.withUnsafeBufferPointer { steps in
                withUnsafeBytes(of: ListEntry()) { lists in
                    bamai_json_find(
                        parser, names.baseAddress, steps.baseAddress.map { $0 + Int(path.first) }, Int(path.count),
                        lists.assumingMemoryBound(to: UInt32.self).baseAddress, &value)
                }
            }
        }
        return JSONValue(raw: value)
    }

    /// What stands at the end of a path of the document that was parsed last. Borrowed: not to be kept beyond the next `parse`.
    ///
    /// - Parameter entry: which entries the path's lists stand for.
    func find(_ path: Lexicon.Path, _ program: DecodeProgram, _ entry: ListEntry = ListEntry()) -> JSONValue {
        var value = bamai_json_value()
        guard let parser else { return JSONValue(raw: value) }
        // SAFETY: the path was made by this program's lexicon, so its steps and their names lie inside the program's two blocks, which live as long as
        // it does; the entry is two numbers one after the other; C keeps none of them.
        withUnsafeBytes(of: entry) { lists in
            bamai_json_find(
                parser, program.names.baseAddress, program.steps.baseAddress.map { $0 + Int(path.first) }, Int(path.count),
                lists.assumingMemoryBound(to: UInt32.self).baseAddress, &value)
        }
        return JSONValue(raw: value)
    }
}

/// One entry of a message's lists: the place in the outer one, and in the one within.
struct ListEntry {
    var outer: UInt32 = 0
    var inner: UInt32 = 0
}
