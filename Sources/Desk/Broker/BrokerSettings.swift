import HummingbirdCore
import MQTT

/// The broker through which gateways reach the desk.
package struct BrokerSettings: Sendable {
    package var options: MQTTOptions
    /// Where alerts come in; `{gateway}` stands for the gateway's id, as a whole level.
    package var alertsTopic = "bamai/{gateway}/alerts"
    /// Where readings and states come in: signs of life. Empty: not listened to.
    package var readingsTopic = "bamai/{gateway}/readings"
    package var statusTopic = "bamai/{gateway}/status"
    /// Where decisions go out.
    package var decisionsTopic = "bamai/{gateway}/decisions"
    /// Desks with the same group share the alerts: each is given to one of them.
    package var group = "desk"

    /// What of an address cannot be read.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    /// - Parameters:
    ///   - url: `mqtt://host:1883` or `mqtts://host:8883`.
    ///   - clientID: the same at every start: the broker keeps what comes meanwhile.
    package init(url: String, clientID: String) throws(Refusal) {
        let uri = URI(url)
        let scheme = uri.scheme?.rawValue
        guard scheme == "mqtt" || scheme == "mqtts", let host = uri.host, !host.isEmpty, !host.contains("@"), uri.path == "/" || uri.path.isEmpty
        else { throw Refusal(description: "write the broker as mqtt://host:1883 or mqtts://host:8883") }
        guard let port = UInt16(exactly: uri.port ?? (scheme == "mqtts" ? 8883 : 1883)), port > 0 else {
            throw Refusal(description: "the broker's port must be 1…65535")
        }
        options = MQTTOptions(host: host, port: port, clientID: clientID)
        options.window = BrokerLink.batchLimit
        if scheme == "mqtts" { options.tls = MQTTTLS() }
    }

    /// What is wrong with a topic; nil: nothing.
    package static func objection(toTopic topic: String) -> String? {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        if levels.filter({ $0 == "{gateway}" }).count != 1 || topic.contains("+") || topic.contains("#") {
            return "a topic has {gateway} as one of its levels, and no wildcard"
        }
        return nil
    }

    /// The filter of a topic for all gateways.
    static func filter(_ topic: String) -> String { topic.replacing("{gateway}", with: "+") }

    /// The gateway that a topic names; nil where it is not of this form.
    static func gateway(in topic: String, of form: String) -> String? {
        let (levels, wanted) = (
            topic.split(separator: "/", omittingEmptySubsequences: false), form.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard levels.count == wanted.count else { return nil }
        var gateway: String?
        for (level, form) in zip(levels, wanted) {
            if form == "{gateway}" { gateway = String(level) } else if level != form { return nil }
        }
        return gateway
    }
}
