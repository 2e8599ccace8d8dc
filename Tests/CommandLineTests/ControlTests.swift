import Foundation
import GatewayTesting
import Glibc
import Linux
import Testing

/// A control socket that answers each request with the lines it was given, as a gateway would, and then stays or goes.
final class SpeakingSocket: @unchecked Sendable {
    // Sendable: all is set before the thread starts, and the thread only reads.
    let path: String
    private let listener: Int32
    private let folder = TestFolder()

    init(_ lines: [String], stays: Bool = false) throws {
        path = folder.file("control.sock")
        listener = try UnixSocket.listen(at: path)
        let (listener, text) = (listener, lines.map { $0 + "\n" }.joined())
        try NativeThread(name: "speaking-socket") {
            // The listener is nonblocking: wait for the caller.
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            _ = poll(&waiting, 1, 20_000)
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            var request = [UInt8](repeating: 0, count: 256)
            _ = read(client, &request, request.count)
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                // In pieces, so that lines arrive torn.
                let piece = Array(bytes.prefix(700))
                guard send(client, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count else { break }
                bytes = bytes.dropFirst(piece.count)
            }
            if stays { _ = read(client, &request, request.count) }
            close(client)
        }.detach()
    }

    deinit { close(listener) }
}

@Suite("bamai status and watch")
struct ControlTests {
    static let report = """
        {"schema":1,"bamai":"0.1.0","gateway":"gw7","site":"泵房 7","revision":"3fa91c2255aa0011","uptime_s":93784,"now":"2026-01-02T11:04:05+08:00",\
        "state":"running","problems":[{"severity":"warning","subject":"sensors","text":"2 of 63 have fallen silent"},\
        {"severity":"error","subject":"broker field","text":"connection refused"}],"brokers":[{"id":"field","state":"waiting","since_s":75,\
        "messages":1204311,"bytes":123456789,"redelivered":3,"reconnects":2,"last_message_s":190,"last_error":"connection refused"}],"journal":{"state":"ok",\
        "bytes":52428800,"max_bytes":536870912,"segments":806,"readings":900000,"first_sequence":1,"last_sequence":900000,"commits":811,\
        "failed_commits":0,"dropped_readings":0,"damaged_segments":0},"judge":{"sequence":899990,"alerts":7,"episodes_active":1},\
        "decode":{"messages":1204311,"readings":2400000,"ignored":3,"refused":{"not-json":4}},"platform":null,"sensors":{"total":63,\
        "reporting":61,"silent":2,"never":0},"episodes":[{"subject":"manhole/MH-02","sensor":"MH-02/tilt","rule":"cover.tilt","level":"orange",\
        "since":"2026-01-01T23:59:00+08:00","event":{"zh":"井盖倾斜","en":"Cover tilted"}}]}
        """

    @Test("Problems stand on top, errors before warnings, and an error gives 1")
    func problems() throws {
        let socket = try SpeakingSocket([ControlTests.report])
        let run = try CommandRun(["status", "--socket", socket.path])
        #expect(run.code == 1)
        try #require(run.lines.count > 4, "\(run.output)")
        #expect(run.lines[0] == "bamai 0.1.0  gw7  泵房 7")
        #expect(run.lines[1] == "revision 3fa91c22  running  up 1 d 2 h")
        #expect(run.lines[2] == "  × broker field     connection refused")
        #expect(run.lines[3] == "  ‼ sensors          2 of 63 have fallen silent")
        #expect(run.output.contains("  orange  manhole/MH-02    Cover tilted                since 01-01 23:59:00  cover.tilt"))
        #expect(run.output.contains("waiting for 1 min, 1 204 311 messages (last 3 min ago), 117.7 MiB, 3 redelivered, 2 reconnects"))
        #expect(run.output.contains("9.8 % of 512.0 MiB"))
        #expect(run.output.contains("10 behind, 7 alerts made"))
        #expect(!run.output.contains("\u{1b}"))
    }

    @Test("The way to the platform: how, what it refused for good, and what it decided")
    func platform() throws {
        let platform =
            #""platform":{"transport":"https","state":"idle","alerts_acknowledged":7,"alerts_pending":0,"readings_acknowledged":3,"readings_pending":2,"#
            + #""in_flight":1,"reconnects":4,"dead_letters":2,"decisions":{"state":"listening","taken":5,"duplicates":1,"refused":{"expired":3}}},"sensors""#
        let socket = try SpeakingSocket([ControlTests.report.replacingOccurrences(of: "\"platform\":null,\"sensors\"", with: platform)])
        let run = try CommandRun(["status", "--socket", socket.path])
        for line in [
            "  link             idle by HTTPS, 1 in flight, 4 reconnects", "  refused          2 messages for good: bamai rejected --platform",
            "  decisions        5 taken, 3 refused (expired)",
        ] {
            #expect(run.lines.contains { $0 == line }, "\(line)\n\(run.output)")
        }
    }

