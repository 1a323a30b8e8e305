// An office whose machine dies at any moment that a seed chooses: the world, the disk, and what is
// lost.
import Agents
import Basics
import Events
import Synchronization

/// The machine died.
struct Crash: Error {}

/// What outlives a process, and the misfortune that ends it.
///
/// Every operation counts. At the chosen one the process dies, before the operation takes effect or
/// after it; nothing of that process does anything from then on.
final class SimulatedOffice: Sendable {
  struct State {
    /// The world: lines of files.
    var world: [Path: [String]] = [:]
    /// Layers under way and kept, by step.
    var layers: [String: [Path: [String]]] = [:]
    var kept: [String] = []
    var isCommitted = false
    /// How often each step was performed and its layer kept or dropped.
    var performed: [String: Int] = [:]
    /// Operations until the next crash.
    var fuse = Int.max
    var isDead = false
    var random: Random
    /// Events that `append` has returned.
    var acknowledged: [Event] = []
  }

  let journal = MemoryJournal()
  let state: Mutex<State>
  let goal: Goal
  let run = RunID(bits: 1)

  init(goal: Goal, seed: UInt64) {
    self.goal = goal
    state = Mutex(State(random: Random(seed: seed)))
  }

  /// Begins a new process, which dies after so many operations.
  func boot(fuse: Int) {
    state.withLock {
      $0.fuse = fuse
      $0.isDead = false
    }
  }

  /// Counts an operation; it is done unless the process died before it.
  func operate<Value>(_ body: (inout State) -> Value) throws -> Value {
    try state.withLock { state in
      if state.isDead { throw Crash() }
      state.fuse -= 1
      guard state.fuse <= 0 else { return body(&state) }
      state.isDead = true
      // Half of the crashes come just after the operation took effect.
      if state.random.next() & 1 == 0 { _ = body(&state) }
      throw Crash()
    }
  }

  /// Whether a step fails at an attempt: decided by the seed alone.
  func fails(_ step: String, _ count: Int) -> Bool {
    var random = Random(
      seed: state.withLock { $0.random.key },
      stream: UInt64(step.utf8.reduce(7) { $0 &* 31 &+ Int($1) } &+ count))
    return random.next(upperBound: UInt64(4)) == 0
  }
}

/// A journal in memory that dies with the process.
struct SimulatedJournal: Journal {
  let office: SimulatedOffice

  func append(
    _ bodies: [Event.Body], to run: RunID, after length: Int, at time: Timestamp,
    under lease: Lease?
  ) async throws(JournalError) -> [Event] {
    let office = office
    // The fuse may burn before the events are durable, or after: then nobody hears of it.
    let isBefore: Bool
    do { isBefore = try office.operate { _ in false } } catch {
      let isDurable = office.state.withLock { $0.random.next() & 1 == 0 && $0.fuse == 0 }
      if isDurable {
        office.state.withLock { $0.fuse = -1 }
        _ = try await office.journal.append(bodies, to: run, after: length, at: time, under: lease)
      }
      throw .unavailable("the process died")
    }
    precondition(!isBefore)
    let events = try await office.journal.append(
      bodies, to: run, after: length, at: time, under: lease)
    office.state.withLock { $0.acknowledged += events }
    return events
  }

  func events(of run: RunID, after length: Int) async throws(JournalError) -> [Event] {
    try await office.journal.events(of: run, after: length)
  }

  func runs(onlyOpen: Bool) async throws(JournalError) -> [RunRecord] {
    try await office.journal.runs(onlyOpen: onlyOpen)
  }

  func lease(
    _ run: RunID, to owner: String, until: Timestamp, after fence: Int
  ) async throws(JournalError) -> Lease? {
    try await office.journal.lease(run, to: owner, until: until, after: fence)
  }
}

/// A fork of the simulated world. A step appends a line to the file of its name.
struct SimulatedWorkspace: Workspace {
  let office: SimulatedOffice
  /// The steps that the journal says were kept, in order: what else was kept is dropped.
  let kept: [String]

  init(office: SimulatedOffice, kept: [String]) {
    self.office = office
    self.kept = kept
    office.state.withLock { state in
      state.kept = kept
    }
  }

  private func operate<Value>(_ body: (inout SimulatedOffice.State) -> Value) throws(WorkspaceError)
    -> Value
  {
    do { return try office.operate(body) } catch { throw .unavailable("the process died") }
  }

  func perform(
    _ action: Action, for step: Step, within limits: Limits
  ) async throws(WorkspaceError) -> Outcome {
    let path = SimulatedWorkspace.path(step.name)
    let count = try operate { state in
      state.performed[step.name, default: 0] += 1
      state.layers[step.name] = [path: [step.name]]
      return state.performed[step.name, default: 0]
    }
    await Task.yield()
    let empty = Outcome.Captured(digest: Digest(of: []), kept: 0, written: 0)
    let effects = try await effects(of: step)
    return Outcome(
      ending: .exited(office.fails(step.name, count) ? 1 : 0), effects: EffectSummary(of: effects),
      output: empty, errors: empty, seconds: 0.5)
  }

  func effects(of step: Step?) async throws(WorkspaceError) -> [Effect] {
    try operate { state in
      let layers =
        step.map { [state.layers[$0.name] ?? [:]] }
        ?? state.kept.map { state.layers[$0] ?? [:] }
      return layers.flatMap { $0.keys }.sorted().map {
        Effect(path: $0, change: .created(Node(kind: .file, mode: 0o644)))
      }
    }
  }

  func check(_ checks: [Check], after step: Step?) async throws(WorkspaceError) -> [Evidence] {
    await Task.yield()
    return try operate { state in
      let names = state.kept + [step?.name].compactMap(\.self)
      return checks.map { check in
        guard case .exists(let path) = check else {
          return Evidence(check: check, holds: false, seen: "unknown")
        }
        let holds = names.contains { state.layers[$0]?[path] != nil }
        return Evidence(check: check, holds: holds, seen: "\(path)")
      }
    }
  }

  func keep(_ step: Step) async throws(WorkspaceError) -> [Path] {
    try operate { $0.kept.append(step.name) }
    return []
  }

  func drop(_ step: Step) async throws(WorkspaceError) {
    try operate { state in
      state.layers[step.name] = nil
      state.kept.removeAll { $0 == step.name }
    }
  }

  func settle(_ step: Step) async throws(WorkspaceError) {}

  func commit(_ reviewed: EffectSummary) async throws(WorkspaceError) -> [Path] {
    try operate { state in
      guard !state.isCommitted else { return }
      state.isCommitted = true
      for name in state.kept {
        for (path, lines) in state.layers[name] ?? [:] { state.world[path, default: []] += lines }
      }
    }
    return []
  }

  func discard() async throws(WorkspaceError) {
    try operate { state in
      state.layers = [:]
      state.kept = []
    }
  }

  static func path(_ name: String) -> Path { Path(name) ?? .root }
}
