import Glibc
import Synchronization

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

    /// Writes a text, and the folders above it.
    package func write(_ name: String, _ text: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        guard let file = fopen(file(name), "w") else { fatalError("\(name) cannot be written") }
        // Not `fputs`: a text may hold zeros, as device trees do.
        let bytes = Array(text.utf8)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    /// A folder that all tests of this process share, gone when the process ends. Returns its path. To be called once a name.
    package static func ofProcess(_ name: String) -> String {
        let path = "/tmp/bamai-test-\(name)-\(getpid())"
        mkdir(path, 0o755)
        pathsOfProcess.withLock { $0.append(path) }
        atexit {
            for path in TestFolder.pathsOfProcess.withLock({ $0 }) { TestFolder.remove(path) }
        }
        return path
    }

    private static let pathsOfProcess = Mutex<[String]>([])

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
