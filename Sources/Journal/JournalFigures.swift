/// What the store says of itself, for `bamai status`.
package struct JournalFigures: Equatable, Sendable {
    /// Bytes in use (pages × page size) and the most there may be.
    package var bytes: Int64 = 0
    /// *Units*: bytes.
    package var maxBytes: Int64 = 0
    /// Segments in the file.
    package var segments: Int64 = 0
    /// Commits since the file was made.
    package var commits: UInt64 = 0
    /// Readings dropped by retention since the file was made, for whichever cause: `dropped.readings`.
    package var droppedReadings: UInt64 = 0
    /// How often this connection has asked the medium to make things durable, since it was opened; readers count none.
    package var syncs: UInt64 = 0
    /// Segments that could not be read, here or while a damaged predecessor was copied.
    package var damagedSegments: UInt64 = 0
    /// What was dropped since the file was made, by class and cause. The counts of a damaged predecessor are continued where they can be read.
    package var dropped = JournalDrops()
    /// Messages that the platform will never take, since the file was made.
    package var deadLetters: UInt64 = 0
    /// A damaged predecessor that is being copied; nil when there is none.
    package var salvage: SalvageProgress?

    package init() {}
}

/// What a journal let go of, by class and cause. Age never takes what was not acknowledged, so it has no count of such.
package struct JournalDrops: Equatable, Sendable {
    /// Readings that the platform had, dropped for want of room.
    package var forwardedBySpace: UInt64 = 0
    /// Readings that the platform never had, dropped for want of room: lost.
    package var unforwardedBySpace: UInt64 = 0
    /// Readings that the platform had, dropped because they were old.
    package var forwardedByAge: UInt64 = 0
    /// Among those dropped: readings that no checkpoint covered.
    package var unjudged: UInt64 = 0
    /// Readings lost with damaged files, as far as their number is known.
    package var byDamage: UInt64 = 0
    /// Acknowledged alerts beyond the number that is kept.
    package var alertsByCount: UInt64 = 0
    /// Acknowledged alerts that were old.
    package var alertsByAge: UInt64 = 0
    /// Acknowledged alerts dropped for want of room, when no readings were left to drop.
    package var alertsBySpace: UInt64 = 0

    package init() {}

    /// Readings dropped by retention; those lost to damage are no work of it.
    package var readings: UInt64 { forwardedBySpace &+ unforwardedBySpace &+ forwardedByAge }
}

/// How far a journal has copied its damaged predecessor.
package struct SalvageProgress: Equatable, Sendable {
    /// Segments and readings that came over.
    package var segments: UInt64 = 0
    /// Readings in them.
    package var readings: UInt64 = 0
    /// Segments that were met and could not be read.
    package var damagedSegments: UInt64 = 0
    /// The next sequence that is looked for in the damaged file.
    package var next: UInt64 = 0
    /// Sequences of the damaged file are below this.
    package var end: UInt64 = 0

    package init() {}
}
