import Lifeline

/// The lines that a client and a board exchange: one JSON object each, and after some of them raw bytes whose number the line tells.
package enum BoardMessage {
    /// Counts up when a message changes its meaning. Another one is refused, with a sentence.
    package static let version = 1
    /// *Units*: bytes of a line.
    package static let lineLimit = 512 << 10
    /// *Units*: seconds for which a session waits for the next request: of somebody who reads a difference, and of a push that is under way.
    package static let idleSeconds = 600
    package static let busySeconds = 60
    /// *Units*: seconds. A board that watches a change says at least this often that it is there.
    package static let heartbeatSeconds: Int64 = 2

    /// What a client asks.
    package static func request(_ name: String, _ body: (inout JSONWriter) -> Void = { _ in }) -> [UInt8] { line("do", name, body) }
    /// What a board answers.
    package static func answer(_ name: String, _ body: (inout JSONWriter) -> Void = { _ in }) -> [UInt8] { line("is", name, body) }

    private static func line(_ key: String, _ name: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("bamai_board", version)
        json.member(key, name)
        body(&json)
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// Reads a line; nil where it is none of ours: a login shell may greet first.
    package static func read(_ line: [UInt8]) -> JSONValue? {
        guard line.starts(with: "{\"bamai_board\":".utf8) else { return nil }
        return JSONValue(line)
    }
}

extension JSONWriter {
    /// A member with a list of texts.
    mutating func member(_ name: String, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { value(text) }
        endArray()
    }
}
