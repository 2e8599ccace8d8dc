import Lifeline
import Pulse

/// The BATtle of the Attack Detection ALgorithms: a water network's 43 channels, a row an hour.
///
/// *Source*: CSV files with columns `DATETIME` (dd/mm/yy HH), the channels and `ATT_FLAG`, as published; nothing of them is part of this project, but the
/// times of the attacks, which the organisers published apart from the data.
package struct BATADALScore: Sendable {
    /// S = 0.5 · (1 − mean(time to detection / duration)) + 0.25 · (TPR + TNR).
    package struct Figures: Sendable {
        package var s: Double
        package var truePositiveRate: Double
        package var trueNegativeRate: Double
        package var found: Int
        package var attacks: Int
    }

    package let pulse: Figures
    package let alwaysOn: Figures
    package let rangeOnly: Figures
    /// The files that were read, in the order of their rows; the last one is the scored one.
    package let files: [String]

    /// First and last hour of each attack: *units*: hours since 1970-01-01 00:00.
    private static let published: [ClosedRange<Int>] = [
        (2016, 9, 13, 23, 2016, 9, 16, 0), (2016, 9, 26, 11, 2016, 9, 27, 10), (2016, 10, 9, 9, 2016, 10, 11, 20),
        (2016, 10, 29, 19, 2016, 11, 2, 16),
        (2016, 11, 26, 17, 2016, 11, 29, 4), (2016, 12, 6, 7, 2016, 12, 10, 4), (2016, 12, 14, 15, 2016, 12, 19, 4), (2017, 1, 16, 9, 2017, 1, 19, 6),
        (2017, 1, 30, 8, 2017, 2, 2, 0), (2017, 2, 9, 3, 2017, 2, 10, 9), (2017, 2, 12, 1, 2017, 2, 13, 7), (2017, 2, 24, 5, 2017, 2, 28, 8),
        (2017, 3, 10, 14, 2017, 3, 13, 21), (2017, 3, 25, 20, 2017, 3, 27, 1),
    ].map { hour($0.0, $0.1, $0.2, $0.3)...hour($0.4, $0.5, $0.6, $0.7) }

    /// Reads every CSV file of the folder in the order of its dates; the latest one is scored, all before it are learnt from.
    package init(folder: String) throws(RecordingProblem) {
        var tables: [(name: String, hours: [Int], table: Recording)] = []
        for name in Folder.names(folder) where name.hasSuffix(".csv") {
            let table = try Recording(path: "\(folder)/\(name)", options: RecordingOptions(interval: 3600, textColumns: ["DATETIME"]))
            guard let texts = table.texts["DATETIME"] else { throw RecordingProblem(text: "\(folder)/\(name) has no column \"DATETIME\"") }
            var hours: [Int] = []
            for text in texts {
                guard let hour = BATADALScore.hour(text) else {
                    throw RecordingProblem(text: "\(folder)/\(name): \"\(text)\" is no moment written as dd/mm/yy HH")
                }
                hours.append(hour)
            }
            tables.append((name, hours, table))
        }
        guard let first = tables.first else { throw RecordingProblem(text: "\(folder) holds no CSV file") }
        tables.sort { ($0.hours.first ?? 0) < ($1.hours.first ?? 0) }
        files = tables.map(\.name)
        let channels = first.table.columns.filter { $0 != "ATT_FLAG" }
        guard channels.count <= GroupBank.maximumChannels else {
            throw RecordingProblem(text: "\(folder): \(channels.count) channels; at most \(GroupBank.maximumChannels) can be judged together")
        }
        var bank = GroupBank()
        let slot = bank.add(GroupSettings(channels: channels.count, interval: 3600))
        var lowest = [Double](repeating: .infinity, count: channels.count)
        var highest = [Double](repeating: -.infinity, count: channels.count)
        var said: [Bool] = []
        var beyond: [Bool] = []
        for (position, entry) in tables.enumerated() {
            var indices: [Int] = []
            for name in channels {
                guard let index = entry.table.columns.firstIndex(of: name) else {
                    throw RecordingProblem(text: "\(folder)/\(entry.name) has no column \"\(name)\"")
                }
                indices.append(index)
            }
            let isScored = position == tables.count - 1
            for row in entry.hours.indices {
                let values = indices.map { entry.table.value(row, $0) }
                let verdict = bank.observe(slot, time: Double(entry.hours[row]) * 3600, values: values)
                if isScored {
                    said.append(verdict.isOutside)
                    beyond.append(values.indices.contains { values[$0] < lowest[$0] || values[$0] > highest[$0] })
                } else {
                    for (index, value) in values.enumerated() where !value.isNaN {
                        lowest[index] = min(lowest[index], value)
                        highest[index] = max(highest[index], value)
                    }
                }
            }
        }
        let scored = tables[tables.count - 1]
        let attacks = BATADALScore.attacks(scored.hours, scored.table)
        guard !attacks.isEmpty else {
            throw RecordingProblem(text: "\(folder)/\(scored.name) holds no labelled attack, and none was published for its dates")
        }
        pulse = BATADALScore.figures(said, attacks)
        alwaysOn = BATADALScore.figures(said.map { _ in true }, attacks)
        rangeOnly = BATADALScore.figures(beyond, attacks)
    }

    /// Rows of each attack: by the published times, or where a file lies outside of them by its own flags.
    private static func attacks(_ hours: [Int], _ table: Recording) -> [ClosedRange<Int>] {
        var rows: [ClosedRange<Int>] = []
        for attack in published {
            guard let begin = hours.firstIndex(where: { $0 >= attack.lowerBound }), let end = hours.lastIndex(where: { $0 <= attack.upperBound }),
                begin <= end
            else { continue }
            rows.append(begin...end)
        }
        guard rows.isEmpty, let flag = table.columns.firstIndex(of: "ATT_FLAG") else { return rows }
        let isWrong = hours.indices.map { table.value($0, flag) > 0 }
        let times = hours.indices.map { Double($0) }
        return LabelledRecording.events(times: times, isWrong: isWrong, kind: "attack").map { Int($0.from)...Int($0.to) }
    }

    /// The score of rows said to be attacked, against the rows that were.
    static func figures(_ said: [Bool], _ attacks: [ClosedRange<Int>]) -> Figures {
        var confusion = Confusion()
        for (row, flag) in said.enumerated() { confusion.add(said: flag, isWrong: attacks.contains { $0.contains(row) }) }
        var late = 0.0
        var found = 0
        for attack in attacks {
            if let first = attack.first(where: { said[$0] }) {
                late += Double(first - attack.lowerBound) / Double(attack.count)
                found += 1
            } else {
                late += 1
            }
        }
        let timely = 1 - late / Double(max(1, attacks.count))
        let rates = confusion.truePositiveRate + confusion.trueNegativeRate
        return Figures(
            s: 0.5 * timely + 0.25 * rates, truePositiveRate: confusion.truePositiveRate, trueNegativeRate: confusion.trueNegativeRate, found: found,
            attacks: attacks.count)
    }

    /// `dd/mm/yy HH`, or with a year of four digits.
    private static func hour(_ text: String) -> Int? {
        let numbers = text.split(whereSeparator: { "/ :".contains($0) }).compactMap { Int($0) }
        guard numbers.count >= 4, (1...31).contains(numbers[0]), (1...12).contains(numbers[1]), (0...23).contains(numbers[3]) else { return nil }
        return hour(numbers[2] < 100 ? 2000 + numbers[2] : numbers[2], numbers[1], numbers[0], numbers[3])
    }

    private static func hour(_ year: Int, _ month: Int, _ day: Int, _ hour: Int) -> Int {
        CivilTime.days(year: year, month: month, day: day) * 24 + hour
    }
}
