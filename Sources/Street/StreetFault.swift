import Lifeline

/// One thing that goes wrong: the truth against which alerts are held.
package struct StreetFault: Equatable, Sendable {
    /// What it is.
    package enum Kind: String, CaseIterable, Sendable {
        case openCover, doorWear, burst
    }

    package var kind: Kind
    /// The asset that is sick.
    package var asset: String
    /// *Units*: days of the street since its start.
    package var begins: Double
    package var ends: Double
    /// Rules that must speak about the asset while it lasts, and be quiet again soon after.
    package var rules: [String]
    /// Assets that feel it too: an alert there is no false alarm.
    package var neighbours: [String]
    /// What happens, in a few words.
    package var words: BilingualText
    /// What ends it.
    package var mended: BilingualText
}

/// The faults of the one street that there is, in the order in which they begin.
package enum StreetFaults {
    /// One cover, one lift, one pipe: each begins where enough has been seen of what is usual, and is mended while people still watch.
    package static let all = [
        StreetFault(
            kind: .openCover, asset: "MH-02", begins: 1.3, ends: 3.175, rules: ["cover.open", "cover.tilt"], neighbours: [],
            words: BilingualText(chinese: "井盖被掀开", english: "somebody lifts the cover"),
            mended: BilingualText(chinese: "井盖已复位", english: "the cover is put back")),
        StreetFault(
            kind: .doorWear, asset: "LF-1", begins: 1.6, ends: 4.6, rules: ["lift.door_wear"], neighbours: [],
            words: BilingualText(chinese: "门机开始劣化", english: "the lift's door begins to wear"),
            mended: BilingualText(chinese: "门机已修复", english: "the door is repaired")),
        StreetFault(
            kind: .burst, asset: "WP-03", begins: 2.6, ends: 4.1, rules: ["water.burst"], neighbours: ["WP-01", "WP-02", "WP-04"],
            words: BilingualText(chinese: "管道爆裂", english: "the pipe bursts"),
            mended: BilingualText(chinese: "管道已修复", english: "the pipe is repaired")),
    ]
    /// The last fault is mended by then. *Units*: days.
    package static let allClear = 4.6
}
