/// One edge of a line, as the kernel told it, after active-low and debounce.
package struct LineEdge: Equatable, Sendable {
    /// The line became active (rising), or inactive.
    package var isActive: Bool
    /// *Units*: nanoseconds of the monotonic clock.
    package var time: Int64
    /// Edges of this line between the one before and this one that the kernel says were lost; 0: none is known to be. *Range*: from 0.
    package var lost: Int

    package init(isActive: Bool, time: Int64, lost: Int = 0) {
        self.isActive = isActive
        self.time = time
        self.lost = lost
    }
}

/// One value on its way to the journal.
package struct LineReading: Equatable, Sendable {
    /// Index into the plan's sensors.
    package var sensor: Int
    /// *Units*: canonical. Always finite.
    package var value: Double
    /// *Units*: nanoseconds of the monotonic clock, when it was so. Never falls from one reading of a sensor to the next.
    package var time: Int64

    package init(sensor: Int, value: Double, time: Int64) {
        self.sensor = sensor
        self.value = value
        self.time = time
    }
}

/// What one line has gone through since the start.
package struct LineFigures: Equatable, Sendable {
    /// Edges that arrived.
    package var edges: UInt64
    /// Edges that are known to be missing: by the kernel's numbers, by two alike in a row, or by a level that no edge explains. A level that was read
    /// before its edge arrived counts until it does.
    package var lost: UInt64
    /// Pulses that were counted although their edge was lost.
    package var recovered: UInt64
    /// Levels of a state that did not last.
    package var flaps: UInt64

    package init(edges: UInt64 = 0, lost: UInt64 = 0, recovered: UInt64 = 0, flaps: UInt64 = 0) {
        self.edges = edges
        self.lost = lost
        self.recovered = recovered
        self.flaps = flaps
    }
}
