import Foundation
import GatewayTesting
import Glibc
import Lifeline
import Testing

@testable import Desk

/// A real bamai-desk with a store of its own.
final class DeskFixture {
    let folder = TestFolder()
    private(set) var process: ChildProcess?
    private(set) var port: UInt16 = 0
    private(set) var setupPath: String?
    private let options: [String]
    let store: String
    private var starts = 0

    /// - Parameters:
    ///   - store: a place; nil: a SQLite file in the test's folder.
    init(store: String? = nil, _ options: [String] = []) throws {
        self.options = options
        self.store = store ?? folder.file("desk.db")
        try start()
    }

    deinit {
        process?.signal(SIGKILL)
        process?.wait()
    }

    /// The program lies beside the tests.
    static let program: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("bamai-desk").path
    }()

    /// Starts it (again) and waits until it listens.
    func start() throws {
        starts += 1
        let log = folder.file("desk-\(starts).log")
        process = try ChildProcess(DeskFixture.program, ["serve", "--store", store, "--listen", "127.0.0.1:0"] + options, output: log)
        for _ in 0..<600 {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            if let range = text.range(of: "listens at "), text[range.upperBound...].contains("\n"),
                let number = text[range.upperBound...].split(separator: "/").dropFirst().first?.split(separator: ":").last, let found = UInt16(number)
            {
                port = found
                setupPath = text.range(of: "/setup/").map { "/setup/" + text[$0.upperBound...].prefix { $0 != "\n" } }
                if setupPath != nil || starts > 1 || text.contains("ready") { return }
            }
            if process?.isRunning == false { break }
            usleep(50_000)
        }
        throw HTTPFailure(description: "bamai-desk does not listen: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }

    /// As a power cut would.
    func kill() {
        process?.signal(SIGKILL)
        process?.wait()
    }

    /// Runs another command of the program and returns what it prints.
    func command(_ arguments: [String]) throws -> String {
        let output = folder.file("command-\(UUID().uuidString).txt")
        let code = try ChildProcess(DeskFixture.program, arguments + ["--store", store], output: output).wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard code == 0 else { throw HTTPFailure(description: "\(arguments): \(code): \(text)") }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A gateway's token.
    func gateway(_ id: String) throws -> String { try command(["gateway", "add", id]) }

    static let password = "correct horse battery staple"

    /// A browser that is logged in; the first is an administrator's.
    func person(_ name: String, role: String = "admin", competent: Bool = false) throws -> HTTPClient {
        var client = HTTPClient(port: port)
        var path = setupPath ?? ""
        if setupPath == nil || role != "admin" || competent {
            let link = try command(["account", "invite", name, "--role", role] + (competent ? ["--competent"] : []))
            path = "/setup/" + (link.components(separatedBy: "/setup/").last ?? "")
        } else {
            setupPath = nil
        }
        let form = ["name": name, "password": DeskFixture.password, "again": DeskFixture.password]
        let made = try client.post(path, form: form)
        guard made.status == 303 else { throw HTTPFailure(description: "\(path): \(made.status) \(made.text)") }
        let answer = try client.post("/login", form: ["name": name, "password": DeskFixture.password])
        guard answer.status == 303 else { throw HTTPFailure(description: "login: \(answer.status)") }
        return client
    }

    /// The secret of a page's forms.
    static func csrf(_ page: String) throws -> String {
        guard let start = page.range(of: "name=\"csrf\" content=\"") else { throw HTTPFailure(description: "no form's secret in the page") }
        return String(page[start.upperBound...].prefix { $0 != "\"" })
    }

    /// The value of a counter that the desk shows, with its label as in the metrics; 0 where it has not been counted yet.
    func counter(_ name: String, token: String) throws -> Int {
        var client = HTTPClient(port: port)
        let answer = try client.get("/metrics", ["Authorization": "Bearer \(token)"])
        guard answer.status == 200 else { throw HTTPFailure(description: "metrics: \(answer.status)") }
        return answer.text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    }
}
