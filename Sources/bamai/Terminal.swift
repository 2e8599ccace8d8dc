import Glibc

/// What the terminal can do, and how words are coloured on it.
enum Terminal {
    /// Colour only for people: a terminal, and nobody who asked for none (no-color.org).
    static let hasColour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    enum Colour: String {
        case red = "31"
        case yellow = "33"
        case blue = "34"
        case green = "32"
        case grey = "90"
        case orange = "38;5;208"
        case bold = "1"
    }

    static func paint(_ text: String, _ colour: Colour) -> String { hasColour ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text }

    static func level(_ name: String) -> String {
        let word = pad(name, 6)
        switch name {
        case "red": return paint(word, .red)
        case "orange": return paint(word, .orange)
        case "yellow": return paint(word, .yellow)
        case "blue": return paint(word, .blue)
        default: return word
        }
    }

    /// Columns that a text takes: wide characters take two.
    static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 && $1.value < 0xfe70 && !isNarrow($1) ? 2 : 1) } }

    private static func isNarrow(_ scalar: Unicode.Scalar) -> Bool { (0x2000..<0x2e80).contains(scalar.value) }

    static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - self.width(text))) }
    static func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - self.width(text))) + text }

    /// Cut to a width, with an ellipsis.
    static func cut(_ text: String, _ width: Int) -> String {
        guard self.width(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            let size = self.width(String(character))
            if used + size > width - 1 { break }
            result.append(character)
            used += size
        }
        return result + "…"
    }

    /// Rows and columns; 24 × 80 where nobody knows.
    static var size: (rows: Int, columns: Int) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return (24, 80) }
        return (Int(window.ws_row), Int(window.ws_col))
    }

    static func error(_ text: String) {
        var line = "bamai: \(text)\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// `3 d 4 h`, `2 h 5 min`, `14 s`.
    static func duration(_ seconds: Int) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min" }
        if seconds < 86_400 { return "\(seconds / 3600) h \(seconds / 60 % 60) min" }
        return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }

    static func bytes(_ count: Int64) -> String {
        if count < 1024 { return "\(count) B" }
        for (name, factor) in [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)] where Double(count) >= factor {
            return "\((Double(count) / factor * 10).rounded() / 10) \(name)"
        }
        return "\(count) B"
    }
}
