import Pulse

/// Pulse as it is when only one half of a benchmark's files was seen while tuning.
package enum CrossFit {
    /// For each half of the Numenta Anomaly Benchmark, the tuning that was found on the other one.
    package static let tunings: [Tuning] = [Tuning(), Tuning()]
    package static let inSample = Tuning()
}
