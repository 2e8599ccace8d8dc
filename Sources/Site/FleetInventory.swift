import Lifeline

/// The boards that a maintainer looks after together.
package struct FleetInventory: Equatable, Sendable {
    /// *Limits*: boards of one inventory (each one's site is held in memory while they are pushed to), and groups of one board.
    package static let hostLimit = 1000
    package static let groupLimit = 16

    /// How a board's `bamai` is reached.
    package struct Reach: Equatable, Sendable {
        /// A configuration file for ssh; nil: the user's own.
        package var configuration: String?
        /// As they stand behind `-o`; ssh takes the first that it is told.
        package var options: [String] = []
        /// The command that is `bamai` on the board; nil: `bamai`.
        package var remote: String?
        /// The board's folder of generations, absolute; nil: the usual one.
        package var root: String?
    }

    /// One board.
    package struct Host: Equatable, Sendable {
        /// Unlike every other one's.
        package var name: String
        /// As ssh knows it; `.`: the machine that the command runs on.
        package var destination: String
        /// The path of its site file, unlike every other one's.
        package var site: String
        package var groups: [String]
        /// It gets every change before the others.
        package var isCanary: Bool
        package var reach: Reach
        /// Where its name stands in the inventory.
        package var line: Int
        package var column: Int
    }

    /// The inventory's own path.
    package var path: String
    /// In the order of the file; never empty.
    package var hosts: [Host]

    /// All groups, in the order in which they are first named.
    package var groups: [String] {
        var seen: Set<String> = []
        return hosts.flatMap(\.groups).filter { seen.insert($0).inserted }
    }

    /// Why a choice of boards is none: one sentence with the nearest name.
    package struct UnknownName: Error, Equatable {
        package var text: String
    }

    /// The boards that are in any of the groups, or are called so, in the order of the file; all where nothing is named.
    package func hosts(in names: [String]) throws(UnknownName) -> [Host] {
        if names.isEmpty { return hosts }
        let known = groups + hosts.map(\.name)
        for name in names where !known.contains(name) { throw UnknownName(text: Wording.unknown("group or board", name, among: known)) }
        return hosts.filter { host in names.contains { $0 == host.name || host.groups.contains($0) } }
    }

    /// Something that is wrong with a board, where the inventory names it.
    package func finding(_ host: Host, _ message: String) -> Finding {
        Finding(file: path, line: host.line, column: host.column, message: message)
    }
}

/// Reads and validates a fleet's inventory. The sites that it names are only looked for, not read.
///
/// - Parameters:
///   - path: the inventory, `firmware-config/fleet.toml`. Paths in it count from its folder.
///   - sources: where files come from.
/// - Returns: the inventory, or every error at once.
package func loadFleetInventory(at path: String, from sources: SiteSources) -> Validation<FleetInventory> {
    let log = FindingLog()
    return Validation(FleetReader(path: path, shelf: FileShelf(sources, log: log)).read(), log)
}
