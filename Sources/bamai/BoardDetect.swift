import ArgumentParser
import Glibc
import Site

struct BoardDetect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Which board this is, whether its GPIO chips are there, and what to write into the site.",
        discussion: """
            The device tree's names are looked up in the board files, and the chips that a file names are compared with those that are there. With --site the
            site is held against the board too: its type, its number, and the chips that its lines are on.

            example: bamai board detect --site /etc/bamai
            exit codes: 0 a file fits and all is as it says, 1 no file fits, chips differ, or the site is for another board, 2 the site is wrong.
            """)

    @Option(
        name: .long, help: ArgumentHelp("The folder of the board files; default: ./boards, or else /usr/share/bamai/boards.", valueName: "folder"),
        completion: .directory)
    var boards: String?

    @Option(name: .long, help: ArgumentHelp("A site that is to run here.", valueName: "folder"), completion: .directory)
    var site: String?

    @Option(name: .long, help: ArgumentHelp("Where the kernel shows the device tree.", valueName: "folder"), completion: .directory)
    var deviceTree: String = BoardIdentity.deviceTree

    @Flag(name: .long, help: "For programs.")
    var json = false

    func run() throws {
        let identity = BoardIdentity.read(from: .disk, in: deviceTree)
        let folder = boards ?? BoardDetect.folder()
        let catalogue = BoardCatalogue(folder: folder, from: .disk)
        let chips = FoundChips.list()
        let entry = identity.flatMap { catalogue.entry(for: $0) }
        let objections = try site.map { BoardComparison.objections(of: try SiteOption.load($0), to: identity, found: chips) } ?? []
        let detection = BoardDetection(
            identity: identity, folder: folder, catalogue: catalogue, entry: entry,
            comparison: entry.flatMap { entry in chips.map { BoardComparison(entry.board, found: $0) } }, chips: chips, objections: objections)
        if json { Output.line(detection.json) } else { for line in detection.lines { Output.line(line) } }
        guard detection.isSound else { throw ExitCode(1) }
    }

    /// Where board files lie, in the sources or installed.
    static func folder() -> String { access("boards", R_OK | X_OK) == 0 ? "boards" : "/usr/share/bamai/boards" }
}
