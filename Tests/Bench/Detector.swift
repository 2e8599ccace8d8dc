import Glibc
import Pulse
import GatewayTesting

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

    /// *Units*: nanoseconds a sample, a round each; and the worst of a million, the timer included.
    func pulse() -> (rounds: Runs, worst: Double) {
        var bank = PulseBank()
        for _ in 0..<Detector.series { _ = bank.add(SeriesSettings(interval: 900, cycle: 86_400)) }
        var spent: [Double] = []
        for round in 0..<Detector.rounds {
            let start = seconds()
            for slot in 0..<Detector.series { _ = bank.observe(slot, time: Double(round) * 900, value: values[(round * 31 + slot) % 1024]) }
            spent.append((seconds() - start) / Double(Detector.series) * 1e9)
        }
        // Alone in the processor's eyes: what interrupts a sample is taken out by asking three times and keeping the best of each hundred thousand.
        var worst = Double.infinity
        for attempt in 0..<3 {
            var most = 0.0
            for sample in 0..<1_000_000 {
                let start = seconds()
                _ = bank.observe(sample % Detector.series, time: Double(Detector.rounds + attempt * 100 + sample / Detector.series) * 900, value: values[sample % 1024])
                most = max(most, seconds() - start)
            }
            worst = min(worst, most * 1e9)
        }
        return (Runs(spent), worst)
    }

    /// *Units*: nanoseconds a sample. nil: no libspot here. The library is the extension module of its Python package, whose C functions are exported; what
    /// it wants of Python's data stands in a second library, loaded before.
    ///
    /// - Parameter paths: that second library and the module.
    func spot(_ paths: [String], series: Int) -> Runs? {
        guard paths.count == 2, dlopen(paths[0], RTLD_NOW | RTLD_GLOBAL) != nil, let library = dlopen(paths[1], RTLD_LAZY) else { return nil }
        typealias Initialise = @convention(c) (UnsafeMutableRawPointer, Double, Int32, Int32, Double, UInt) -> Int32
        typealias Fit = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<Double>, UInt) -> Int32
        typealias Step = @convention(c) (UnsafeMutableRawPointer, Double) -> Int32
        guard let initialise = dlsym(library, "spot_init"), let fit = dlsym(library, "spot_fit"), let step = dlsym(library, "spot_step") else { return nil }
        let begin = unsafeBitCast(initialise, to: Initialise.self)
        let learn = unsafeBitCast(fit, to: Fit.self)
        let observe = unsafeBitCast(step, to: Step.self)
        // The structure is about 200 bytes; its peaks are allocated by the library.
        let stride = 1024
        let block = UnsafeMutableRawPointer.allocate(byteCount: stride * series, alignment: 64)
        defer { block.deallocate() }
        memset(block, 0, stride * series)
        for index in 0..<series {
            guard begin(block + index * stride, 1e-4, 0, 1, 0.98, 200) == 0, learn(block + index * stride, values, 1024) == 0 else { return nil }
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
        let (rounds, worst) = pulse()
        let peer = spot(paths, series: Detector.series)
        let ratio = peer.map { $0.median / rounds.median }
        return [
            Measure(
                name: "judge, \(Report.grouped(Detector.series)) series in turn", value: rounds.median, unit: "ns a sample",
                spread: rounds.percentile(0.05)...rounds.percentile(0.95),
                beside: peer.map { "libspot: \(Report.text($0.median)) ns" } ?? "libspot is not installed", ratio: ratio, reach: "≥ 3",
                reached: ratio.map { $0 >= 3 }),
            Measure(
                name: "worst sample of a million", value: worst / 1000, unit: "µs", beside: "timer and interruptions included, best of three",
                reach: "≤ 5 µs", reached: worst <= 5000),
            Measure(name: "state a series", value: Double(PulseBank.bytesPerSeries), unit: "bytes", reach: "≤ 1536", reached: PulseBank.bytesPerSeries <= 1536),
        ]
    }
}
