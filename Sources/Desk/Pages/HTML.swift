/// A piece of HTML. What is put into it by interpolation is escaped, unless it is HTML itself: there is no way to forget it.
///
/// ```swift
/// let cell: HTML = "<td class=\"name\">\(asset.name)</td>"
/// ```
/// Values of attributes stand between double quotes, always. Texts never go into scripts, styles or addresses of links.
package struct HTML: ExpressibleByStringInterpolation, Sendable {
    package private(set) var text: String

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Pieces one after the other.
    package init(_ parts: [HTML]) { text = parts.map(\.text).joined() }

    /// A text, escaped.
    package init(escaping text: String) { self.text = HTML.escape(text) }

    /// The text that a browser shows as `text`, in an element and in an attribute between double quotes.
    package static func escape(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            // No character of HTML; a browser would make this of it.
            case "\u{0}": out += "\u{fffd}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// What the compiler builds a piece with.
    package struct StringInterpolation: StringInterpolationProtocol {
        var text: String

        package init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// What stands in the program is HTML.
        package mutating func appendLiteral(_ literal: String) { text += literal }
        /// A piece of HTML.
        package mutating func appendInterpolation(_ html: HTML) { text += html.text }
        /// A piece of HTML, or nothing.
        package mutating func appendInterpolation(_ html: HTML?) { if let html { text += html.text } }
        /// Pieces one after the other.
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
        /// A text, escaped.
        package mutating func appendInterpolation(_ text: String) { self.text += HTML.escape(text) }
        /// A whole number.
        package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
    }

    /// One after the other.
    package static func + (left: HTML, right: HTML) -> HTML { HTML([left, right]) }
    /// One after the other.
    package static func += (left: inout HTML, right: HTML) { left.text += right.text }
}
