internal import CCurl
import Glibc

/// One request on its way: the one owner of an easy handle and of all that the handle points to.
///
/// *Isolation*: its client's. *Memory*: the body and at most `answerLimit` bytes of the answer.
final class HTTPTransfer {
    let easy: UnsafeMutableRawPointer
    private let options: HTTPOptions
    private let request: HTTPRequest
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: UnsafeMutableBufferPointer<UInt8>?
    private let complaint: UnsafeMutablePointer<CChar>
    private var received: [UInt8] = []
    private var isTooLong = false

    /// Returns nil where libcurl has no memory or does not know an option.
    init?(_ request: HTTPRequest, _ options: HTTPOptions) {
        guard let easy = bamai_easy_init() else { return nil }
        self.easy = easy
        self.options = options
        self.request = request
        complaint = .allocate(capacity: Int(CURL_ERROR_SIZE))
        complaint.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard setUp(easy) else { return nil }
    }

    deinit {
        // SAFETY: the client has taken the handle out of its multi handle before it let go of the transfer; what it points to goes after it.
        bamai_easy_cleanup(easy)
        bamai_slist_free_all(headers)
        body?.deallocate()
        complaint.deallocate()
    }

    private func setUp(_ easy: UnsafeMutableRawPointer) -> Bool {
        var codes: [CURLcode] = []
        func set(_ option: CURLoption, _ value: Int) { codes.append(bamai_set_long(easy, option, value)) }
        func set(_ option: CURLoption, _ value: String?) { codes.append(bamai_set_text(easy, option, value)) }
        // A resolver's alarm signal has no place in a daemon.
        set(CURLOPT_NOSIGNAL, 1)
        codes.append(bamai_set_pointer(easy, CURLOPT_ERRORBUFFER, complaint))
        set(CURLOPT_URL, options.url + request.path)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // One request a connection: an alert never waits in a socket behind readings.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_USERAGENT, "bamai")
        // A redirect would carry the token to somebody else.
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        setTLS(set, set)
        setTimes(set)
        // An empty text keeps libcurl from asking the environment.
        set(CURLOPT_PROXY, options.proxy ?? "")
        set(CURLOPT_NOPROXY, "")
        for header in request.headers { append(header) }
        if let token = options.token { append(HTTPRequest.Header(name: "Authorization", value: "Bearer " + token)) }
        // A body of a megabyte at most is sent at once: waiting for "100 Continue" costs a round trip.
        headers = bamai_slist_append(headers, "Expect:")
        codes.append(bamai_set_list(easy, CURLOPT_HTTPHEADER, headers))
        if options.proxy != nil { set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE)) }
        if let bytes = request.body {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
            _ = copy.initialize(from: bytes)
            body = copy
            set(CURLOPT_POST, 1)
            codes.append(bamai_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
            codes.append(bamai_set_pointer(easy, CURLOPT_POSTFIELDS, copy.baseAddress))
        }
        // SAFETY: the callback gets `self` unretained; it runs only inside calls on a living transfer.
        codes.append(bamai_set_receiver(easy, HTTPTransfer.receive, Unmanaged.passUnretained(self).toOpaque()))
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func setTLS(_ set: (CURLoption, Int) -> Void, _ setText: (CURLoption, String?) -> Void) {
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authority = options.tls.authority {
            // This one alone: the system's folder of authorities is left out.
            setText(CURLOPT_CAINFO, authority)
            setText(CURLOPT_CAPATH, nil)
        }
        if let certificate = options.tls.certificate { setText(CURLOPT_SSLCERT, certificate) }
        if let key = options.tls.key { setText(CURLOPT_SSLKEY, key) }
    }

    private func setTimes(_ set: (CURLoption, Int) -> Void) {
        let silence = options.timeoutMilliseconds + request.patienceMilliseconds
        set(CURLOPT_CONNECTTIMEOUT_MS, min(options.timeoutMilliseconds, 15_000))
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, max(1, silence / 1000))
        set(CURLOPT_TIMEOUT_MS, 4 * options.timeoutMilliseconds + request.patienceMilliseconds)
    }

    /// A line break inside would begin another header: what has one is left out.
    private func append(_ header: HTTPRequest.Header) {
        let line = "\(header.name): \(header.value)"
        guard !line.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else { return }
        headers = bamai_slist_append(headers, line)
    }

    private static let receive: bamai_receiver = { bytes, size, count, context in
        // SAFETY: the context is the transfer that owns the handle.
        let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context!).takeUnretainedValue()
        let total = size * count
        return transfer.take(UnsafeRawBufferPointer(start: bytes, count: total)) ? total : 0
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = request.answerLimit - received.count
        received.append(contentsOf: bytes.prefix(room))
        isTooLong = isTooLong || bytes.count > room && request.isWhole
        return !isTooLong
    }

    /// What became of it, once libcurl has said that it ended.
    func outcome(_ result: CURLcode) -> HTTPOutcome {
        let status = bamai_status(easy)
        guard result == CURLE_OK, status >= 100 else { return .failure(words(result, status)) }
        let seconds = bamai_retry_after(easy)
        return .answer(HTTPAnswer(status: Int(status), retryAfter: seconds > 0 ? Int(seconds) : nil, body: received))
    }

    private func words(_ result: CURLcode, _ status: Int) -> String {
        if isTooLong { return "\(options.url): the answer is longer than \(request.answerLimit) bytes" }
        let detail = String(cString: complaint)
        var text = detail.isEmpty ? String(cString: bamai_easy_strerror(result)) : detail
        let proxy = bamai_proxy_status(easy)
        if options.proxy != nil, proxy >= 300 { text = "the proxy answers \(proxy)" }
        if result == CURLE_PEER_FAILED_VERIFICATION, ["not yet valid", "expired"].contains(where: { HTTPTransfer.holds(text, $0) }) {
            text += " (is the board's clock right?)"
        }
        return "\(options.url): \(text)"
    }

    /// Without the regular expressions that `contains` of a text would bring along.
    private static func holds(_ text: String, _ part: String) -> Bool {
        let (bytes, part) = (Array(text.utf8), Array(part.utf8))
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
