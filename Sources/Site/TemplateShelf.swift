import Lifeline

/// The device templates that a site uses; each file is opened once.
final class TemplateShelf {
    private let shelf: FileShelf
    private let folder: String
    private var drafts: [String: MessageDraft?] = [:]
    private var log: FindingLog { shelf.log }

    init(_ shelf: FileShelf, folder: String) {
        self.shelf = shelf
        self.folder = folder
    }

    /// The template of this name; nil with a finding, which is made once however many devices use the template.
    func template(_ name: Located<String>) -> MessageDraft? {
        if let objection = TextRules.objection(toID: name.value) {
            log.error("template \(objection)", at: name.spot)
            return nil
        }
        let path = FilePath.join(folder, name.value + ".toml")
        if let known = drafts[name.value], known != nil || shelf.sources.read(path) != .absent { return known }
        let draft = TemplateShelf.read(path, shelf) {
            (Wording.unknown("template", name.value, among: self.shelf.names(in: self.folder), place: " in \(self.folder)"), name.spot)
        }
        drafts[name.value] = .some(draft)
        return draft
    }

    /// Reads one template file.
    static func read(_ path: String, _ shelf: FileShelf, missing: (() -> (message: String, spot: Spot))? = nil) -> MessageDraft? {
        let stem = FilePath.stem(of: path)
        guard let root = shelf.root(of: path, role: "device " + stem, missing: missing) else { return nil }
        let reader = TableReader(root, Schema.templateFile, file: path, log: shelf.log)
        if let name = reader.identifier("device"), name.value != stem {
            shelf.log.error("the template's name must be the file's, \(Wording.quote(stem))", at: name.spot)
        }
        _ = reader.text("name")
        _ = reader.text("notes", limit: 2000)
        return MessageDraft(reader, readingShape: Schema.templateReading, isTemplate: true)
    }
}
