import Doctor
import Gateway
import Lifeline

/// An examination for people: a line a check, wrapped under its text, in sections.
struct DoctorView {
    let outcome: DoctorRun.Outcome
    let language: Language
    /// *Units*: columns; `.max`: not wrapped.
    let width: Int

    /// Columns before the text: mark and name.
    private static let indent = 21

    var lines: [String] {
        var lines = [Terminal.paint(shown(head), .bold)]
        var title = ""
        for result in outcome.examination.results {
            let next = heading(result)
            if next != title {
                title = next
                lines.append(Terminal.paint(shown(title), .bold))
            }
            lines += self.lines(of: result)
        }
        return lines + [summary]
    }

    private func text(_ text: BilingualText) -> String { language == .zh ? text.chinese : text.english }

    /// `bamai 0.1.0  site pump-07  revision 3fa91c22  up 12 d`.
    private var head: String {
        var parts = ["bamai \(Version.text)"]
        if let site = outcome.site {
            parts.append(language == .zh ? "站点 \(site.name)" : "site \(site.name)")
            if let generation = outcome.generation { parts.append(language == .zh ? "第 \(generation) 代" : "generation \(generation)") }
            parts.append(language == .zh ? "版本 \(site.revision.prefix(8))" : "revision \(site.revision.prefix(8))")
        }
        if let report = outcome.report {
            parts.append(language == .zh ? "已运行 \(Terminal.duration(report["uptime_s"].count))" : "up \(Terminal.duration(report["uptime_s"].count))")
        }
        return parts.joined(separator: "  ")
    }

    /// Without what would move the cursor; without what the terminal cannot show, where the language allows.
    private func shown(_ text: String) -> String {
        let plain = Terminal.plain(text)
        return Terminal.isUTF8 || language == .zh ? plain : Terminal.ascii(plain)
    }

    private func heading(_ result: CheckResult) -> String {
        let isMany = result.section == .broker || result.section == .platform
        return text(result.section.title) + (isMany && !result.subject.isEmpty ? " \(result.subject)" : "")
    }

    private func lines(of result: CheckResult) -> [String] {
        let name = Terminal.pad(Terminal.plain(text(result.name)), 16)
        let words = shown(text(result.text))
        let room = width == .max ? Int.max : max(20, width - DoctorView.indent)
        let rows = room == .max ? [words] : Terminal.wrap(words, room)
        let margin = String(repeating: " ", count: DoctorView.indent)
        return rows.enumerated().map { index, row in index == 0 ? "  \(mark(result.verdict)) \(name) \(row)" : margin + row }
    }

    private func mark(_ verdict: Verdict) -> String {
        let isPlain = !Terminal.isUTF8
        switch verdict {
        case .ok: return Terminal.paint(isPlain ? "+" : "√", .green)
        case .warning: return Terminal.paint(isPlain ? "!" : "‼", .yellow)
        case .error: return Terminal.paint(isPlain ? "x" : "×", .red)
        case .unknown: return Terminal.paint("?", .blue)
        }
    }

    private var summary: String {
        let examination = outcome.examination
        let colour: Terminal.Colour = examination.count(.error) > 0 ? .red : examination.count(.warning) > 0 ? .yellow : .green
        return Terminal.paint(text(examination.summary), colour)
    }
}
