import GatewayTesting
import Glibc
import Testing

@Suite("bamai replay and simulate")
struct ReplayTests {
    let folder = TestFolder()

    /// Twelve days at one reading a quarter of an hour; on the ninth the level is another one.
    private func recording(separator: String = ",", quote: String = "") -> String {
        var generator = SeededGenerator(seed: 5)
        var text = ["when", "pressure", "note"].map { quote + $0 + quote }.joined(separator: separator) + "\n"
        for row in 0..<(12 * 96) {
            let (day, quarter) = (row / 96, row % 96)
            let shape = (Double(quarter - 48) / 48) * (Double(quarter - 48) / 48)
            let value = 10 + 3 * shape + 0.1 * generator.normal() + (day == 8 ? 6 : 0)
            let time =
                "2026-03-\(day + 1 < 10 ? "0" : "")\(day + 1) \(quarter / 4 < 10 ? "0" : "")\(quarter / 4):\(["00", "15", "30", "45"][quarter % 4]):00"
            text += [time, "\(value)", "fine"].map { quote + $0 + quote }.joined(separator: separator) + "\n"
        }
        return text
    }

    @Test("A level shift in a recording is found on its day, whatever the separator", arguments: [",", ";", "\t"])
    func found(separator: String) throws {
        folder.write("pump.csv", recording(separator: separator, quote: separator == ";" ? "\"" : ""))
        let run = try CommandRun(["replay", folder.file("pump.csv")])
        #expect(run.code == 0)
        let raised = run.lines.filter { $0.contains(" raised ") }
        #expect(raised.contains { $0.hasPrefix("2026-03-09 ") && $0.contains("asset/pump") })
        #expect(raised.allSatisfy { $0.hasPrefix("2026-03-09 ") || $0.hasPrefix("2026-03-1") }, "\(raised)")
        #expect(run.output.contains("pump: 1 152 readings of 2 columns over 11.99 days"))
    }

    @Test("The same recording gives the same alerts with the same ids")
    func deterministic() throws {
        folder.write("pump.csv", recording())
        let first = try CommandRun(["replay", folder.file("pump.csv"), "--json"])
        #expect(first.output.contains("cn.bamai.alert.raised"))
        #expect(try CommandRun(["replay", folder.file("pump.csv"), "--json"]).output == first.output)
    }

    @Test("A recording of a site's sensors is judged by the site's rules")
    func site() throws {
        var text = "time,MH-02/contact.open\n"
        for second in 0..<60 { text += "\(1_767_323_045 + second),\(second >= 20 && second < 40 ? 1 : 0)\n" }
        folder.write("cover.csv", text)
        let street = CommandRun.root + "/firmware-config/street"
        let run = try CommandRun(["replay", folder.file("cover.csv"), "--site", street, "--time-column", "time"])
        #expect(run.code == 0)
        #expect(run.lines.filter { $0.contains("orange raised    manhole/MH-02") && $0.contains("Cover open") }.count == 1)
        #expect(run.lines.filter { $0.contains("cleared   manhole/MH-02") }.count == 1)
        let stranger = try CommandRun(["replay", folder.file("cover.csv"), "--site", street])
        #expect(stranger.code == 1)
        #expect(stranger.output.contains("the site has no sensor \"time\""))
    }

    @Test(
        "What cannot be used is said in a sentence",
        arguments: [
            ("", "holds no rows"), ("time,value\n", "holds no rows"), ("time,value\n2026-01-01 00:00:00,1\nx,2\n", "1 row without a time"),
            ("time\n2026-01-01 00:00:00\n", "has no column but the time"), ("time,a,a\n2026-01-01 00:00:00,1,2\n", "two columns \"a\""),
        ])
    func refused(text: String, sentence: String) throws {
        folder.write("odd.csv", text)
        #expect(try CommandRun(["replay", folder.file("odd.csv")]).output.contains(sentence))
    }

    @Test("A file that is not there, a column that is not there")
    func absent() throws {
        let file = try CommandRun(["replay", "/nowhere.csv"])
        #expect(file.code == 1 && file.output == "bamai: /nowhere.csv: No such file or directory\n")
        folder.write("pump.csv", recording())
        let column = try CommandRun(["replay", folder.file("pump.csv"), "--time-column", "zeit"])
        #expect(column.code == 1 && column.output.contains("has no column \"zeit\"; it has when, pressure, note"))
    }

    @Test("A real broker gets the street, and gets again what it had not acknowledged when it went away")
    func simulate() throws {
        let broker = try MosquittoBroker(folder: folder.path)
        let child = try CommandRun.start(
            ["simulate", "--broker", "127.0.0.1:\(broker.port)", "--duration", "8s", "--seed", "9"], output: folder.file("street"))
        // Blocking on purpose: a suspended test might come back when the street is over.
        usleep(2_000_000)
        broker.stop()
        usleep(1_000_000)
        try broker.start()
        #expect(child.wait() == 0)
        let text = try CommandText.read(folder.file("street"))
        #expect(text.contains("; coming back"))
        #expect(text.contains(" messages in ") && text.contains("all acknowledged") && text.contains("1 reconnects"), "\(text)")
    }

    @Test("The truth names every fault with its rules; a site file for many streets is valid")
    func truth() throws {
        let run = try CommandRun(["simulate", "--truth"])
        #expect(run.lines.count == 4)
        #expect(run.output.contains("WP-03  62 s to 98 s    the pipe bursts                water.burst"))
        let site = try CommandRun(["simulate", "--copies", "3", "--print-site"])
        folder.write("config/street/site.toml", site.output)
        try CommandText.copy("devices", "profiles", to: folder)
        #expect(try CommandRun(["check", folder.file("config/street")]).output.contains("51 assets"))
    }

    @Test("Printed messages are the street's: the same seed, the same topics")
    func printed() throws {
        let run = try CommandRun(["simulate", "--print-messages", "--duration", "3s", "--seed", "4"])
        #expect(run.code == 0)
        #expect(run.lines.count > 100)
        #expect(run.lines.dropLast().allSatisfy { $0.hasSuffix("}") && $0.contains(" {") })
    }
}
