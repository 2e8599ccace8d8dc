internal import CMosquitto
import Glibc

/// One connection to a broker, from look-up to end: the one owner of a `struct mosquitto`.
///
/// A connection is never used twice: what was queued in it (acknowledgements above all) dies with it, and the broker sends again what it has no
/// acknowledgement for. Certificates are read from disk for each, so that renewed ones are taken up.
///
/// **Acknowledgements**: the library believes that another thread does the writing, so it only queues them; `write` sends them. The owner calls it when
/// what was received is durable.
///
/// *Isolation*: one thread at a time. `connect` may run on another thread than the rest, which must begin after it has returned.
package final class MQTTConnection: @unchecked Sendable {
    // Sendable: the owner hands it from the connecting thread to the using one and keeps no second reference.
    let handle: OpaquePointer
    let options: MQTTOptions
    /// Who is told; not owned.
    package weak var events: (any MQTTEvents)?
    /// Set once the connection is of no more use.
    package private(set) var failure: MQTTError?
    /// The most QoS 1 messages that the broker takes from us unacknowledged. *Range*: 1…65 535; known once connected.
    package internal(set) var receiveMaximum = 65_535
    /// During `MQTTEvents.message`: whether the broker sends it again; nil when that is not known (`watchDuplicates`).
    package internal(set) var isDuplicate: Bool?
    /// CONNACK has come and was a welcome.
    var isWelcome = false
    /// The library's complaints: OpenSSL's reasons come only this way.
    var complaints: [String] = []
    /// A packet was dealt with in the present call.
    var delivered = false
    /// Messages dealt with, and published, since the last `write`: about as many packets are queued.
    private var queued = 0
    /// From so many queued packets on they leave together.
    private static let company = 4
    private var isWatchingLog = false

    /// libmosquitto is set up once and stays.
    private static let library: Bool = {
        // The library and OpenSSL write to sockets without MSG_NOSIGNAL: a broker that hangs up must not end the process.
        signal(SIGPIPE, SIG_IGN)
        return mosquitto_lib_init() == Int32(MOSQ_ERR_SUCCESS.rawValue)
    }()

    package init(_ options: MQTTOptions) throws(MQTTError) {
        guard MQTTConnection.library, let handle = mosquitto_new(options.clientID, options.cleanSession, nil) else {
            throw MQTTError(code: errno, text: "libmosquitto cannot make a client: \(String(cString: strerror(errno)))")
        }
        self.handle = handle
        self.options = options
        // SAFETY: the callbacks get `self` unretained; the handle is destroyed in deinit, before `self` is gone.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        setCallbacks()
        watchDuplicates(true)
        mosquitto_threaded_set(handle, true)
        // An acknowledgement is a few bytes that should not wait for company.
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, options.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311)
        mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(min(max(options.window, 1), 65_535)))
        // The owner's window bounds what is in flight from us; the library must not queue behind it.
        mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, 0)
        if let username = options.username { mosquitto_username_pw_set(handle, username, options.password) }
        if let tls = options.tls { try secure(tls) }
    }

    deinit { mosquitto_destroy(handle) }

    private func secure(_ tls: MQTTTLS) throws(MQTTError) {
        for path in [tls.authority, tls.certificate, tls.key] {
            guard let path, access(path, R_OK) != 0 else { continue }
            throw MQTTError(code: errno, text: "TLS: cannot read \(path): \(String(cString: strerror(errno)))")
        }
        // libmosquitto wants a file or a directory; this is where Debian's ca-certificates are.
        let directory = tls.authority == nil ? "/etc/ssl/certs" : nil
        let code = mosquitto_tls_set(handle, tls.authority, directory, tls.certificate, tls.key, nil)
        if code != 0 { throw MQTTError(code: code, text: "TLS: certificate and key must be given together, as PEM files") }
    }

    /// Looks the broker up, connects (every address of the name in turn) and begins the handshake. *Blocks* for as long as resolver and kernel do, about
    /// two minutes when the other end is mute: never on a thread that senses.
    package func connect() throws(MQTTError) {
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if options.version == .v5 {
            mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), UInt32(MQTTOptions.packetLimit))
            if !options.cleanSession {
                mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), MQTTOptions.sessionSeconds)
            }
        }
        // Not the asynchronous form: that takes the first address for good, and with TLS it takes a refusal for "not yet", for ever.
        let code = bamai_connect(handle, options.host, Int32(options.port), Int32(min(max(options.keepalive, 5), 65_535)), properties)
        guard Int32(truncatingIfNeeded: code) == 0 else { throw error(code) }
        // CONNECT is queued and can leave at once; with TLS this does nothing yet.
        write()
        if let failure { throw failure }
    }

    /// Makes a connection; see `connect`. What an owner runs on another thread.
    package static func open(_ options: MQTTOptions) -> Result<MQTTConnection, MQTTError> {
        do throws(MQTTError) {
            let connection = try MQTTConnection(options)
            try connection.connect()
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }

    /// The socket; −1 when there is none.
    package var socket: Int32 { mosquitto_socket(handle) }

    /// Whether something is queued, acknowledgements included.
    package var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Reads one packet if there is one (with TLS several: all that came in one record). Returns false when nothing more is there now, or the connection
    /// failed: see `failure`.
    package func read() -> Bool {
        guard failure == nil else { return false }
        delivered = false
        let wasWelcome = isWelcome
        let code = bamai_loop_read(handle)
        guard check(code) else { return false }
        if isWelcome {
            // The library also writes to a pipe of its own, whose EAGAIN means nothing: only a read that brought nothing counts.
            if delivered { queued += 1 }
            return delivered || !wasWelcome || Int32(truncatingIfNeeded: code >> 32) != EAGAIN
        }
        noticeEnd()
        // One step of the handshake for each time that the socket is ready.
        return false
    }

    /// libmosquitto 2.0 takes the end of a connection during the TLS handshake for "not yet", and would turn in circles until the time limit.
    private func noticeEnd() {
        guard options.tls != nil, failure == nil else { return }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) {
            fail(Int32(MOSQ_ERR_TLS.rawValue), "TLS: the broker closed the connection during the handshake", .mute)
        }
    }

    /// Sends what is queued, as far as the socket takes it.
    ///
    /// The library gives the kernel each packet alone, and each alone would go out as a segment of its own: for twenty acknowledgements twenty times through
    /// both machines' networks. Held back until the last of them is there, they are one.
    package func write() {
        guard failure == nil else { return }
        let isMany = queued >= MQTTConnection.company
        queued = 0
        if isMany { holdBack(true) }
        _ = check(bamai_loop_write(handle))
        if isMany { holdBack(false) }
    }

    private func holdBack(_ on: Bool) {
        var value: Int32 = on ? 1 : 0
        // Where the socket is gone or is no TCP socket, nothing is held back.
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Pings when it is time, and notices a broker that answers no more. To be called about once a second.
    package func keepAlive() {
        guard failure == nil else { return }
        _ = check(Int64(UInt32(bitPattern: mosquitto_loop_misc(handle))))
    }

    /// Queues a subscription with QoS 1.
    package func subscribe(_ filters: [String]) {
        var copies: [UnsafeMutablePointer<CChar>?] = filters.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        // SAFETY: the C strings live until the call has returned; the library copies them.
        let code = copies.withUnsafeMutableBufferPointer { mosquitto_subscribe_multiple(handle, nil, Int32($0.count), $0.baseAddress, 1, 0, nil) }
        // A filter that is none breaks the subscription, not the connection.
        if code == Int32(MOSQ_ERR_INVAL.rawValue) || code == Int32(MOSQ_ERR_MALFORMED_UTF8.rawValue) {
            events?.subscribed(granted: filters.map { _ in false })
        } else {
            _ = check(Int64(UInt32(bitPattern: code)))
        }
    }

    /// Queues a message with QoS 1 and returns its identifier; nil when no broker will take it because it is too large, or when the connection failed
    /// (see `failure`).
    ///
    /// Keep the messages without an acknowledgement below `receiveMaximum`: beyond, the library would keep them in memory.
    package func publish(
        topic: String, payload: [UInt8], qos: Int = 1, retained: Bool = false, properties: MQTTProperties = MQTTProperties()
    ) -> Int32? {
        var identifier: Int32 = 0
        guard let count = Int32(exactly: payload.count) else { return nil }
        var list = options.version == .v5 ? properties.list() : nil
        defer { mosquitto_property_free_all(&list) }
        let code = payload.withUnsafeBytes { mosquitto_publish_v5(handle, &identifier, topic, count, $0.baseAddress, Int32(qos), retained, list) }
        switch mosq_err_t(rawValue: code) {
        case MOSQ_ERR_SUCCESS:
            queued += 1
            return identifier
        case MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_OVERSIZE_PACKET: return nil
        case MOSQ_ERR_INVAL, MOSQ_ERR_MALFORMED_UTF8: fail(code, "\(topic) is not a topic that can be published to", .other)
        case MOSQ_ERR_QOS_NOT_SUPPORTED: fail(code, "the broker does not take QoS \(qos)", .other)
        default: _ = check(Int64(UInt32(bitPattern: code)))
        }
        return nil
    }

    /// Queues the goodbye that keeps the session; `write` sends it.
    package func disconnect() { mosquitto_disconnect_v5(handle, 0, nil) }

    /// Ends the connection from the owner's side, without a goodbye; allowed inside events.
    package func giveUp(_ reason: String) { fail(0, reason, .other) }

    /// While on, `isDuplicate` is known. It is on from the start: turn it off when redeliveries are no longer expected. Not inside an event.
    ///
    /// The library hides the DUP flag from its callback but names it in its debug log, at the price of a formatted line for each packet.
    package func watchDuplicates(_ on: Bool) {
        guard on != isWatchingLog else { return }
        isWatchingLog = on
        isDuplicate = nil
        mosquitto_log_callback_set(handle, on ? MQTTConnection.onLog : nil)
    }

    // MARK: - Failure

    @discardableResult
    private func check(_ result: Int64) -> Bool {
        if Int32(truncatingIfNeeded: result) != 0 {
            if failure == nil { failure = error(result) }
        } else if failure == nil && socket < 0 {
            // A v5 broker's DISCONNECT closes the socket and is no error to the library.
            fail(Int32(MOSQ_ERR_CONN_LOST.rawValue), "the broker said goodbye", isWelcome ? .other : .mute)
        }
        return failure == nil
    }

    func fail(_ code: Int32, _ text: String, _ kind: MQTTError.Kind) {
        guard failure == nil else { return }
        var error = MQTTError(code: code, text: "\(options.host):\(options.port): \(text)")
        error.kind = kind
        failure = error
    }

    private func error(_ result: Int64) -> MQTTError {
        let code = Int32(truncatingIfNeeded: result)
        var words = MQTTError.words(code, errno: Int32(truncatingIfNeeded: result >> 32), log: complaints)
        // The broker's reason is lost when its reset overtakes its alert; this is the usual one.
        let isReset = [EPROTO, ECONNRESET, EPIPE].contains(Int32(truncatingIfNeeded: result >> 32)) || code == Int32(MOSQ_ERR_CONN_LOST.rawValue)
        if let tls = options.tls, tls.certificate == nil, !isWelcome, complaints.isEmpty, isReset {
            words += " (it may demand a client certificate)"
        }
        var error = MQTTError(code: code, text: "\(options.host):\(options.port): \(words)")
        let isMute = [MOSQ_ERR_CONN_LOST, MOSQ_ERR_PROTOCOL, MOSQ_ERR_MALFORMED_PACKET].contains(mosq_err_t(rawValue: code))
        if !isWelcome && complaints.isEmpty && isMute { error.kind = .mute }
        return error
    }
}
