import Lifeline
import Testing

@testable import Decode

@Suite("Values as devices write them")
struct ValueTests {
    @Test(
        "Numbers, and texts that are numbers",
        arguments: [
            ("{\"v\":12.5}", 12.5), ("{\"v\":\"12.5\"}", 12.5), ("{\"v\":\" 12.50 \"}", 12.5), ("{\"v\":\"+3\"}", 3), ("{\"v\":\"1e3\"}", 1000),
            ("{\"v\":\"-0.25\"}", -0.25), ("{\"v\":18446744073709551615}", 18_446_744_073_709_551_616), ("{\"v\":-7}", -7), ("{\"v\":true}", 1),
            ("{\"v\":false}", 0), ("{\"v\":\".5\"}", 0.5), ("{\"v\":\"123456789012345678\"}", 123_456_789_012_345_680), ("{\"v\":1,\"v\":2}", 1),
        ] as [(String, Double)])
    func numbers(json: String, expected: Double) {
        let (value, cause) = DecodeFixture.value(json)
        #expect(value == expected)
        #expect(cause == nil)
    }

    @Test(
        "What is refused, and why",
        arguments: [
            ("{\"v\":\"12,5\"}", .notANumber), ("{\"v\":\"\"}", .notANumber), ("{\"v\":\"nan\"}", .notANumber), ("{\"v\":\"inf\"}", .notANumber),
            ("{\"v\":\"0x10\"}", .notANumber), ("{\"v\":\"1e999\"}", .notANumber), ("{\"v\":\"--1\"}", .notANumber), ("{\"v\":[1]}", .wrongType),
            ("{\"v\":{}}", .wrongType), ("{\"v\":NaN}", .notJSON), ("{\"v\":Infinity}", .notJSON), ("{\"v\":1e999}", .notANumber),
            ("{\"v\":1", .notJSON),
            ("", .empty), ("   ", .empty), ("hello", .notJSON), ("{\"v\":1}x", .notJSON),
        ] as [(String, RejectCause)])
    func refused(json: String, expected: RejectCause) {
        let (value, cause) = DecodeFixture.value(json)
        #expect(value == nil)
        #expect(cause == expected)
    }

    @Test("An absent or null field is no reading and no error, unless it is required or stands for a number")
    func absent() {
        for json in ["{}", "{\"v\":null}", "{\"w\":1}", "[]", "3", "\"text\""] {
            #expect(DecodeFixture.value(json) == (nil, nil), "\(json)")
        }
        #expect(DecodeFixture.value("{}", FieldBinding(sensor: 0, path: ["v"], required: true)) == (nil, .missingField))
        #expect(DecodeFixture.value("{}", FieldBinding(sensor: 0, path: ["v"], whenAbsent: 0)) == (0, nil))
        #expect(DecodeFixture.value("{}", FieldBinding(sensor: 0, path: ["v"], scale: 2, shift: 1, whenAbsent: 3)) == (7, nil))
    }

    @Test("Codes come first; contact true is closed where the site says so")
    func codes() {
        let contact = FieldBinding(sensor: 0, path: ["contact"], codes: ["true": 0, "false": 1])
        #expect(DecodeFixture.value("{\"contact\":true}", contact) == (0, nil))
        #expect(DecodeFixture.value("{\"contact\":false}", contact) == (1, nil))
        let text = FieldBinding(sensor: 0, path: ["v"], codes: ["TRUE": 1, "trigger": 1, "normal": 0])
        #expect(DecodeFixture.value("{\"v\":\"TRUE\"}", text) == (1, nil))
        #expect(DecodeFixture.value("{\"v\":\"normal\"}", text) == (0, nil))
        #expect(DecodeFixture.value("{\"v\":\"other\"}", text) == (nil, .notANumber))
    }

    @Test("value = |raw · scale + shift − baseline|")
    func line() {
        #expect(DecodeFixture.value("{\"v\":310}", FieldBinding(sensor: 0, path: ["v"], scale: 0.001)).0 == 310 * 0.001)
        #expect(DecodeFixture.value("{\"v\":-4}", FieldBinding(sensor: 0, path: ["v"], baseline: 2, absolute: true)).0 == 6)
        #expect(DecodeFixture.value("{\"v\":1e300}", FieldBinding(sensor: 0, path: ["v"], scale: 1e300)) == (nil, .notANumber))
    }

    @Test("Paths go through objects and arrays")
    func paths() {
        let json = "{\"devices\":[{\"services\":[{\"data\":{\"a.b\":\"7\"}}]}]}"
        #expect(DecodeFixture.value(json, FieldBinding(sensor: 0, path: ["devices", "0", "services", "0", "data", "a.b"])) == (7, nil))
        for path in [
            ["devices", "1"], ["devices", "x"], ["devices", "-1"], ["devices", "99999999999"], ["devices", "0", "services", "0", "data", "a.b", "c"],
        ] {
            #expect(DecodeFixture.value(json, FieldBinding(sensor: 0, path: path)) == (nil, nil))
        }
    }

    @Test("A message with one bad field gives its good readings and its cause")
    func partial() {
        let plan = DecodeFixture.plan([
            FieldBinding(sensor: 0, path: ["a"]), FieldBinding(sensor: 1, path: ["b"]), FieldBinding(sensor: 2, path: ["c"]),
        ])
        let (readings, report) = DecodeFixture.run(plan, Array("{\"a\":1,\"b\":\"x\",\"c\":3}".utf8))
        #expect(readings.map(\.sensor) == [0, 2])
        #expect(report.rejection == .notANumber)
        #expect(report.readings == 2)
    }

    @Test("A value outside the physical range is kept and marked")
    func outOfRange() {
        let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])], range: 0...4)
        #expect(DecodeFixture.run(plan, Array("{\"v\":5}".utf8)).0.first?.flags.contains(.outOfRange) == true)
        #expect(DecodeFixture.run(plan, Array("{\"v\":4}".utf8)).0.first?.flags.contains(.outOfRange) == false)
    }

    @Test("Invalid UTF-8, deep nesting and size have their own causes")
    func causes() {
        let plan = DecodeFixture.plan([FieldBinding(sensor: 0, path: ["v"])])
        #expect(DecodeFixture.run(plan, Array("{\"v\":\"".utf8) + [0xff, 0xfe] + Array("\"}".utf8)).1.rejection == .invalidUTF8)
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(DecodeFixture.run(plan, Array(deep.utf8)).1.rejection == .tooDeep)
        let head = Array("{\"v\":1,\"pad\":\"".utf8)
        let tail = Array("\"}".utf8)
        let fits = head + [UInt8](repeating: 65, count: Decoder.messageLimit - head.count - tail.count) + tail
        #expect(DecodeFixture.run(plan, fits).0.map(\.value) == [1])
        #expect(DecodeFixture.run(plan, fits + [32]).1.rejection == .tooLarge)
        #expect(DecodeFixture.run(plan, Array("{}".utf8), topic: "other").1.rejection == .unmatchedTopic)
    }
}
