internal import CLinux
import Glibc

/// Stream sockets of the local machine.
package enum UnixSocket {
    /// *Units*: bytes of a socket's path, without its final zero. *Source*: unix(7).
    package static let pathLimit = 107

    /// Listens at `path`, mode 0660. A socket that a dead process left there is taken away; a living one is an error (EADDRINUSE).
    package static func listen(at path: String) throws(SystemError) -> Int32 {
        if let other = try? connect(to: path) {
            close(other)
            throw SystemError("bind \(path)", EADDRINUSE)
        }
        unlink(path)
        let descriptor = try make()
        let old = umask(0o117)
        let bound = withAddress(path) { bind(descriptor, $0, $1) }
        umask(old)
        guard bound == 0, Glibc.listen(descriptor, 8) == 0 else {
            let error = SystemError("bind \(path)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Connects to `path`. The descriptor is nonblocking and the caller's to close.
    package static func connect(to path: String) throws(SystemError) -> Int32 {
        let descriptor = try make()
        guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            let error = SystemError("connect \(path)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// The process at the other end of a connected socket, and its user; nil where the kernel does not tell.
    package static func peer(of descriptor: Int32) -> (process: Int32, user: UInt32)? {
        var (process, user) = (Int32(0), UInt32(0))
        return bamai_peer(descriptor, &process, &user) == 0 ? (process, user) : nil
    }

    /// The next connection at a listening socket, nonblocking; nil when none waits.
    package static func accept(_ listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func make() throws(SystemError) -> Int32 {
        let descriptor = try retrying("socket") { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        let bytes = Array(path.utf8)
        guard bytes.count <= pathLimit, !bytes.isEmpty else {
            errno = ENAMETOOLONG
            return -1
        }
        return withSocketAddress(bytes, abstract: false, body)
    }

    /// SAFETY: the address lives on the stack for the call; `bytes` fit, which the callers checked.
    static func withSocketAddress(_ bytes: [UInt8], abstract: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            for (index, byte) in bytes.enumerated() { target[index + (abstract ? 1 : 0)] = byte }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + 1)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
