import GatewayTesting
import Glibc
import Pulse

/// Pulse beside libspot, the C library, in turn on the same values.
struct Detector {
    let values: [Double]
    static let series = 10_000
    /// Samples of each series. Twelve days of quarter hours, so that season, week and records all work.
    static let rounds = 1200

    init() {
        var generator = SeededGenerator(seed: 3)
        values = (0..<1024).map { _ in 0.34 + 0.01 * generator.normal() }
    }

    /// *Units*: nanoseconds a sample, a round each.
    func pulse() -> Runs {
        var bank = PulseBank()
        for _ in 0..<Detector.series { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
        return Runs(
            (0..<Detector.rounds).map { round in
                let start = seconds()
                for slot in 0..<Detector.series { _ = bank.observe(slot, time: Double(round) * 900, value: values[(round * 31 + slot) % 1024]) }
                return (seconds() - start) / Double(Detector.series) * 1e9
            })
    }

    /// The dearest of 768 000 samples over a month, ends of days and weeks included. *Units*: nanoseconds, the timer's own included.
    ///
    /// What a machine does beside it takes longer than any sample: an interruption costs tens of microseconds. So five series take the same samples, and the
    /// quickest of the five is what a sample costs; where it is dear by itself, it is so in all five.
    func worst() -> Double {
        let (series, rounds, copies) = (256, 3000, 5)
        var bank = PulseBank()
        for _ in 0..<(series * copies) { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
        var worst = 0.0
        for round in 0..<rounds {
            for slot in 0..<series {
                let value = values[(round * 31 + slot) % 1024]
                var least = Double.infinity
                for copy in 0..<copies {
                    let start = seconds()
                    _ = bank.observe(copy * series + slot, time: Double(round) * 900, value: value)
                    least = min(least, seconds() - start)
                }
                worst = max(worst, least)
            }
        }
        return worst * 1e9
    }

    /// *Units*: nanoseconds a sample. nil: no libspot here. The library is the extension module of its Python package, whose C functions are exported; what
    /// it wants of Python's data stands in a second library, loaded before.
    ///
    /// - Parameter paths: that second library and the module.
    func spot(_ paths: [String], series: Int) -> Runs? {
        guard paths.count == 2, dlopen(paths[0], RTLD_NOW | RTLD_GLOBAL) != nil, let library = dlopen(paths[1], RTLD_LAZY) else { return nil }
        typealias Initialise = @convention(c) (UnsafeMutableRawPointer, Double, Int32, Int32, Double, UnsafeMutablePointer<Double>, UInt) -> Int32
        typealias Fit = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<Double>, UInt) -> Int32
        typealias Step = @convention(c) (UnsafeMutableRawPointer, Double) -> Int32
        typealias Mathematics = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
        guard let initialise = dlsym(library, "spot_init"), let fit = dlsym(library, "spot_fit"), let step = dlsym(library, "spot_step"),
            let mathematics = dlsym(library, "set_math_functions")
        else { return nil }
        // As its own Python package does: the C library's functions, which are faster than its own.
        unsafeBitCast(mathematics, to: Mathematics.self)(dlsym(nil, "log"), dlsym(nil, "exp"), dlsym(nil, "pow"))
        let begin = unsafeBitCast(initialise, to: Initialise.self)
        let learn = unsafeBitCast(fit, to: Fit.self)
        let observe = unsafeBitCast(step, to: Step.self)
        // The structure is about 200 bytes; the excesses lie where the caller wants them.
        let (stride, excesses) = (512, 200)
        let block = UnsafeMutableRawPointer.allocate(byteCount: stride * series, alignment: 64)
        let kept = UnsafeMutablePointer<Double>.allocate(capacity: excesses * series)
        defer {
            block.deallocate()
            kept.deallocate()
        }
        memset(block, 0, stride * series)
        for index in 0..<series {
            let room = kept + index * excesses
            guard begin(block + index * stride, 1e-4, 0, 1, 0.98, room, UInt(excesses)) == 0, learn(block + index * stride, values, 1024) == 0 else {
                return nil
            }
        }
        var spent: [Double] = []
        for round in 0..<300 {
            let start = seconds()
            for index in 0..<series { _ = observe(block + index * stride, values[(round * 31 + index) % 1024]) }
            spent.append((seconds() - start) / Double(series) * 1e9)
        }
        return Runs(spent)
    }

    func measures(spot paths: [String]) -> [Measure] {
        let (rounds, worst) = (pulse(), worst())
        let peer = spot(paths, series: Detector.series)
        let ratio = peer.map { $0.median / rounds.median }
        return [
            Measure(
                name: "judge, \(Report.grouped(Detector.series)) series in turn", value: rounds.median, unit: "ns a sample",
                spread: rounds.percentile(0.05)...rounds.percentile(0.95),
                beside: peer.map { "libspot: \(Report.text($0.median)) ns" } ?? "libspot is not installed", ratio: ratio, reach: "≥ 3",
                reached: ratio.map { $0 >= 3 }),
            Measure(
                name: "worst sample of 768 000", value: worst / 1000, unit: "µs",
                beside: "the timer included; the best of five series with the same samples",
                reach: "≤ 5 µs", reached: worst <= 5000),
            Measure(
                name: "state a series", value: Double(PulseBank.bytesPerSeries), unit: "bytes", reach: "≤ 1536",
                reached: PulseBank.bytesPerSeries <= 1536),
        ]
    }
}
