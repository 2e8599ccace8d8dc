import Pulse

/// Detectors on the benchmark's files, each as a score for each row.
package enum NABRun {
    /// *Units*: seconds. What every file is told: a benchmark's file names do not say what its cycle is, and a day is what most of the world turns in.
    package static let cycle = 86_400.0

    /// Pulse, with what a sensor is told: the interval and the cycle.
    package static func pulse(_ file: NABCorpus.File, _ tuning: Tuning = Tuning()) -> [Float] {
        var bank = PulseBank(tuning: tuning)
        let slot = bank.add(SeriesSettings(interval: file.interval, cycle: cycle))
        return file.values.indices.map { bank.observe(slot, time: file.times[$0], value: file.values[$0]).score }
    }

    /// Two numbers and nothing else: how far beyond the past minimum or maximum, in shares of the range.
    package static func rangeOnly(_ file: NABCorpus.File) -> [Float] {
        var lowest = Double.infinity
        var highest = -Double.infinity
        return file.values.map { value in
            let excess = max(value - highest, lowest - value)
            let range = highest - lowest
            lowest = min(lowest, value)
            highest = max(highest, value)
            return excess > 0 && range > 0 && range < .infinity ? Float(excess / range) : 0
        }
    }

    /// Never looks at the data: one alarm every six hundredths of the file, whose length no sensor knows, from half a step behind the probation on.
    package static func metronome(_ file: NABCorpus.File) -> [Float] {
        let step = max(1, Int(0.06 * Double(file.values.count)))
        return file.values.indices.map { row in
            let place = row - file.probation - step / 2
            return place >= 0 && place % step == 0 ? 1 : 0
        }
    }

    /// The fixed halves: every other file in the order of names.
    package static func halves(_ corpus: NABCorpus) -> [[Int]] {
        [0, 1].map { half in corpus.files.indices.filter { $0 % 2 == half } }
    }

    /// The four figures of one detector.
    package struct Figures: Sendable {
        package var standard: NABScorer.Result
        package var lowFalsePositives: NABScorer.Result
        package var lowFalseNegatives: NABScorer.Result
        package var crossFitted: Double
    }

    /// - Parameters:
    ///   - scores: for each file.
    ///   - tunedOnOther: for each half the scores of a detector that was tuned on the other half; nil where nothing was tuned.
    package static func figures(_ corpus: NABCorpus, _ scorer: NABScorer, _ scores: [[Float]], tunedOnOther: [[[Float]]]? = nil) -> Figures {
        let all = Array(corpus.files.indices)
        return Figures(
            standard: scorer.best(scores, .standard, files: all), lowFalsePositives: scorer.best(scores, .lowFalsePositives, files: all),
            lowFalseNegatives: scorer.best(scores, .lowFalseNegatives, files: all),
            crossFitted: scorer.crossFitted(tunedOnOther ?? [scores, scores], .standard, halves: halves(corpus)))
    }
}
