import Lifeline
import Testing

@testable import Site

@Suite("Limits of Pulse rules as promises")
struct PromiseTests {
    private func profile(_ yellow: String, _ orange: String, kind: String = "pulse") -> Validation<Profile> {
        let text = """
            schema = 1
            profile = "p"
            version = 1
            [[rule]]
            id = "any.pulse"
            kind = "\(kind)"
            levels = [ { level = "yellow", limit = \(yellow) }, { level = "orange", limit = \(orange) } ]
            event = { zh = "异常", en = "Strange" }
            advice = { zh = "看", en = "Look." }
            """
        return loadProfile(at: "profiles/p.toml", from: .memory(["profiles/p.toml": text]))
    }

    private func limits(_ outcome: Validation<Profile>) -> [Double]? {
        if case .valid(let profile, _) = outcome { profile.rules.first?.levels.map(\.limit) } else { nil }
    }

    private func findings(_ outcome: Validation<Profile>) -> [String] {
        if case .invalid(let findings) = outcome { findings.map(\.description) } else { [] }
    }

    @Test("A rarer promise is a higher score, and numbers go on being scores")
    func scores() throws {
        let promised = try #require(limits(profile("\"5 a year\"", "\"0.5 a year\"")))
        #expect(promised[0] > 4 && promised[0] < promised[1] && promised[1] < 12)
        #expect(limits(profile("5", "\"0.2 a year\""))?.first == 5)
    }

    @Test("What cannot be promised is said with its place")
    func refused() {
        #expect(
            findings(profile("\"never\"", "9")).first?.contains(
                "p.toml:7:40: limit: expected a score such as 5.0, or false alarms such as \"1 a year\"") == true)
        #expect(findings(profile("\"1000 a year\"", "9")).first?.contains("0.001 … 20 false alarms a year can be promised") == true)
        #expect(findings(profile("\"0.5 a year\"", "\"5 a year\"")).first?.contains("must be above") == true)
        #expect(!findings(profile("\"1 a year\"", "\"0.5 a year\"", kind: "high")).isEmpty)
    }
}
