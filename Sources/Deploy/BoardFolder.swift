import Glibc
import Lifeline
import Linux

/// A board's folder with all that a change of its configuration leaves there.
///
/// ```
/// board.json                       which gateway and which device this is
/// generations/ current             see BoardStore
/// transaction.json baseline.json   the open or last change, and how the daemon was before it
/// history.log                      what became of each change, the newest last
/// audit/                           the same for the journal, until a daemon has taken it over
/// requests/                        what others ask of the guard
/// session.lock guard.lock          who stages, who guards
/// reserve                          room for the last steps on a full disk
/// guard.log                        what guards had to say
/// ```
///
/// *Isolation*: whoever holds `session.lock` stages; whoever holds `guard.lock` changes `current` and the transaction. Everybody may read.
package final class BoardFolder {
    package let root: String
    package let storage: any BoardStorage
    package let store: BoardStore

    /// Where a board keeps its generations unless somebody says otherwise.
    package static let usualRoot = "/var/lib/bamai"
    /// *Units*: bytes that are given back when the disk is full in the middle of a change.
    static let reserveBytes = 128 << 10

    package init(root: String, storage: (any BoardStorage)? = nil) {
        self.root = root
        self.storage = storage ?? DiskStorage.forBoard(root)
        store = BoardStore(self.storage)
    }

    // MARK: - Identity

    /// Which gateway and which device a board was adopted as.
    package struct Identity: Equatable, Sendable {
        package var gateway: String
        package var serial: String
    }

    /// What adoption wrote; nil where nobody has adopted this board.
    package var identity: Identity? {
        guard let value = storage.read("board.json", limit: 4096).flatMap({ JSONValue($0) }), value["schema"].count == 1,
            let gateway = value["gateway"].text, let serial = value["serial"].text
        else { return nil }
        return Identity(gateway: gateway, serial: serial)
    }

    /// Makes the board one of ours.
    func write(_ identity: Identity) throws(StorageFailure) {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("schema", 1)
        json.member("gateway", identity.gateway)
        json.member("serial", identity.serial)
        json.endObject()
        json.endLine()
        try replace("board.json", json.bytes)
    }

    // MARK: - Small files

    /// Writes a file of the root so that it is there whole or as it was.
    func replace(_ name: String, _ bytes: [UInt8]) throws(StorageFailure) {
        try storage.write(name + ".new", bytes)
        try storage.sync(name + ".new")
        try storage.rename(name + ".new", to: name)
        try storage.sync("")
    }

    /// How the daemon was before the change; nil where none answered then.
    var baseline: DaemonHealth? { storage.read("baseline.json", limit: DaemonHealth.byteLimit).flatMap { DaemonHealth(json: $0) } }

    func writeBaseline(_ health: DaemonHealth?) throws(StorageFailure) { try replace("baseline.json", health?.bytes ?? Array("null\n".utf8)) }

    /// Makes sure that there is room to be given back.
    func keepReserve() throws(StorageFailure) {
        guard storage.read("reserve", limit: BoardFolder.reserveBytes)?.count != BoardFolder.reserveBytes else { return }
        // Not zeros: some file systems keep no room for those.
        try storage.write("reserve", (0..<BoardFolder.reserveBytes).map { UInt8(truncatingIfNeeded: $0 &* 167 >> 3) })
        try storage.sync("reserve")
    }

    /// The disk is full and the change must go on.
    func spendReserve() { try? storage.remove("reserve") }

    // MARK: - Requests to the guard

    /// What others may ask of the guard.
    package enum Request: String, CaseIterable, Sendable {
        /// The token is the file's content.
        case confirm
        /// A new push wants to begin while this one is on probation.
        case supersede
    }

    /// Asks. Not durable: who asks waits for what the guard makes durable.
    package func ask(_ request: Request, _ text: String) throws(StorageFailure) {
        do throws(StorageFailure) {
            try storage.makeFolder("requests")
            try storage.write("requests/.\(request.rawValue)", Array(text.utf8))
        } catch {
            // A full disk must not keep anybody from confirming.
            spendReserve()
            try storage.makeFolder("requests")
            try storage.write("requests/.\(request.rawValue)", Array(text.utf8))
        }
        try storage.rename("requests/.\(request.rawValue)", to: "requests/\(request.rawValue)")
    }

    /// What is asked; nil where nothing is.
    package func asked(_ request: Request) -> String? {
        storage.read("requests/\(request.rawValue)", limit: 256).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The guard has dealt with it: the answer is durable.
    package func answered(_ request: Request) { try? storage.remove("requests/\(request.rawValue)") }

    // MARK: - Locks

    /// Who stages on this board.
    package func lockSession(_ holder: String) throws(SystemError) -> FileLock.Attempt {
        try FileLock.attempt(root + "/session.lock", holder: holder)
    }

    /// Who changes this board.
    package func lockGuard(_ holder: String) throws(SystemError) -> FileLock.Attempt { try FileLock.attempt(root + "/guard.lock", holder: holder) }

    /// Whether a guard lives.
    package var isGuarded: Bool {
        guard case .held? = try? lockGuard("a look") else { return false }
        return true
    }
}

/// Who holds a lock and since when, as it stands in the lock's file.
package struct LockHolder: Equatable, Sendable {
    package var by: String
    package var boot: String
    /// *Units*: nanoseconds of the monotonic clock of `boot`.
    package var since: Int64

    package init(by: String, boot: String, since: Int64) { (self.by, self.boot, self.since) = (by, boot, since) }

    /// The lock's text.
    package var text: String {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("by", String(by.prefix(100)))
        json.member("boot", boot)
        json.member("since_ns", "\(since)")
        json.endObject()
        return json.text
    }

    /// Reads a lock's text; somebody unknown where it cannot be read.
    package init(_ text: String) {
        let value = JSONValue(Array(text.utf8)) ?? .null
        (by, boot, since) = (value["by"].text ?? "somebody", value["boot"].text ?? "", value["since_ns"].text.flatMap { Int64($0) } ?? 0)
    }

    /// `li@desk, for 40 s`.
    package func sentence(now: Int64, boot: String) -> String {
        boot == self.boot && now >= since ? "\(by), for \((now - since) / 1_000_000_000) s" : by
    }
}
