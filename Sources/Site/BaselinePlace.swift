import Lifeline

/// Where a sensor's installed baseline stands in a site file, or belongs.
package struct BaselinePlace: Equatable, Sendable {
    /// What has to be done to the file.
    package enum Edit: Equatable, Sendable {
        /// A number of so many characters gives way. *Range*: lines and columns from 1.
        case replace(line: Int, column: Int, length: Int)
        /// Whole lines follow a line; `{}` stands for the value.
        case insert(after: Int, lines: [String])
        /// Only a person can tell where it goes; the reason.
        case byHand(String)
    }

    package var edit: Edit
    /// The line where it stands, or after which it goes. *Range*: from 1.
    package var line: Int
    /// The reading's name within its device.
    package var reading: String
    /// The unit in which it is written: the reading's.
    package var unit: Unit

    /// The file's bytes with another baseline; nil where the file is not as it was, or the edit is a person's.
    ///
    /// Everything else stays as it is, byte by byte, line ends included.
    package func setting(_ value: String, in bytes: [UInt8]) -> [UInt8]? {
        var lines = BaselinePlace.lines(of: bytes)
        switch edit {
        case .byHand: return nil
        case .replace(let line, let column, let length):
            guard line <= lines.count else { return nil }
            var text = String.UnicodeScalarView(String(decoding: lines[line - 1], as: UTF8.self).unicodeScalars)
            guard let start = text.index(text.startIndex, offsetBy: column - 1, limitedBy: text.endIndex),
                let end = text.index(start, offsetBy: length, limitedBy: text.endIndex)
            else { return nil }
            text.replaceSubrange(start..<end, with: value.unicodeScalars)
            lines[line - 1] = Array(String(text).utf8)
        case .insert(let after, let template):
            guard after <= lines.count, after > 0 else { return nil }
            let ending = lines[after - 1].suffix(2) == [13, 10] ? "\r\n" : "\n"
            if lines[after - 1].last != 10 { lines[after - 1] += Array(ending.utf8) }
            let text = template.map { DeviceReader.replacing("{}", in: $0, with: value) + ending }.joined()
            lines.insert(Array(text.utf8), at: after)
        }
        return Array(lines.joined())
    }

    /// The lines of a file with their line feeds.
    static func lines(of bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 10 {
            lines.append(Array(bytes[start...index]))
            start = index + 1
        }
        if start < bytes.count { lines.append(Array(bytes[start...])) }
        return lines
    }
}

/// Where the baseline of a sensor of a valid site stands in its file.
///
/// - Parameters:
///   - sensor: measured by `device`, which is one of the site's.
///   - path: the site file.
/// - Returns: nil where the file does not describe such a sensor.
package func baselinePlace(of sensor: Sensor, on device: Device, in path: String, from sources: SiteSources) -> BaselinePlace? {
    BaselineSearch(path: path, sources: sources)?.place(of: sensor, on: device)
}

/// Looks a baseline up by the positions that the parser gives.
struct BaselineSearch {
    private let root: TOMLTable
    private let lines: [String]
    private let shelf: TemplateShelf

    init?(path: String, sources: SiteSources) {
        // What is wrong with the file has been said by whoever loaded it.
        let files = FileShelf(sources, log: FindingLog())
        guard let root = files.root(of: path, role: "site"), case .bytes(let bytes) = sources.read(path) else { return nil }
        self.root = root
        lines = BaselinePlace.lines(of: bytes).map { String(decoding: $0, as: UTF8.self) }
        shelf = TemplateShelf(files, folder: templates(ofSite: path, from: sources).folder)
    }

    func place(of sensor: Sensor, on device: Device) -> BaselinePlace? {
        guard let table = tables(root["device"]).first(where: { text($0["id"]) == device.id }) else { return nil }
        guard let slash = sensor.id.firstIndex(of: "/") else { return nil }
        var name = String(sensor.id[sensor.id.index(after: slash)...])
        if let prefix = text(table["prefix"]), name.hasPrefix(prefix + ".") { name.removeFirst(prefix.count + 1) }
        let readings = tables(table["reading"])
        let reading = readings.first { (text($0["name"]) ?? text($0["quantity"])) == name }
        guard let unit = unit(of: name, reading, table, sensor.quantity) else { return nil }
        let (edit, line) = edit(name, reading, among: readings, of: table)
        return BaselinePlace(edit: edit, line: line, reading: name, unit: unit)
    }

    private func text(_ value: TOMLValue?) -> String? {
        if case .text(let text)? = value?.content { return text }
        return nil
    }

    private func tables(_ value: TOMLValue?) -> [TOMLTable] {
        guard case .array(let items)? = value?.content else { return [] }
        return items.compactMap { if case .table(let table) = $0.content { table } else { nil } }
    }

