/// Rows said to be wrong or right, against the truth.
package struct Confusion: Sendable, Equatable {
    package var truePositives = 0
    package var falsePositives = 0
    package var falseNegatives = 0
    package var trueNegatives = 0

    package init() {}

    /// Counts one row.
    package mutating func add(said: Bool, isWrong: Bool) {
        switch (said, isWrong) {
        case (true, true): truePositives += 1
        case (true, false): falsePositives += 1
        case (false, true): falseNegatives += 1
        case (false, false): trueNegatives += 1
        }
    }

    /// Rows of both.
    package static func + (left: Confusion, right: Confusion) -> Confusion {
        var sum = left
        sum.truePositives += right.truePositives
        sum.falsePositives += right.falsePositives
        sum.falseNegatives += right.falseNegatives
        sum.trueNegatives += right.trueNegatives
        return sum
    }

    private static func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

    /// Harmonic mean of precision and recall; 0 when nothing was found.
    package var f1: Double { Confusion.share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
    /// The share of right rows that were called wrong.
    package var falseAlarmRate: Double { Confusion.share(falsePositives, falsePositives + trueNegatives) }
    /// The share of wrong rows that were missed.
    package var missedAlarmRate: Double { Confusion.share(falseNegatives, falseNegatives + truePositives) }
    package var trueNegativeRate: Double { Confusion.share(trueNegatives, falsePositives + trueNegatives) }
    package var truePositiveRate: Double { Confusion.share(truePositives, falseNegatives + truePositives) }
}
