import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What goes along with a request.
struct DeskContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that it came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Who the connection is with: an address without its port.
    var peer: String { channel.remoteAddress?.ipAddress ?? "local" }
}

/// Forms and addresses: names and values, the first of a name counts.
struct FormFields: Sendable {
    private var values: [String: String] = [:]
    /// Fields of one form or address.
    private static let limit = 40

    /// None.
    init() {}

    /// nil where something is not UTF-8, or there are too many fields.
    init?(encoded text: some Collection<UInt8>) {
        let parts = Array(text).split(separator: UInt8(ascii: "&"))
        guard parts.count <= FormFields.limit else { return nil }
        for part in parts {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Percent.decode(halves[0]), let value = halves.count > 1 ? Percent.decode(halves[1]) : "" else { return nil }
            if values[name] == nil { values[name] = value }
        }
    }

    /// Empty where there is none.
    subscript(name: String) -> String { values[name] ?? "" }
}

extension Request {
    /// The fields behind the `?`; none where they cannot be read.
    var fields: FormFields { FormFields(encoded: (uri.query ?? "").utf8) ?? FormFields() }

    /// A cookie's value.
    func cookie(_ name: String) -> String? {
        for header in headers[values: .cookie] {
            for part in header.split(separator: ";") {
                let pair = part.drop { $0 == " " }
                if pair.hasPrefix(name + "=") { return String(pair.dropFirst(name.utf8.count + 1)) }
            }
        }
        return nil
    }

    /// The token behind `Authorization: Bearer`; nil: there is none.
    var bearer: String? {
        guard let header = headers[.authorization], header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst(7).drop { $0 == " " })
    }
}

extension Response {
    /// A page.
    static func html(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        text(html.text, type: "text/html; charset=utf-8", status: status)
    }

    /// A text of some kind.
    static func text(_ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// JSON that is written already.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// To another page, by GET.
    static func to(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }
}

extension HTTPField.Name {
    /// Which site a browser sends a request from. *Source*: W3C Fetch Metadata.
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
    /// Our own script asks for a part of a page.
    static let fragment = HTTPField.Name("X-Fragment")!
    /// The addresses that a request came by. *Source*: RFC 7239, section 7.4; each proxy adds the address that it was asked from.
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    /// Proxies are asked not to hold a stream back.
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
