import Lifeline

/// The last readings of every sensor, for the evidence of alerts: one block of memory, one ring a sensor.
///
/// *Memory*: 16 bytes × `Evidence.windowLimit` a sensor, taken once.
struct EvidenceWindows {
    private static let depth = Evidence.windowLimit
    private var points: [EvidencePoint]
    private var counts: [UInt32]

    init(sensors: Int) {
        points = Array(repeating: EvidencePoint(observed: Timestamp(microseconds: 0), value: 0), count: sensors * EvidenceWindows.depth)
        counts = Array(repeating: 0, count: sensors)
    }

    mutating func append(sensor: Int, _ point: EvidencePoint) {
        points[sensor * EvidenceWindows.depth + Int(counts[sensor]) % EvidenceWindows.depth] = point
        counts[sensor] &+= 1
        // The counter folds before it could wrap, keeping its place in the ring.
        if counts[sensor] >= UInt32(EvidenceWindows.depth * 2) { counts[sensor] -= UInt32(EvidenceWindows.depth) }
    }

    /// Oldest first.
    func window(sensor: Int) -> [EvidencePoint] {
        let depth = EvidenceWindows.depth
        let count = Int(counts[sensor])
        let base = sensor * depth
        if count <= depth { return Array(points[base..<(base + count)]) }
        let start = count % depth
        return Array(points[(base + start)..<(base + depth)]) + Array(points[base..<(base + start)])
    }

    mutating func replace(sensor: Int, with window: [EvidencePoint]) {
        counts[sensor] = 0
        for point in window.suffix(EvidenceWindows.depth) { append(sensor: sensor, point) }
    }
}
