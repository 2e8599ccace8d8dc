import Lifeline

/// One thing that goes wrong in the street, and what a good gateway says about it.
package struct StreetInjection: Equatable, Sendable {
    /// What goes wrong.
    package enum Kind: String, CaseIterable, Sendable {
        case coverOpened = "cover-opened"
        case doorWear = "door-wear"
        case pipeBurst = "pipe-burst"
    }

    package var kind: Kind
    /// `WP-03`.
    package var asset: String
    /// *Units*: microseconds since the street's start.
    package var begins: Int64
    package var ends: Int64
    /// The rules that must speak about the asset while it lasts.
    package var rules: [String]
    /// Assets that feel it too: an alert there is no false alarm.
    package var neighbours: [String]
    /// `burst begins`, `burst repaired`.
    package var beginning: String
    package var ending: String

    /// *Units*: microseconds since the street's start.
    func isActive(at offset: Int64) -> Bool { offset >= begins && offset < ends }
}
