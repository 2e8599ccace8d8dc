import Foundation

/// A folder of one test, gone when the test is over.
final class TestFolder {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("bamai-test-\(UUID().uuidString)").path
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
