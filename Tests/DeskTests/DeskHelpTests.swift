import Foundation
import GatewayTesting
import Testing

@Suite("bamai-desk: help and wrong use")
struct DeskHelpTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Help")

    static let commands = [
        [], ["serve"], ["gateway"], ["gateway", "add"], ["gateway", "import"], ["gateway", "disable"], ["gateway", "enable"], ["gateway", "expect"],
        ["gateway", "list"], ["account"], ["account", "invite"], ["account", "disable"], ["account", "list"], ["token"], ["token", "add"],
        ["token", "remove"], ["token", "list"],
    ]

    private func run(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let folder = TestFolder()
        let code = try ChildProcess(DeskFixture.program, arguments, output: folder.file("output.txt"), environment: ["COLUMNS": "160"]).wait()
        return (code, try String(contentsOfFile: folder.file("output.txt"), encoding: .utf8))
    }

    @Test("The help of every command is the recorded text", arguments: commands)
    func golden(command: [String]) throws {
        let (code, text) = try run(command + ["--help"])
        #expect(code == 0)
        let file = DeskHelpTests.folder.appendingPathComponent(command.isEmpty ? "bamai-desk.txt" : command.joined(separator: "-") + ".txt")
        if ProcessInfo.processInfo.environment["BAMAI_RECORD"] != nil { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)), "run the test with BAMAI_RECORD=1 to record it anew")
    }

    @Test(
        "Wrong use ends with 64 and a sentence",
        arguments: [
            ["nonsense"], ["serve", "--listen", "8600"], ["serve", "--key", "x"], ["serve", "--client-ca", "x"], ["serve", "--max-store", "lots"],
            ["serve", "--max-store", "9999999999G"], ["serve", "--max-store", "1K"], ["serve", "--trusted-proxy", "10.0.0.0/33"],
            ["serve", "--keep-days", "0"],
            ["serve", "--mqtt", "mqtt://localhost", "--alerts-topic", "a/#"], ["gateway", "add"],
        ])
    func wrongUse(arguments: [String]) throws {
        let (code, text) = try run(arguments)
        #expect(code == 64)
        #expect(text.contains("Error: "))
    }
}
