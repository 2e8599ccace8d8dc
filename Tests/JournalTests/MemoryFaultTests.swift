import Foundation
import GatewayTesting
import Testing

/// SQLite's allocator belongs to the process: what happens here happens in a child.
@Suite("A journal that gets no memory")
struct MemoryFaultTests {
    /// The folder that this test program was built into; the child lies beside it.
    private static let binaries: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: program).deletingLastPathComponent().path
    }()

    @Test("throws or succeeds whichever allocation fails, loses nothing acknowledged and goes on")
    func faults() throws {
        // Some thousand journals are opened: memory is where no disk waits.
        let directory = TemporaryDirectory(under: FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil)
        let child = try ChildProcess(Self.binaries + "/MemoryFaults", [directory.path, "13"], output: directory.file("output"))
        let code = child.wait()
        let output = (try? String(contentsOfFile: directory.file("output"), encoding: .utf8)) ?? ""
        #expect(code == 0, "\(output)")
        print(output)
        let total = output.split(separator: "\n").last.flatMap { $0.split(separator: " ").compactMap { Int($0) }.first } ?? 0
        #expect(total > 1000, "\(total) faults")
    }
}
