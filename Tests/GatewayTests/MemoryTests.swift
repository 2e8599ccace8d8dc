import Glibc
import Linux
import Testing

@Suite("Memory that is given back")
struct MemoryTests {
    /// *Units*: KiB of pages of files that this process has mapped and touched.
    private func filePages() throws -> Int {
        let file = try #require(fopen("/proc/self/status", "r"))
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 8192)
        let count = fread(&text, 1, text.count - 1, file)
        let lines = text[..<count].split(separator: CChar(UInt8(ascii: "\n")))
        let line = try #require(lines.map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) }.first { $0.hasPrefix("RssFile:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }

    /// What this very test goes on with shows that all comes back: code, constants, relocated tables.
    @Test("code and constants that are not in use leave memory, and come back when they are")
    func programPages() throws {
        let before = try filePages()
        let released = ProgramPages.release()
        let after = try filePages()
        #expect(released > 8 << 20, "this program and its libraries have more than that")
        #expect(after < before * 3 / 4, "\(before) KiB before, \(after) after")
        #expect("把脉 \(released)".uppercased().hasPrefix("把脉"))
        #expect([3, 1, 2].sorted() == [1, 2, 3])
    }
}
