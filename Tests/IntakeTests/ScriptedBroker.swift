import GatewayTesting
import Glibc
import Linux
import Synchronization

/// A broker that does what a test tells it, byte by byte: for what no real broker does on demand.
final class ScriptedBroker {
    /// One connection, as the script sees it. Blocking.
    struct Connection {
        let descriptor: Int32
        /// 0 for the first.
        let number: Int

        func readByte() -> UInt8? {
            var byte: UInt8 = 0
            return read(descriptor, &byte, 1) == 1 ? byte : nil
        }

        /// The next packet: first byte and body; nil at the end. Bodies below 16 KiB.
        func readPacket() -> (type: UInt8, body: [UInt8])? {
            guard let type = readByte(), let low = readByte() else { return nil }
            var length = Int(low & 0x7f)
            if low & 0x80 != 0 {
                guard let high = readByte() else { return nil }
                length |= Int(high) << 7
            }
            var body: [UInt8] = []
            for _ in 0..<length {
                guard let byte = readByte() else { return nil }
                body.append(byte)
            }
            return (type, body)
        }

        func send(_ bytes: [UInt8]) { _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

        /// A QoS 1 message under 3.1.1.
        func publish(_ topic: String, _ text: String, identifier: UInt16, duplicate: Bool = false) {
            let head = [UInt8(0), UInt8(topic.utf8.count)] + Array(topic.utf8)
            let body = head + [UInt8(identifier >> 8), UInt8(identifier & 0xff)] + Array(text.utf8)
            send([duplicate ? 0x3a : 0x32, UInt8(body.count)] + body)
        }
    }

    let port: UInt16
    private let listener: Int32

    /// Listens; each connection is given to the script on one thread, in turn, and closed when it returns.
    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard code == 0 else { throw ChildProcessFailure(text: "no scripted broker") }
        port = UInt16(bigEndian: address.sin_port)
        try NativeThread(name: "script") {
            var number = 0
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                script(Connection(descriptor: connection, number: number))
                close(connection)
                number += 1
            }
        }.detach()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
