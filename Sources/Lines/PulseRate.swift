/// How fast pulses come: the mean over the intervals between pulses of the last window, which is exact where few pulses in a minute would be coarse.
///
/// While no pulse comes, the rate can be no more than one pulse in the time since the last: it falls by itself, and is 0 after a window.
///
/// *Complexity*: constant for a pulse, `slots` steps for a rate. *Memory*: fixed, made once.
struct PulseRate {
    private struct Mark {
        var time: Int64
        var count: UInt64
    }

    private static let slots = 32

    private let window: Int64
    private let slot: Int64
    private var since = Int64.min
    private var last: Mark?
    /// Ring of pulses, no two closer than a slot: together they reach back beyond the window.
    private var marks: [Mark]
    private var next = 0
    private var held = 0

    init(window: Int64) {
        self.window = window
        slot = window / Int64(PulseRate.slots)
        marks = Array(repeating: Mark(time: .min, count: 0), count: PulseRate.slots + 2)
    }

    /// Listening begins, or begins anew: what was before says nothing of what was missed.
    mutating func start(at now: Int64) {
        (since, last, next, held) = (now, nil, 0, 0)
    }

    /// - Parameter count: the whole count, this pulse included.
    mutating func pulse(count: UInt64, at edgeTime: Int64) {
        // A level that was read may have overtaken its edge.
        let time = max(edgeTime, last?.time ?? edgeTime)
        let mark = Mark(time: time, count: count)
        last = mark
        if held > 0, time.subtractingSaturated(marks[(next + marks.count - 1) % marks.count].time) < slot { return }
        marks[next] = mark
        next = (next + 1) % marks.count
        held = min(held + 1, marks.count)
    }

    /// *Units*: pulses a second. nil: not known yet.
    func rate(at now: Int64) -> Double? {
        guard let last else { return now.subtractingSaturated(since) >= window ? 0 : nil }
        let quiet = now.subtractingSaturated(last.time)
        if quiet >= window { return 0 }
        guard let first = reference(last) else { return nil }
        let mean = Double(last.count - first.count) / (Double(last.time - first.time) * 1e-9)
        return min(mean, quiet > 0 ? 1e9 / Double(quiet) : mean)
    }

    /// The oldest pulse of the window before the last one, or the newest from before the window.
    private func reference(_ last: Mark) -> Mark? {
        let begin = last.time.subtractingSaturated(window)
        var best: Mark?
        for step in 1...marks.count where step <= held {
            let mark = marks[(next + marks.count - step) % marks.count]
            if mark.time >= last.time { continue }
            if mark.time < begin { return best ?? mark }
            best = mark
        }
        return best
    }
}
