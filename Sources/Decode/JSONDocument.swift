internal import CSimdJSON
import Lifeline

/// The one owner of a simdjson parser. Its buffer grows to the largest message and stays.
struct JSONParser: ~Copyable {
    /// Levels of nesting; a sensor's message has three or four.
    static let depth = 32
    private let parser: OpaquePointer?

    init() { parser = bamai_json_new(Decoder.messageLimit, JSONParser.depth) }

    deinit { if let parser { bamai_json_free(parser) } }

    /// Parses a message: its root, or the cause why there is none.
    ///
    /// SAFETY: elements point into the parser's document, which lives until the next `parse`: they must not be kept longer.
    func parse(_ bytes: UnsafeRawBufferPointer) -> Result<JSONElement, RejectCause> {
        guard let parser else { return .failure(.noMemory) }
        var root = bamai_json_element()
        switch Int(bamai_json_parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, &root)) {
        case BAMAI_JSON_OK: return .success(JSONElement(raw: root))
        case BAMAI_JSON_UTF8: return .failure(.invalidUTF8)
        case BAMAI_JSON_DEPTH: return .failure(.tooDeep)
        case BAMAI_JSON_MEMORY: return .failure(.noMemory)
        case BAMAI_JSON_EMPTY: return .failure(.empty)
        default: return .failure(.notJSON)
        }
    }
}

extension RejectCause: Error {}

/// One value of a parsed message, borrowed.
struct JSONElement {
    enum Kind {
        case null, bool, number, text, array, object
    }

    fileprivate let raw: bamai_json_element

    var kind: Kind {
        switch Int(bamai_json_kind(raw)) {
        case BAMAI_JSON_BOOL: .bool
        case BAMAI_JSON_NUMBER: .number
        case BAMAI_JSON_TEXT: .text
        case BAMAI_JSON_ARRAY: .array
        case BAMAI_JSON_OBJECT: .object
        default: .null
        }
    }

    var bool: Bool { bamai_json_bool(raw) }
    var number: Double { bamai_json_number(raw) }

    func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var length = 0
        let start = bamai_json_text(raw, &length)
        return body(UnsafeRawBufferPointer(start: start, count: length))
    }

    /// What stands at the end of a path; nil when any step is absent.
    func find(_ path: CompiledPath) -> JSONElement? {
        var element = raw
        for range in path.steps {
            let found = path.names.withUnsafeBytes { names in
                let name = UnsafeRawBufferPointer(rebasing: names[range]).bindMemory(to: CChar.self)
                var member = bamai_json_element()
                let code = bamai_json_member(element, name.baseAddress, name.count, &member)
                element = member
                return Int(code) == BAMAI_JSON_OK
            }
            guard found else { return nil }
        }
        return JSONElement(raw: element)
    }
}

/// A path whose names lie in one block of bytes, so that following it makes no text.
struct CompiledPath {
    let names: [UInt8]
    let steps: [Range<Int>]

    init(_ path: [String]) {
        var names: [UInt8] = []
        var steps: [Range<Int>] = []
        for name in path {
            let start = names.count
            names += Array(name.utf8)
            steps.append(start..<names.count)
        }
        // An empty array has no address to give to C.
        self.names = names.isEmpty ? [0] : names
        self.steps = steps
    }

    var isEmpty: Bool { steps.isEmpty }
}
