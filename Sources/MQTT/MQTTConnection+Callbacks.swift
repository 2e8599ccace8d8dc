internal import CMosquitto
import Glibc

extension MQTTConnection {
    /// The most complaints kept, and the most bytes of each.
    private static let complaintLimit = (count: 6, bytes: 300)

    func setCallbacks() {
        mosquitto_connect_v5_callback_set(handle) { _, context, reason, flags, properties in
            MQTTConnection.from(context).answered(reason, flags, properties)
        }
        mosquitto_message_v5_callback_set(handle) { _, context, message, _ in
            guard let message = message?.pointee, let topic = message.topic else { return }
            let connection = MQTTConnection.from(context)
            connection.delivered = true
            connection.events?.message(
                topic: UnsafeRawBufferPointer(start: topic, count: strlen(topic)),
                payload: UnsafeRawBufferPointer(start: message.payload, count: message.payload == nil ? 0 : Int(max(0, message.payloadlen))),
                qos: Int(message.qos), retained: message.retain, identifier: UInt16(truncatingIfNeeded: message.mid))
            connection.isDuplicate = nil
        }
        mosquitto_publish_v5_callback_set(handle) { _, context, identifier, reason, _ in
            let connection = MQTTConnection.from(context)
            connection.delivered = true
            if reason < 0x80 {
                connection.events?.published(identifier: identifier)
            } else {
                connection.events?.refused(identifier: identifier, refusal: MQTTRefusal(code: Int(reason), text: MQTTConnection.words(reason)))
            }
        }
        mosquitto_subscribe_callback_set(handle) { _, context, _, count, granted in
            guard let granted else { return }
            let connection = MQTTConnection.from(context)
            connection.delivered = true
            let answers = (0..<Int(max(0, count))).map { granted[$0] >= 0 && granted[$0] < 128 }
            connection.events?.subscribed(granted: answers)
        }
    }

    private func answered(_ reason: Int32, _ flags: Int32, _ properties: OpaquePointer?) {
        delivered = true
        guard reason == 0 else {
            let isVersion = options.version == .v5 ? reason == Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue) : reason == 1
            let old = mosquitto_connack_string(reason).map { String(cString: $0) } ?? "code \(reason)"
            let words = options.version == .v5 ? MQTTConnection.words(reason) : old
            fail(reason, isVersion ? "the broker does not speak MQTT \(options.version.rawValue)" : words, isVersion ? .version : .other)
            return
        }
        isWelcome = true
        complaints.removeAll()
        var maximum: UInt16 = 0
        if mosquitto_property_read_int16(properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), &maximum, false) != nil, maximum > 0 {
            receiveMaximum = Int(maximum)
        }
        events?.connected(sessionPresent: flags & 1 == 1)
    }

    private static func words(_ reason: Int32) -> String {
        mosquitto_reason_string(reason).map { String(cString: $0) } ?? "reason \(reason)"
    }

    static let onLog: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?) -> Void = { _, context, level, text in
        guard let text else { return }
        MQTTConnection.from(context).noted(level, text)
    }

    private func noted(_ level: Int32, _ text: UnsafePointer<CChar>) {
        if level == MOSQ_LOG_DEBUG {
            guard isWelcome else { return }
            // "Client ID received PUBLISH (d1, q1, r0, m5, 'topic', ... (12 bytes))": the one place where the library shows the DUP flag.
            let head = "Client \(options.clientID) received PUBLISH (d"
            let length = head.utf8.count
            guard strncmp(text, head, length) == 0 else { return }
            switch UInt8(bitPattern: text[length]) {
            case UInt8(ascii: "0"): isDuplicate = false
            case UInt8(ascii: "1"): isDuplicate = true
            default: isDuplicate = nil
            }
        } else if level == Int32(MOSQ_LOG_ERR) || level == MOSQ_LOG_WARNING, complaints.count < MQTTConnection.complaintLimit.count {
            complaints.append(String(decoding: String(cString: text).utf8.prefix(MQTTConnection.complaintLimit.bytes), as: UTF8.self))
        }
    }

    /// SAFETY: the context is the unretained `self` given in `init`; callbacks run only inside calls on a living connection.
    private static func from(_ context: UnsafeMutableRawPointer?) -> MQTTConnection {
        Unmanaged<MQTTConnection>.fromOpaque(context!).takeUnretainedValue()
    }
}
