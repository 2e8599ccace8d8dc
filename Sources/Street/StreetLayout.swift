/// What stands in the street: names, addresses and numbers, for the devices and for the site's file alike.
enum StreetLayout {
    struct Cover {
        var id: String
        var name: String
        var address: String
        /// *Units*: degrees: how the sensor sits on the closed cover. *Source*: mounted by hand, so a few degrees off; one is perfect.
        var baseline: Double
        var number: Int
    }

    struct Pipe {
        var id: String
        var name: String
        var address: String
        /// Index of the district.
        var district: Int
        /// *Units*: MPa at no flow.
        var head: Double
        /// *Units*: MPa lost on the way at mean demand; it grows with the square.
        var loss: Double
        /// How much of a burst at WP-03 is felt here: a share of the pressure.
        var burst: Double
        /// *Units*: m3/h at mean demand; 0: no meter here.
        var flow: Double
    }

    struct Lift {
        var id: String
        var name: String
        var address: String
        /// *Units*: seconds, of a healthy door.
        var doorClose: Double
        var floors: Int
    }

    static let covers = [
        Cover(id: "MH-01", name: "西大街1号井", address: "西大街20号门前", baseline: 1.4, number: 1),
        Cover(id: "MH-02", name: "西大街2号井", address: "西大街40号门前", baseline: -0.8, number: 2),
        Cover(id: "MH-03", name: "西大街3号井", address: "西大街60号门前", baseline: 2.1, number: 3),
        Cover(id: "MH-04", name: "西大街4号井", address: "西大街80号门前", baseline: 0, number: 4),
        Cover(id: "MH-05", name: "西大街5号井", address: "西大街100号门前", baseline: 0.6, number: 5),
        Cover(id: "MH-06", name: "西大街6号井", address: "西大街120号门前", baseline: -1.9, number: 6),
    ]

    static let districtNames = ["A", "B"]

    static let pipes = [
        Pipe(id: "WP-01", name: "A区1号测点", address: "西大街1号阀井", district: 0, head: 0.420, loss: 0.014, burst: 0.06, flow: 0),
        Pipe(id: "WP-02", name: "A区2号测点", address: "西大街2号阀井", district: 0, head: 0.412, loss: 0.019, burst: 0.12, flow: 0),
        Pipe(id: "WP-03", name: "A区3号测点", address: "西大街3号阀井", district: 0, head: 0.405, loss: 0.024, burst: 0.3, flow: 62),
        Pipe(id: "WP-04", name: "A区4号测点", address: "西大街4号阀井", district: 0, head: 0.400, loss: 0.029, burst: 0.14, flow: 0),
        Pipe(id: "WP-05", name: "B区5号测点", address: "东大街5号阀井", district: 1, head: 0.396, loss: 0.013, burst: 0, flow: 0),
        Pipe(id: "WP-06", name: "B区6号测点", address: "东大街6号阀井", district: 1, head: 0.390, loss: 0.018, burst: 0, flow: 0),
        Pipe(id: "WP-07", name: "B区7号测点", address: "东大街7号阀井", district: 1, head: 0.386, loss: 0.022, burst: 0, flow: 0),
        Pipe(id: "WP-08", name: "B区8号测点", address: "东大街8号阀井", district: 1, head: 0.382, loss: 0.027, burst: 0, flow: 0),
    ]

    static let lifts = [
        Lift(id: "LF-1", name: "1号楼1号梯", address: "西大街18号院1号楼", doorClose: 2.6, floors: 18),
        Lift(id: "LF-2", name: "2号楼1号梯", address: "西大街18号院2号楼", doorClose: 2.9, floors: 24),
    ]

    static let pumpRoom = (id: "PS-1", name: "西大街二次供水泵房", address: "西大街18号院地下")

    /// An asset's name in a copy of the street: the first keeps the plain one.
    static func name(_ id: String, copy: Int) -> String { copy == 0 ? id : id + "-\(copy + 1)" }

    /// A LoRaWAN device's number: the maker's prefix, the kind of device, the copy and the place.
    static func eui(kind: Int, number: Int, copy: Int) -> String {
        let tail = String(copy * 100 + number, radix: 10)
        return "24e1247\(kind)" + String(repeating: "0", count: max(0, 8 - tail.utf8.count)) + tail.suffix(8)
    }
    static let tilt = 1
    static let contact = 2
    /// The tenant's application at the network server.
    static let application = "5b1c7f6e-3a44-4c0d-9b8e-0c6d7d0f2a11"
}
