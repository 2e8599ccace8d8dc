import Lifeline

/// Finds the file of the board that a site names.
struct BoardShelf {
    let shelf: FileShelf
    /// The site file.
    let site: String

    /// Where boards lie unless the site says otherwise: beside the profiles where a site is installed, above them in the sources.
    static let folders = ["../boards", "../../boards"]

    /// - Parameter folder: what the site says.
    func board(_ reader: TableReader?, folder: String?) -> BoardChoice {
        guard let reader else { return BoardChoice() }
        let serial = reader.identifier("serial")?.value
        guard let type = reader.identifier("type") else { return BoardChoice(isBroken: true) }
        let folders = (folder.map { [$0] } ?? BoardShelf.folders).map { FilePath.join(FilePath.folder(of: site), $0) }
        let paths = folders.map { FilePath.join($0, type.value + ".toml") }
        let path = paths.first { shelf.sources.read($0) != .absent } ?? paths[0]
        let errors = shelf.log.errorCount
        let board = BoardReader(shelf: shelf).board(at: path) {
            let names = folders.flatMap { self.shelf.names(in: $0) }
            return (Wording.unknown("board", type.value, among: names, place: " in \(folders[0])"), type.spot)
        }
        guard let board, shelf.log.errorCount == errors else { return BoardChoice(isBroken: true) }
        return BoardChoice(configuration: BoardConfiguration(type: type.value, serial: serial, board: board))
    }
}
