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
