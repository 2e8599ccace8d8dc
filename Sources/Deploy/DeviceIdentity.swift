import Glibc

/// What tells one board from another.
package struct DeviceIdentity: Equatable, Sendable {
    /// The device's own number; empty where it has none that we may read.
    package var serial: String
    /// `Raspberry Pi 4 Model B Rev 1.4`; empty where nobody says.
    package var model: String
    /// From the device tree, the most exact name first.
    package var compatible: [String]

    package init(serial: String, model: String, compatible: [String]) { (self.serial, self.model, self.compatible) = (serial, model, compatible) }

    /// The board that this program runs on. A card that is moved or cloned meets another serial number; where the hardware has none the system's
    /// `machine-id` stands for it, which a clone shares.
    package static func read() -> DeviceIdentity {
        let tree = "/proc/device-tree/"
        let dmi = "/sys/class/dmi/id/"
        let serials = [tree + "serial-number", dmi + "product_uuid", "/etc/machine-id"]
        let models = [tree + "model", dmi + "product_name"]
        return DeviceIdentity(
            serial: serials.lazy.compactMap { texts($0).first }.first ?? "", model: models.lazy.compactMap { texts($0).first }.first ?? "",
            compatible: texts(tree + "compatible"))
    }

    /// The texts of a file of the kernel, which end with a zero or a line feed.
    private static func texts(_ path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        // SAFETY: the buffer lives through the call and is as long as said.
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        return buffer[..<max(0, count)].split { $0 == 0 || $0 == 10 }.map { String(decoding: $0.prefix(200), as: UTF8.self) }.filter { !$0.isEmpty }
    }
}
