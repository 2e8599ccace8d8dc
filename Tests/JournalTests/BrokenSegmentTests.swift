import Foundation
import GatewayTesting
import Journal
import Lifeline
import Testing

/// A file of `Tests/Cases/segments` and what the decoder must say of it.
struct BrokenSegment: Sendable, CustomTestStringConvertible {
    var name: String
    /// As in `expected.txt`: `truncated`, `unknownVersion 9`, `malformed slot`.
    var error: String
    var bytes: [UInt8]

    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Cases/segments")

    /// Those that `expected.txt` names, in its order.
    static let all: [BrokenSegment] = {
        let text = (try? String(contentsOf: folder.appendingPathComponent("expected.txt"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            guard let colon = line.firstIndex(of: ":"), line.first != "#" else { return nil }
            let name = String(line[..<colon])
            guard let data = try? Data(contentsOf: folder.appendingPathComponent("\(name).segment")) else { return nil }
            return BrokenSegment(name: name, error: String(line.split(separator: ":")[1].dropFirst()), bytes: [UInt8](data))
        }
    }()
}

/// Broken segments that are kept for ever: made by hand for every complaint of the decoder, and found by `make fuzz`.
@Suite("Broken segments")
struct BrokenSegmentTests {
    private func words(_ error: CodecError) -> String {
        switch error {
        case .truncated: "truncated"
        case .notASegment: "notASegment"
        case .unknownVersion(let version): "unknownVersion \(version)"
        case .checksum: "checksum"
        case .malformed(let what): "malformed \(what)"
        }
    }

    @Test("are all there, small, and leave out no complaint of the decoder")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: BrokenSegment.folder.path).filter { $0.hasSuffix(".segment") }
        #expect(files.sorted() == BrokenSegment.all.map { $0.name + ".segment" }.sorted())
        #expect(BrokenSegment.all.count > 40 && BrokenSegment.all.count <= 60)
        for segment in BrokenSegment.all { #expect(segment.bytes.count < 400, "\(segment.name)") }
        // The causes are read from the sources, so that a new one is missed here.
        let sources = BrokenSegment.folder.appendingPathComponent("../../../Sources/Journal")
        let told = Set(BrokenSegment.all.map(\.error))
        var causes = 0
        for name in ["ByteSource", "IntegerColumn", "SegmentDecoder"] {
            let text = try String(contentsOf: sources.appendingPathComponent("\(name).swift"), encoding: .utf8)
            for part in text.components(separatedBy: ".malformed(\"").dropFirst() {
                causes += 1
                #expect(told.contains("malformed \(part.prefix { $0 != "\"" })"), "\(name): \(part.prefix { $0 != "\"" })")
            }
        }
        #expect(causes > 15)
    }

    @Test("are refused for what is wrong with them, and give no readings", arguments: BrokenSegment.all)
    func refused(segment: BrokenSegment) {
        var readings = Samples.readings(3)
        var said = "nothing"
        segment.bytes.withUnsafeBytes { lent in
            do throws(CodecError) { try SegmentDecoder().decode(lent, into: &readings) } catch { said = words(error) }
        }
        #expect(said == segment.error)
        #expect(readings.isEmpty)
    }

    @Test("are stepped over in a journal, counted, and cost no other reading")
    func inAJournal() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("journal.db")
        let made = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
        for first: UInt64 in [1, 11, 21] { _ = try made.commit(Samples.batch(10, from: first)) }
        made.close()
        let expected = (Array(1...10) + Array(21...30)).map(Double.init)
        for segment in BrokenSegment.all {
            let text = segment.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            RawDatabase.run(path, "UPDATE segment SET body = x'\(text)' WHERE first = 11")
            let journal = try SQLiteJournal.open(path: path, maxBytes: 4 << 20)
            #expect(journal.openingNote == nil, "\(segment.name)")
            let reader = try SQLiteJournalReader.open(path: path)
            for start: UInt64 in [1, 11, 15] {
                var found: [Double] = []
                try reader.readings(from: start) { sequence, reading in
                    if Double(sequence) != reading.value { found.append(-1) }
                    found.append(reading.value)
                    return true
                }
                #expect(found == expected.filter { $0 >= Double(start) }, "\(segment.name) from \(start)")
            }
            #expect(try reader.figures().damagedSegments == 1, "\(segment.name)")
            #expect(try journal.lastSequence() == 30)
            journal.close()
        }
    }
}
