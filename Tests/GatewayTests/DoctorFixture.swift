import Foundation
import GatewayTesting
import Glibc

/// One run of `bamai doctor --json`, ended and read.
struct DoctorReport {
    struct Check {
        var section: String
        var subject: String
        var check: String
        var verdict: String
        var text: String
        var figures: [String: Double]
    }

    let code: Int32
    let checks: [Check]
    let output: String

    init(_ site: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws {
        let run = try CommissioningTests.Run(["doctor", "--site", site, "--json"] + arguments, environment: environment)
        code = run.code
        output = run.output
        let document = (try? JSONSerialization.jsonObject(with: Data(run.output.utf8))) as? [String: Any]
        checks = (document?["checks"] as? [[String: Any]] ?? []).map { check in
            Check(
                section: check["section"] as? String ?? "", subject: check["subject"] as? String ?? "", check: check["check"] as? String ?? "",
                verdict: check["verdict"] as? String ?? "", text: (check["text"] as? [String: String])?["en"] ?? "",
                figures: (check["figures"] as? [String: Any] ?? [:]).compactMapValues { ($0 as? NSNumber)?.doubleValue })
        }
    }

    /// The first check of a name in a section.
    func check(_ section: String, _ name: String) -> Check? { checks.first { $0.section == section && $0.check == name } }
    func verdict(_ section: String, _ name: String) -> String? { check(section, name)?.verdict }
    func text(_ section: String, _ name: String) -> String { check(section, name)?.text ?? "" }
}

extension ProcessFixture {
    func doctor(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> DoctorReport {
        try DoctorReport(folder.file("site"), arguments, environment: environment)
    }

    /// A site of one device whose broker is a table of the test's own.
    func site(brokerTable: String) {
        folder.write(
            "site/site.toml",
            """
            schema = 1
            [site]
            id = "gw7"
            utc_offset = "+00:00"
            profile = "test"
            [journal]
            path = "\(journalPath)"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            \(brokerTable)

            """ + KillTests.devices(1))
    }
}

/// A port of loopback that takes connections and says nothing, or that does not even take them.
final class MutePort {
    let port: UInt16
    private let listener: Int32
    private var fillers: [Int32] = []

    /// - Parameter isFull: the queue of connections is full from the start, and the kernel drops what comes: as behind a firewall.
    init(isFull: Bool) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, isFull ? 0 : 16) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw ChildProcessFailure(text: "no port on loopback") }
        port = UInt16(bigEndian: address.sin_port)
        guard isFull else { return }
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            fillers.append(filler)
        }
        usleep(100_000)
    }

    deinit {
        for filler in fillers { close(filler) }
        close(listener)
    }
}
