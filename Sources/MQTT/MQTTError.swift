internal import CMosquitto
import Glibc

/// Why a connection is no more, in words for status and logs.
package struct MQTTError: Error, Equatable, Sendable {
    /// What to do about it.
    package enum Kind: Sendable {
        /// The broker does not speak this version of MQTT.
        case version
        /// The connection ended before the broker had said anything: how some old brokers answer a version that they do not know.
        case mute
        case other
    }

    /// libmosquitto's return code, or the CONNACK code.
    package var code: Int32
    package var text: String
    package var kind = Kind.other

    package init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }

    /// Words for a return code, the `errno` that it left, and the lines that the library logged meanwhile.
    static func words(_ code: Int32, errno: Int32, log: [String]) -> String {
        let logged = condensed(log)
        switch mosq_err_t(rawValue: code) {
        case MOSQ_ERR_EAI:
            // libmosquitto puts the code of getaddrinfo where errno belongs.
            return "the host name does not resolve: " + String(cString: gai_strerror(errno))
        case MOSQ_ERR_TLS: return "TLS: " + (logged ?? "the handshake failed")
        case MOSQ_ERR_ERRNO where errno == EPROTO: return "TLS: " + (logged ?? "the connection was broken off")
        case MOSQ_ERR_ERRNO where errno != 0: return String(cString: strerror(errno))
        case MOSQ_ERR_CONN_LOST: return logged.map { "TLS: " + $0 } ?? "the broker closed the connection"
        case MOSQ_ERR_KEEPALIVE: return "the broker did not answer within the keep-alive time"
        default:
            var text = mosquitto_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            if text.last == "." { text.removeLast() }
            return text + (logged.map { ": " + $0 } ?? "")
        }
    }

    /// `OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed` → `certificate verify failed`; at most three lines, repetitions left out.
    private static func condensed(_ log: [String]) -> String? {
        if log.contains(where: { strstr($0, "host name verification failed") != nil }) {
            return "host name verification failed: the broker's certificate is made out to another name"
        }
        var texts: [String] = []
        for line in log {
            var text = Substring(line)
            if line.hasPrefix("OpenSSL Error"), let last = line.split(separator: ":").last {
                text = last
            } else if line.hasPrefix("Error: ") {
                text = line.dropFirst(7)
            }
            if !text.isEmpty, !texts.contains(String(text)) { texts.append(String(text)) }
        }
        return texts.isEmpty ? nil : texts.prefix(3).joined(separator: "; ")
    }
}
