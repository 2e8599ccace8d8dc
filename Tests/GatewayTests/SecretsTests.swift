import Foundation
import Gateway
import GatewayTesting
import Testing

@Suite("Secrets")
struct SecretsTests {
    /// Credentials as systemd hands them over, and the board's own folder.
    private func read(credentials: [String: String]?, board: [String: String]) -> Result<String, SecretProblem> {
        let folder = TestFolder()
        for (name, text) in credentials ?? [:] { folder.write("credentials/" + name, text) }
        for (name, text) in board { folder.write("secrets/" + name, text) }
        let folders = (credentials == nil ? [] : [folder.file("credentials")]) + [folder.file("secrets")]
        return Secrets.read("broker", from: folders)
    }

    @Test("A credential of the secret's name goes first, then the board's file, then the folder as systemd read it")
    func order() {
        let all = ["broker": "own", "secret_broker": "folder"]
        #expect(read(credentials: all, board: ["broker": "board"]) == .success("own"))
        #expect(read(credentials: ["secret_broker": "folder"], board: ["broker": "board"]) == .success("board"))
        #expect(read(credentials: ["secret_broker": "folder"], board: [:]) == .success("folder"))
        #expect(read(credentials: nil, board: ["broker": "board"]) == .success("board"))
    }

    @Test("The line feed at the end is the editor's, the rest is the secret")
    func text() {
        #expect(read(credentials: nil, board: ["broker": " a b \r\n"]) == .success(" a b "))
        #expect(read(credentials: nil, board: ["broker": String(repeating: "x", count: Secrets.limit)]) != .success(""))
    }

    @Test("What is missing or too long is said with the folders that were looked at, and without what was found")
    func missing() {
        for board in [[:], ["broker": String(repeating: "x", count: Secrets.limit + 1)]] {
            guard case .failure(let problem) = read(credentials: ["other": "hush"], board: board) else {
                Issue.record("a secret came from nowhere")
                continue
            }
            for words in ["\"broker\"", "/credentials", "/secrets", "bamai secret set broker"] {
                #expect(problem.text.contains(words), "\(problem.text)")
            }
            #expect(!problem.text.contains("hush") && !problem.text.contains("xx"))
        }
    }
}