    /// The reading's own unit, or its template's, or the quantity's.
    private func unit(of name: String, _ reading: TOMLTable?, _ device: TOMLTable, _ quantity: Quantity) -> Unit? {
        if let symbol = text(reading?["unit"]) { return Unit.named(symbol) }
        guard let template = text(device["template"]) else { return quantity.unit }
        let spot = Spot(file: "", position: device.position)
        let drafts = shelf.template(Located(value: template, spot: spot))?.readings ?? []
        guard let draft = drafts.first(where: { $0.name?.value == name }), let symbol = draft.unit?.value else { return quantity.unit }
        return Unit.named(symbol)
    }

    private func edit(_ name: String, _ reading: TOMLTable?, among readings: [TOMLTable], of device: TOMLTable) -> (BaselinePlace.Edit, Int) {
        if let reading {
            if let value = reading["baseline"] { return replacement(of: value) }
            let line = reading.position.line
            let key = reading["name"] != nil ? "name" : "quantity"
            guard isHeader(line), let entry = reading.entries.first(where: { $0.key == key }), begins(entry.keyPosition.line, with: key),
                entry.value.position.line == entry.keyPosition.line, !opensBlock(entry.value.position)
            else { return (.byHand("this reading is written in one line with others"), line) }
            let indent = String(lines[entry.keyPosition.line - 1].prefix { $0 == " " || $0 == "\t" })
            return (.insert(after: entry.keyPosition.line, lines: [indent + "baseline = {}"]), entry.keyPosition.line)
        }
        guard lines.indices.contains(device.position.line - 1), trimmed(device.position.line).hasPrefix("[[") else {
            return (.byHand("this device is written in one line with others"), device.position.line)
        }
        if let inline = readings.first(where: { !isHeader($0.position.line) }) {
            return (.byHand("this device's readings are written in one line"), inline.position.line)
        }
        let indent = readings.first.map { String(lines[$0.position.line - 1].prefix { $0 == " " || $0 == "\t" }) } ?? "  "
        let last = lastLine(of: device)
        return (
            .insert(
                after: last, lines: ["", indent + "[[device.reading]]", indent + "name = " + SiteText.quoted(name), indent + "baseline = {}"]),
            last
        )
    }

    /// The number at a place, if it is written there as one.
    private func replacement(of value: TOMLValue) -> (BaselinePlace.Edit, Int) {
        let (line, column) = (value.position.line, value.position.column)
        let unsure = (BaselinePlace.Edit.byHand("the number that stands there is not found again"), line)
        guard lines.indices.contains(line - 1), let number = TableReader.number(in: value) else { return unsure }
        let scalars = lines[line - 1].unicodeScalars.dropFirst(column - 1).prefix { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "+-._".unicodeScalars.contains(scalar))
        }
        let written = String(String.UnicodeScalarView(scalars))
        guard !written.isEmpty, Double(written.filter { $0 != "_" }) == number else { return unsure }
        return (.replace(line: line, column: column, length: scalars.count), line)
    }

    private func trimmed(_ line: Int) -> Substring { lines[line - 1].drop { $0 == " " || $0 == "\t" } }

    private func isHeader(_ line: Int) -> Bool { lines.indices.contains(line - 1) && trimmed(line).hasPrefix("[[device.reading]]") }

    private func begins(_ line: Int, with key: String) -> Bool { lines.indices.contains(line - 1) && trimmed(line).hasPrefix(key) }

    /// A text of several lines begins here: the line's end is inside it.
    private func opensBlock(_ position: TOMLPosition) -> Bool {
        let rest = String(String.UnicodeScalarView(lines[position.line - 1].unicodeScalars.dropFirst(position.column - 1)))
        return rest.hasPrefix("\"\"\"") || rest.hasPrefix("'''")
    }

    /// The last line of a device before the next table that is not its own, without blank lines and comments.
    private func lastLine(of device: TOMLTable) -> Int {
        var next = lines.count + 1
        func visit(_ value: TOMLValue) {
            switch value.content {
            case .table(let table):
                if table.position == device.position { return }
                if table.position.line > device.position.line { next = min(next, table.position.line) }
                for entry in table.entries { visit(entry.value) }
            case .array(let items): for item in items { visit(item) }
            default: break
            }
        }
        for entry in root.entries { visit(entry.value) }
        var line = next - 1
        while line > device.position.line {
            let text = trimmed(line)
            if !text.isEmpty, !text.allSatisfy({ $0.isNewline }), !text.hasPrefix("#") { break }
            line -= 1
        }
        return line
    }
}
