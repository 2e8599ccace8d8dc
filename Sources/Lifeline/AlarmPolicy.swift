/// How many alarms a duty officer can take, and what is done about more: the numbers of a profile's `[alarms]`.
///
/// *Source*: the ideas are those of ISA-18.2, IEC 62682 and EEMUA 191; each number has its source where the profile states it.
package struct AlarmPolicy: Equatable, Sendable {
    /// *Units*: seconds over which raises are counted for `gateway.flood`, whose limits are that rule's.
    package var floodWindow: Double
    /// *Units*: seconds between two messages about one flood.
    package var floodUpdate: Double
    /// *Units*: seconds between two alerts that a flood had held back, once it is over.
    package var releaseInterval: Double
    /// So many raises of one condition within `chatterWindow` are chattering; 0: never.
    package var chatterRaises: Int
    /// *Units*: seconds.
    package var chatterWindow: Double
    /// The same over a longer time.
    package var slowChatterRaises: Int
    /// *Units*: seconds.
    package var slowChatterWindow: Double
    /// *Units*: seconds that a chattering condition must be quiet before it is cleared.
    package var chatterHold: Double
    /// *Units*: seconds after which an alert that still stands is stale.
    package var staleAfter: Double
    /// *Units*: seconds for which anything may be shelved or maintained at most.
    package var shelveAtMost: Double
    /// How often a latched alert is said again at most.
    package var repeatAtMost: Int
    /// Alerts a day that one operator can take.
    package var acceptableADay: Int

    package init(
        floodWindow: Double, floodUpdate: Double, releaseInterval: Double, chatterRaises: Int, chatterWindow: Double, slowChatterRaises: Int,
        slowChatterWindow: Double, chatterHold: Double, staleAfter: Double, shelveAtMost: Double, repeatAtMost: Int, acceptableADay: Int
    ) {
        self.floodWindow = floodWindow
        self.floodUpdate = floodUpdate
        self.releaseInterval = releaseInterval
        self.chatterRaises = chatterRaises
        self.chatterWindow = chatterWindow
        self.slowChatterRaises = slowChatterRaises
        self.slowChatterWindow = slowChatterWindow
        self.chatterHold = chatterHold
        self.staleAfter = staleAfter
        self.shelveAtMost = shelveAtMost
        self.repeatAtMost = repeatAtMost
        self.acceptableADay = acceptableADay
    }

    /// For a plan without a profile: nothing chatters and nothing repeats; a person may still shelve for a day.
    package static let none = AlarmPolicy(
        floodWindow: 600, floodUpdate: 300, releaseInterval: 30, chatterRaises: 0, chatterWindow: 60, slowChatterRaises: 0, slowChatterWindow: 3600,
        chatterHold: 0, staleAfter: 86_400, shelveAtMost: 86_400, repeatAtMost: 0, acceptableADay: 150)
}

/// Why an alert that holds is not sent. The raw values are in checkpoints.
package enum WithholdReason: UInt8, CaseIterable, Sendable {
    /// Its asset is being worked on.
    case maintenance = 1
    /// A person has put it aside for a time.
    case shelved
    /// Another alert on the same asset, a parent or the broker already says why.
    case suppressed
    /// There are more alerts than people can take.
    case flood

    /// As status and reports name it.
    package var name: String {
        switch self {
        case .maintenance: "maintenance"
        case .shelved: "shelved"
        case .suppressed: "suppressed"
        case .flood: "flood"
        }
    }

    /// For a sentence: `held back because of …`.
    package var words: BilingualText {
        switch self {
        case .maintenance: BilingualText(chinese: "维护作业", english: "maintenance")
        case .shelved: BilingualText(chinese: "人工搁置", english: "having been shelved")
        case .suppressed: BilingualText(chinese: "上级告警抑制", english: "an alert that explained it")
        case .flood: BilingualText(chinese: "告警洪泛限流", english: "a flood of alerts")
        }
    }
}
