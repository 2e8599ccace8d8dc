import Testing

@testable import Commissioning

@Suite("Topic patterns")
struct TopicPatternTests {
    private func match(_ pattern: String, _ topic: String) -> String? { TopicPattern(pattern).match(TopicPattern.levels(of: topic)) }

    @Test("The level of {id} gives the device's name, wildcards do not")
    func identity() {
        #expect(match("application/+/device/{id}/event/+", "application/a1/device/24e1/event/up") == "24e1")
        #expect(match("application/+/device/{id}/event/+", "application/a1/device/24e1/state/up") == nil)
        #expect(match("site/{id}/#", "site/p-1/a/b") == "p-1")
        #expect(match("meter-{id}/data", "meter-17/data") == "17")
        #expect(match("meter-{id}/data", "meter-/data") == nil)
        #expect(match("v3/+/devices/+/up", "v3/app@ttn/devices/pp-3/up") == "")
        #expect(match("site/{id}", "site") == nil)
    }

    @Test("A further topic of a device begins like its pattern")
    func beginning() {
        let pattern = TopicPattern("zigbee2mqtt/{id}")
        #expect(pattern.matchBeginning(TopicPattern.levels(of: "zigbee2mqtt/door/availability")) == "door")
        #expect(pattern.matchBeginning(TopicPattern.levels(of: "other/door/availability")) == nil)
        // A pattern that names nothing before the id would claim every topic.
        #expect(TopicPattern("{id}/state").matchBeginning(TopicPattern.levels(of: "anything/else")) == nil)
    }

    @Test("Several topics of a device make one filter")
    func joined() {
        #expect(TopicPattern.joined(["a/7/up", "a/7/status"], id: "7") == "a/{id}/+")
        #expect(TopicPattern.joined(["a/7", "a/7/x"], id: "7") == "a/{id}/#")
        #expect(TopicPattern.joined(["a/b"], id: "7") == "a/b")
    }
}
