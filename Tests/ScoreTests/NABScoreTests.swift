import Glibc
import Testing

@testable import Score

@Suite("Scoring of the Numenta benchmark")
struct NABScoreTests {
    /// A corpus of hand-made files: rows are minutes.
    private func corpus(_ files: [(rows: Int, windows: [ClosedRange<Int>], probation: Int)]) -> NABCorpus {
        NABCorpus(
            files: files.enumerated().map { index, file in
                NABCorpus.File(
                    name: "g/\(index).csv", times: (0..<file.rows).map { Double($0) * 60 }, values: Array(repeating: 0, count: file.rows),
                    interval: 60,
                    windows: file.windows, probation: file.probation)
            })
    }

    private func sigma(_ y: Double) -> Double { 2 / (1 + exp(5 * y)) - 1 }

    private func scores(_ rows: Int, _ said: [Int: Float]) -> [Float] {
        (0..<rows).map { said[$0] ?? 0 }
    }

    @Test("Silence is worth 0, the first row of every window 100")
    func ends() {
        let corpus = corpus([(100, [40...49, 80...89], 10), (50, [20...29], 5)])
        let scorer = NABScorer(corpus)
        let silence = scorer.best([scores(100, [:]), scores(50, [:])], .standard, files: [0, 1])
        #expect(silence.score == 0)
        #expect(silence.threshold == .infinity)
        let perfect = scorer.best([scores(100, [40: 1, 80: 1]), scores(50, [20: 1])], .standard, files: [0, 1])
        #expect(abs(perfect.score - 100) < 1e-9)
        #expect(perfect.threshold == 1)
    }

    @Test("A detection's worth falls along the window as the definition says")
    func insideWindow() {
        let corpus = corpus([(100, [40...49], 10)])
        let scorer = NABScorer(corpus)
        for row in 40...49 {
            let found = scorer.raw([scores(100, [row: 1])], threshold: 1, .standard, files: [0])
            let expected = sigma(-Double(49 - row + 1) / 10) / sigma(-1)
            #expect(abs(found.total - expected) < 1e-12, "row \(row)")
        }
        // The best detection counts, not the sum.
        let two = scorer.raw([scores(100, [42: 1, 44: 1])], threshold: 1, .standard, files: [0])
        #expect(abs(two.total - sigma(-0.8) / sigma(-1)) < 1e-12)
    }

    @Test("False rows cost little just behind a window, all before the first one and far behind")
    func outsideWindow() {
        let corpus = corpus([(200, [40...49], 10)])
        let scorer = NABScorer(corpus)
        func cost(_ row: Int, _ profile: NABProfile) -> Double {
            scorer.raw([scores(200, [row: 1])], threshold: 1, profile, files: [0]).total + profile.falseNegative
        }
        #expect(abs(cost(20, .standard) - -0.11) < 1e-12)
        #expect(abs(cost(20, .lowFalsePositives) - -0.22) < 1e-12)
        #expect(abs(cost(52, .standard) - 0.11 * sigma(3.0 / 9)) < 1e-12)
        // Three window widths behind and further, the whole.
        #expect(abs(cost(150, .standard) - -0.11) < 1e-12)
        // Rows of the probation count for nothing.
        #expect(cost(9, .standard) == 0)
        #expect(cost(10, .standard) < 0)
    }

    @Test("A missed window costs the profile's price, and the scale runs from all missed to all found at once")
    func normalisation() {
        let corpus = corpus([(200, [40...49, 100...109], 10)])
        let scorer = NABScorer(corpus)
        let half = scores(200, [40: 1])
        #expect(abs(scorer.best([half], .standard, files: [0]).score - 50) < 1e-9)
        // Low false negatives: 1 − 2 on a scale from −4 to 2.
        #expect(abs(scorer.best([half], .lowFalseNegatives, files: [0]).score - 100 * 3.0 / 6) < 1e-9)
        #expect(scorer.raw([half], threshold: 1, .lowFalseNegatives, files: [0]).total == -1)
    }

    @Test("The threshold is the best one over all files, and equal scores stand or fall together")
    func threshold() {
        let corpus = corpus([(200, [40...49], 10), (200, [40...49], 10)])
        let scorer = NABScorer(corpus)
        // A loud false row in the first file, a quiet find in both: the best threshold lets all in.
        let first = scores(200, [20: 3, 40: 1])
        let second = scores(200, [40: 1, 150: 0.5])
        let best = scorer.best([first, second], .standard, files: [0, 1])
        #expect(best.threshold == 1)
        #expect(abs(best.score - 100 * (2 - 0.11 + 2) / 4) < 1e-9)
        // With the false row as loud as the find, no threshold separates them.
        let tied = scorer.best([scores(200, [20: 1, 40: 1])], .standard, files: [0])
        #expect(abs(tied.score - 100 * (1 - 0.11 + 1) / 2) < 1e-9)
        // The fixed threshold agrees with the sweep.
        let fixed = scorer.raw([first, second], threshold: best.threshold, .standard, files: [0, 1])
        #expect(abs(scorer.normalised(fixed.total, .standard, fixed.windows) - best.score) < 1e-9)
    }

    @Test("Cross-fitting carries the threshold of the other half")
    func crossFitted() {
        let corpus = corpus([(200, [40...49], 10), (200, [40...49], 10)])
        let scorer = NABScorer(corpus)
        // The best threshold of file 0 is 1; of file 1 it is 5. Each is wrong for the other.
        let first = scores(200, [40: 1])
        let second = scores(200, [20: 1, 21: 1, 22: 1, 40: 5])
        let crossed = scorer.crossFitted([[first, second], [first, second]], .standard, halves: [[0], [1]])
        // File 0 at 5: missed (−1). File 1 at 1: found, three false rows (1 − 0.33).
        #expect(abs(crossed - 100 * (-1 + 1 - 0.33 + 2) / 4) < 1e-9)
    }
}
