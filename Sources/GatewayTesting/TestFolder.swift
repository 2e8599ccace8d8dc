import Glibc

/// A folder of one test, gone when the test is over.
package final class TestFolder {
    package let path: String

    package init() {
        var template = Array("/tmp/bamai-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no folder can be made under /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TestFolder.remove(path) }

    /// A path inside the folder.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a text, which may hold NULs, and the folders above it.
    package func write(_ name: String, _ text: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        guard let file = fopen(file(name), "w") else { fatalError("\(name) cannot be written") }
        // SAFETY: the bytes live through the call, and no more are written than there are.
        Array(text.utf8).withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
    }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
