import Foundation
import GatewayTesting
import Lifeline
import Testing

@testable import Desk

@Suite(
    "A real Chromium looks at the desk", .serialized,
    .enabled(if: Browser.isInstalled, "chromium and chromium-driver are not installed: the browser's half of the desk is SKIPPED"))
struct BrowserTests {
    private func send(_ client: inout HTTPClient, _ alert: Alert) throws {
        let answer = try client.post("/v1/events", "application/cloudevents+json", EventSamples.document(alert))
        guard answer.status == 202 else { throw HTTPFailure(description: answer.text) }
    }

    private func gateway(_ desk: DeskFixture) throws -> HTTPClient {
        var client = HTTPClient(port: desk.port)
        client.headers["Authorization"] = "Bearer \(try desk.gateway("gw7"))"
        return client
    }

    @Test("First start, a live alert, decided by keys alone; the browser has nothing to complain about")
    func byKeys() throws {
        let desk = try DeskFixture()
        var gateway = try gateway(desk)
        let browser = try Browser()
        let base = "http://127.0.0.1:\(desk.port)"
        try browser.open(base + #require(desk.setupPath))
        try browser.type("[name=name]", "wangfang")
        try browser.type("[name=password]", DeskFixture.password)
        try browser.type("[name=again]", DeskFixture.password + Browser.enter)
        #expect(try browser.wait("location.pathname === '/login'"))
        try browser.type("[name=name]", "wangfang")
        try browser.type("[name=password]", DeskFixture.password + Browser.enter)
        #expect(try browser.wait("document.querySelector('#link.on')"))
        #expect(try browser.count(".alerts li") == 0)
        // Alerts come while the page is open.
        for number in 1...3 {
            try send(&gateway, EventSamples.alert(number, asset: "LIFT-\(number)", episode: "ep-\(number)", level: number == 3 ? .red : .yellow))
        }
        #expect(try browser.wait("document.querySelectorAll('.alerts li').length === 3"))
        #expect(try browser.run("return document.querySelector('.alerts li').className").text?.contains("red") == true)
        // Down, down, up: the second; acknowledged with a reason of one's own.
        try browser.press("j", "j", "j", "k")
        #expect(try browser.run("return [...document.querySelectorAll('.alerts li')].findIndex(i => i.classList.contains('chosen'))").count == 1)
        let chosen = try browser.run("return document.querySelector('li.chosen').dataset.id").text ?? ""
        try browser.press("a")
        #expect(try browser.wait("document.querySelector('dialog[open]')"))
        try browser.press("f", "i", "n", "e", Browser.enter)
        #expect(try browser.wait("document.querySelector('li[data-id=\"\(chosen)\"]')?.dataset.handling === 'acknowledged'"))
        // Open it and go on there.
        try browser.press("j", Browser.enter)
        #expect(try browser.wait("document.getElementById('act')"))
        #expect(try browser.count("svg .seen") == 1)
        try browser.press("a")
        #expect(try browser.run("return document.activeElement.id").text == "reason")
        try browser.type("#reason", "现场查看")
        try browser.click("button[value=dispatch]")
        #expect(try browser.wait("document.querySelector('.chip.dispatched')"))
        try browser.press("u")
        #expect(try browser.wait("location.pathname === '/alerts'"))
        let store = try DeskStore.open(desk.store)
        #expect(try (1...3).flatMap { try store.actions(of: $0) }.map(\.reason).sorted() == ["fine", "现场查看"])
        #expect(try browser.complaints() == [])
    }

    @Test("Every page fits a telephone and a wall, in both languages", arguments: ["zh-CN", "en-GB"])
    func sizes(language: String) throws {
        let desk = try DeskFixture()
        var gateway = try gateway(desk)
        let admin = try desk.person("王芳", role: "admin")
        for number in 1...9 {
            let level = Level.allCases[number % 4]
            try send(
                &gateway,
                EventSamples.alert(
                    number, asset: "LIFT-\(number)", episode: "ep-\(number)", kind: number == 5 ? .cleared : .raised, level: level,
                    rule: number == 2 ? "lift.entrapment" : "lift.door_wear", latched: number == 2, name: "西大街 \(number) 号院 \(number) 号楼 1 号梯"))
        }
        for (size, name) in [((1280, 900), "wall"), ((390, 844), "phone")] {
            let browser = try Browser(size: size, language: language, dark: name == "wall" && language == "en-GB")
            let base = "http://127.0.0.1:\(desk.port)"
            try browser.open(base + "/login")
            try browser.picture("login-\(name)-\(language)")
            try browser.run("document.cookie = 'bamai_session=\(admin.cookies["bamai_session"] ?? ""); path=/'")
            for (path, what) in [
                ("/alerts", "list"), ("/alerts/3", "alert"), ("/alerts/2", "entrapment"), ("/fleet", "fleet"), ("/assets", "assets"),
                ("/report", "report"),
                ("/accounts", "accounts"),
            ] {
                try browser.open(base + path)
                #expect(try browser.wait("document.readyState === 'complete'"))
                #expect(try browser.run("return document.documentElement.lang").text == language)
                // Nothing sticks out to the side of the page itself.
                let width = try browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").number
                #expect(width ?? 99 <= 0, "\(path) on a \(name) in \(language): \(width ?? 99) pixels too wide")
                try browser.picture("\(what)-\(name)-\(language)")
            }
            #expect(try browser.complaints() == [])
        }
    }
}
