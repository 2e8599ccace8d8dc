/// Why a step on the board's disk failed, in the system's words.
package struct StorageFailure: Error, Equatable, Sendable {
    package var text: String

    package init(_ text: String) { self.text = text }
}

/// The steps that a board's disk is changed by, each of which may be the last before the power goes. Paths are below the board's root; "" is the root.
///
/// *Throws*: a step that failed may have been done, in part or whole; what is there must be looked at anew.
package protocol BoardStorage: AnyObject {
    /// The bytes of a file; nil where there is none, or it is larger than `limit`.
    func read(_ path: String, limit: Int) -> [UInt8]?
    /// The names in a folder, in any order.
    func list(_ path: String) -> [String]
    /// Where a symbolic link leads, as it is written.
    func destination(of path: String) -> String?
    /// Makes one folder; one that is there is no error.
    func makeFolder(_ path: String) throws(StorageFailure)
    /// Makes or replaces a file. Not durable until `sync`.
    func write(_ path: String, _ bytes: [UInt8]) throws(StorageFailure)
    /// Makes a file's bytes, or a folder's names, durable.
    func sync(_ path: String) throws(StorageFailure)
    /// Replaces `to` by `from` in one step. Durable once the folder is synced.
    func rename(_ from: String, to: String) throws(StorageFailure)
    /// Makes a symbolic link.
    func link(_ path: String, to destination: String) throws(StorageFailure)
    /// Takes a file, a link or a folder with all that is in it away; what is not there is no error.
    func remove(_ path: String) throws(StorageFailure)
}
