import Foundation
import GatewayTesting
import Glibc
import Synchronization
import Testing

@testable import Desk

/// A real PostgreSQL on a socket in a test's folder, run by a user without rights.
final class PostgresServer: @unchecked Sendable {
    // Sendable: its suite is serial.

    /// The one of this process, made when the first test asks; it stops, and its folder goes, when the process ends.
    static let shared: Result<PostgresServer, any Error> = {
        let folder = TestFolder.ofProcess("postgres")
        atexit { try? PostgresServer.shared.get().stop() }
        return Result { try PostgresServer(folder: folder) }
    }()

    private let folder: String
    private var process: ChildProcess?

    /// Debian keeps the server's programs by version; the newest counts.
    private static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.compactMap { Int($0) }.sorted().last.map { "/usr/lib/postgresql/\($0)/bin" }
    }()

    static let isInstalled = programs != nil

    private let databases = Atomic(0)

    /// The connection string of a new, empty database.
    func database() throws -> String {
        let name = "desk\(databases.add(1, ordering: .relaxed).newValue)"
        let made = try PostgresDatabase("host=\(folder) user=desk dbname=postgres").run("CREATE DATABASE \(name)", [])
        #expect(made.isEmpty)
        return "host=\(folder) user=desk dbname=\(name)"
    }

    init(folder: String) throws {
        self.folder = folder
        guard let programs = PostgresServer.programs else { throw HTTPFailure(description: "PostgreSQL is not installed") }
        if getuid() == 0 {
            // The server refuses to run as root.
            let account = getpwnam("postgres") ?? getpwnam("nobody")
            guard let account, chown(folder, account.pointee.pw_uid, account.pointee.pw_gid) == 0 else {
                throw HTTPFailure(description: "there is no user that PostgreSQL could run as")
            }
        }
        let log = folder + "/initdb.log"
        let code = try PostgresServer.run(
            "\(programs)/initdb", ["-D", folder + "/data", "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"], log
        ).wait()
        guard code == 0 else { throw HTTPFailure(description: "initdb: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")") }
        try start()
    }

    deinit { stop() }

    private static func run(_ program: String, _ arguments: [String], _ log: String) throws -> ChildProcess {
        guard getuid() == 0 else { return try ChildProcess(program, arguments, output: log) }
        let user = getpwnam("postgres") != nil ? "postgres" : "nobody"
        return try ChildProcess(
            "/usr/bin/setpriv", ["--reuid", user, "--regid", user == "nobody" ? "nogroup" : user, "--clear-groups", program] + arguments, output: log)
    }

    /// Starts it (again) and waits until it takes connections.
    func start() throws {
        guard let programs = PostgresServer.programs else { return }
        let log = folder + "/server.log"
        process = try PostgresServer.run(
            "\(programs)/postgres", ["-D", folder + "/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"], log)
        for _ in 0..<200 {
            if try ChildProcess("\(programs)/pg_isready", ["-q", "-h", folder]).wait() == 0 { return }
            if process?.isRunning == false { break }
            usleep(100_000)
        }
        throw HTTPFailure(description: "PostgreSQL does not start: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }

    /// Stops it at once, as for a power cut that it knows how to recover from.
    func stop() {
        process?.signal(SIGQUIT)
        process?.wait()
        process = nil
    }
}
