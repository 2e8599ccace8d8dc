import Foundation
import GatewayTesting
import Journal
import Lifeline

/// What `CodecSamples` needs of the tests.
enum Samples {
    static let start: Int64 = 1_700_000_000_000_000
}

/// `seeds FOLDER [BROKEN]`: whole segments in which every form of every column occurs, each with its flag byte before it; and, from a second folder,
/// the broken segments of the tests.
@main
enum Seeds {
    static func main() throws {
        let folder = CommandLine.arguments[1]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let encoder = SegmentEncoder()
        for seed in 0..<400 {
            var random = SeededGenerator(seed: UInt64(seed))
            let readings = CodecSamples.random(&random)
            // Short ones are changed faster; the first of each are enough for every form.
            encoder.encode(Array(readings.prefix(seed % 4 == 0 ? 200 : 4 + seed % 40)))
            try write([UInt8(seed % 2)] + encoder.bytes, "\(folder)/whole-\(seed)")
        }
        guard CommandLine.arguments.count > 2 else { return }
        let broken = CommandLine.arguments[2]
        for name in try FileManager.default.contentsOfDirectory(atPath: broken) where name.hasSuffix(".segment") {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(broken)/\(name)")))
            for flag: UInt8 in 0...1 { try write([flag] + bytes, "\(folder)/\(name)-\(flag)") }
        }
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
}
