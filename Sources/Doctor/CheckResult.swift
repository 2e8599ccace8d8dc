import Lifeline

/// What one check came to.
package enum Verdict: String, CaseIterable, Sendable {
    case ok, warning, error
    /// The check could not be made; the text says why. Never a good answer in disguise.
    case unknown
}

/// Groups of checks, in the order in which they are shown.
package enum Section: String, CaseIterable, Sendable {
    case hardware, time, storage, broker, platform, certificates, configuration, gateway

    /// The heading, in both languages.
    package var title: BilingualText {
        switch self {
        case .hardware: said("hardware", "硬件")
        case .time: said("time", "时间")
        case .storage: said("storage", "存储")
        case .broker: said("broker", "消息代理")
        case .platform: said("city link", "上级平台")
        case .certificates: said("certificates", "证书")
        case .configuration: said("configuration", "配置")
        case .gateway: said("gateway", "网关")
        }
    }
}

/// One line of an examination: a check, its verdict, the value and, where something is wrong, the fix.
package struct CheckResult: Equatable, Sendable {
    package var section: Section
    /// Which one of several: a broker's id, a host; empty where there is only one.
    package var subject: String
    /// Stable name for programs: `clock`, `journal`.
    package var check: String
    /// What people read: at most sixteen columns.
    package var name: BilingualText
    package var verdict: Verdict
    package var text: BilingualText
    /// Numbers behind the text, for programs; the names end in their unit.
    package var figures: [Figure]

    /// One number behind a text.
    package struct Figure: Equatable, Sendable {
        package var name: String
        package var value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package init(
        _ section: Section, subject: String = "", _ check: String, _ name: BilingualText, _ verdict: Verdict, _ text: BilingualText,
        figures: [Figure] = []
    ) {
        self.section = section
        self.subject = subject
        self.check = check
        self.name = name
        self.verdict = verdict
        self.text = text
        self.figures = figures
    }
}

/// All results of one examination, and what they come to.
package struct Examination: Equatable, Sendable {
    /// In the order of their sections.
    package private(set) var results: [CheckResult]

    package init(_ results: [CheckResult]) {
        let sections = Section.allCases
        self.results = sections.flatMap { section in results.filter { $0.section == section } }
    }

    /// How many results have a verdict.
    package func count(_ verdict: Verdict) -> Int { results.count { $0.verdict == verdict } }

    /// `1 error, 1 warning, 1 unknown`.
    package var summary: BilingualText {
        let (errors, warnings, unknown) = (count(.error), count(.warning), count(.unknown))
        guard errors + warnings + unknown > 0 else { return said("all \(results.count) checks are well", "\(results.count) 项检查全部正常") }
        func plural(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        return said(
            "\(plural(errors, "error")), \(plural(warnings, "warning")), \(unknown) unknown",
            "\(errors) 项错误，\(warnings) 项警告，\(unknown) 项未知")
    }
}

/// A text in both languages, English first, as it is thought.
func said(_ english: String, _ chinese: String) -> BilingualText { BilingualText(chinese: chinese, english: english) }

/// The same in both languages: names, numbers with units, other programs' words.
func same(_ text: String) -> BilingualText { BilingualText(chinese: text, english: text) }

extension BilingualText {
    /// One text right after the other, in each language.
    static func + (first: BilingualText, second: BilingualText) -> BilingualText {
        BilingualText(chinese: first.chinese + second.chinese, english: first.english + second.english)
    }
}
