internal import CLinux
import Glibc

/// A thread of the operating system, for what blocks: name look-ups, the uplink.
package final class NativeThread: @unchecked Sendable {
    // Sendable: the handle is written once, before anybody else can see it.
    private var handle = pthread_t()

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// TLS handshakes and the resolver fit into half a megabyte many times over; the default of 8 MiB only looks large in status. *Units*: bytes.
    package static let smallStack = 512 * 1024

    /// Starts a thread that runs `body` and ends.
    ///
    /// - Parameters:
    ///   - name: at most fifteen bytes, as `ps -L` shows it.
    ///   - stack: *Units*: bytes.
    package init(name: String, stack: Int = NativeThread.smallStack, body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stack)
        let code = pthread_create(
            &handle, &attributes,
            { context in
                // SAFETY: the retained box that was passed in; taken exactly once.
                let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
                bamai_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("pthread_create", code)
        }
    }

    /// Lets it end by itself. To be called once, instead of `join`.
    package func detach() { pthread_detach(handle) }

    /// Waits for its end. To be called once.
    package func join() { pthread_join(handle, nil) }
}
