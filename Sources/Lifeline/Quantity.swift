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
    /// *Units*: canonical. How far apart readings may be from which an installed baseline is taken; nil: the quantity has no installed baseline.
    package var baselineSpread: Double?

    package init(
        name: String, unit: Unit, range: ClosedRange<Double>, chinese: String, english: String, baselineSpread: Double? = nil
    ) {
        self.name = name
        self.unit = unit
        self.range = range
        self.chinese = chinese
        self.english = english
        self.baselineSpread = baselineSpread
    }
}
