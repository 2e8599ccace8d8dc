import Foundation
import Glibc

/// A real gpiochip of the kernel whose lines a test drives from the other side (gpio-sim). Only inside the machine.
final class SimulatedChip {
    let label: String
    private let folder: String
    private var platform = ""
    private var pulls: [Int: Int32] = [:]
    /// Folders of single lines, to be taken away before the chip's.
    private var made: [String] = []

    /// - Parameters:
    ///   - names: of its lines, by offset.
    ///   - hogs: lines that the kernel itself holds, with the name that it gives as the holder.
    init(_ label: String, lines: Int, names: [Int: String] = [:], hogs: [Int: String] = [:]) throws {
        self.label = label
        folder = "/sys/kernel/config/gpio-sim/" + label
        for one in [folder, folder + "/bank"] { guard mkdir(one, 0o755) == 0 else { throw SimulationFailure("mkdir \(one)") } }
        try Self.write(folder + "/bank/num_lines", "\(lines)")
        try Self.write(folder + "/bank/label", label)
        for offset in Set(names.keys).union(hogs.keys) {
            let line = folder + "/bank/line\(offset)"
            guard mkdir(line, 0o755) == 0 else { throw SimulationFailure("mkdir \(line)") }
            made.append(line)
            if let name = names[offset] { try Self.write(line + "/name", name) }
            if let hog = hogs[offset] {
                guard mkdir(line + "/hog", 0o755) == 0 else { throw SimulationFailure("mkdir hog") }
                made.append(line + "/hog")
                try Self.write(line + "/hog/name", hog)
                try Self.write(line + "/hog/direction", "input")
            }
        }
        try plug()
    }

    deinit {
        try? unplug()
        for one in made.reversed() + [folder + "/bank", folder] { rmdir(one) }
    }

    /// The chip is there (again), perhaps with another number.
    func plug() throws {
        try Self.write(folder + "/live", "1")
        platform = "/sys/devices/platform/\(try Self.read(folder + "/dev_name"))/\(try Self.read(folder + "/bank/chip_name"))"
    }

    /// As if it were pulled out.
    func unplug() throws {
        pulls.values.forEach { close($0) }
        pulls = [:]
        try Self.write(folder + "/live", "0")
    }

    /// Drives a line from outside, as a contact does: the voltage.
    func set(_ offset: Int, _ isHigh: Bool) throws {
        let file: Int32
        if let known = pulls[offset] {
            file = known
        } else {
            file = open("\(platform)/sim_gpio\(offset)/pull", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw SimulationFailure("open pull of line \(offset)") }
            pulls[offset] = file
        }
        let word = isHigh ? "pull-up" : "pull-down"
        guard pwrite(file, word, word.utf8.count, 0) == word.utf8.count else { throw SimulationFailure("pull of line \(offset)") }
    }

    /// The voltage on a line, as the outside sees it.
    func value(_ offset: Int) throws -> Bool { try Self.read("\(platform)/sim_gpio\(offset)/value") == "1" }
    /// What the chip's own resistor was set to.
    func pull(_ offset: Int) throws -> String { try Self.read("\(platform)/sim_gpio\(offset)/pull") }

    private static func write(_ path: String, _ text: String) throws {
        let file = open(path, O_WRONLY)
        guard file >= 0 else { throw SimulationFailure("open \(path)") }
        defer { close(file) }
        guard Glibc.write(file, text, text.utf8.count) == text.utf8.count else { throw SimulationFailure("write \(path)") }
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

struct SimulationFailure: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
