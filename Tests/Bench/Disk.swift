import Foundation

/// What a reading costs the disk, and how large the program is.
enum Disk {
    /// - Parameters:
    ///   - package: an arm64 package, whose program is the one that the mark is about; nil: none was built.
    ///   - wear: the command that measures wear with a line a way, its words separated by blanks; nil: it is not asked.
    static func measures(wear: String?, package: String?, bamaid: String) throws -> [Measure] {
        var measures: [Measure] = []
        if let size = (try FileManager.default.attributesOfItem(atPath: bamaid)[.size] as? NSNumber)?.doubleValue {
            let stripped = try strippedSize(of: bamaid) ?? size
            measures.append(
                Measure(
                    name: "bamaid stripped, this machine's", value: stripped / 1e6, unit: "MB", beside: "\(Report.text(size / 1e6)) MB with its symbols"))
        }
        if let package, let size = try packagedSize(package) {
            measures.append(
                Measure(
                    name: "bamaid, arm64, as packaged", value: size / 1e6, unit: "MB", beside: URL(fileURLWithPath: package).lastPathComponent,
                    reach: "≤ 8 MB", reached: size <= 8e6))
        }
        guard let words = wear?.split(separator: " ").map(String.init), let program = words.first else { return measures }
        let ways = lines(of: try output(program, Array(words.dropFirst())))
        guard let plain = ways.first(where: { $0.name.hasPrefix("(a)") }), let best = ways.first(where: { $0.name.hasPrefix("(f)") }) else {
            throw BenchProblem(text: "wear said nothing")
        }
        measures.append(
            Measure(name: "file a reading, 1000 a commit", value: best.file, unit: "bytes", beside: "plain SQLite: \(Report.text(plain.file))", reach: "≤ 4", reached: best.file <= 4))
        for way in ways where !way.name.hasPrefix("(a)") {
            let own = way.reached ?? way.written
            let other = (way.reached == nil ? nil : plain.reached) ?? plain.written
            let isMark = way.name.hasPrefix("(f)")
            measures.append(
                Measure(
                    name: "\(way.reached == nil ? "written" : "device"), " + way.name.dropFirst(4).replacingOccurrences(of: "journal, ", with: ""), value: own,
                    unit: "bytes a reading", beside: "a row a reading, 100 a commit: \(Report.text(other))", ratio: other / own,
                    reach: isMark ? "≥ 10" : "–", reached: isMark ? other / own >= 10 : nil))
        }
        return measures
    }

    private struct Way {
        var name: String
        var written: Double
        var reached: Double?
        var file: Double
    }

    /// Lines of five fields with tabs between: name, written, device or "-", file, commits. What was measured on a device counts before what was not.
    private static func lines(of text: String) -> [Way] {
        var ways: [String: Way] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            guard fields.count == 5, let written = Double(fields[1]), let file = Double(fields[3]) else { continue }
            let way = Way(name: fields[0], written: written, reached: Double(fields[2]), file: file)
            if ways[way.name]?.reached == nil || way.reached != nil { ways[way.name] = way }
        }
        return ways.values.sorted { $0.name < $1.name }
    }

    /// *Units*: bytes; nil where the package has no such program.
    private static func packagedSize(_ package: String) throws -> Double? {
        let line = try output("/usr/bin/dpkg-deb", ["--contents", package]).split(separator: "\n").first { $0.hasSuffix("/usr/sbin/bamaid") }
        return line.flatMap { Double($0.split(separator: " ")[2]) }
    }

    private static func strippedSize(of path: String) throws -> Double? {
        let copy = NSTemporaryDirectory() + "/bench-stripped-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        _ = try output("/usr/bin/strip", ["-o", copy, path])
        return (try? FileManager.default.attributesOfItem(atPath: copy)[.size] as? NSNumber)?.doubleValue
    }

    private static func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["WEAR_LINES": "1"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchProblem(text: "\(program) failed") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
