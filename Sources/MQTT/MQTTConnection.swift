internal import CMosquitto
import Glibc

/// One connection to a broker, from look-up to end: the one owner of a `struct mosquitto`.
///
/// MQTT 3.1.1: every broker in the field speaks it, and a session that outlives the connection needs nothing more. A connection is never used twice:
/// what was queued in it (acknowledgements above all) dies with it, and the broker sends again what it has no acknowledgement for.
///
/// **Acknowledgements**: the library believes that another thread does the writing, so it only queues them; `write` sends them. The owner calls it when
/// what was received is durable.
///
/// *Isolation*: one thread at a time. `connect` may run on another thread than the rest, which must begin after it has returned.
package final class MQTTConnection: @unchecked Sendable {
    // Sendable: the owner hands it from the connecting thread to the using one and keeps no second reference.
    private let handle: OpaquePointer
    private let options: MQTTOptions
    /// Who is told; not owned.
    package weak var events: (any MQTTEvents)?
    /// Set once the connection is of no more use.
    package private(set) var failure: MQTTError?
    /// The library's last complaint: OpenSSL's reasons come only this way.
    private var complaint = ""

    /// libmosquitto is set up once and stays.
    private static let library: Bool = mosquitto_lib_init() == Int32(MOSQ_ERR_SUCCESS.rawValue)

    package init(_ options: MQTTOptions) throws(MQTTError) {
        guard MQTTConnection.library, let handle = mosquitto_new(options.clientID, options.cleanSession, nil) else {
            throw MQTTError(code: errno, text: "libmosquitto cannot make a client: \(String(cString: strerror(errno)))")
        }
        self.handle = handle
        self.options = options
        // SAFETY: the callbacks get `self` unretained; the handle is destroyed in deinit, before `self` is gone.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_threaded_set(handle, true)
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V311))
        // Our own window bounds what is in flight; the library must not queue behind it.
        mosquitto_max_inflight_messages_set(handle, 0)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        setCallbacks()
        if let username = options.username { mosquitto_username_pw_set(handle, username, options.password) }
        if let tls = options.tls {
            let directory = tls.authority == nil ? "/etc/ssl/certs" : nil
            let code = mosquitto_tls_set(handle, tls.authority, directory, tls.certificate, tls.key, nil)
            if code != 0 {
                throw MQTTError(
                    code: code, text: "TLS files are refused: \(MQTTConnection.words(code)) (ca, certificate and key must be readable PEM)")
            }
        }
    }

    deinit { mosquitto_destroy(handle) }

    /// Looks the broker up and begins to connect. May block for as long as the resolver does: never on a thread that senses.
    package func connect() throws(MQTTError) {
        let code = mosquitto_connect_async(handle, options.host, Int32(options.port), Int32(min(max(options.keepalive, 5), 65_535)))
        guard code == 0 else { throw error(code) }
    }

    /// The socket; −1 when there is none.
    package var socket: Int32 { mosquitto_socket(handle) }

    /// Whether something is queued, acknowledgements included.
    package var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Reads one packet if there is one. Returns false when nothing more is there now (or the connection failed: see `failure`).
    package func read() -> Bool {
        delivered = false
        errno = 0
        let code = mosquitto_loop_read(handle, 1)
        guard check(code) else { return false }
        // The library also writes to a pipe of its own, whose EAGAIN means nothing: only a read that brought nothing counts.
        return delivered || errno != EAGAIN
    }

    /// Sends what is queued, as far as the socket takes it.
    package func write() { _ = check(mosquitto_loop_write(handle, 1)) }

    /// Pings when it is time, and notices a broker that answers no more. To be called about once a second.
    package func keepAlive() { _ = check(mosquitto_loop_misc(handle)) }

    /// Queues a subscription with QoS 1.
    package func subscribe(_ filters: [String]) {
        var copies: [UnsafeMutablePointer<CChar>?] = filters.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        // SAFETY: the C strings live until the call has returned; the library copies them.
        _ = copies.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress!.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: buffer.count) {
                check(mosquitto_subscribe_multiple(handle, nil, Int32(buffer.count), $0, 1, 0, nil))
            }
        }
    }

    /// Queues a message with QoS 1 and returns its identifier; nil when the library takes none (see `failure`, or the payload is too large).
    package func publish(topic: String, payload: [UInt8], qos: Int = 1, retained: Bool = false) -> Int32? {
        var identifier: Int32 = 0
        let code = payload.withUnsafeBytes {
            mosquitto_publish(handle, &identifier, topic, Int32($0.count), $0.baseAddress, Int32(qos), retained)
        }
        switch UInt32(bitPattern: code) {
        case UInt32(MOSQ_ERR_SUCCESS.rawValue): return identifier
        case UInt32(MOSQ_ERR_PAYLOAD_SIZE.rawValue), UInt32(MOSQ_ERR_INVAL.rawValue), UInt32(MOSQ_ERR_OVERSIZE_PACKET.rawValue): return nil
        default:
            _ = check(code)
            return nil
        }
    }

    /// Queues the goodbye that keeps the session; `write` sends it.
    package func disconnect() { mosquitto_disconnect(handle) }

    // MARK: - Callbacks

    private var delivered = false

    private func check(_ code: Int32) -> Bool {
        if code == 0 { return failure == nil }
        if failure == nil { failure = error(code) }
        return false
    }

    private func error(_ code: Int32) -> MQTTError {
        var text = code == Int32(MOSQ_ERR_ERRNO.rawValue) ? String(cString: strerror(errno)) : MQTTConnection.words(code)
        if !complaint.isEmpty { text += " (\(complaint))" }
        return MQTTError(code: code, text: "\(options.host):\(options.port): \(text)")
    }

    private static func words(_ code: Int32) -> String {
        guard let words = mosquitto_strerror(code) else { return "error \(code)" }
        var text = String(cString: words)
        if text.last == "." { text.removeLast() }
        return text
    }

    private func setCallbacks() {
        mosquitto_connect_with_flags_callback_set(handle) { _, context, code, flags in
            let connection = MQTTConnection.from(context)
            if code == 0 {
                connection.events?.connected(sessionPresent: flags & 1 == 1)
            } else {
                let words = mosquitto_connack_string(code).map { String(cString: $0) } ?? "code \(code)"
                connection.failure = MQTTError(code: code, text: "\(connection.options.host):\(connection.options.port): \(words)")
            }
        }
        mosquitto_message_callback_set(handle) { _, context, message in
            guard let message = message?.pointee else { return }
            let connection = MQTTConnection.from(context)
            connection.delivered = true
            let topic = UnsafeRawBufferPointer(start: message.topic, count: message.topic.map { strlen($0) } ?? 0)
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(max(0, message.payloadlen)))
            connection.events?.message(
                topic: topic, payload: payload, qos: Int(message.qos), retained: message.retain, identifier: UInt16(truncatingIfNeeded: message.mid))
        }
        mosquitto_publish_callback_set(handle) { _, context, identifier in
            MQTTConnection.from(context).events?.published(identifier: identifier)
        }
        mosquitto_subscribe_callback_set(handle) { _, context, _, count, granted in
            guard let granted else { return }
            let answers = (0..<Int(max(0, count))).map { granted[$0] >= 0 && granted[$0] < 128 }
            MQTTConnection.from(context).events?.subscribed(granted: answers)
        }
        mosquitto_disconnect_callback_set(handle) { _, context, code in
            let connection = MQTTConnection.from(context)
            if connection.failure == nil { connection.failure = connection.error(code == 0 ? Int32(MOSQ_ERR_CONN_LOST.rawValue) : code) }
        }
        mosquitto_log_callback_set(handle) { _, context, level, text in
            guard level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING, let text else { return }
            MQTTConnection.from(context).complaint = String(String(cString: text).prefix(200))
        }
    }

    /// SAFETY: the context is the unretained `self` given in `init`; callbacks run only inside calls on a living connection.
    private static func from(_ context: UnsafeMutableRawPointer?) -> MQTTConnection {
        Unmanaged<MQTTConnection>.fromOpaque(context!).takeUnretainedValue()
    }
}
