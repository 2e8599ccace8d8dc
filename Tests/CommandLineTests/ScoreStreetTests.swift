import Foundation
import Testing

@Suite("bamai score street")
struct ScoreStreetTests {
    private static let profiles = CommandRun.root + "/firmware-config/profiles"

    @Test("Sixty days of a small district: figures in range, the same each time")
    func figures() throws {
        let arguments = [
            "score", "street", "--first-seed", "7", "--days", "60", "--divisor", "16", "--profiles", ScoreStreetTests.profiles, "--json",
        ]
        let run = try CommandRun(arguments)
        #expect(run.code == 0, "\(run.output)")
        let figures = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let falseAlarms = try #require(figures["false_alarms_per_asset_year"] as? Double)
        let alarms = try #require(figures["alarms_per_day"] as? Double)
        #expect(falseAlarms >= 0 && alarms >= 0 && alarms.isFinite)
        let faults = try #require(figures["faults"] as? Int)
        if faults > 0 {
            let rate = try #require(figures["detection_rate"] as? Double)
            #expect((0...1).contains(rate))
        } else {
            #expect(figures["detection_rate"] is NSNull)
        }
        // In sixty days the index is asked at no quarter's end: nothing is invented.
        #expect(figures["index_auc"] is NSNull)
        // Thirty counted days of fifteen assets.
        let years = try #require(figures["asset_years"] as? Double)
        #expect((years - 30 * 12 / 365.25).magnitude < 30 * 6 / 365.25)
        let classes = try #require(figures["classes"] as? [String: Any])
        #expect(classes.count == 10)
        #expect(try CommandRun(arguments).output == run.output)
    }

    @Test("A profile that is not there ends with 1 and says where it was looked for")
    func noProfile() throws {
        let run = try CommandRun([
            "score", "street", "--days", "2", "--learning", "0", "--divisor", "64", "--profile", "nowhere", "--profiles", ScoreStreetTests.profiles,
        ])
        #expect(run.code == 1)
        #expect(run.output.contains("nowhere"))
    }

    @Test("The district's truth and site file can be printed")
    func prints() throws {
        let truth = try CommandRun(["simulate", "--district", "--truth", "--seed", "7"])
        #expect(truth.code == 0 && truth.output.contains("device_dead"))
        let site = try CommandRun(["simulate", "--district", "--print-site", "--divisor", "16"])
        #expect(site.code == 0 && site.output.contains("id = \"district\""))
    }
}
