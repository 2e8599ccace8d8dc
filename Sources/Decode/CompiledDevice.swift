import Lifeline

/// One device, or one further topic of a device, as the decoder looks at it: a plain value.
struct CompiledDevice {
    /// Where a network server puts what its codec made.
    enum Codec {
        case none, chirpStack, thingsStack
    }

    /// An array of readings that the device kept.
    struct History {
        let list: Lexicon.Path
        let timePath: Lexicon.Path
        let timeFormat: TimeFormat
        let fields: Range<Int>
    }

    let format: PayloadFormat
    /// A topic for single fields, whose payload may be a bare text.
    let isChannel: Bool
    /// Empty: the time of receipt stands for the time of observation.
    let timePath: Lexicon.Path
    /// How many lists that path goes through.
    let timeDepth: Int
    let timeFormat: TimeFormat
    let lateAfterMicroseconds: Int64
    /// Into the program's fields.
    let fields: Range<Int>
    /// What its fields need; `none` also where none of them lives in a decoded object.
    let codec: Codec
    /// The arrays that `*` goes through: the outer one, and the one within.
    let outerList: Lexicon.Path
    let innerList: Lexicon.Path
    /// How many of the two there are.
    let listDepth: Int
    let history: History?
    /// Into the program's byte sources; −1: no field has a layout.
    let bytes: Int

    /// - Parameter channel: the further topic whose fields these are; empty: the device's own.
    init(_ device: Device, sensors: [Sensor], channel: String = "", _ parts: inout CompiledParts) {
        isChannel = !channel.isEmpty
        let format = isChannel ? .json : device.format
        self.format = format
        let isOwn = channel.isEmpty
        let time = !isOwn ? [] : device.timePath.isEmpty ? CompiledDevice.time(of: format) : device.timePath
        timePath = parts.lexicon.path(time)
        timeDepth = CompiledDevice.depth(time)
        timeFormat = device.timeFormat
        lateAfterMicroseconds = CompiledDevice.microseconds(device.lateAfter)
        let bindings = device.fields.filter { $0.topic == channel }
        let first = parts.fields.count
        for field in bindings { parts.fields.append(CompiledField(field, format, range: sensors[field.sensor].quantity.range, &parts)) }
        fields = first..<parts.fields.count
        let needsCodec = parts.fields[fields].contains { $0.needsCodec }
        codec = !needsCodec ? .none : format == .chirpStackV4 ? .chirpStack : .thingsStack
        let deepest = ([device.identityPath, time] + bindings.map(\.path)).max { CompiledDevice.depth($0) < CompiledDevice.depth($1) } ?? []
        let lists = isOwn ? CompiledDevice.lists(in: deepest).map { parts.lexicon.path($0) } : []
        outerList = lists.first ?? Lexicon.Path()
        innerList = lists.count > 1 ? lists[1] : Lexicon.Path()
        listDepth = lists.count
        history = isOwn ? device.history.map { CompiledDevice.history($0, bindings, sensors, format, &parts) } : nil
        let source = isOwn ? device.bytes : nil
        bytes = source == nil ? -1 : parts.bytes.count
        if let source { parts.bytes.append(CompiledBytes(source, &parts.lexicon)) }
    }

    /// The fields that stand beside the array, as they stand in each of its entries.
    private static func history(
        _ list: HistoryList, _ bindings: [FieldBinding], _ sensors: [Sensor], _ format: PayloadFormat, _ parts: inout CompiledParts
    ) -> History {
        let parent = list.path.dropLast()
        let first = parts.fields.count
        for var field in bindings where field.layout == nil && field.path.count > parent.count && field.path.starts(with: parent) {
            field.path = list.path + [Lexicon.each] + field.path.dropFirst(parent.count)
            field.otherPaths = []
            // An entry that lacks a field says nothing of it, whatever a live message means by that.
            (field.whenAbsent, field.required, field.condition) = (nil, false, nil)
            parts.fields.append(CompiledField(field, format, range: sensors[field.sensor].quantity.range, &parts))
        }
        return History(
            list: parts.lexicon.path(list.path), timePath: parts.lexicon.path(list.path + [Lexicon.each] + list.timePath),
            timeFormat: list.timeFormat,
            fields: first..<parts.fields.count)
    }

    static func depth(_ path: [String]) -> Int { min(2, path.count { $0 == Lexicon.each }) }

    /// The paths of the arrays that a path goes through.
    static func lists(in path: [String]) -> [[String]] {
        path.indices.filter { path[$0] == Lexicon.each }.prefix(2).map { Array(path[..<$0]) }
    }

    /// Whether a path leads into what a codec makes.
    static func needsCodec(_ path: [String], _ format: PayloadFormat) -> Bool {
        switch format {
        case .chirpStackV4: path.first == "object"
        case .ttnV3: path.starts(with: ThingsStackPaths.decoded) || path.starts(with: ThingsStackPaths.normalized)
        case .json, .sparkplugB, .binary: false
        }
    }

    /// Where a network server writes the time, for devices that name no path.
    private static func time(of format: PayloadFormat) -> [String] {
        switch format {
        case .chirpStackV4: ChirpStackPaths.time
        case .ttnV3: ThingsStackPaths.time
        case .json, .sparkplugB, .binary: []
        }
    }

    /// Negative and NaN are zero; what no Int64 holds is never.
    private static func microseconds(_ seconds: Double) -> Int64 {
        guard seconds > 0 else { return 0 }
        let scaled = (seconds * 1e6).rounded()
        return scaled < 9e18 ? Int64(scaled) : .max
    }
}
