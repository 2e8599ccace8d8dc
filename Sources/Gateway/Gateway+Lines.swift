import Journal
import Lifeline

extension Gateway {
    /// What a line of the board says: in the batch now, durable with the next commit. Its time is the gateway's own clock's, and is put right with it.
    package func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64) {
        let (now, monotonic) = (time.now, time.monotonicNanoseconds)
        if batchMessages == 0 { batchSince = monotonic }
        batchMessages += 1
        let observed = Timestamp(microseconds: now.microseconds &- max(0, monotonic - monotonicNanoseconds) / 1000)
        batch.readings.append(Reading(series: seriesOfSensor[sensor], observed: observed, received: now, value: value, flags: ownFlags))
        lastEntry = monotonic
    }

    /// The newest value of a sensor of the plan in the journal; nil: it has none.
    package func lastJournalled(sensor: Int) -> Double? {
        var value = diagnosis.lastValue(sensor: sensor)
        // A store that takes no alert may have stopped the judging at start: what is not judged yet is newer.
        if let from = replayFrom {
            let series = seriesOfSensor[sensor]
            try? journal.readings(from: from) { _, reading in
                if reading.series == series { value = reading.value }
                return true
            }
        }
        return value.isFinite ? value : nil
    }
}
