import Lifeline

/// Gives each series of a segment its slot: 0, 1, 2 … in the order of first appearance.
///
/// An open-addressed table that is cleared by counting a generation up. *Memory*: 12 bytes × at least twice the largest segment met.
struct SeriesSlots {
    private var keys: [UInt32] = Array(repeating: 0, count: 256)
    private var generations: [UInt32] = Array(repeating: 0, count: 256)
    private var slots: [UInt32] = Array(repeating: 0, count: 256)
    private var generation: UInt32 = 0
    private(set) var count = 0

    /// Forgets all series and makes room for `readings` of them.
    mutating func clear(forReadings readings: Int) {
        count = 0
        let needed = 2 * readings
        if needed > keys.count {
            var capacity = keys.count
            while capacity < needed { capacity *= 2 }
            keys = Array(repeating: 0, count: capacity)
            generations = Array(repeating: 0, count: capacity)
            slots = Array(repeating: 0, count: capacity)
            generation = 0
        }
        if generation == .max {
            for index in generations.indices { generations[index] = 0 }
            generation = 0
        }
        generation += 1
    }

    /// The slot of `series`, and whether it is new.
    mutating func slot(of series: SeriesID) -> (slot: Int, isNew: Bool) {
        let mask = keys.count - 1
        // The golden ratio's bits spread the small, dense numbers that a journal gives out.
        var index = Int((series.rawValue &* 2_654_435_769) >> 8) & mask
        while generations[index] == generation {
            if keys[index] == series.rawValue { return (Int(slots[index]), false) }
            index = (index + 1) & mask
        }
        generations[index] = generation
        keys[index] = series.rawValue
        slots[index] = UInt32(count)
        count += 1
        return (count - 1, true)
    }
}
