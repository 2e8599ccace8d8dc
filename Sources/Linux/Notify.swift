import Glibc

/// Tells the service manager something: `READY=1`, `WATCHDOG=1`, `STATUS=…`.
///
/// *Source*: sd_notify(3): one datagram to the socket in `$NOTIFY_SOCKET`; a leading `@` names the abstract namespace. Without the variable it does nothing.
/// Returns whether a datagram was sent.
@discardableResult
package func notifyServiceManager(_ state: String) -> Bool {
    guard let variable = getenv("NOTIFY_SOCKET") else { return false }
    var path = Array(String(cString: variable).utf8)
    guard let first = path.first, path.count <= UnixSocket.pathLimit else { return false }
    let isAbstract = first == UInt8(ascii: "@")
    if isAbstract { path.removeFirst() }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(state.utf8)
    return UnixSocket.withSocketAddress(path, abstract: isAbstract) { address, length in
        bytes.withUnsafeBytes { sendto(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), address, length) } == bytes.count ? 0 : -1
    } == 0
}

/// *Units*: microseconds between two feedings that the service manager's watchdog allows; nil when it has none.
package func watchdogMicroseconds() -> Int64? {
    guard let variable = getenv("WATCHDOG_USEC") else { return nil }
    return Int64(String(cString: variable))
}
