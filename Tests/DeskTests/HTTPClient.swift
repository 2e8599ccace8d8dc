import Foundation
import Glibc

/// One answer of a server.
struct HTTPAnswer {
    var status = 0
    /// By lower-case name; several of one name are joined by a line feed.
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var text: String { String(decoding: body, as: UTF8.self) }
}

struct HTTPFailure: Error, CustomStringConvertible {
    var description: String
}

/// A client that does what a test tells it, wrong things too: a connection for each request, nothing hidden.
struct HTTPClient {
    var port: UInt16
    var cookies: [String: String] = [:]
    var headers: [String: String] = [:]

    init(port: UInt16) { self.port = port }

    /// *Units*: seconds for the whole answer; generous, tests measure no time.
    static let patience = 60

    mutating func get(_ path: String, _ extra: [String: String] = [:]) throws -> HTTPAnswer { try send("GET", path, extra, nil) }

    mutating func post(_ path: String, form: [String: String], _ extra: [String: String] = [:]) throws -> HTTPAnswer {
        let body = form.map { "\(encode($0.key))=\(encode($0.value))" }.joined(separator: "&")
        return try send("POST", path, ["Content-Type": "application/x-www-form-urlencoded"].merging(extra) { $1 }, Array(body.utf8))
    }

    mutating func post(_ path: String, _ type: String, _ body: [UInt8], _ extra: [String: String] = [:]) throws -> HTTPAnswer {
        try send("POST", path, ["Content-Type": type].merging(extra) { $1 }, body)
    }

    private func encode(_ text: String) -> String {
        text.utf8.map {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) ? String(UnicodeScalar($0)) : String(format: "%%%02X", $0)
        }
        .joined()
    }

    mutating func send(_ method: String, _ path: String, _ extra: [String: String], _ body: [UInt8]?) throws -> HTTPAnswer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in headers.merging(extra, uniquingKeysWith: { $1 }) { head += "\(name): \(value)\r\n" }
        if !cookies.isEmpty { head += "Cookie: " + cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") + "\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let answer = try HTTPClient.exchange(port, Array((head + "\r\n").utf8) + (body ?? []))
        for line in (answer.headers["set-cookie"] ?? "").split(separator: "\n") {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2 else { continue }
            if line.contains("Max-Age=0") { cookies[pair[0]] = nil } else { cookies[pair[0]] = pair[1] }
        }
        return answer
    }

    /// Sends bytes as they are and reads until the answer is whole, or the server closes.
    static func exchange(_ port: UInt16, _ bytes: [UInt8]) throws -> HTTPAnswer {
        let stream = try HTTPStream(port, bytes)
        var all: [UInt8] = []
        while let more = try stream.read() {
            all += more
            // Some servers keep a connection open, whatever is asked.
            if let answer = try? parse(all), let length = answer.headers["content-length"].flatMap({ Int($0) }), answer.body.count >= length { break }
        }
        return try parse(all)
    }

    static func parse(_ bytes: [UInt8]) throws -> HTTPAnswer {
        guard let end = bytes.indices.dropLast(3).first(where: { bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }) else {
            throw HTTPFailure(description: "no answer: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        var answer = HTTPAnswer()
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        answer.status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            let name = parts[0].lowercased()
            let value = (parts.count > 1 ? String(parts[1]) : "").trimmingCharacters(in: .whitespaces)
            answer.headers[name] = answer.headers[name].map { $0 + "\n" + value } ?? value
        }
        answer.body = Array(bytes[(end + 4)...])
        if answer.headers["transfer-encoding"] == "chunked" { answer.body = unchunk(answer.body) }
        return answer
    }

    private static func unchunk(_ bytes: [UInt8]) -> [UInt8] {
        var (rest, out) = (bytes[...], [UInt8]())
        while let line = rest.firstIndex(of: 13), let count = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16), count > 0 {
            out += rest[(line + 2)...].prefix(count)
            rest = rest[(line + 2)...].dropFirst(count + 2)
        }
        return out
    }
}

/// A connection whose answer is read as it comes.
final class HTTPStream {
    private let descriptor: Int32

    init(_ port: UInt16, _ bytes: [UInt8]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard code == 0 else { throw HTTPFailure(description: "cannot connect to \(port): \(String(cString: strerror(errno)))") }
        var patience = timeval(tv_sec: HTTPClient.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // The server may answer and close before it has heard everything.
            if count <= 0 { break }
            sent += count
        }
    }

    deinit { close(descriptor) }

    /// What has come; nil when the server has closed.
    func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return Array(buffer[..<count]) }
        if count == 0 || errno == ECONNRESET { return nil }
        throw HTTPFailure(description: "no answer within \(HTTPClient.patience) s")
    }

    /// Reads until a text has come; false when the server closes before.
    func wait(for text: String) throws -> Bool {
        var all = ""
        while let more = try read() {
            all += String(decoding: more, as: UTF8.self)
            if all.contains(text) { return true }
        }
        return false
    }
}
