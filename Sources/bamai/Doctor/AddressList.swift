import Doctor
import Glibc
import Linux

/// What a host's name stands for.
struct AddressList {
    /// One address with its port.
    struct Address {
        var text: String
        fileprivate var bytes: [UInt8]
        fileprivate var family: Int32

        /// Opens a TCP connection; the socket is the caller's. `ETIMEDOUT` where nothing came back.
        func connect(until deadline: Int64) -> Result<Int32, SystemError> {
            let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return .failure(SystemError("socket")) }
            // SAFETY: the bytes are a socket address as getaddrinfo gave it, and live through the call.
            let code = bytes.withUnsafeBytes { raw in
                Glibc.connect(descriptor, raw.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
            }
            if code != 0 && errno != EINPROGRESS { return failed(descriptor, errno) }
            while true {
                let left = deadline - Clocks.monotonicNanoseconds()
                if left <= 0 { return failed(descriptor, ETIMEDOUT) }
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&waiting, 1, Int32(clamping: left / 1_000_000 + 1)) > 0 { break }
            }
            var problem: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &length)
            return problem == 0 ? .success(descriptor) : failed(descriptor, problem)
        }

        private func failed(_ descriptor: Int32, _ code: Int32) -> Result<Int32, SystemError> {
            close(descriptor)
            return .failure(SystemError("connect", code))
        }
    }

    private(set) var addresses: [Address] = []
    private(set) var answer: Answer<[String]>

    /// Asks the resolver; *blocks* for as long as that takes.
    init(host: String, port: UInt16) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else {
            answer = .unknown(.failed(String(cString: gai_strerror(code))))
            return
        }
        defer { freeaddrinfo(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let address = entry.ai_addr else { continue }
            var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            getnameinfo(address, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
            let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // SAFETY: getaddrinfo's address is as long as it says.
            let bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
            addresses.append(Address(text: text, bytes: bytes, family: entry.ai_family))
        }
        answer = addresses.isEmpty ? .unknown(.failed("no address")) : .known(addresses.map(\.text))
    }
}
