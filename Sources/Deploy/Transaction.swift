import Lifeline

/// One change of the generation that runs, as it stands in `transaction.json`: what a power cut leaves behind for whoever comes next.
package struct Transaction: Equatable, Sendable {
    /// Where the change is.
    package enum Phase: String, CaseIterable, Sendable {
        /// Written down; `current` has not been touched.
        case armed
        /// `current` is being pointed at the new generation, and the daemon told.
        case switching
        /// The new generation runs; whether it is healthy shows.
        case watching
        /// Healthy; whoever pushed it must say so over a connection of its own.
        case waiting
        /// Confirmed; a crash loop still takes it back.
        case probation
        /// The end: the new generation stays.
        case kept
        /// `current` is being pointed back, and the daemon told.
        case reverting
        /// The former generation runs; whether it is healthy shows.
        case settling
        /// The end: the former generation runs.
        case reverted
        /// The end: the former generation is in place, but no generation was healthy.
        case stranded

        /// Whether nothing is left to do.
        package var isFinal: Bool { self == .kept || self == .reverted || self == .stranded }
    }

    package var phase: Phase
    /// The generation before, which the board returns to.
    package var from: Int
    package var to: Int
    /// Where a revert goes: `from`, then older ones that were confirmed once.
    package var target: Int
    /// Older confirmed generations that have not been tried yet, the youngest first. *Limits*: 3.
    package var fallbacks: [Int]
    /// Sixteen hexadecimal digits; who confirms must know them.
    package var nonce: String
    package var by: String
    /// Why it was taken back; empty otherwise.
    package var cause: String
    /// The kernel's name of the start in which the deadlines count.
    package var boot: String
    /// *Units*: nanoseconds of the monotonic clock of `boot`.
    package var deadline: Int64
    /// Lengths of the phases. *Units*: nanoseconds.
    package var patience: Patience
    /// When it was armed. *Units*: nanoseconds of the monotonic clock of the first `boot`.
    package var begun: Int64
    /// Starts of the board during probation. *Range*: 0…`bootLimit`.
    package var boots: Int

    /// How long each phase may take. *Units*: nanoseconds. *Range*: 1 s…1 d each, which the reader enforces.
    package struct Patience: Equatable, Sendable {
        package var health: Int64
        package var confirm: Int64
        package var probation: Int64

        /// Health within 60 s, confirmation within 120 s, probation for an hour.
        package init(health: Int64 = 60_000_000_000, confirm: Int64 = 120_000_000_000, probation: Int64 = 3_600_000_000_000) {
            (self.health, self.confirm, self.probation) = (health, confirm, probation)
        }

        var isSensible: Bool { [health, confirm, probation].allSatisfy { (1_000_000_000...86_400_000_000_000).contains($0) } }
    }

    /// A board that starts more often than this in one probation is in a crash loop.
    package static let bootLimit = 3

    package init(from: Int, to: Int, fallbacks: [Int], nonce: String, by: String, boot: String, now: Int64, patience: Patience) {
        (phase, self.from, self.to, target, self.fallbacks) = (.armed, from, to, from, Array(fallbacks.prefix(3)))
        (self.nonce, self.by, cause, self.boot) = (nonce, by, "", boot)
        (deadline, self.patience, boots, begun) = (now + patience.health, patience, 0, now)
    }

    /// What `confirm` must bring: `42-3fa91c20d4e5b678`.
    package var token: String { "\(to)-\(nonce)" }

    /// One line of JSON.
    package var json: [UInt8] {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        json.member("schema", 1)
        json.member("phase", phase.rawValue)
        json.member("from", from)
        json.member("to", to)
        json.member("target", target)
        json.key("fallbacks")
        json.beginArray()
        for number in fallbacks { json.value(number) }
        json.endArray()
        json.member("nonce", nonce)
        json.member("by", by)
        json.member("cause", cause)
        json.member("boot", boot)
        json.member("deadline_ns", "\(deadline)")
        json.member("health_ns", "\(patience.health)")
        json.member("confirm_ns", "\(patience.confirm)")
        json.member("probation_ns", "\(patience.probation)")
        json.member("boots", boots)
        json.member("begun_ns", "\(begun)")
        json.endObject()
        json.endLine()
        return json.bytes
    }

    /// Reads what `json` wrote; nil where it is no transaction.
    package init?(json bytes: [UInt8]) {
        guard let value = JSONValue(bytes), value["schema"].count == 1, let phase = value["phase"].text.flatMap(Phase.init(rawValue:)),
            let nonce = value["nonce"].text, let by = value["by"].text, let cause = value["cause"].text, let boot = value["boot"].text,
            let deadline = value["deadline_ns"].text.flatMap({ Int64($0) }), let health = value["health_ns"].text.flatMap({ Int64($0) }),
            let begun = value["begun_ns"].text.flatMap({ Int64($0) }), let confirm = value["confirm_ns"].text.flatMap({ Int64($0) }),
            let probation = value["probation_ns"].text.flatMap({ Int64($0) })
        else { return nil }
        (self.phase, self.nonce, self.by, self.cause, self.boot, self.deadline) = (phase, nonce, by, cause, boot, deadline)
        patience = Patience(health: health, confirm: confirm, probation: probation)
        (from, to, target) = (Int(value["from"].count), Int(value["to"].count), Int(value["target"].count))
        fallbacks = value["fallbacks"].list.map { Int($0.count) }
        (boots, self.begun) = (Int(value["boots"].count), begun)
        guard from > 0, to > 0, target > 0, fallbacks.count <= 3, boots >= 0, patience.isSensible else { return nil }
    }
}
