import Foundation
import GatewayTesting
import Glibc

/// One run of the built `bamai`, ended and read.
struct CommandRun {
    let code: Int32
    let output: String

    var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The program under test lies beside this test program.
    static let program: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let path = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return URL(fileURLWithPath: path).deletingLastPathComponent().path + "/bamai"
    }()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Runs it to its end; standard output and standard error come together, as on a terminal.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let folder = TestFolder()
        let child = try CommandRun.start(arguments, output: folder.file("output"), environment: environment)
        code = child.wait()
        output = (try? String(contentsOfFile: folder.file("output"), encoding: .utf8)) ?? ""
    }

    static func start(_ arguments: [String], output: String, environment: [String: String] = [:]) throws -> ChildProcess {
        var variables = ["LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "COLUMNS": "100"]
        variables.merge(environment) { $1 }
        return try ChildProcess(program, arguments, output: output, environment: variables)
    }
}
