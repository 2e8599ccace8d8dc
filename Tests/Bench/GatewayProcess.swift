import Foundation
import GatewayTesting
import Glibc

/// A bamaid under measurement, and what Linux says of it.
final class GatewayProcess {
    let folder: TestFolder
    private let child: ChildProcess

    /// - Parameters:
    ///   - site: the site's text.
    ///   - folder: gets the site and its log; `profile` is written as `profiles/bench.toml`.
    init(_ bamaid: String, site: String, profile: String = benchProfile, folder: TestFolder) throws {
        self.folder = folder
        folder.write("profiles/bench.toml", profile)
        folder.write("site/site.toml", site)
        child = try ChildProcess(bamaid, [folder.file("site")], output: folder.file("log"))
    }

    var isRunning: Bool { child.isRunning }
    var log: String { (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? "" }

    private func proc(_ name: String) -> String { (try? String(contentsOfFile: "/proc/\(child.identifier)/\(name)", encoding: .utf8)) ?? "" }

    /// A line of `/proc/<pid>/status`. *Units*: KiB.
    func kibibytes(_ key: String) -> Int {
        proc("status").split(separator: "\n").first { $0.hasPrefix(key + ":") }
            .flatMap { Int($0.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) } ?? 0
    }

    /// Bytes given to `write` and its kin.
    var writtenBytes: Int { proc("io").split(separator: "\n").first { $0.hasPrefix("wchar") }.flatMap { Int($0.split(separator: " ")[1]) } ?? 0 }

    /// Time on a processor. *Units*: seconds, in steps of 10 ms.
    var cpuSeconds: Double {
        let fields = proc("stat").split(separator: " ")
        return fields.count > 14 ? ((Double(fields[13]) ?? 0) + (Double(fields[14]) ?? 0)) / 100 : 0
    }

    /// Waits until `condition`; throws with the log when that takes longer than `limit` seconds, or the gateway ends before.
    func wait(_ limit: Double, _ what: String, until condition: () throws -> Bool) throws {
        let start = seconds()
        while try !condition() {
            guard child.isRunning, seconds() - start < limit else {
                throw BenchProblem(text: "\(what): not after \(Int(seconds() - start)) s: \(log.suffix(2000))")
            }
            usleep(2000)
        }
    }

    /// Ends it politely.
    func end() throws {
        guard child.terminate() == 0 else { throw BenchProblem(text: "the gateway did not end well: \(log.suffix(2000))") }
    }

    func signal(_ number: Int32) { child.signal(number) }
}
