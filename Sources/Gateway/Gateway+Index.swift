import Diagnosis
import Lifeline

/// Once a local day each asset's index becomes a reading of its own.
///
/// A reading, not a field of the checkpoint: so it is forwarded and exported like any other, it survives a change of program and of checkpoint format, and a
/// replay repeats the value that was said on the day instead of computing another one with today's dossier.
struct DailyIndex {
    /// The assets and their series, in the plan's order.
    let series: [(asset: Int, series: SeriesID)]
    /// The local day that is done; nil: not known since the start, so the histories are asked.
    private(set) var day: Int32?

    init(series: [(asset: Int, series: SeriesID)]) { self.series = series }

    /// Whether the day of `now` is still to be said.
    mutating func begins(_ now: Timestamp, utcOffsetSeconds: Int) -> Int32? {
        let today = IndexHistory.day(of: now, utcOffsetSeconds: utcOffsetSeconds)
        // A clock that steps back makes no day twice.
        if let day, today <= day { return nil }
        day = today
        return today
    }
}
