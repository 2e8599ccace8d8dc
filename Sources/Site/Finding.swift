/// One thing that is wrong, or worth a warning, in one place of one file.
package struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was opened.
    package var file: String
    /// *Range*: from 1.
    package var line: Int
    /// *Units*: characters. *Range*: from 1.
    package var column: Int
    /// One line; what is quoted from the file is cut and has its control characters escaped.
    package var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `street/site.toml:12:3: unknown key …`: the form that editors and terminals make a link of.
    package var description: String { "\(file):\(line):\(column): \(message)" }
}
