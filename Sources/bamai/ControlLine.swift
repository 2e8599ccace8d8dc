import ArgumentParser
import Foundation
import Gateway
import Glibc
import Linux

/// The client's end of a gateway's control socket.
final class ControlLine {
    let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Ends the program with code 3 where no gateway listens.
    init(_ path: String) throws {
        do throws(SystemError) {
            descriptor = try UnixSocket.connect(to: path)
        } catch {
            let isAbsent = error.code == ENOENT || error.code == ECONNREFUSED
            Terminal.error(isAbsent ? "no gateway runs here: nothing listens at \(path)" : "\(error)")
            throw ExitCode(3)
        }
    }

    deinit { close(descriptor) }

    func send(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }

    /// The next line within the time; an empty one where time ran out, nil at the end.
    func next(milliseconds: Int32) -> [UInt8]? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeSubrange(...end)
                return line
            }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, milliseconds)
            if ready == 0 || (ready < 0 && errno == EINTR) { return [] }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && (errno == EAGAIN || errno == EINTR) { continue }
            guard count > 0 else { return nil }
            buffer += bytes[..<count]
        }
    }

    static func object(_ line: [UInt8]) -> [String: Any]? { (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] }
}

/// Where the control socket is: named, or the site's.
struct SocketOption: ParsableArguments {
    @Option(name: .long, help: "The gateway's control socket (default: the site's).")
    var socket: String?

    @OptionGroup var site: SiteOption

    func path() throws -> String { try socket ?? site.load().controlSocket }
}
