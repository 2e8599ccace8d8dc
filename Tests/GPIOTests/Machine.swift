import Foundation
import GatewayTesting
import Testing

/// The machine with GPIO chips that these tests run on: User-mode Linux, started on this machine's own files by `boards/uml/run`.
enum Machine {
    /// We are inside of it already.
    static let isInside = ProcessInfo.processInfo.environment["BAMAI_UML"] == "1"

    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Why there are no chips to test on, which is said loudly once; nil: there are.
    static let missing: String? = {
        if isInside { return "inside the machine there is no other" }
        let reason = obstacle()
        if let reason { FileHandle.standardError.write(Data("SKIPPED: tests on real GPIO chips: \(reason).\n".utf8)) }
        return reason
    }()

    private static func obstacle() -> String? {
        guard let child = try? ChildProcess(project + "/boards/uml/build", ["--path"]), child.wait() == 0 else {
            return "make uml builds the kernel that has GPIO chips, once, in about six minutes"
        }
        // Some containers forbid what the kernel is made of (ptrace).
        guard let trial = try? run(["true"]), trial.code == 0 else {
            return "the kernel that has GPIO chips cannot be started here; try boards/uml/run true"
        }
        return nil
    }

    /// A Debian 13 tree with compiler and libgpiod 2.x, as building packages leaves one in the cache; nil: there is none.
    static let debian13: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["BAMAI_CACHE"] ?? (environment["HOME"] ?? "/root") + "/.cache/bamai"
        let trees = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
        return trees.filter { $0.hasPrefix("root-trixie-") }.map { cache + "/" + $0 }.first {
            FileManager.default.fileExists(atPath: $0 + "/usr/include/gpiod.h") && FileManager.default.fileExists(atPath: $0 + "/usr/bin/gcc")
        }
    }()

    /// The program that runs these tests.
    static let program: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }()

    /// The folder that it was built into; the programs under test lie beside it.
    static var binaries: String { URL(fileURLWithPath: program).deletingLastPathComponent().path }

    /// What the kernel with chips said when it ran a command, and its exit code.
    static func run(chips: [String] = [], _ command: [String], environment: [String: String] = [:]) throws -> (code: Int32, output: String) {
        let folder = TestFolder()
        let output = folder.file("output")
        var arguments: [String] = []
        for chip in chips { arguments += ["--chip", chip] }
        let child = try ChildProcess(project + "/boards/uml/run", arguments + command, output: output, environment: environment)
        let code = child.wait()
        return (code, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
    }
}

/// Tests that need a real chip: they run inside the machine, all of them, by this one test of the everyday run.
@Suite("Real GPIO chips")
struct MachineTests {
    @Test(
        "Everything that needs a chip holds on real ones", .disabled(if: Machine.isInside),
        .enabled(if: Machine.missing == nil, "\(Machine.missing ?? "")"))
    func inside() throws {
        // One suite after another: there is one processor inside, and edges are counted.
        let result = try Machine.run(
            [Machine.program, "--testing-library", "swift-testing", "--no-parallel", "--filter", "OnAChip"],
            environment: ["UML_MEMORY": "1G", "UML_SECONDS": "900"])
        #expect(result.code == 0, "\(result.output)")
        // A run that found nothing to test would end well too.
        #expect(result.output.contains("passed after"), "\(result.output)")
    }

    @Test(
        "The second interface, libgpiod 2.x of Debian 13, holds on a real chip too", .disabled(if: Machine.isInside),
        .enabled(if: Machine.missing == nil && Machine.debian13 != nil, "there is no Debian 13 tree in the cache; building packages makes one"))
    func secondInterface() throws {
        let tree = try #require(Machine.debian13)
        let result = try Machine.run(
            chips: ["second:4"], [Machine.project + "/Tests/GPIOTests/Second/run", tree], environment: ["UML_MEMORY": "1G"])
        #expect(result.code == 0 && result.output.contains("the second interface holds"), "\(result.output)")
    }

    @Test(
        "The machine gives a command's exit code back", .disabled(if: Machine.isInside),
        .enabled(if: Machine.missing == nil, "\(Machine.missing ?? "")"))
    func exitCode() throws {
        let result = try Machine.run(chips: ["street:4"], ["sh", "-c", "ls /dev/gpiochip*; touch /tmp/a /run/b /dev/shm/c && exit 7"])
        #expect(result.code == 7, "\(result.output)")
        #expect(result.output.contains("/dev/gpiochip0"))
    }
}
