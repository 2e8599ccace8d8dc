import Synchronization

/// One blocking call at a time on a thread of its own, with an event that tells the loop when the result is there.
///
/// Dropped while a call runs, the call ends by itself and its result is thrown away.
/// *Isolation*: one thread, the owner's.
package final class BackgroundCall<Value: Sendable>: Sendable {
    private struct State {
        var isRunning = false
        var value: Value?
    }

    private let state = Mutex(State())
    private let event: EventDescriptor

    package init() throws(SystemError) { event = try EventDescriptor() }

    /// Readable when `take` has something to give.
    package var descriptor: Int32 { event.descriptor }

    /// A call runs, or its result was not taken yet.
    package var isBusy: Bool { state.withLock { $0.isRunning || $0.value != nil } }

    /// Starts the call. Precondition: not busy. *Throws*: the thread could not be started, and nothing runs. *Units* of `stack`: bytes.
    package func start(name: String, stack: Int = NativeThread.smallStack, _ body: @escaping @Sendable () -> Value) throws(SystemError) {
        state.withLock { state in
            precondition(!state.isRunning && state.value == nil, "one call at a time")
            state.isRunning = true
        }
        do throws(SystemError) {
            let thread = try NativeThread(name: name, stack: stack) { [self] in
                let value = body()
                state.withLock { state in
                    state.isRunning = false
                    state.value = value
                }
                event.signal()
            }
            thread.detach()
        } catch {
            state.withLock { $0.isRunning = false }
            throw error
        }
    }

    /// The result of the call, once; nil while it runs.
    package func take() -> Value? {
        event.drain()
        return state.withLock { state in
            let value = state.value
            state.value = nil
            return value
        }
    }
}
