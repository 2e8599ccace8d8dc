import GatewayTesting
import Glibc
import Lifeline

/// Why there is no figure.
struct BenchProblem: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

/// How the load looks: a thousand series, a million readings.
struct Load {
    /// When the first message was measured: half a day ago, so that none is of the future or too late. *Units*: seconds since 1970.
    static let start = Int(time(nil)) - 43_200
    let devices = 200
    let readingsPerMessage = 5
    let messages: Int
    var readings: Int { messages * readingsPerMessage }
    var series: Int { devices * readingsPerMessage }

    func topic(_ message: Int) -> String { "bench/\(message % devices)" }

    func payload(_ message: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        // Ten thousandths of a day's wave with noise, as a pressure sensor's last digits look.
        let time = Load.start + message / devices
        var text = "{\"ts\":\(time)"
        for field in 0..<readingsPerMessage {
            text += ",\"f\(field)\":0.3\(String(Int(1000 + 40 * generator.normal() + Double(message / devices % 96)) % 9000 + 1000))"
        }
        return Array((text + "}").utf8)
    }

    func site(broker: UInt16, window: Int, folder: TestFolder) -> String {
        var text = """
            schema = 1
            [site]
            id = "bench"
            utc_offset = "+00:00"
            profile = "bench"
            [journal]
            path = "\(folder.file("journal.db"))"
            max_bytes = "1024 MiB"
            [control]
            socket = "\(folder.file("control.sock"))"
            [[broker]]
            id = "field"
            url = "mqtt://127.0.0.1:\(broker)"
            client_id = "bench-gateway"
            window = \(window)

            """
        for device in 0..<devices {
            text += """
                [[asset]]
                id = "A\(device)"
                class = "other"
                [[device]]
                id = "d\(device)"
                asset = "A\(device)"
                topic = "bench/\(device)"
                time = { path = "ts", format = "unix_s" }
                interval = "1 s"
                cycle = "96 s"
                late_after = "365 d"

                """
            for field in 0..<readingsPerMessage {
                text += "[[device.reading]]\nname = \"f\(field)\"\nquantity = \"value\"\npath = \"f\(field)\"\nunit = \"1\"\n"
            }
        }
        return text
    }
}

let benchProfile = ValueProfile.text(
    name: "bench",
    rules: """
        [[rule]]
        id = "any.unusual"
        kind = "pulse"
        quantity = "value"
        levels = [ { level = "yellow", limit = 39.0 } ]
        event = { zh = "异常", en = "Unusual" }
        advice = { zh = "看", en = "Look." }

        """)
