import Lifeline

/// The two languages of the desk.
package enum Language: String, CaseIterable, Sendable {
    case chinese = "zh"
    case english = "en"

    /// What a browser asks for first; Chinese where it asks for neither.
    package init(accepting header: String?) {
        let first = (header ?? "").split(separator: ",").map { $0.prefix { $0 != ";" }.drop { $0 == " " } }.first {
            $0.hasPrefix("zh") || $0.hasPrefix("en")
        }
        self = first?.hasPrefix("en") == true ? .english : .chinese
    }

    /// For `<html lang>`.
    package var tag: String { self == .chinese ? "zh-CN" : "en-GB" }
    package var other: Language { self == .chinese ? .english : .chinese }

    /// One of two texts.
    package func callAsFunction(_ chinese: String, _ english: String) -> String { self == .chinese ? chinese : english }
    /// One half of a text; the other where it is empty.
    package func callAsFunction(_ text: BilingualText) -> String {
        let (own, other) = self == .chinese ? (text.chinese, text.english) : (text.english, text.chinese)
        return own.isEmpty ? other : own
    }
}
