/// How much one site may hold. A board that reaches these is a data centre; a file that exceeds them is a mistake.
enum Limits {
    static let brokers = 16
    static let assets = 4096
    static let devices = 4096
    static let readingsPerDevice = 64
    static let sensors = 131_072
    static let quantities = 512
    static let rules = 1024
    static let derivations = 256
    /// Words for values of one quantity.
    static let states = 64
    static let disabledRules = 256
    static let maintenanceWindows = 256
    /// Rules that suppress one rule.
    static let suppressors = 16
    /// Of one code table.
    static let codes = 1024
    static let otherPaths = 8
    static let chips = 64
    /// Of the board that a site uses: more than any header has.
    static let lines = 128
    /// Exchanges of one line's meter.
    static let meters = 64
    /// Of a manifest of recordings.
    static let recordings = 10_000
    static let recordedEvents = 10_000
    static let columns = 256
    /// A path of a UNIX socket, without its final NUL. *Source*: unix(7), `sun_path` has 108 bytes.
    static let socketPath = 107
}
