// One command from its start to the death of its last process.
import CSandbox
import Events
import Glibc

/// Supervises one command, on a thread of its own, which waits for everything at once: output, messages
/// of the launcher, the death of processes, the clock, and a cancellation.
///
/// The thread has to live as long as the command: when it ends, the kernel kills the command, which is
/// what should happen to it when orrery crashes.
struct Supervision {
  /// What is needed from outside.
  struct Order: Sendable {
    var invocation: Invocation
    var inheritsInput: Bool
    var limits: Limits
    var upper: String
    var groups: ControlGroups?
    var group: ControlGroups.Group?
    var proxy: (@Sendable (Int32) -> Void)?
    var listener: (@Sendable (ProcessStream, ArraySlice<UInt8>) -> Void)?
    var canceller: Canceller
  }

  /// What came of it.
  struct Report: Sendable {
    var outcome: ProcessOutcome
    /// The version of Landlock's interface that was in force; 0 for none.
    var landlock: Int
  }

  /// What is waited for.
  private enum Source: CaseIterable { case output, errors, control, monitor, first, canceller }

  private let order: Order
  private var over: Set<Source> = []
  private let pipes: Pipes
  private let process: pid_t
  private let monitor: Int32
  private let start = now()
  private var recorders: [Recorder]
  private var disk: DiskWatch
  /// The first process of the sandbox, and the file systems that it sent; -1 before.
  private var first: Int32 = -1
  private var temporary: [Int32] = []
  private var proc: Int32 = -1
  private var landlock = 0
  private var failure: SandboxError?
  private var status: Int32?
  private var stopped: String?
  private var isKilled = false
  private var nextLook = 0.02

  /// Starts the command.
  init(_ order: Order) throws(SandboxError) {
    self.order = order
    disk = DiskWatch(order.upper, limits: order.limits)
    pipes = try Pipes(inheritsInput: order.inheritsInput)
    process = pipes.spawn(order.invocation)
    monitor = process > 0 ? sandbox_pidfd_open(process) : -1
    recorders = [ProcessStream.output, .errors].map { stream in
      let listener = order.listener
      return Recorder(
        limit: order.limits.output, listener: listener.map { tell in { tell(stream, $0) } })
    }
    if monitor < 0 {
      let number = process < 0 ? -process : errno
      pipes.close()
      throw .launch(stage: "the launcher", reason: String(cString: strerror(number)))
    }
  }

  /// Waits until nothing of the command is left.
  mutating func run() throws(SandboxError) -> Report {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer {
      buffer.deallocate()
      disk.end()
      for descriptor in [first, proc, monitor] + temporary where descriptor >= 0 {
        close(descriptor)
      }
      pipes.close()
    }
    // An end is an end only when every process is dead, and has said what it had to say.
    while !(isOver(.monitor) && isOver(first < 0 ? .control : .first)) {
      wait()
      read(into: buffer)
      receive()
      if order.canceller.isRung { kill() }
      look()
    }
    var exit: Int32 = 0
    while waitpid(process, &exit, 0) < 0, errno == EINTR {}
    // Nobody can write any more: what is there is the rest.
    read(into: buffer)
    receive()
    if order.canceller.isRung { throw .cancelled }
    return try report()
  }

  private mutating func report() throws(SandboxError) -> Report {
    let output = recorders[0].finish()
    let errors = recorders[1].finish()
    if let failure { throw failure }
    if stopped == nil, let group = order.group, order.groups?.hasRunOut(group) == true {
      stopped = "memory"
    }
    if stopped == nil {
      stopped = disk.look(at: now() - start, temporary: temporary, isLast: true)
    }
    let ending: Outcome.Ending
    if let stopped {
      ending = .stopped(bound: stopped)
    } else if let status {
      let signal = status & 0x7F
      ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    } else if first >= 0 {
      // Somebody killed the sandbox as a whole: not we.
      ending = .signalled(SIGKILL)
    } else {
      let words = String(decoding: errors.bytes, as: UTF8.self)
      throw .launch(stage: "bubblewrap", reason: words.isEmpty ? "it ended early" : words)
    }
    return Report(
      outcome: ProcessOutcome(
        ending: ending == .signalled(SIGXFSZ) ? .stopped(bound: "disk") : ending, output: output,
        errors: errors, seconds: now() - start),
      landlock: landlock)
  }

