import GatewayTesting
import Testing

@testable import Score

@Suite("Folders of recordings")
struct RecordingFolderTests {
    private func folder(_ manifest: String, _ files: [String: String]) -> TestFolder {
        let folder = TestFolder()
        folder.write("manifest.toml", manifest)
        for (name, text) in files { folder.write(name, text) }
        return folder
    }

    @Test("Without files every CSV is read, with the label column as truth")
    func everyFile() throws {
        let folder = folder(
            "label = \"wrong\"\ncycle = \"1 h\"\n",
            [
                "b.csv": "time,v,wrong\n2026-01-01 00:00,1,0\n2026-01-01 00:01,2,1\n2026-01-01 00:02,3,1\n2026-01-01 00:03,,0\n",
                "a.csv": "time,v,wrong\n2026-01-01 00:00,1,0\n2026-01-01 00:05,2,0\n",
            ])
        let read = try RecordingFolder(folder.path)
        #expect(read.files.map(\.path) == ["a.csv", "b.csv"])
        let recording = try read.recording(1)
        #expect(recording.cycle == 3600)
        #expect(recording.interval == 60)
        #expect(recording.channelNames == ["v"])
        #expect(recording.channels[0].count == 4)
        #expect(recording.channels[0][3].isNaN)
        #expect(recording.events.count == 1)
        #expect(recording.events[0].from == recording.times[1])
        #expect(recording.events[0].to == recording.times[2])
        #expect(try read.recording(0).interval == 300)
    }

    @Test("Events by seconds and by date, own interval and columns")
    func events() throws {
        let folder = folder(
            """
            time = "t"
            interval = 60
            [[file]]
            path = "x.csv"
            columns = ["q"]
            cycle = "12 h"
            events = [ { from = 60, to = 120, kind = "burst", size = 0.1 }, { from = "1970-01-01 00:05:00", to = "1970-01-01 00:06:00" } ]
            """, ["x.csv": "t,p,q\n0,1,5\n60,1,6\n120,1,7\n"])
        let recording = try RecordingFolder(folder.path).recording(0)
        #expect(recording.channelNames == ["q"])
        #expect(recording.channels[0] == [5, 6, 7])
        #expect(recording.cycle == 43_200)
        #expect(recording.events.map(\.kind) == ["burst", "event"])
        #expect(recording.events[0].size == 0.1)
        #expect(recording.events[1].from == 300)
    }

    @Test(
        "What is wrong is said with its place",
        arguments: [
            ("intervall = 5\n", "manifest.toml:1:1: unknown key \"intervall\""),
            ("interval = \"5 parsecs\"\n", "manifest.toml:1:12: interval"),
            ("[[file]]\ncolumns = [\"v\"]\n", "missing key \"path\""),
            ("[[file]]\npath = \"../x.csv\"\n", "path must stay beside the manifest"),
            ("[[file]]\npath = \"a.csv\"\nevents = [ { from = 5, to = 1 } ]\n", "an event ends before it begins"),
        ])
    func findings(manifest: String, expected: String) throws {
        let folder = folder(manifest, ["a.csv": "time,v\n0,1\n"])
        #expect {
            _ = try RecordingFolder(folder.path)
        } throws: { error in
            ((error as? RecordingProblem)?.text ?? "").contains(expected)
        }
    }

    @Test("A column that is not there is named, with those that are")
    func missingColumn() throws {
        let folder = folder("[[file]]\npath = \"a.csv\"\ncolumns = [\"flow\"]\n", ["a.csv": "time,v\n2026-01-01 00:00,1\n2026-01-01 00:01,1\n"])
        #expect {
            _ = try RecordingFolder(folder.path).recording(0)
        } throws: { error in
            ((error as? RecordingProblem)?.text ?? "").contains("no column \"flow\"; it has v")
        }
    }
}

@Suite("Folders of published benchmarks")
struct BenchmarkFolderTests {
    /// Hourly rows in BATADAL's form: two channels that move together, a third that is one of them disturbed during attacks.
    private func table(days: Range<Int>, month: Int, flagged: ClosedRange<Int>?) -> String {
        var text = "DATETIME,L_T1, F_PU1,P_J1,ATT_FLAG\n"
        var state: UInt64 = 7
        var row = 0
        for day in days {
            for hour in 0..<24 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let noise = Double(state >> 40) / 16_777_216
                let level = 3 + (hour < 12 ? Double(hour) : Double(24 - hour)) / 6
                let isWrong = flagged?.contains(row) ?? false
                text += "\(day < 10 ? "0" : "")\(day)/\(month < 10 ? "0" : "")\(month)/18 \(hour < 10 ? "0" : "")\(hour),"
                text += "\(level),\(10 * level + noise),\(5 * level + noise + (isWrong ? 9 : 0)),\(isWrong ? 1 : 0)\n"
                row += 1
            }
        }
        return text
    }

    @Test("BATADAL's files are read in the order of their dates; the latest is scored by its flags where no attack was published")
    func batadal() throws {
        let folder = TestFolder()
        // Names in another order than dates.
        folder.write("a_test.csv", table(days: 1..<20, month: 3, flagged: 200...260))
        folder.write("b_train.csv", table(days: 1..<29, month: 1, flagged: nil))
        folder.write("c_train.csv", table(days: 1..<29, month: 2, flagged: nil))
        let score = try BATADALScore(folder: folder.path)
        #expect(score.files == ["b_train.csv", "c_train.csv", "a_test.csv"])
        #expect(score.pulse.attacks == 1)
        #expect(score.pulse.found == 1)
        #expect(score.pulse.s > 0.9)
        #expect(abs(score.alwaysOn.s - 0.75) < 1e-9)
    }

    @Test("SKAB's rows are scored behind the first four hundred, and a folder without labels is refused by name")
    func skab() throws {
        let folder = TestFolder()
        var text = "datetime;A;B;anomaly;changepoint\n"
        var state: UInt64 = 3
        for row in 0..<900 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let noise = Double(state >> 40) / 16_777_216
            let isWrong = (600..<700).contains(row)
            let minute = row / 60
            let second = row % 60
            text +=
                "2020-03-09 10:\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second);\(noise);\(5 + noise + (isWrong ? 8 : 0));\(isWrong ? 1.0 : 0.0);0.0\n"
        }
        folder.write("valve1/0.csv", text)
        folder.write("anomaly-free/x.csv", "datetime;A\n2020-03-09 10:00:00;1\n")
        let score = try SKABScore(folder: folder.path)
        #expect(score.files.map(\.name) == ["valve1/0.csv"])
        let pooled = score.pooled(\.pulse)
        #expect(pooled.truePositives + pooled.falsePositives + pooled.falseNegatives + pooled.trueNegatives == 500)
        #expect(pooled.f1 > 0.7)
        folder.write("valve1/1.csv", "datetime;A\n2020-03-09 10:00:00;1\n2020-03-09 10:00:01;1\n")
        #expect {
            _ = try SKABScore(folder: folder.path)
        } throws: { error in
            ((error as? RecordingProblem)?.text ?? "").contains("1.csv has no column \"anomaly\"")
        }
    }
}
