/// What one value of a state or a code means: `1` of a contact is "open".
package struct StateWord: Equatable, Sendable {
    package var value: Double
    package var words: BilingualText

    package init(value: Double, words: BilingualText) {
        self.value = value
        self.words = words
    }
}

/// What a sensor measures. The list is data (a versioned profile), so a new quantity needs no code.
package struct Quantity: Equatable, Sendable {
    /// The name in configuration files and on the wire: `pressure`, `tilt`, `door_close_time`.
    package var name: String
    /// The canonical unit: every reading is converted to it before it is journalled.
    package var unit: Unit
    /// The physical range, in the canonical unit. A value outside cannot be true: a sensor fault, never a sick asset.
    package var range: ClosedRange<Double>
    package var chinese: String
    package var english: String
    /// The values that have a name of their own, where the quantity is a state or a code; at most 64.
    package var states: [StateWord]
    /// *Units*: canonical. How far apart readings may be from which an installed baseline is taken; nil: the quantity has no installed baseline.
    package var baselineSpread: Double?

    package init(
        name: String, unit: Unit, range: ClosedRange<Double>, chinese: String, english: String, states: [StateWord] = [],
        baselineSpread: Double? = nil
    ) {
        self.name = name
        self.unit = unit
        self.range = range
        self.chinese = chinese
        self.english = english
        self.states = states
        self.baselineSpread = baselineSpread
    }

    /// The name of a value; nil where it has none.
    package func words(of value: Double) -> BilingualText? { states.first { $0.value == value }?.words }
}
