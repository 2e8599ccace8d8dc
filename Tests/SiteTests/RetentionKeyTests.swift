import Lifeline
import Testing

@testable import Site

@Suite struct RetentionKeyTests {
    private func journal(_ lines: String) throws -> JournalConfiguration {
        let text = "schema = 1\n[site]\nid = \"gw7\"\nprofile = \"none\"\n[journal]\n\(lines)\n"
        let outcome = loadSite(at: "sites/a/site.toml", from: .memory(["sites/a/site.toml": text]))
        return try #require(outcome.value, "\(outcome.findings)").journal
    }

    @Test func withoutTheKeysAgeDoesNotMatter() throws {
        let journal = try journal("")
        #expect(journal.keepReadings == nil)
        #expect(journal.keepAlerts == nil)
    }

    @Test func theKeysAreDurations() throws {
        let journal = try journal("keep_readings = \"90 d\"\nkeep_alerts = \"36 h\"")
        #expect(journal.keepReadings == .seconds(90 * 86_400))
        #expect(journal.keepAlerts == .seconds(36 * 3600))
    }

    @Test func bothEndsOfTheRangeAreInIt() throws {
        let journal = try journal("keep_readings = \"1 h\"\nkeep_alerts = \"3660 d\"")
        #expect(journal.keepReadings == .seconds(3600))
        #expect(journal.keepAlerts == .seconds(3660 * 86_400))
    }
}
