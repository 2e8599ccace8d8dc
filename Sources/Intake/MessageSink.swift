/// Who takes messages, and what the board's own lines say.
///
/// *Isolation*: called inside a source's `readable`, on its thread. Borrowed memory is valid during the call only.
package protocol MessageSink: AnyObject {
    /// One message of a broker.
    ///
    /// - Parameters:
    ///   - broker: index of the source.
    ///   - receipt: by which a redelivery of the same message is known after a crash; 0 for QoS 0, which nobody sends again.
    ///   - retained: the broker's memory of a state, not news.
    func received(broker: Int, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receipt: UInt64, qos: Int, retained: Bool)

    /// One reading of a sensor of the board's own.
    ///
    /// - Parameters:
    ///   - sensor: index into the plan's sensors.
    ///   - value: *Units*: canonical. Finite.
    ///   - monotonicNanoseconds: when it was so.
    func sensed(sensor: Int, value: Double, monotonicNanoseconds: Int64)
}
