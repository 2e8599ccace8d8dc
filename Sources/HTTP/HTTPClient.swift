internal import CCurl
import Glibc

/// Requests to one server, several at a time, on kept connections: the one owner of a multi handle.
///
/// Certificates and keys are read from disk for each new connection, so that renewed ones are taken up.
///
/// *Isolation*: one thread. Only `wait` blocks, and for no longer than it is told; names are looked up on a thread of libcurl's own.
package final class HTTPClient {
    /// What `start` returns, to know the outcome by.
    package typealias Identifier = Int

    private let multi: UnsafeMutableRawPointer
    private let options: HTTPOptions
    private var transfers: [Identifier: HTTPTransfer] = [:]
    private var next = 1

    /// libcurl is set up once and stays.
    private static let library: Bool = {
        // OpenSSL writes to sockets without MSG_NOSIGNAL: a server that hangs up must not end the process.
        signal(SIGPIPE, SIG_IGN)
        return bamai_curl_load()
    }()

    /// Returns nil where libcurl cannot be set up: it is not installed, or there is no memory.
    package init?(_ options: HTTPOptions) {
        guard HTTPClient.library, let multi = bamai_multi_init() else { return nil }
        self.multi = multi
        self.options = options
        // Two lanes, a long poll and the status.
        bamai_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 4)
    }

    deinit {
        for identifier in Array(transfers.keys) { cancel(identifier) }
        bamai_multi_cleanup(multi)
    }

    /// Requests on their way.
    package var count: Int { transfers.count }

    /// Begins a request; nil where there is no memory for it, or a file for TLS cannot be read.
    package func start(_ request: HTTPRequest) -> Identifier? {
        guard let transfer = HTTPTransfer(request, options),
            bamai_multi_add_handle(multi, transfer.easy) == CURLM_OK
        else { return nil }
        defer { next += 1 }
        transfers[next] = transfer
        return next
    }

    /// Gives a request up; its outcome is never told.
    package func cancel(_ identifier: Identifier) {
        guard let transfer = transfers.removeValue(forKey: identifier) else { return }
        bamai_multi_remove_handle(multi, transfer.easy)
    }

    /// Waits until something moves, `descriptor` is readable or the time is over, and moves what can be moved.
    ///
    /// - Parameters:
    ///   - descriptor: of the owner's own, to be woken by.
    ///   - milliseconds: the longest that it may take.
    package func wait(for descriptor: Int32, milliseconds: Int32) {
        perform()
        var own = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        _ = bamai_multi_poll(multi, &own, 1, milliseconds)
        perform()
    }

    private func perform() {
        var running: Int32 = 0
        _ = bamai_multi_perform(multi, &running)
    }

    /// The outcomes of requests that have ended since the last call.
    package func takeEnded() -> [(identifier: Identifier, outcome: HTTPOutcome)] {
        var ended: [(Identifier, HTTPOutcome)] = []
        var result = CURLE_OK
        while let handle = bamai_next_done(multi, &result) {
            guard let (identifier, transfer) = transfers.first(where: { $0.value.easy == handle }) else { continue }
            ended.append((identifier, transfer.outcome(result)))
            cancel(identifier)
        }
        return ended
    }
}
