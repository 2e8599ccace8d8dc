import Foundation
import GatewayTesting

/// Files that tests of commands read and copy.
enum CommandText {
    static func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    static func copy(_ names: String..., to folder: TestFolder) throws {
        for name in names {
            try FileManager.default.copyItem(atPath: CommandRun.root + "/firmware-config/" + name, toPath: folder.file("config/" + name))
        }
    }
}
