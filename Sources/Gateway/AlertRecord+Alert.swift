import Journal
import Lifeline

extension AlertRecord {
    /// The record of an alert: rendered once, here.
    package init(_ alert: Alert, utcOffsetSeconds: Int) {
        self.init(
            id: alert.id, episode: alert.episode, kind: alert.kind.rawValue, level: alert.level.rawValue, subject: alert.asset.subject,
            sensor: alert.sensor, rule: alert.rule.id, sequence: alert.sequence, recorded: alert.recorded,
            body: alert.cloudEvent(utcOffsetSeconds: utcOffsetSeconds))
    }
}
