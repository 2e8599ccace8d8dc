/// The format of a segment: the readings of one commit as one block of bytes, column by column.
///
/// Readings of one commit are alike: the same sensors in the same order, times that move on by little, values near the last ones. Columns of such
/// numbers are mostly zeros or small, and each column is written in the form that is the smallest for it. Everything round-trips bit by bit.
///
/// ```
/// offset  size    what
/// 0       1       magic, 0xB1
/// 1       1       version, 1
/// 2       v       n: number of readings, 1 … 65 536
/// .       v       k: number of different series, 1 … n
/// .       column  k series numbers in the order of their first appearance, each less the one before less 1 (the first: itself)
/// .       column  n slots (the place of a reading's series in that list), each less its prediction
/// .       column  n flags
/// .       z       received time of the first reading, microseconds
/// .       1       unit of the next column: 0 microseconds, 1 milliseconds, 2 seconds
/// .       column  n − 1 received times, each less the one before, in the unit
/// .       z       observed time of the first reading less its received time, microseconds
/// .       1       unit of the next column (low four bits) and its predictor (high four bits)
/// .       column  n observed times, each less its prediction, in the unit
/// .       column  k scales: 0 … 13, the decimals of a series' values; 15, the series is raw
/// .       column  the first value of each decimal series, as an integer at its scale
/// .       column  each further value of a decimal series, as an integer less the one before of that series
/// .       column  for each value of a decimal series: units in the last place from integer ÷ 10^scale to the true value, −2 … 2
/// .       …       for each value of a raw series: a control byte and 0 … 8 bytes
/// end−4   4       CRC-32C of all bytes before, little endian
/// ```
///
/// `v` is a LEB128 varint of up to ten bytes; `z` is the same with the sign folded in (zigzag). Differences wrap at 64 bits.
///
/// - *Slot prediction*: the slot that followed the slot before the last time; if none did, the next new slot; if all k are seen, the slot before.
/// - *Observed predictor* 0: for a reading flagged `timeOfReceipt` or `clockRefused`, its received time; otherwise the observed time of the last
///   reading that is not so flagged (at the start: of the first reading). 1: its received time less the delay of the reading before. 2: the two times
///   are exchanged in all of the above, and this column holds received times, each less its observed time and less the delay of the first reading:
///   where messages are seldom, devices' clocks are whole seconds and only the delay is to the microsecond.
/// - *Raw values*: the bits exclusive-or those of the series' value before (at the start 0). The control byte holds the number of low zero
///   bytes left out (high four bits) and the number of bytes that follow, low byte first (low four bits); the remaining high bytes are zero.
/// - *Columns*: see `IntegerColumn`.
package enum SegmentCodec {
    /// The most readings that a segment may hold: what bounds a decoder's memory (about 5 MiB).
    package static let countLimit = 65_536

    static let magic: UInt8 = 0xB1
    static let version: UInt8 = 1
    /// The scale that marks a series as raw.
    static let rawScale = 15
    /// Means and rates are written with up to 13 decimals. Beyond, raw is as short.
    static let scaleLimit = 13
    /// Decimal integers stay below 2^47, where a product's rounding error cannot reach half a unit.
    static let decimalLimit = 0x1p47
    /// A conversion of units (one product) moves a decimal by no more.
    static let ulpLimit: Int64 = 2
    /// 10^0 … 10^13, all exact.
    static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13]
    /// *Units*: microseconds of the time units 0, 1, 2.
    static let timeUnits: [Int64] = [1, 1000, 1_000_000]
    /// The flags under which the observed time is the time of receipt.
    static let receiptFlags: UInt8 = 1 << 1 | 1 << 2
}
