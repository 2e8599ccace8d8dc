import Lifeline

/// What browsers fetch beside the pages. Names carry a hash of the content, so that they may be kept for ever.
enum DeskAssets {
    static let styleName = "desk-\(SHA256.hex(Array(style.utf8)).prefix(12)).css"
    static let scriptName = "desk-\(SHA256.hex(Array(script.utf8)).prefix(12)).js"

    /// The bytes and the type of an asset; nil: there is none of this name.
    static func find(_ name: String) -> (text: String, type: String, isForever: Bool)? {
        switch name {
        case styleName: (style, "text/css; charset=utf-8", true)
        case scriptName: (script, "text/javascript; charset=utf-8", true)
        case "icon.svg": (icon, "image/svg+xml", false)
        default: nil
        }
    }

    private static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6b5d"/><path d="M4 17h6l3-8 5 15 4-10 2 3h5" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/></svg>
        """
}
