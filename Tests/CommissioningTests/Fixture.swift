import Foundation
import Lifeline
import Site
import Testing

@testable import Commissioning

/// The shipped templates and profile, and messages that a test makes up.
enum Fixture {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let start = Timestamp(unixSeconds: 1_767_323_045)

    /// The shipped ones, read once.
    static let shipped = Result { try catalogue() }

    static func catalogue(site: String? = nil, more: [String: String] = [:]) throws -> TemplateCatalogue {
        let folder = root + "/firmware-config/devices"
        let sources = SiteSources(
            read: { path in
                if let text = more[path.split(separator: "/").last.map(String.init) ?? ""] { return .bytes(Array(text.utf8)) }
                return SiteSources.disk.read(path)
            }, list: { path in SiteSources.disk.list(path) + (path == folder ? Array(more.keys) : []) })
        let outcome = TemplateCatalogue.load(site: site, folder: folder, from: sources)
        return try #require(outcome.value, "\(outcome.findings)")
    }

    /// What is discovered when each message is said five times, a minute apart.
    static func discover(
        _ messages: [(topic: String, payload: String)], _ catalogue: TemplateCatalogue, times: Int = 5, limits: ListeningLimits = ListeningLimits()
    ) -> Discovery {
        var listening = catalogue.listening(limits: limits)
        for round in 0..<times {
            for (index, message) in messages.enumerated() {
                Array(message.payload.utf8).withUnsafeBytes {
                    listening.take(
                        broker: 0, topic: message.topic, payload: $0,
                        received: start.advanced(byMicroseconds: Int64(round) * 60_000_000 + Int64(index) * 1000), isRetained: false)
                }
            }
        }
        return Discovery(listening, catalogue: catalogue)
    }

    /// A minimal site in whose file the lines stand, read by the real loader.
    static func load(_ lines: String) -> SiteOutcome { SiteBase(devices: root + "/firmware-config/devices", sources: .disk).load(adding: lines) }

    static let tilt = (
        topic: "application/a1/device/24e1240000000017/event/up",
        payload:
            #"{"deduplicationId":"d1","time":"2026-01-02T03:04:05.5+00:00","deviceInfo":{"applicationId":"a1","deviceName":"人民路17号井","devEui":"24e1240000000017","deviceProfileName":"EM310-TILT"},"fPort":85,"data":"AXVk","object":{"battery":88,"angle_x":12.4,"angle_y":-0.5},"rxInfo":[{"gatewayId":"g1","rssi":-97}]}"#
    )
    static let contact = (
        topic: "application/a1/device/24e1240000000018/event/up",
        payload:
            #"{"time":"2026-01-02T03:04:05.5+00:00","deviceInfo":{"deviceName":"人民路17号井","devEui":"24e1240000000018"},"fPort":85,"data":"AXVk","object":{"battery":88,"magnet_status":"closed"},"rxInfo":[{"rssi":-88}]}"#
    )
    static let current = (
        topic: "application/a1/device/a840410000000003/event/up",
        payload:
            #"{"time":"2026-01-02T03:04:05Z","deviceInfo":{"deviceName":"PP-3","devEui":"a840410000000003"},"data":"Dag=","object":{"Bat_V":3.6,"IDC_intput_mA":9.1}}"#
    )
    static let door = (topic: "zigbee2mqtt/cabinet-door", payload: #"{"contact":false,"tamper":false,"battery":91,"linkquality":120}"#)
    static let doorLife = (topic: "zigbee2mqtt/cabinet-door/availability", payload: #"{"state":"online"}"#)
    static let level = (topic: "site/L-4/level", payload: #"{"devFlow":"12.5","devLevel":"0.42","valueTime":"2026-01-02 11:04:05"}"#)
    static let foreignLevel = (topic: "river/north/L-5/report", payload: #"{"devFlow":"12.5","devLevel":"0.42","valueTime":"2026-01-02 11:04:05"}"#)
    static let stranger = (
        topic: "plant/box7/telemetry",
        payload: #"{"sn":"BX-0007","ts":1767323045,"oil_temperature":61.5,"pressure.out":"0.41","on":true,"mode":"auto","channels":[{"ma":4.1}]}"#
    )
}
