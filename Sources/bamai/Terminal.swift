import Glibc

/// What the terminal can do, and how words are coloured and laid out on it.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1
    /// Colour only for people: a terminal, and nobody who asked for none (no-color.org: any value but the empty one).
    static let hasColour = isInteractive && !isSet("NO_COLOR") && text("TERM") != "dumb"

    private static func text(_ variable: String) -> String {
        guard let value = getenv(variable) else { return "" }
        return String(cString: value)
    }

    private static func isSet(_ variable: String) -> Bool { !text(variable).isEmpty }

    /// Whether the environment's character set is UTF-8; the first variable that is set decides, as setlocale(3) does it.
    static let isUTF8: Bool = {
        for variable in ["LC_ALL", "LC_CTYPE", "LANG"] where isSet(variable) {
            let name = text(variable).lowercased()
            return name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains("utf-8@") || name.contains("utf8@")
        }
        return false
    }()

    /// The language that the environment asks for: `zh` or `en`.
    static let language: String = {
        for variable in ["LC_ALL", "LC_MESSAGES", "LANG"] where isSet(variable) { return text(variable).hasPrefix("zh") ? "zh" : "en" }
        return "en"
    }()

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

    /// The name of a level in its own colour, padded to the longest.
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

    // MARK: - Widths

    /// Columns that a text takes: East Asian wide characters take two, combining ones none, and colours none.
    static func width(_ text: String) -> Int {
        var width = 0
        var isEscape = false
        for scalar in text.unicodeScalars {
            if isEscape {
                isEscape = !scalar.properties.isAlphabetic
            } else if scalar.value == 0x1b {
                isEscape = true
            } else {
                width += columns(scalar.value)
            }
        }
        return width
    }

    /// *Source*: Unicode 15, EastAsianWidth.txt, the ranges W and F that this field's texts can hold.
    private static func columns(_ scalar: UInt32) -> Int {
        switch scalar {
        case 0x20...0x7e: 1
        case 0x0300...0x036f, 0x200b...0x200f, 0xfe00...0xfe0f: 0
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            2
        default: 1
        }
    }

    static func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - self.width(text))) }
    static func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - self.width(text))) + text }

    /// Cut to a width, with an ellipsis; colours are kept and closed.
    static func cut(_ text: String, _ width: Int) -> String {
        guard self.width(text) > width else { return text }
        var result = ""
        var used = 0
        var isEscape = false
        for character in text {
            if isEscape {
                result.append(character)
                isEscape = !character.isLetter
            } else if character == "\u{1b}" {
                result.append(character)
                isEscape = true
            } else {
                let size = self.width(String(character))
                if used + size > width - 1 { break }
                result.append(character)
                used += size
            }
        }
        return result + (text.contains("\u{1b}") ? "\u{1b}[0m…" : "…")
    }

    /// Broken into lines of a width: between words, and between any two wide characters.
    static func wrap(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        var word = ""
        func endWord() {
            let size = self.width(word)
            if used + size > width && used > 0 {
                while line.last == " " { line.removeLast() }
                lines.append(line)
                (line, used) = ("", 0)
                if word == " " { word = "" }
            }
            line += word
            used += self.width(word)
            word = ""
        }
        for character in text {
            if character == " " || self.width(String(character)) == 2 {
                endWord()
                word = String(character)
                endWord()
            } else {
                word.append(character)
            }
        }
        endWord()
        lines.append(line)
        return lines
    }

    /// Rows and columns; 24 × 80 where nobody knows.
    static var size: (rows: Int, columns: Int) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else { return (24, 80) }
        return (Int(window.ws_row), Int(window.ws_col))
    }

    // MARK: - Words

    static func error(_ text: String) { Output.raw("bamai: \(text)\n", to: STDERR_FILENO) }

    /// `3 d 4 h`, `2 h 5 min`, `14 s`.
    static func duration(_ seconds: Int64) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min" }
        if seconds < 86_400 { return "\(seconds / 3600) h \(seconds / 60 % 60) min" }
        return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }

    static func bytes(_ count: Int64) -> String {
        for (name, factor) in [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)] where Double(count) >= factor {
            return "\((Double(count) / factor * 10).rounded() / 10) \(name)"
        }
        return "\(count) B"
    }

    /// `1 204 311`: thousands apart, so that a long count can be read.
    static func count(_ number: Int64) -> String {
        var digits = Array(String(number.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(" ", at: position)
            position -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// `1 alert`, `3 alerts`.
    static func plural(_ number: Int, _ word: String) -> String { "\(count(Int64(number))) \(word)\(number == 1 ? "" : "s")" }

    /// A text for a terminal that knows ASCII only: what has a plain form takes it, the rest is a question mark.
    static func ascii(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{b0}": continue
            case "\u{2026}": result += "..."
            case "\u{b7}": result += "."
            default: result.unicodeScalars.append(scalar.isASCII ? scalar : "?")
            }
        }
        return result
    }

    /// A text from outside, with what would move the cursor made visible.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || (0x7f...0x9f).contains($0.value) ? "·" : $0 }))
    }
}
