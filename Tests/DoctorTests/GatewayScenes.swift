import Lifeline

@testable import Doctor

extension Scenes {
    static func configuration(_ change: (inout ConfigurationFacts) -> Void = { _ in }) -> ConfigurationFacts {
        var facts = ConfigurationFacts(path: "/etc/bamai")
        facts.site = .known(.valid(gateway: "pump-07", revision: "3fa91c2255aa0011", sensors: 63, warnings: []))
        facts.secrets = .known([
            .init(name: "local", path: "/etc/bamai/secrets/local", fault: nil),
            .init(name: "platform", path: "/etc/bamai/secrets/platform", fault: nil),
        ])
        facts.profile = .known(.init(name: "lifeline-cn", version: 4, shipped: 4))
        facts.running = .known("3fa91c2255aa0011")
        facts.unit = .known(.init(name: "bamaid.service", load: "loaded", active: "active", file: "enabled", restarts: 0, watchdog: 30_000_000))
        facts.writers = .known(.init(holders: [712], gateway: 712))
        change(&facts)
        return facts
    }

    static func unit(_ load: String, _ active: String, _ file: String, _ restarts: Int, _ watchdog: Int64) -> Answer<ConfigurationFacts.Unit> {
        .known(.init(name: "bamaid.service", load: load, active: active, file: file, restarts: restarts, watchdog: watchdog))
    }

    static let configurationScenes: [(String, ConfigurationFacts)] = [
        ("well", configuration()),
        ("nothing answers", ConfigurationFacts(path: "/etc/bamai")),
        (
            "everything is wrong",
            configuration {
                $0.site = .known(.invalid(["a.toml:1:1: one", "a.toml:2:1: two", "a.toml:3:1: three", "a.toml:4:1: four"]))
                $0.secrets = .known([
                    .init(name: "a", path: "/etc/bamai/secrets/a", fault: .absent), .init(name: "b", path: "/etc/bamai/secrets/b", fault: .empty),
                    .init(name: "c", path: "/etc/bamai/secrets/c", fault: .open),
                    .init(name: "d", path: "/etc/bamai/secrets/d", fault: .notAllowed),
                ])
                $0.profile = .known(.init(name: "lifeline-cn", version: 3, shipped: 4))
                $0.unit = unit("loaded", "failed", "enabled", 3, 0)
                $0.writers = .known(.init(holders: [712, 915], gateway: 712))
            }
        ),
        (
            "another revision runs, and not at boot",
            configuration {
                $0.site = .known(.valid(gateway: "pump-07", revision: "0000000000000000", sensors: 63, warnings: ["x"]))
                $0.secrets = .known([])
                $0.profile = .known(.init(name: "own", version: 1, shipped: nil))
                $0.unit = unit("loaded", "active", "disabled", 0, 30_000_000)
                $0.writers = .known(.init(holders: [], gateway: 712))
            }
        ),
        (
            "no unit, no gateway",
            configuration {
                $0.profile = nil
                $0.running = .unknown(.noGateway)
                $0.unit = unit("not-found", "inactive", "", 0, 0)
                $0.writers = .known(.init(holders: [], gateway: nil))
            }
        ),
        ("somebody else writes", configuration { $0.writers = .known(.init(holders: [99], gateway: nil)) }),
    ]

