import Journal
import Lifeline

/// What the gateway has to say of itself, and what it has said already.
///
/// A value is journalled when it differs from the last one, so a gateway that is well says nothing.
struct SelfObservation {
    /// The series of each quantity; empty where the plan has no such asset.
    let series: [(GatewayQuantity, SeriesID)]
    private var said: [GatewayQuantity: Double] = [:]
    private var lostBefore: UInt64
    private var damageBefore: UInt64
    /// The journal that was opened had to be begun anew.
    private var wasDamaged: Bool
    /// *Units*: nanoseconds for which the store refused, not yet told.
    var refused: Int64 = 0

    init(series: [(GatewayQuantity, SeriesID)], figures: JournalFigures, wasDamaged: Bool) {
        self.series = series
        lostBefore = figures.dropped.unforwardedBySpace
        damageBefore = figures.damagedSegments
        self.wasDamaged = wasDamaged
    }

    /// Values to journal now. To be called once a minute, and when the store takes commits again.
    mutating func next(figures: JournalFigures, isSynchronised: Bool?) -> [(SeriesID, Double)] {
        let lost = figures.dropped.unforwardedBySpace &- lostBefore
        lostBefore = figures.dropped.unforwardedBySpace
        let isDamaged = wasDamaged || figures.damagedSegments > damageBefore
        damageBefore = figures.damagedSegments
        wasDamaged = false
        let refused = Double(self.refused / 1_000_000) / 1000
        self.refused = 0
        var values: [(SeriesID, Double)] = []
        for (quantity, series) in series {
            let value: Double =
                switch quantity {
                case .readingsLost: Double(lost)
                case .journalDamage: isDamaged ? 1 : 0
                case .storageRefused: refused
                case .clockUnsynchronised: isSynchronised == false ? 1 : 0
                }
            // Nothing was ever wrong: nothing to say.
            guard value != said[quantity, default: 0] else { continue }
            said[quantity] = value
            values.append((series, value))
        }
        return values
    }
}
