import Testing

@Suite("bamai alarms, shelves and decisions")
struct AlarmsTests {
    static let report = """
        {"schema":1,"gateway":"gw7","now":"2026-01-02T11:04:05+08:00","alarms":{"last_hour":9,"last_day":120,"complete":true,\
        "held_by_flood_last_day":31,"peak_10_min":41,"acceptable_a_day":150,"levels":{"red":1,"orange":19,"yellow":100,"blue":0},\
        "worst":[{"asset":"MH-02","rule":"cover.tilt","count":60,"share":0.5},{"asset":"WP-3","rule":"water.burst","count":12,"share":0.1}],\
        "stale":{"count":1,"episodes":[{"subject":"lift/LIFT-2","rule":"lift.fault","level":"yellow","since":"2025-12-30T09:00:00+08:00","episode":"e"}]},\
        "chattering":{"count":0,"episodes":[]},"withheld":{"count":12,"episodes":[{"subject":"manhole/MH-09","rule":"cover.open","level":"orange",\
        "since":"2026-01-02T10:59:00+08:00","reason":"maintenance","episode":"e"}]},"shelves":[{"act":"shelve","asset":"MH-02","rule":"cover.tilt",\
        "until":"2026-01-02T18:00:00+08:00","reason":"kerb \\u001b stones","by":"Li Wei"},{"act":"maintain","asset":"PUMP-2",\
        "until":"2026-01-02T12:00:00+08:00","reason":"bearing","by":"Zhang"}],"maintenance_windows_open":1,\
        "false_alarms":[{"asset":"WP-3","rule":"pressure.low","sensor":"WP-3/pressure","count":3,"last":"2026-01-01T09:30:00+08:00","by":"Li Wei",\
        "reason":"pump test","suggestion":{"act":"limit","direction":"below","beyond":0.118,"unit":"MPa"}},{"asset":"MH-02","rule":"cover.tilt",\
        "count":1,"last":"2026-01-02T09:30:00+08:00","by":"Zhang","reason":"road works","suggestion":{"act":"shelve"}}],\
        "reasons":{"maintenance":{"withheld":3,"ended_untold":1},"shelved":{"withheld":0,"ended_untold":0},\
        "suppressed":{"withheld":7,"ended_untold":7},"flood":{"withheld":31,"ended_untold":4}},"chattered":2}}
        """

    @Test("The report begins with the rate against its marks, and names the worst points")
    func alarms() throws {
        let socket = try SpeakingSocket([AlarmsTests.report])
        let run = try CommandRun(["alarms", "--socket", socket.path])
        #expect(run.code == 0)
        for line in [
            "gw7  2026-01-02 11:04", "        9  in the last hour   one operator can take 6",
            "      120  in the last day    one operator can take 150",
            "       41  in the worst 10 min of the day   10 are a flood", "       31  held back by floods in the last day",
            "  red          1    1 %  about 5 %", "  yellow     100   83 %  about 80 % with blue", "     60   50 %  MH-02            cover.tilt",
            "stale: 1", "  yellow  lift/LIFT-2      lift.fault           since 2025-12-30 09:00", "withheld now: 12",
            "  orange  manhole/MH-09    cover.open           since 2026-01-02 10:59  maintenance", "put aside: 2",
            "  shelved     MH-02 cover.tilt                 until 2026-01-02 18:00  Li Wei: kerb · stones",
            "  maintenance PUMP-2                           until 2026-01-02 12:00  Zhang: bearing", "  1 maintenance window of the site open now",
            "called false alarms by people", "      3  WP-3             pressure.low         2026-01-01 09:30  Li Wei: pump test",
            "         consider a limit below 0.118 MPa", "      1  MH-02            cover.tilt           2026-01-02 09:30  Zhang: road works",
            "         consider bamai shelve MH-02 --rule cover.tilt --for 7d",
            "  suppressed         7 withheld, 7 of them ended untold", "  … and 2 more",
        ] {
            #expect(run.lines.contains { $0 == line }, "\(line)\n\(run.output)")
        }
        #expect(!run.output.contains("chattering now") && !run.output.contains("\u{1b}"))
    }

    @Test("Shelves as lines, as JSON, and none")
    func shelves() throws {
        let first = try SpeakingSocket([AlarmsTests.report])
        #expect(try CommandRun(["shelves", "--socket", first.path]).lines.count == 3)
        let second = try SpeakingSocket([AlarmsTests.report])
        #expect(
            try CommandRun(["shelves", "--json", "--socket", second.path]).lines[1]
                == #"{"act":"maintain","asset":"PUMP-2","until":"2026-01-02T12:00:00+08:00","reason":"bearing","by":"Zhang"}"#)
        let third = try SpeakingSocket([#"{"schema":1,"alarms":{"shelves":[]}}"#])
        #expect(try CommandRun(["shelves", "--socket", third.path]).output == "nothing is shelved\n")
    }

    @Test("A decision's answer is one line, a refusal its reason and 1, silence 3")
    func decisions() throws {
        let words = ["--reason", "r", "--by", "b", "--socket"]
        let taken = try SpeakingSocket([
            #"{"taken":1842,"decision":{"act":"shelve","asset":"MH-02","rule":"cover.tilt","until":"2026-01-02T18:00:00+08:00","reason":"r","by":"b"}}"#
        ])
        let run = try CommandRun(["shelve", "MH-02", "--rule", "cover.tilt", "--for", "4h"] + words + [taken.path])
        #expect(run.code == 0)
        #expect(run.output == "√ shelve MH-02 cover.tilt, until 2026-01-02 18:00; in the journal at 1842\n")
        for command in [["unshelve", "MH-02"], ["acknowledge", "ep"], ["end", "ep"], ["false-alarm", "ep"], ["maintain", "A", "--done"]] {
            let refusing = try SpeakingSocket([#"{"error":"no episode \"ep\" stands"}"#])
            let run = try CommandRun(command + words + [refusing.path])
            #expect(run.code == 1)
            #expect(run.output == "bamai: no episode \"ep\" stands\n")
        }
        #expect(try CommandRun(["end", "ep"] + words + ["/tmp/bamai-nobody/control.sock"]).code == 3)
    }
}
