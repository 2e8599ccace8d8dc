/// What a site takes of its board, beside pins and edges, which lines are checked against one by one.
struct BoardResources {
    let board: BoardConfiguration?
    let log: FindingLog

    /// The part of soldered storage that a journal may have: the system is on it too.
    static let share = 0.5

    func check(_ journal: JournalConfiguration, _ file: TableReader) {
        guard let board, let storage = board.board.storage else { return }
        let most = Int64(Double(storage) * BoardResources.share)
        guard journal.maxBytes > most else { return }
        let words = "\(board.type) has \(storage >> 20) MiB of storage, system included; a journal may have \(most >> 20) MiB of it"
        if let table = file.table("journal", Schema.journal), table.has("max_bytes") {
            log.error("max_bytes is more than the board can hold: \(words)", at: table.spot(of: "max_bytes"))
        } else {
            log.error(
                "the journal's default of \(journal.maxBytes >> 20) MiB is more than the board can hold: \(words); set max_bytes in [journal]",
                at: file.here)
        }
    }
}