  /// Waits until something happens or it is time to look.
  ///
  /// What is over is not waited for again: it would be ready all the time, and this thread would keep
  /// the processor from those whose end it waits for.
  private mutating func wait() {
    let time = now() - start
    let next = max(min(nextLook, isKilled ? .infinity : order.limits.seconds) - time, 0)
    var polled = Source.allCases.map { source in
      pollfd(fd: isOver(source) ? -1 : descriptor(of: source), events: Int16(POLLIN), revents: 0)
    }
    poll(&polled, nfds_t(polled.count), Int32((min(next, 3_600) * 1_000).rounded(.up)))
    for (source, result) in zip(Source.allCases, polled) {
      let isClosed = Int32(result.revents) & (POLLHUP | POLLERR) != 0
      switch source {
      case .output, .errors:
        if isClosed && Int32(result.revents) & POLLIN == 0 { over.insert(source) }
      // What is left in it is received in this very round.
      case .control: if isClosed { over.insert(source) }
      case .monitor, .first, .canceller: if result.revents != 0 { over.insert(source) }
      }
    }
  }

  private func isOver(_ source: Source) -> Bool { over.contains(source) }

  private func descriptor(of source: Source) -> Int32 {
    switch source {
    case .output: pipes.output
    case .errors: pipes.errors
    case .control: pipes.control
    case .monitor: monitor
    case .first: first
    case .canceller: order.canceller.descriptor
    }
  }

  private mutating func read(into buffer: UnsafeMutableRawBufferPointer) {
    for stream in 0...1 {
      // A stream that never ends must not keep us from the clock.
      for _ in 0..<16 {
        let count = pipes.read(stream, into: buffer)
        if count == 0 { break }
        recorders[stream].take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
  }

  private mutating func receive() {
    while let (message, descriptors) = pipes.receive() {
      switch message.kind {
      case Int32(SANDBOX_READY):
        landlock = Int(message.value)
        first = descriptors[0]
        temporary = [descriptors[1], descriptors[2]]
        proc = descriptors[3]
        if isKilled { sandbox_pidfd_kill(first) }
        if let proxy = order.proxy, descriptors[4] >= 0 { proxy(descriptors[4]) }
      case Int32(SANDBOX_ENDED): status = message.value
      default:
        let reason = String(cString: strerror(message.value))
        failure = failure ?? .launch(stage: message.stage, reason: reason)
      }
    }
  }

  /// Looks whether a bound was reached.
  private mutating func look() {
    let time = now() - start
    if isKilled || status != nil { return }
    if time >= order.limits.seconds { stop("seconds") }
    if time < nextLook { return }
    nextLook = time + 0.05
    if first < 0 { return }
    if let bound = disk.look(at: time, temporary: temporary) ?? memory() { stop(bound) }
  }

  /// The bound of memory or of processes that was reached, if one was.
  private func memory() -> String? {
    if let group = order.group { return order.groups?.hasRunOut(group) == true ? "memory" : nil }
    var bytes: Int64 = 0
    // The first process is ours.
    if sandbox_usage(proc, false, &bytes) > order.limits.processes + 1 { return "processes" }
    if bytes > order.limits.memory { sandbox_usage(proc, true, &bytes) }
    for descriptor in temporary {
      var status = statvfs()
      if fstatvfs(descriptor, &status) == 0 {
        bytes += Int64(status.f_blocks - status.f_bfree) * Int64(status.f_frsize)
      }
    }
    return bytes > order.limits.memory ? "memory" : nil
  }

  private mutating func stop(_ bound: String) {
    stopped = bound
    kill()
  }

  /// Kills the first process of the sandbox, and with it, by the kernel, all others. Where it is not
  /// known yet, its parent; if it has come to be nevertheless, it is killed when it tells of itself.
  private mutating func kill() {
    if isKilled { return }
    isKilled = true
    nextLook = .infinity
    sandbox_pidfd_kill(first >= 0 ? first : monitor)
  }
}

/// Seconds on a clock that nobody sets.
func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
