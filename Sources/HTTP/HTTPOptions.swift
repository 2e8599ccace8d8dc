/// How every request to one server is made.
package struct HTTPOptions: Sendable {
    /// TLS 1.2 or newer, the server verified by chain and host name.
    package struct TLS: Sendable {
        /// Path of the PEM bundle that the server's certificate must chain to, and no other; nil: the system's.
        package var authority: String?
        /// Paths of the client's PEM certificate and key; both or neither.
        package var certificate: String?
        package var key: String?

        package init(authority: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    /// `https://host[:port][/prefix]` without a slash at its end; paths of requests are put behind it.
    package var url: String
    package var tls: TLS
    /// Sent as `Authorization: Bearer …`; nil: none.
    package var token: String?
    /// `http://host:port`; nil: no proxy, whatever the environment says.
    package var proxy: String?
    /// After so long without a byte in either direction a request is given up; a connection that does not come about, after the same or after 15 s. A request
    /// may take four times as long in all. *Units*: milliseconds. *Range*: from 1000.
    package var timeoutMilliseconds: Int

    package init(url: String, tls: TLS = TLS(), token: String? = nil, proxy: String? = nil, timeoutMilliseconds: Int = 30_000) {
        self.url = url
        self.tls = tls
        self.token = token
        self.proxy = proxy
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// One request.
package struct HTTPRequest: Sendable {
    /// A name and a value, in one line.
    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Path and query, from the slash on.
    package var path: String
    /// nil: a GET; else what is posted.
    package var body: [UInt8]?
    package var headers: [Header]
    /// *Units*: bytes of the answer that are kept; a longer answer ends the request as a failure where `isWhole`, else the rest is thrown away.
    package var answerLimit: Int
    /// The answer is of no use when it is cut.
    package var isWhole: Bool
    /// How much longer than the options say the server may stay silent: a long poll answers late on purpose. *Units*: milliseconds.
    package var patienceMilliseconds: Int

    package init(
        path: String, body: [UInt8]? = nil, headers: [Header] = [], answerLimit: Int = 2048, isWhole: Bool = false, patienceMilliseconds: Int = 0
    ) {
        self.path = path
        self.body = body
        self.headers = headers
        self.answerLimit = answerLimit
        self.isWhole = isWhole
        self.patienceMilliseconds = patienceMilliseconds
    }
}

/// What became of a request.
package enum HTTPOutcome: Equatable, Sendable {
    /// The server has answered.
    case answer(HTTPAnswer)
    /// It has not, or not to the end: why, in a sentence without secrets.
    case failure(String)
}

/// A server's answer.
package struct HTTPAnswer: Equatable, Sendable {
    /// *Range*: 100…599.
    package var status: Int
    /// As `Retry-After` says, by number or by date; nil: it says nothing. *Units*: seconds.
    package var retryAfter: Int?
    /// At most `HTTPRequest.answerLimit`.
    package var body: [UInt8]

    package init(status: Int, retryAfter: Int? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}
