/// Which slot comes next in a segment: the same guess on both sides of the codec.
///
/// Sensors speak in the same order again and again (the fields of one message, the rounds of one poll), so the best guess is what followed last time.
enum SlotPrediction {
    /// *Range*: 0 … `kinds` − 1. `successors` holds −1 where nothing has followed yet; `previous` is −1 at the start.
    @inline(__always)
    static func predict(after previous: Int, successors: UnsafeMutableBufferPointer<Int64>, seen: Int, kinds: Int) -> Int {
        if previous >= 0 {
            let next = Int(successors[previous])
            if next >= 0 { return next }
        }
        return seen < kinds ? seen : max(previous, 0)
    }
}
