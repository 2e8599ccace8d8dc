import Deploy
import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Testing

/// Boards with an sshd and a real bamaid each, and an inventory that names them: `b01`, `b02` …
final class FleetFixture: @unchecked Sendable {
    // Sendable: the parts are made on several threads, each its own, and used by one test's thread afterwards.
    let folder = TestFolder()
    private(set) var boards: [BoardFixture] = []
    private(set) var servers: [OpenSSHServer] = []

    /// - Parameter prepare: writes the site that a board is adopted with, where it is to be another than the usual one.
    init(_ count: Int, prepare: @escaping @Sendable (BoardFixture, Int) -> Void = { _, _ in }) throws {
        final class Made: @unchecked Sendable {
            // Sendable: the lock guards it.
            let lock = NSLock()
            var parts: [Int: Result<(BoardFixture, OpenSSHServer), any Error>] = [:]
        }
        let made = Made()
        // Each start mostly waits.
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 8
        for index in 0..<count {
            queue.addOperation {
                let part = Result {
                    let board = BoardFixture()
                    board.site("old", id: FleetFixture.gateway(index))
                    prepare(board, index)
                    try board.adopt()
                    return (board, try OpenSSHServer(folder: board.folder.path))
                }
                made.lock.lock()
                made.parts[index] = part
                made.lock.unlock()
            }
        }
        queue.waitUntilAllOperationsAreFinished()
        for index in 0..<count {
            let (board, server) = try made.parts[index]!.get()
            boards.append(board)
            servers.append(server)
        }
    }

    static func name(_ index: Int) -> String { (index < 9 ? "b0" : "b") + "\(index + 1)" }
    static func gateway(_ index: Int) -> String { "gw-\(index + 1)" }

    /// Gives every board another site in its repository.
    func sites(_ name: String) {
        for (index, board) in boards.enumerated() { board.site(name, id: FleetFixture.gateway(index)) }
    }

    /// Writes the inventory.
    ///
    /// - Parameters:
    ///   - canary: the index of the board that is one; nil: none is marked.
    ///   - options: more options for ssh, by index.
    func inventory(canary: Int? = nil, options: [Int: String] = [:]) {
        var text = "schema = 1\n[defaults]\nssh_options = [\"ConnectTimeout=4\"]\n"
        for (index, board) in boards.enumerated() {
            text += """
                [[host]]
                name = "\(FleetFixture.name(index))"
                ssh = "board"
                site = "\(board.repository)"
                groups = ["\(index % 2 == 0 ? "even" : "odd")"]
                canary = \(index == canary)
                ssh_config = "\(servers[index].clientConfiguration)"
                remote = "\((board.environment + [BoardFixture.bamai]).joined(separator: " "))"
                root = "\(board.root)"

                """
            if let option = options[index] { text += "ssh_options = [\"\(option)\"]\n" }
        }
        folder.write("fleet.toml", text)
    }

    /// A run of `bamai fleet` that has not ended yet.
    func start(_ words: [String]) throws -> FleetRun {
        try FleetRun(["fleet", words[0], folder.file("fleet.toml")] + words.dropFirst(), output: folder.file("run-\(UInt64.random(in: 0 ... .max))"))
    }

    /// A run to its end.
    func run(_ words: [String]) throws -> FleetRun {
        let run = try start(words)
        run.code = run.child.wait()
        return run
    }

    func push(_ words: [String] = []) throws -> FleetRun { try run(["push", "--yes", "--json", "--by", "li@desk"] + words) }

    /// How often somebody has logged in to each board.
    var logins: [Int] { servers.map { $0.log.components(separatedBy: "Accepted publickey").count - 1 } }

    /// The generations that are in place.
    var generations: [Int?] { boards.map { $0.board.store.current } }
}

/// One run of `bamai fleet`, and what it has said so far.
final class FleetRun {
    let child: ChildProcess
    let path: String
    /// Once it has ended.
    var code: Int32 = -1

    init(_ words: [String], output: String) throws {
        path = output
        child = try ChildProcess(BoardFixture.bamai, words, output: output, environment: ["LANG": "C.UTF-8"])
    }

    var output: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    /// Whole lines of JSON.
    var events: [JSONValue] { output.split(separator: "\n").compactMap { JSONValue(Array($0.utf8)) } }

    func names(_ event: String) -> [String] { events.filter { $0["event"].text == event }.compactMap { $0["board"].text } }
    /// Boards whose push ended so.
    func ended(_ outcome: String) -> [String] {
        events.filter { $0["event"].text == "result" && $0["outcome"].text == outcome }.compactMap { $0["board"].text }
    }
    var summary: JSONValue { events.last { $0["event"].text == "summary" } ?? .null }
    func listed(_ key: String) -> [String] { summary[key].list.compactMap(\.text) }
}

/// A port that takes connections and says nothing.
final class SilentPort {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw ChildProcessFailure(text: "a port cannot be had") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
