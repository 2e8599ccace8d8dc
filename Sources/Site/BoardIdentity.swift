/// What a board says of itself.
package struct BoardIdentity: Equatable, Sendable {
    /// `Raspberry Pi 4 Model B Rev 1.4`; empty where it does not say.
    package var model: String
    /// Device-tree names, the most exact first; at most 32.
    package var compatible: [String]
    /// Its own number; empty where it has none.
    package var serial: String

    package init(model: String, compatible: [String], serial: String = "") {
        self.model = model
        self.compatible = compatible
        self.serial = serial
    }

    /// Where the kernel shows the device tree.
    package static let deviceTree = "/proc/device-tree"

    /// Reads the device tree.
    ///
    /// - Parameter folder: where it is shown.
    /// - Returns: nil where there is none, as on a PC.
    package static func read(from sources: SiteSources, in folder: String = deviceTree) -> BoardIdentity? {
        let compatible = texts(sources.read(folder + "/compatible"))
        let model = texts(sources.read(folder + "/model")).first ?? ""
        if compatible.isEmpty, model.isEmpty { return nil }
        let serial = texts(sources.read(folder + "/serial-number")).first ?? ""
        return BoardIdentity(model: model, compatible: Array(compatible.prefix(32)), serial: serial)
    }

    /// The texts of a property, each of which ends with a NUL; cut where they would garble a terminal.
    private static func texts(_ content: FileContent) -> [String] {
        guard case .bytes(let bytes) = content else { return [] }
        return bytes.prefix(4096).split(separator: 0).map {
            Wording.singleLine(String(decoding: $0, as: UTF8.self), limit: TextRules.longest)
        }
    }
}

/// A GPIO chip that is there, as `gpiodetect` prints it.
package struct FoundChip: Equatable, Sendable {
    package var label: String
    package var lines: Int

    package init(label: String, lines: Int) {
        self.label = label
        self.lines = lines
    }
}
