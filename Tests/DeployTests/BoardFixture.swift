import Deploy
import Foundation
import GatewayTesting
import Glibc
import Journal
import Lifeline
import Linux
import Site
import Testing

/// A board in a folder: generations, a real bamaid that is started again when it ends (as a service manager does), and a repository to push from.
final class BoardFixture: @unchecked Sendable {
    // Sendable: tests that share it with a thread of theirs touch only what is locked or constant.
    let folder = TestFolder()
    let root: String
    private(set) var daemon: RestartedDaemon?

    /// The programs under test lie beside this test program.
    static let binaries: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        return URL(fileURLWithPath: String(decoding: buffer[..<max(0, count)], as: UTF8.self)).deletingLastPathComponent().path
    }()
    static let bamai = binaries + "/bamai"

    init() {
        root = folder.file("board")
        mkdir(root, 0o755)
        mkdir(folder.file("secrets"), 0o700)
        folder.write("repo/profiles/test.toml", ValueProfile.text(name: "test", rules: ""))
    }

    /// Writes the site in the repository.
    ///
    /// - Parameters:
    ///   - name: also tells one generation from another.
    ///   - broker: port of a broker that one device is heard through; nil: none.
    func site(_ name: String, id: String = "gw7", broker: UInt16? = nil, more: String = "") {
        var text = """
            schema = 1
            [site]
            id = "\(id)"
            name = "\(name)"
            utc_offset = "+00:00"
            profile = "test"
            [journal]
            path = "\(folder.file("journal.db"))"
            commit_delay = "5 ms"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[asset]]
            id = "A0"
            class = "other"

            """
        if let broker {
            text += """
                [[broker]]
                id = "field"
                url = "mqtt://127.0.0.1:\(broker)"
                [[device]]
                id = "d0"
                asset = "A0"
                topic = "in/0"
                [[device.reading]]
                quantity = "value"
                path = "v"

                """
        }
        folder.write("repo/west/site.toml", text + more)
    }

    var repository: String { folder.file("repo/west") }
    var board: BoardFolder { BoardFolder(root: root, storage: DiskStorage(root: root)) }

    /// Makes the site of the repository generation 1 and starts the daemon with it.
    func adopt() throws {
        let adopted = try run(["board", "adopt", repository, "--root", root])
        try #require(adopted.code == 0, "\(adopted.output)")
        try startDaemon()
    }

    func startDaemon() throws {
        daemon = RestartedDaemon(
            BoardFixture.binaries + "/bamaid", [root + "/current"], output: folder.file("bamaid.log"),
            environment: ["CREDENTIALS_DIRECTORY": folder.file("secrets")])
        try #require(wait(20) { self.health != nil }, "\(log)")
    }

    func stopDaemon() {
        daemon?.end()
        daemon = nil
    }

    deinit { stopDaemon() }

    var health: DaemonHealth? { ControlSocket { self.folder.file("control.sock") }.health(windowSeconds: 4) }
    var log: String { text("bamaid.log") }
    func text(_ name: String) -> String { (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? "" }

    /// One run of bamai, ended and read.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> (code: Int32, output: String) {
        let output = folder.file("output-\(UInt64.random(in: 0 ... .max))")
        let child = try ChildProcess(BoardFixture.bamai, arguments, output: output, environment: environment)
        let code = child.wait()
        return (code, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
    }

    /// Waits until a condition holds; false when it does not within the time.
    @discardableResult
    func wait(_ seconds: Double, _ condition: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if condition() { return true }
            usleep(20_000)
        }
        return condition()
    }

    func order(health: Double = 20, confirm: Double = 20, probation: Double = 120) -> PushOrder {
        var order = PushOrder(by: "li@desk", name: "board")
        order.patience = Transaction.Patience(
            health: Int64(health * 1e9), confirm: Int64(confirm * 1e9), probation: Int64(probation * 1e9))
        order.margin = 5_000_000_000
        return order
    }

    /// What every program of the board is started with.
    var environment: [String] { ["env", "BAMAI_SUPERVISOR=own", "CREDENTIALS_DIRECTORY=\(folder.file("secrets"))"] }

    /// The board's session through a real sshd; the user's `ssh` with a configuration of the test's.
    func ssh(_ server: OpenSSHServer) -> SSHConnector {
        SSHConnector(
            host: "board", remote: (environment + [BoardFixture.bamai]).joined(separator: " "), root: root,
            options: ["-F", server.clientConfiguration])
    }

    /// The board's session as a process on this machine; a debug build's fault may be asked for.
    func local(fault: String? = nil) -> TestConnector {
        var words = environment
        if let fault { words.append("BAMAI_STORAGE_FAULT=\(fault)") }
        return TestConnector { _ in words + [BoardFixture.bamai, "board", "session", "--root", self.root] }
    }

    func collection() throws -> SiteFileCollection {
        switch SiteFileCollection.collect(repository + "/site.toml", from: .disk) {
        case .success(let found): return found
        case .failure(let why):
            Issue.record("\(why)")
            throw why
        }
    }

    func push(_ order: PushOrder, through connector: any BoardConnector, tell: @escaping (PushEvent) -> Void = { _ in }) throws -> PushResult {
        Push(order, through: connector, tell: tell).run(try collection(), source: "abc", now: Timestamp(microseconds: Clocks.wallMicroseconds()))
    }

    /// What must hold whenever a change has its end: a whole generation is in place, and the daemon runs it.
    func expectSound(_ place: String, runs: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let store = board.store
        #expect(store.current == runs, "\(place): \(String(describing: store.transaction))", sourceLocation: sourceLocation)
        #expect(store.flaw(runs) == nil, "\(place): \(store.flaw(runs) ?? "")", sourceLocation: sourceLocation)
        let revision = store.manifest(runs)?.revision
        #expect(
            wait(20) { self.health?.revision == revision }, "\(place): the daemon does not run generation \(runs)", sourceLocation: sourceLocation)
    }

    /// No session and no guard lives any more.
    func waitForQuiet() -> Bool {
        wait(60) {
            guard case .taken? = try? self.board.lockSession("a look") else { return false }
            return !self.board.isGuarded
        }
    }

    func waitForEnd(_ seconds: Double = 60) -> Transaction.Phase? {
        wait(seconds) { self.board.store.transaction?.phase.isFinal ?? true }
        return board.store.transaction?.phase
    }
}

