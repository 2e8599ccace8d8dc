import Foundation
import GatewayTesting
import Glibc
import Lifeline

/// A real Chromium without a window, driven by WebDriver. *Source*: W3C WebDriver.
final class Browser {
    private static let (chromium, driver) = ("/usr/bin/chromium", "/usr/bin/chromedriver")
    static let isInstalled = access(chromium, X_OK) == 0 && access(driver, X_OK) == 0

    private let folder = TestFolder()
    private let process: ChildProcess
    private var client: HTTPClient
    private var session = ""

    /// - Parameters:
    ///   - size: *Units*: pixels.
    ///   - language: `zh-CN`, `en-GB`: what it asks pages for.
    init(size: (Int, Int) = (1280, 900), language: String = "en-GB", dark: Bool = false) throws {
        let port = MosquittoBroker.freePort()
        process = try ChildProcess(Browser.driver, ["--port=\(port)"], output: folder.file("driver.log"), environment: ["HOME": folder.path])
        client = HTTPClient(port: port)
        for attempt in 0... {
            if let ready = try? client.get("/status"), ready.status == 200 { break }
            guard attempt < 200, process.isRunning else { throw HTTPFailure(description: "chromedriver does not answer") }
            usleep(50_000)
        }
        var arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=\(size.0),\(size.1)",
            "--user-data-dir=\(folder.path)/profile", "--hide-scrollbars",
        ]
        if dark { arguments.append("--force-dark-mode") }
        var json = JSONWriter()
        json.beginArray()
        for argument in arguments { json.value(argument) }
        json.endArray()
        // A window is never narrower than 500 pixels; a telephone's screen is.
        let emulation = size.0 < 500 ? "\"mobileEmulation\":{\"deviceMetrics\":{\"width\":\(size.0),\"height\":\(size.1),\"pixelRatio\":2}}," : ""
        let answer = try call(
            "POST", "/session",
            """
            {"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:loggingPrefs":{"browser":"ALL"},"goog:chromeOptions":{"binary":"\(Browser.chromium)",
            "args":\(json.text),\(emulation)"prefs":{"intl.accept_languages":"\(language)"}}}}}
            """)
        session = answer["sessionId"].text ?? ""
    }

    deinit {
        _ = try? call("DELETE", "/session/\(session)", nil)
        _ = process.terminate()
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: String?) throws -> JSONValue {
        let answer = try client.send(method, path, ["Content-Type": "application/json"], body.map { Array($0.utf8) })
        guard answer.status == 200, let value = JSONValue(answer.body) else {
            throw HTTPFailure(description: "\(path): \(answer.status) \(answer.text.prefix(500))")
        }
        return value["value"]
    }

    private func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return json.text
    }

    func open(_ address: String) throws { try call("POST", "/session/\(session)/url", "{\"url\":\(quoted(address))}") }

    var address: String { (try? call("GET", "/session/\(session)/url", nil).text) ?? "" }

    /// What a script returns.
    @discardableResult
    func run(_ script: String) throws -> JSONValue {
        try call("POST", "/session/\(session)/execute/sync", "{\"script\":\(quoted(script)),\"args\":[]}")
    }

    /// The number of elements that a selector finds.
    func count(_ selector: String) throws -> Int { Int(try run("return document.querySelectorAll(\(quoted(selector))).length").number ?? 0) }

    /// Waits until a script returns true. *Units*: seconds; generous.
    func wait(_ script: String, seconds: Int = 40) throws -> Bool {
        for _ in 0..<(seconds * 10) {
            // While a page is being left, there is nothing to ask.
            if (try? run("return !!(\(script))").flag) == true { return true }
            usleep(100_000)
        }
        return false
    }

    private func element(_ selector: String) throws -> String {
        let found = try call("POST", "/session/\(session)/element", "{\"using\":\"css selector\",\"value\":\(quoted(selector))}")
        return found.members.values.first?.text ?? ""
    }

    func click(_ selector: String) throws { try call("POST", "/session/\(session)/element/\(element(selector))/click", "{}") }

    func type(_ selector: String, _ text: String) throws {
        try call("POST", "/session/\(session)/element/\(element(selector))/value", "{\"text\":\(quoted(text))}")
    }

    /// Presses keys, one after the other, wherever the focus is.
    func press(_ keys: String...) throws {
        let actions = keys.map { key in "{\"type\":\"keyDown\",\"value\":\(quoted(key))},{\"type\":\"keyUp\",\"value\":\(quoted(key))}" }
        try call(
            "POST", "/session/\(session)/actions",
            "{\"actions\":[{\"type\":\"key\",\"id\":\"keys\",\"actions\":[\(actions.joined(separator: ","))]}]}")
    }

    static let enter = "\u{e007}"

    /// What the browser complained about since it was asked last: refused scripts and styles above all.
    func complaints() throws -> [String] {
        try call("POST", "/session/\(session)/se/log", "{\"type\":\"browser\"}").list.filter { $0["level"].text == "SEVERE" }.compactMap {
            $0["message"].text
        }
    }

    /// A picture of the page for people, where `BAMAI_SCREENSHOTS` names a folder.
    func picture(_ name: String) throws {
        guard let place = ProcessInfo.processInfo.environment["BAMAI_SCREENSHOTS"] else { return }
        let data = try call("GET", "/session/\(session)/screenshot", nil).text ?? ""
        try Data(base64Encoded: data)?.write(to: URL(fileURLWithPath: place).appendingPathComponent(name + ".png"))
    }
}
