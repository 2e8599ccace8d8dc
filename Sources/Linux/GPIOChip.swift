internal import CLinux
import Glibc

/// An open GPIO chip.
///
/// *Isolation*: one thread.
package final class GPIOChip {
    let handle: OpaquePointer
    /// The device file that it was opened by.
    package let path: String
    /// The kernel's name, `gpiochip0`: another one after the next start, perhaps.
    package let name: String
    /// What the chip is addressed by.
    package let label: String
    /// Its lines are 0 to `lines` − 1.
    package let lines: Int

    /// Device files that are looked at; a board has a handful.
    static let chipLimit = 64

    /// - Throws: `denied`, or what the kernel says.
    package init(path: String) throws(GPIOError) {
        var opened: OpaquePointer?
        let result = bamai_gpio_chip_open(path, &opened)
        guard result == 0, let handle = opened else {
            throw result == -EACCES || result == -EPERM ? GPIOError.denied([path]) : GPIOError("open \(path)", result)
        }
        self.handle = handle
        self.path = path
        // SAFETY: both texts end in zero and are copied while the chip is open.
        name = String(cString: bamai_gpio_chip_name(handle))
        label = String(cString: bamai_gpio_chip_label(handle))
        lines = Int(bamai_gpio_chip_lines(handle))
    }

    deinit { bamai_gpio_chip_close(handle) }

    /// The device files of all chips, by number.
    package static func paths(in folder: String = "/dev") -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var numbers: [Int] = []
        while let entry = readdir(directory), numbers.count < chipLimit {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                // SAFETY: d_name ends in zero within its array, and is copied.
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) { String(cString: $0) }
            }
            guard name.hasPrefix("gpiochip"), let number = Int(name.dropFirst(8)) else { continue }
            // Some systems keep an old number as a link: that is no other chip.
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { continue }
            numbers.append(number)
        }
        return numbers.sorted().map { folder + "/gpiochip\($0)" }
    }

    /// Opens the chip of this label.
    ///
    /// - Throws: `noChip`, `ambiguous`, or `denied` where the chip may be one that this user may not open.
    package static func open(label: String, in folder: String = "/dev") throws(GPIOError) -> GPIOChip {
        var found: [GPIOChip] = []
        var others: [String] = []
        var denied: [String] = []
        for path in paths(in: folder) {
            do throws(GPIOError) {
                let chip = try GPIOChip(path: path)
                if chip.label == label { found.append(chip) } else { others.append(chip.label) }
            } catch .denied {
                denied.append(path)
            } catch {
                // It went away between the two looks.
                continue
            }
        }
        guard found.count <= 1 else { throw .ambiguous(label, found.map(\.path)) }
        if let chip = found.first { return chip }
        throw denied.isEmpty ? GPIOError.noChip(label, present: others) : GPIOError.denied(denied)
    }

    /// How a line stands now.
    package func info(offset: Int) throws(GPIOError) -> GPIOLineInfo {
        guard offset >= 0 && offset < lines else { throw .noLine(offset, lines: lines) }
        var line = bamai_gpio_line()
        let result = bamai_gpio_line_info(handle, UInt32(offset), &line)
        guard result == 0 else { throw GPIOError("line \(offset) of \(path)", result) }
        return GPIOLineInfo(
            offset: offset, name: GPIOChip.text(&line.name), consumer: GPIOChip.text(&line.consumer), isUsed: line.is_used, isOutput: line.is_output,
            isActiveLow: line.is_active_low, bias: GPIOBias(rawValue: line.bias) ?? .asIs)
    }

    private static func text<Field>(_ field: inout Field) -> String {
        // SAFETY: the C side ends both fields in zero within their 32 bytes; the text is copied.
        withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Takes a line.
    ///
    /// - Parameter consumer: what others then see as its holder. *Range*: 31 bytes, of which more are cut.
    /// - Throws: `busy` with the holder's name, and the other reasons; the line is then as it was.
    package func request(_ settings: GPIOSettings, consumer: String) throws(GPIOError) -> GPIOLine {
        guard settings.offset >= 0 && settings.offset < lines else { throw .noLine(settings.offset, lines: lines) }
        var asked = bamai_gpio_settings()
        asked.offset = UInt32(settings.offset)
        asked.is_active_low = settings.isActiveLow
        asked.bias = settings.bias.rawValue
        switch settings.direction {
        case .input(let edges, let debounce):
            asked.edges = edges.rawValue
            asked.debounce_us = UInt32(clamping: (debounce + 999) / 1000)
        case .output(let initial):
            asked.is_output = true
            asked.initial = initial
        }
        var made: OpaquePointer?
        let result = bamai_gpio_request(handle, &asked, consumer, &made)
        guard result == 0, let made else {
            let error = GPIOError("request of line \(settings.offset) of \(path)", result)
            if case .busy = error { throw .busy(consumer: (try? info(offset: settings.offset))?.consumer ?? "") }
            throw error
        }
        return GPIOLine(handle: made)
    }
}