/// Starts a program again whenever it ends, until its owner goes.
final class RestartedDaemon: @unchecked Sendable {
    // Sendable: the lock guards what both threads touch.
    private let lock = NSLock()
    private var child: ChildProcess?
    private var isOver = false
    private var starts = 0
    private let done = DispatchSemaphore(value: 0)

    init(_ program: String, _ arguments: [String], output: String, environment: [String: String]) {
        let thread = Thread { [self] in
            // It ends with `end`, which every owner calls.
            while true {
                lock.lock()
                if isOver {
                    lock.unlock()
                    break
                }
                child = try? ChildProcess(program, arguments, output: output, environment: environment)
                starts += 1
                let running = child
                lock.unlock()
                running?.wait()
                usleep(200_000)
            }
            done.signal()
        }
        thread.start()
    }

    func signal(_ number: Int32) {
        lock.lock()
        child?.signal(number)
        lock.unlock()
    }

    func end() {
        lock.lock()
        let wasOver = isOver
        isOver = true
        child?.signal(SIGKILL)
        lock.unlock()
        if !wasOver { done.wait() }
    }
}

/// Sessions from any words, and a hand on every message of them.
struct TestConnector: BoardConnector, @unchecked Sendable {
    // Sendable: used by one test's thread.
    var words: (Bool) -> [String]
    var onConnect: (BoardConnection, Bool) -> Void = { _, _ in }

    init(_ words: @escaping (Bool) -> [String]) { self.words = words }

    func connect(isFresh: Bool) throws(LinkFailure) -> BoardConnection {
        let connection = try BoardConnection(words(isFresh))
        onConnect(connection, isFresh)
        try connection.greet()
        return connection
    }
}

/// Runs what mostly waits on a thread of a pool, so that a machine of two cores does not wait for one test at a time.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withTaskExecutorPreference(WaitingThreads.shared) { try body() }
}

private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads()
    private let queue = OperationQueue()

    init() { queue.maxConcurrentOperationCount = 8 }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
