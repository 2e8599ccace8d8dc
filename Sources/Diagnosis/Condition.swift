import Lifeline

/// What a condition's state machine decided.
struct Transition: Equatable {
    var kind: AlertKind
    /// The level that is left.
    var from: UInt8
    /// The level that holds now; 0 when cleared.
    var to: UInt8
}

/// One rule on one sensor: idle → held → raised → escalated or eased → cleared. A state machine that does no input or output.
///
/// A change of level takes effect when it has lasted for the rule's delay, on either of two clocks: the device's (from reading to reading), or the
/// gateway's listening time (a value holds until the next one comes). While a change is held, the level that takes effect is the mildest that lasted
/// the whole time.
struct Condition: Equatable {
    /// 0 idle, else the raw value of the level that is raised.
    var level: UInt8 = 0
    /// The level that is held until its delay has passed; equal to `level` when nothing is held.
    var held: UInt8 = 0
    /// Pulse: the level of the last verdict of this departure; 0 when the value is back in its band.
    var latch: UInt8 = 0
    /// When the held change began: listening time and the device's time, microseconds.
    var heldSinceListening: Int64 = 0
    var heldSinceObserved: Int64 = 0
    /// Where the held change began in the journal.
    var heldSequence: Sequence64 = 0
    /// The raised episode's onset.
    var onsetObserved: Int64 = 0
    var onsetSequence: Sequence64 = 0
    /// The worst level of the raised episode, for the sentence that ends it.
    var worst: UInt8 = 0
    /// The worst value since the first change was held, and how bad it is; minus infinity: there is none.
    var worstValue = 0.0
    var worstExcess = -Double.infinity
    /// The first and the last message of the raised episode.
    var first = MessageMark()
    var last = MessageMark()

    /// How many readings in a row have asked for the rise that is held.
    var support: UInt8 = 0
    /// What the platform has been told: 0 nothing, else the raw value of a level. The gate lets it follow `level`.
    var announced: UInt8 = 0
    var marks: Marks = []
    /// Raw value of the reason for which a raise or an escalation is withheld; 0: none is.
    var withheld: UInt8 = 0

    /// What is known of an episode beside its level.
    struct Marks: OptionSet {
        var rawValue: UInt8
        /// Somebody has seen it.
        static let acknowledged = Marks(rawValue: 1)
        /// It comes and goes: its end must last for the chatter hold.
        static let chattering = Marks(rawValue: 2)
    }

    /// Whether a change is waiting for its delay.
    var isHolding: Bool { held != level }

    /// Remembers the worst value. To be called with every value, before `evaluate`.
    ///
    /// - Parameter excess: how bad it is, in any unit that grows with it; NaN: it says nothing.
    mutating func follow(value: Double, excess: Double, target: UInt8) {
        if level == 0 && held == 0 { worstExcess = -.infinity }
        guard target > 0 || level > 0, excess > worstExcess else { return }
        (worstValue, worstExcess) = (value, excess)
    }

    /// The messages that the next one takes the place of, and that one is remembered.
    mutating func mark(_ message: MessageMark, isFirst: Bool, gateway: String) -> [AlertReference] {
        var earlier: [AlertReference] = []
        if isFirst {
            first = message
        } else {
            earlier = (first == last ? [first] : [first, last]).filter { $0.cause > 0 }.map { $0.reference(gateway: gateway) }
        }
        last = message
        return earlier
    }

    /// *Units*: microseconds of listening time until the held change is due; nil when nothing is held, or a further reading must agree first.
    func dueIn(_ rule: CompiledRule, listening: Int64) -> Int64? {
        guard isHolding, held < level || support >= rule.confirm || rule.confirm == 1 else { return nil }
        let delay = held > level ? rule.onDelay : rule.offDelay
        return max(0, heldSinceListening &+ delay &- listening)
    }

    /// A new opinion about the level: from a reading (`observed` is its time) or from the passing of time (`observed` nil, same target).
    /// Nobody observes that nothing comes: `received`, the entry's own time, is then the onset.
    mutating func evaluate(
        target: UInt8, rule: CompiledRule, observed: Int64?, received: Int64, listening: Int64, sequence: Sequence64
    ) -> Transition? {
        if target == level {
            held = level
            return nil
        }
        let rising = target > level
        if rule.latched && !rising {
            held = level
            return nil
        }
        // The passing of time, and a guard's reading, are no second opinion.
        let isOpinion = observed != nil
        if isHolding, (held > level) == rising {
            if isOpinion && support < .max { support += 1 }
            held = rising ? min(held, target) : max(held, target)
        } else {
            held = target
            heldSinceListening = listening
            heldSinceObserved = observed ?? .min
            heldSequence = sequence
            support = isOpinion ? 1 : 0
        }
        let delay = rising ? rule.onDelay : rule.offDelay
        let byListening = listening &- heldSinceListening >= delay
        var byDevice = false
        if let observed, heldSinceObserved != .min {
            let (lasted, overflow) = observed.subtractingReportingOverflow(heldSinceObserved)
            byDevice = !overflow && lasted >= delay
        }
        guard byListening || byDevice, !rising || support >= rule.confirm || rule.confirm == 1 else { return nil }
        let from = level
        level = held
        if from == 0 {
            onsetObserved = heldSinceObserved == .min ? (observed ?? received) : heldSinceObserved
            onsetSequence = heldSequence
            worst = 0
        }
        worst = max(worst, level)
        if target != level {
            // The rest of the way starts its own wait.
            held = target
            heldSinceListening = listening
            heldSinceObserved = observed ?? .min
            heldSequence = sequence
            support = isOpinion ? 1 : 0
        }
        return Transition(kind: from == 0 ? .raised : level == 0 ? .cleared : level > from ? .escalated : .eased, from: from, to: level)
    }
}
