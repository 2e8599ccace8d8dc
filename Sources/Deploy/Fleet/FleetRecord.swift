import Glibc
import Lifeline
import Linux

/// How far a rollout has come, in a file: one line of JSON for each push that begins and each that ends, durable before anything follows from it.
///
/// Killed between any two lines, the next run knows which boards are through with which files, and which push it must look after. Nobody else writes while one
/// holds it (flock).
///
/// *Isolation*: one owner.
package final class FleetRecord {
    /// Why the file cannot be used.
    package struct Failure: Error, Equatable {
        package var text: String
    }

    /// What the file knows of one board.
    package struct Entry: Equatable, Sendable {
        /// The hash of the files that were pushed.
        package var hash: String
        /// The nonces of the pushes of these files whose end nobody saw, the newest last. *Limits*: 8; a change that is older has long been decided.
        package var nonces: [String]
        /// nil: it was begun, and nobody saw its end.
        package var outcome: PushResult.Outcome?
    }

    /// *Limits*: bytes of a file that is read. A thousand boards take half a MiB a run.
    static let byteLimit = 32 << 20

    package let path: String
    private let descriptor: Int32
    /// By the board's name; empty once the rollout was over.
    package private(set) var entries: [String: Entry] = [:]
    /// *Units*: microseconds since 1970, when the rollout that is not over was begun; nil: none is.
    package private(set) var begun: Int64?

    /// Opens a record and locks it, and makes it where it is missing.
    ///
    /// - Parameter isAfresh: what stands there is forgotten.
    package init(_ path: String, isAfresh: Bool) throws(Failure) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw Failure(text: "\(path) cannot be written: \(String(cString: strerror(errno))); name another one with --state") }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            throw Failure(text: "another fleet push is under way with \(path); wait for its end, or name another one with --state")
        }
        if isAfresh {
            try clear()
            return
        }
        let bytes = try FleetRecord.content(descriptor, path)
        for line in bytes.split(separator: UInt8(ascii: "\n")) { take(JSONValue(line) ?? .null) }
        if begun == nil { try clear() } else { try endTornLine(bytes) }
    }

    deinit { close(descriptor) }

    /// A rollout begins or goes on.
    package func begin(by: String, now: Timestamp) throws(Failure) {
        try append { json in
            json.member("bamai_fleet", 1)
            json.member("event", begun == nil ? "begun" : "resumed")
            json.member("by", by)
            json.member("at_us", now.microseconds)
        }
        if begun == nil { begun = now.microseconds }
    }

    /// A push to a board begins.
    package func begin(_ board: String, hash: String, nonce: String, now: Timestamp) throws(Failure) {
        try append { json in
            json.member("event", "push")
            json.member("board", board)
            json.member("hash", hash)
            json.member("nonce", nonce)
            json.member("at_us", now.microseconds)
        }
        add(board, hash, nonce)
    }

    /// It has ended.
    package func end(_ board: String, _ result: PushResult, now: Timestamp) throws(Failure) {
        try append { json in
            json.member("event", "result")
            json.member("board", board)
            json.member("outcome", "\(result.outcome)")
            json.member("code", result.outcome.rawValue)
            json.member("runs", result.runs)
            json.member("sentence", result.sentence)
            json.member("at_us", now.microseconds)
        }
        entries[board]?.outcome = result.outcome
    }

    /// Every board of the rollout has what it was to have: the next one begins afresh.
    package func finish(now: Timestamp) throws(Failure) {
        try append { json in
            json.member("event", "over")
            json.member("at_us", now.microseconds)
        }
        (begun, entries) = (nil, [:])
    }

    // MARK: - The file

    private func take(_ line: JSONValue) {
        switch line["event"].text {
        case "begun": (begun, entries) = (line["at_us"].count, [:])
        case "push":
            guard let board = line["board"].text, let hash = line["hash"].text, let nonce = line["nonce"].text else { return }
            add(board, hash, nonce)
        case "result":
            guard let board = line["board"].text else { return }
            entries[board]?.outcome = PushResult.Outcome(rawValue: Int32(clamping: line["code"].count))
        case "over": (begun, entries) = (nil, [:])
        default: break
        }
    }

    private func add(_ board: String, _ hash: String, _ nonce: String) {
        var nonces: [String] = []
        if let entry = entries[board], entry.hash == hash, entry.outcome == nil || entry.outcome == .unknown { nonces = entry.nonces.suffix(7) }
        entries[board] = Entry(hash: hash, nonces: nonces + [nonce])
    }

    private func append(_ body: (inout JSONWriter) -> Void) throws(Failure) {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        body(&json)
        json.endObject()
        json.endLine()
        try write(json.bytes)
    }

    private func write(_ bytes: [UInt8]) throws(Failure) {
        var done = 0
        while done < bytes.count {
            // SAFETY: the array lives through the call, and `done` is below its count.
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw failure("made durable") }
    }

    private func clear() throws(Failure) {
        guard ftruncate(descriptor, 0) == 0 else { throw failure("written") }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        // The name too: a file that a power cut takes away would let a push be begun twice.
        fsync(handle)
        close(handle)
    }

    /// Half a line, of a run that was killed while it wrote, must not swallow the next one.
    private func endTornLine(_ bytes: [UInt8]) throws(Failure) {
        if let last = bytes.last, last != UInt8(ascii: "\n") { try write([UInt8(ascii: "\n")]) }
    }

    private static func content(_ descriptor: Int32, _ path: String) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= byteLimit {
            // SAFETY: the buffer lives through the call and is as long as said.
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, bytes.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(text: "\(path) cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        throw Failure(text: "\(path) is larger than \(byteLimit >> 20) MiB: is it the state of a fleet? --afresh begins it anew")
    }

    private func failure(_ what: String) -> Failure { Failure(text: "\(path) cannot be \(what): \(String(cString: strerror(errno)))") }
}