    @Test("In Chinese where the terminal is, or where it is asked for")
    func chinese() throws {
        let first = try SpeakingSocket([ControlTests.report])
        #expect(try CommandRun(["status", "--socket", first.path], environment: ["LC_ALL": "zh_CN.UTF-8"]).output.contains("井盖倾斜"))
        let second = try SpeakingSocket([ControlTests.report])
        #expect(try CommandRun(["status", "--socket", second.path, "--lang", "zh"]).output.contains("井盖倾斜"))
    }

    @Test("The alarms' own figures have their lines, and what is too much stands out in words")
    func alarms() throws {
        let alarms =
            #""alarms":{"last_hour":20,"last_day":300,"acceptable_a_day":144,"peak_10_min":40,"held_by_flood_last_day":9,"stale":{"count":3},"#
            + #""chattering":{"count":1},"withheld":{"count":5},"shelves":[{},{}]},"sensors":"#
        let report = ControlTests.report.replacingOccurrences(of: "\"sensors\":", with: alarms)
        let socket = try SpeakingSocket([report])
        let output = try CommandRun(["status", "--socket", socket.path]).output
        #expect(output.contains("alarms\n  rate             300 in the last day (one operator can take 144), 20 in the last hour\n"), "\(output)")
        #expect(output.contains("  flood            40 in the worst 10 min, 9 held back\n"))
        #expect(output.contains("  standing         3 stand for long, 1 chatter, 2 shelved, 5 withheld\n"))
    }

    @Test("--json is the gateway's line, byte by byte")
    func json() throws {
        let socket = try SpeakingSocket([ControlTests.report])
        #expect(try CommandRun(["status", "--socket", socket.path, "--json"]).output == ControlTests.report + "\n")
    }

    @Test("Nobody there: a sentence and 3")
    func absent() throws {
        for command in ["status", "watch"] {
            let run = try CommandRun([command, "--socket", "/tmp/bamai-nobody/control.sock"])
            #expect(run.code == 3)
            #expect(run.output.hasPrefix("bamai: no gateway runs here: nothing listens at /tmp/bamai-nobody/control.sock"))
        }
    }

    @Test("What is no gateway is called that", arguments: ["hello", "[1,2]", "{\"schema\":1", String(repeating: "[", count: 5000)])
    func stranger(line: String) throws {
        let socket = try SpeakingSocket([line])
        let run = try CommandRun(["status", "--socket", socket.path])
        #expect(run.code == 3)
        #expect(run.output.contains("no gateway"))
    }

    static let events = [
        #"{"type":"reading","sensor":"WP-03/pressure","value":0.3712,"unit":"MPa","observed":"2026-01-02T11:04:05+08:00","score":0,"low":0.36,"high":0.38,"expected":0.37,"warming":false,"outside":false}"#,
        #"{"type":"reading","sensor":"MH-02/open","value":1,"unit":"state","observed":"2026-01-02T11:04:06+08:00"}"#,
        #"{"type":"reading","sensor":"WP-03/pressure","value":0.2601,"unit":"MPa","observed":"2026-01-02T11:04:07+08:00","score":8.31,"low":0.36,"high":0.38,"expected":0.37,"warming":false,"outside":true}"#,
        #"{"type":"dropped","lines":12}"#,
        #"{"type":"alert","alert":{"specversion":"1.0","type":"cn.bamai.alert.raised","subject":"water/WP-03","recordedtime":"2026-01-02T11:04:08+08:00","severitytext":"ORANGE","data":{"info":[{"language":"zh-CN","headline":"疑似爆管"},{"language":"en-GB","headline":"Burst suspected"}],"bamai":{"sensor":"WP-03/pressure"}}}}"#,
    ]

    @Test("Watch without a terminal: one line an event, and 3 when the gateway has gone")
    func plainWatch() throws {
        let socket = try SpeakingSocket(ControlTests.events)
        let run = try CommandRun(["watch", "--socket", socket.path])
        #expect(run.code == 3)
        #expect(
            run.lines == [
                "11:04:05 WP-03/pressure                0.371 MPa   0.36 … 0.38", "11:04:06 MH-02/open                        1",
                "11:04:07 WP-03/pressure                 0.26 MPa   0.36 … 0.38        outside  score 8.3",
                "… 12 lines were lost: this reader is too slow", "ALERT 01-02 11:04:08  orange raised    water/WP-03     Burst suspected",
                "bamai: the gateway has gone", "",
            ])
    }

    @Test("Watch shows only the sensors that are asked for, alerts included")
    func filteredWatch() throws {
        let socket = try SpeakingSocket(ControlTests.events)
        let run = try CommandRun(["watch", "--socket", socket.path, "--sensor", "MH-*"])
        #expect(run.lines.count == 4)
        #expect(run.output.contains("MH-02/open") && !run.output.contains("WP-03"))
    }

    @Test("Watch ends by itself after its duration")
    func duration() throws {
        let socket = try SpeakingSocket(ControlTests.events, stays: true)
        let run = try CommandRun(["watch", "--socket", socket.path, "--duration", "300ms"])
        #expect(run.code == 0)
        #expect(run.lines.count == 6)
    }
}
