import Glibc

/// What a detection, a false alarm and a miss are worth.
package struct NABProfile: Sendable {
    package let name: String
    package let truePositive: Double
    package let falsePositive: Double
    package let falseNegative: Double

    package static let standard = NABProfile(name: "standard", truePositive: 1, falsePositive: 0.11, falseNegative: 1)
    package static let lowFalsePositives = NABProfile(name: "low FP", truePositive: 1, falsePositive: 0.22, falseNegative: 1)
    package static let lowFalseNegatives = NABProfile(name: "low FN", truePositive: 1, falsePositive: 0.11, falseNegative: 2)
}

/// The benchmark's scoring, from its written definition.
///
/// σ(y) = 2/(1 + e^{5y}) − 1, and −1 beyond y = 3. In a window of W rows that ends with row r, a detection in row i lies at y = −(r − i + 1)/W and is worth
/// σ(y)/σ(−1); the best one of a window counts, a missed window costs. Behind a window y = (i − r)/(W − 1), and every detected row costs −σ(y); before the
/// first window it costs the whole.
package struct NABScorer: Sendable {
    /// One row that can be scored.
    private struct Place: Sendable {
        /// Window of the whole corpus, or −1.
        var window: Int32
        /// σ of the place, before the profile's weights.
        var worth: Double
    }

    private struct FileMap: Sendable {
        var probation: Int
        var firstWindow: Int
        var windowCount: Int
        var places: [Place]
    }

    private let maps: [FileMap]
    private static let best = 2 / (1 + exp(-5.0)) - 1

    package init(_ corpus: NABCorpus) {
        var first = 0
        maps = corpus.files.map { file in
            defer { first += file.windows.count }
            return NABScorer.map(file, firstWindow: first)
        }
    }

    private static func worth(_ y: Double) -> Double { y > 3 ? -1 : 2 / (1 + exp(min(5 * y, 700))) - 1 }

    private static func map(_ file: NABCorpus.File, firstWindow: Int) -> FileMap {
        var places = [Place](repeating: Place(window: -1, worth: -1), count: file.values.count)
        for (index, window) in file.windows.enumerated() {
            let last = window.upperBound
            let width = Double(window.count)
            for row in window { places[row] = Place(window: Int32(firstWindow + index), worth: worth(-(Double(last - row) + 1) / width)) }
            let next = index + 1 < file.windows.count ? file.windows[index + 1].lowerBound : file.values.count
            for row in (last + 1)..<max(last + 1, next) {
                places[row] = Place(window: -1, worth: worth(Double(row - last) / max(width - 1, 1e-9)))
            }
        }
        return FileMap(probation: file.probation, firstWindow: firstWindow, windowCount: file.windows.count, places: places)
    }

    /// A result: normalised to 0 for silence and 100 for perfection.
    package struct Result: Sendable {
        package var score: Double
        package var threshold: Float
    }

    /// Rows that said anything, loudest first, for thresholds to run over.
    private struct Loud {
        var score: Float
        var window: Int32
        var worth: Double
    }

    /// The best one threshold over the files at hand.
    ///
    /// - Parameters:
    ///   - scores: for each file of the corpus, a score for each row; 0 is silence.
    ///   - files: indices of the files that count.
    package func best(_ scores: [[Float]], _ profile: NABProfile, files: [Int]) -> Result {
        var loud: [Loud] = []
        var windows = 0
        for file in files {
            let map = maps[file]
            windows += map.windowCount
            for row in map.probation..<max(map.probation, map.places.count) where scores[file][row] > 0 {
                loud.append(Loud(score: scores[file][row], window: map.places[row].window, worth: map.places[row].worth))
            }
        }
        loud.sort { $0.score > $1.score }
        var found: [Int32: Double] = [:]
        var total = -profile.falseNegative * Double(windows)
        var best = total
        var threshold = Float.infinity
        for (index, row) in loud.enumerated() {
            if row.window < 0 {
                total += profile.falsePositive * row.worth
            } else {
                let value = row.worth * profile.truePositive / NABScorer.best
                let known = found[row.window] ?? -profile.falseNegative
                if value > known {
                    total += value - known
                    found[row.window] = value
                }
            }
            let isLastOfItsScore = index + 1 == loud.count || loud[index + 1].score != row.score
            if isLastOfItsScore && total > best { (best, threshold) = (total, row.score) }
        }
        return Result(score: normalised(best, profile, windows), threshold: threshold)
    }

    /// The sum of what a fixed threshold earns, unnormalised, and the number of windows.
    package func raw(_ scores: [[Float]], threshold: Float, _ profile: NABProfile, files: [Int]) -> (total: Double, windows: Int) {
        var total = 0.0
        var windows = 0
        for file in files {
            let map = maps[file]
            windows += map.windowCount
            var found = [Double](repeating: -profile.falseNegative, count: map.windowCount)
            for row in map.probation..<max(map.probation, map.places.count) where scores[file][row] > 0 && scores[file][row] >= threshold {
                let place = map.places[row]
                if place.window < 0 {
                    total += profile.falsePositive * place.worth
                } else {
                    let index = Int(place.window) - map.firstWindow
                    found[index] = max(found[index], place.worth * profile.truePositive / NABScorer.best)
                }
            }
            total += found.reduce(0, +)
        }
        return (total, windows)
    }

    /// 0 for silence, 100 for perfection.
    package func normalised(_ total: Double, _ profile: NABProfile, _ windows: Int) -> Double {
        let silence = -profile.falseNegative * Double(windows)
        let perfection = profile.truePositive * Double(windows)
        return 100 * (total - silence) / (perfection - silence)
    }

    /// Each half of the files at the threshold that is best for the other half. `scores` may differ by half: a detector that was tuned on the other half.
    package func crossFitted(_ scores: [[[Float]]], _ profile: NABProfile, halves: [[Int]]) -> Double {
        var total = 0.0
        var windows = 0
        for half in 0...1 {
            let threshold = best(scores[half], profile, files: halves[1 - half]).threshold
            let earned = raw(scores[half], threshold: threshold, profile, files: halves[half])
            total += earned.total
            windows += earned.windows
        }
        return normalised(total, profile, windows)
    }
}
