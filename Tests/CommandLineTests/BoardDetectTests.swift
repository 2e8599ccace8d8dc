import GatewayTesting
import Lifeline
import Testing

@Suite("bamai board detect")
struct BoardDetectTests {
    /// A device tree as the kernel shows one: texts that end with a NUL.
    static func tree(_ folder: TestFolder, model: String, compatible: [String], serial: String = "10000000a1b2c3d4") -> String {
        folder.write("tree/model", model + "\u{0}")
        folder.write("tree/compatible", compatible.map { $0 + "\u{0}" }.joined())
        folder.write("tree/serial-number", serial + "\u{0}")
        return folder.file("tree")
    }

    static let boards = CommandRun.root + "/boards"

    @Test("A board that a file knows: the file, the number, and what to write")
    func known() throws {
        let folder = TestFolder()
        let tree = BoardDetectTests.tree(folder, model: "Raspberry Pi 4 Model B Rev 1.4", compatible: ["raspberrypi,4-model-b", "brcm,bcm2711"])
        let run = try CommandRun(["board", "detect", "--device-tree", tree, "--boards", BoardDetectTests.boards])
        #expect(run.output.contains("board   Raspberry Pi 4 Model B Rev 1.4"))
        #expect(run.output.contains("raspberry-pi-4.toml: Raspberry Pi 4 Model B (raspberrypi,4-model-b)"))
        #expect(run.output.contains("type = \"raspberry-pi-4\"") && run.output.contains("# serial = \"10000000a1b2c3d4\""))
        // The machine of the tests is no Raspberry Pi: its chips are missing, or nobody may look.
        #expect(run.code == 1 || run.output.contains("not known"))
    }

    @Test("A board that no file knows: what to copy, and 1")
    func unknown() throws {
        let folder = TestFolder()
        let tree = BoardDetectTests.tree(folder, model: "Somebody's Board", compatible: ["somebody,board", "somebody,chip"])
        let run = try CommandRun(["board", "detect", "--device-tree", tree, "--boards", BoardDetectTests.boards])
        #expect(run.code == 1)
        #expect(run.output.contains("knows somebody,board, somebody,chip; copy ") && run.output.contains("type = \"generic\""))
    }

    @Test("Without a device tree, and without board files")
    func nothing() throws {
        let folder = TestFolder()
        let run = try CommandRun(["board", "detect", "--device-tree", folder.file("none"), "--boards", folder.file("none")])
        #expect(run.code == 1)
        #expect(run.output.contains("no device tree") && run.output.contains("there are no board files in "))
    }

    @Test("A site for another board is refused with the reason")
    func otherSite() throws {
        let folder = TestFolder()
        let tree = BoardDetectTests.tree(folder, model: "Raspberry Pi 5 Model B Rev 1.0", compatible: ["raspberrypi,5-model-b", "brcm,bcm2712"])
        let run = try CommandRun([
            "board", "detect", "--device-tree", tree, "--boards", BoardDetectTests.boards, "--site", CommandRun.root + "/firmware-config/sample",
        ])
        #expect(run.code == 1)
        #expect(run.output.contains("the site is made for raspberry-pi-4 (Raspberry Pi 4 Model B), and this board is Raspberry Pi 5 Model B Rev 1.0"))
    }

    @Test("For programs it is one JSON object")
    func json() throws {
        let folder = TestFolder()
        let tree = BoardDetectTests.tree(folder, model: "Radxa Zero", compatible: ["radxa,zero", "amlogic,g12a"], serial: "7")
        let run = try CommandRun(["board", "detect", "--device-tree", tree, "--boards", BoardDetectTests.boards, "--json"])
        let text = run.output.split(separator: "\n").first.map(String.init) ?? ""
        #expect(text.hasPrefix("{\"schema\":\"bamai.board/1\",") && text.hasSuffix("}"))
        #expect(
            text.contains("\"type\":\"radxa-zero\"") && text.contains("\"serial\":\"7\"")
                && text.contains("\"compatible\":[\"radxa,zero\",\"amlogic,g12a\"]"))
        #expect(text.contains("\"toml\":\"[board]\\u000atype = \\\"radxa-zero\\\""))
    }
}
