import Intake
import Journal
import Lifeline

/// What the gateway has to say of itself, and what it has said already.
///
/// A value is journalled when it differs from the last one, so a gateway that is well says nothing.
struct SelfObservation {
    /// The series of each sensor; empty where the plan has no such asset.
    let series: [(GatewaySensor, SeriesID)]
    private var lostBefore: UInt64
    private var damageBefore: UInt64
    /// The journal that was opened had to be begun anew.
    private var wasDamaged: Bool
    /// Told already; a journal that is opened anew changes nothing of it.
    var edgesLostBefore: UInt64 = 0
    /// *Units*: nanoseconds for which the store refused, not yet told.
    var refused: Int64 = 0

    init(series: [(GatewaySensor, SeriesID)], figures: JournalFigures, wasDamaged: Bool) {
        self.series = series
        lostBefore = figures.dropped.unforwardedBySpace
        damageBefore = figures.damagedSegments
        self.wasDamaged = wasDamaged
    }

    /// Values to journal now. To be called once a minute, and when the store takes commits again.
    ///
    /// A broker counts as away when it is away at this moment: what comes and goes within a minute is no outage.
    ///
    /// - Parameters:
    ///   - last: what the journal says of each sensor; NaN: nothing yet. A restart does not forget what it has said.
    ///   - isConnected: by broker.
    ///   - lines: what the board's own lines say; nil: there are none.
    mutating func next(last: [Double], figures: JournalFigures, isSynchronised: Bool?, isConnected: [Bool], lines: LinesReport?)
        -> [(SeriesID, Double)]
    {
        let lost = figures.dropped.unforwardedBySpace &- lostBefore
        lostBefore = figures.dropped.unforwardedBySpace
        let isDamaged = wasDamaged || figures.damagedSegments > damageBefore
        damageBefore = figures.damagedSegments
        wasDamaged = false
        let refused = Double(self.refused / 1_000_000) / 1000
        self.refused = 0
        let edgesLost = (lines?.edgesLost ?? 0) &- edgesLostBefore
        edgesLostBefore = lines?.edgesLost ?? 0
        var values: [(SeriesID, Double)] = []
        for ((sensor, series), last) in zip(series, last) {
            let value: Double
            switch sensor.quantity {
            case .readingsLost: value = Double(lost)
            case .journalDamage: value = isDamaged ? 1 : 0
            case .storageRefused: value = refused
            case .clockUnsynchronised: value = isSynchronised == false ? 1 : 0
            case .brokerConnected:
                guard let broker = sensor.broker, broker < isConnected.count else { continue }
                value = isConnected[broker] ? 1 : 0
            case .alarmRate: continue
            case .linesDown: value = Double(lines?.down ?? 0)
            case .edgesLost: value = Double(edgesLost)
            }
            // Nothing was ever wrong: nothing to say.
            let normal: Double = sensor.quantity == .brokerConnected ? 1 : 0
            guard value != (last.isNaN ? normal : last) else { continue }
            values.append((series, value))
        }
        return values
    }
}