    static let report = #"""
        {"schema":1,"bamai":"0.1.0","uptime_s":1036800,"state":"running","problems":[],
        "journal":{"state":"ok","commits":811,"failed_commits":0,"last_sequence":900000},"judge":{"sequence":900000},
        "decode":{"messages":1204311,"refused":{}},"platform":{"state":"connected","alerts_pending":0,"readings_pending":3},
        "sensors":{"total":63,"reporting":63,"silent":0,"never":0},
        "alarms":{"last_hour":0,"last_day":4,"acceptable_a_day":144,"peak_10_min":2,"held_by_flood_last_day":0,"worst":[],
        "stale":{"count":0},"chattering":{"count":0},"withheld":{"count":0},"shelves":[]}}
        """#

    static let sickReport = #"""
        {"schema":1,"bamai":"0.1.0","uptime_s":1036800,"state":"running",
        "problems":[{"severity":"error","subject":"broker field","text":"connection refused"},{"severity":"warning","subject":"control","text":"no socket"},
        {"severity":"error","subject":"journal","text":"the store refuses"}],
        "journal":{"state":"full","refusing_s":600,"commits":811,"failed_commits":2,"last_sequence":900000},"judge":{"sequence":1},
        "decode":{"messages":1000,"refused":{"not-json":4,"no-device":30}},"platform":{"state":"waiting","dead_letters":2,"alerts_pending":7,"readings_pending":90000},
        "sensors":{"total":63,"reporting":61,"silent":2,"never":0},
        "alarms":{"last_hour":20,"last_day":300,"acceptable_a_day":144,"peak_10_min":40,"held_by_flood_last_day":9,
        "worst":[{"asset":"MH-17","rule":"cover.tilt","count":200,"share":0.67}],
        "stale":{"count":3},"chattering":{"count":1},"withheld":{"count":5},"shelves":[{},{}]}}
        """#

    static func json(_ text: String, _ changes: [(String, String)] = []) -> Answer<JSONValue> {
        var text = text.split(separator: "\n").joined()
        for (old, new) in changes {
            let parts = text.split(separator: old, omittingEmptySubsequences: false)
            precondition(parts.count == 2, "\(old) stands in the report \(parts.count - 1) times")
            text = parts.joined(separator: new)
        }
        guard let value = JSONValue(Array(text.utf8)) else { preconditionFailure("a report that is no JSON") }
        return .known(value)
    }

    static func gateway(_ report: Answer<JSONValue>, _ change: (inout GatewayFacts) -> Void = { _ in }) -> GatewayFacts {
        var facts = GatewayFacts()
        facts.report = report
        facts.socket = "/run/bamai/control.sock"
        facts.newestReading = .known(4)
        facts.oldestAlert = .known(nil)
        facts.oldestReading = .known(40)
        facts.hasPlatform = true
        change(&facts)
        return facts
    }

    static let gatewayScenes: [(String, GatewayFacts)] = [
        ("well", gateway(json(report))),
        (
            "sick",
            gateway(json(sickReport)) {
                $0.newestReading = .known(40_000)
                $0.oldestAlert = .known(1200)
                $0.oldestReading = .known(2 * day)
            }
        ),
        ("none runs", gateway(.unknown(.noGateway)) { $0.oldestAlert = .known(1200) }),
        ("it hangs", gateway(.unknown(.late))),
        ("it may not be asked", gateway(.unknown(.notAllowed("/run/bamai/control.sock")))),
        (
            "never heard anything",
            gateway(json(report, [("\"reporting\":63", "\"reporting\":60"), ("\"never\":0", "\"never\":3")])) { $0.newestReading = .known(nil) }
        ),
        (
            "young",
            gateway(json(report, [("1036800", "60"), ("\"never\":0", "\"never\":3")])) {
                $0.newestReading = .known(nil)
                $0.hasPlatform = false
            }
        ),
        ("behind, with failures", gateway(json(report, [("{\"sequence\":900000}", "{\"sequence\":1}")]))),
        ("failures of the past", gateway(json(report, [("\"failed_commits\":0", "\"failed_commits\":2")]))),
        ("a flood", gateway(json(report, [("\"peak_10_min\":2", "\"peak_10_min\":12")]))),
        (
            "waits for its journal",
            gateway(
                json(
                    "{\"schema\":1,\"bamai\":\"0.1.0\",\"uptime_s\":30,\"state\":\"waiting for its journal\",\"problems\":[{\"severity\":\"error\",\"subject\":\"journal\",\"text\":\"it cannot be opened\"}]}"
                )
            ) { $0.newestReading = .unknown(.failed("the medium refuses")) }
        ),
    ]
}
