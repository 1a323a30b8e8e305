// A workspace that is a fork of a directory, in which commands run in a sandbox.
public import Basics
public import Egress
public import Events
public import Forks
import Foundation
public import Sandboxes
import Synchronization

/// A workspace that is a fork of a directory, in which commands run in a sandbox.
public final class ForkedWorkspace: Workspace {
  let fork: Fork
  let settings: Settings
  private let forks: ForkStore
  private let layers: Mutex<[String: Forks.Layer]>

  /// What a workspace needs besides its fork.
  public struct Settings: Sendable {
    /// What the run may do.
    public var permissions: Permissions
    /// Where commands run.
    public var sandbox: Sandbox
    /// What stands for secrets in a sandbox, and where each may go.
    public var vault: Vault
    /// Bounds of the commands that check.
    public var limits: Limits
    /// What can be done.
    public var toolbox: Toolbox
    /// Whether commands read what this program would read.
    public var inheritsInput: Bool
    /// Keeps a content, and returns the hash that names it.
    public var store: @Sendable ([UInt8]) throws -> Digest
    /// The content of a hash.
    public var load: @Sendable (Digest) throws -> [UInt8]
    /// Is told of what commands write, line by line.
    public var listener: (@Sendable (ProcessStream, ArraySlice<UInt8>) -> Void)?

    /// Settings of these parts.
    public init(
      permissions: Permissions, sandbox: Sandbox, vault: Vault = Vault(), limits: Limits = Limits(),
      toolbox: Toolbox = .office,
      inheritsInput: Bool = false, store: @escaping @Sendable ([UInt8]) throws -> Digest,
      load: @escaping @Sendable (Digest) throws -> [UInt8],
      listener: (@Sendable (ProcessStream, ArraySlice<UInt8>) -> Void)? = nil
    ) {
      self.permissions = permissions
      self.sandbox = sandbox
      self.vault = vault
      self.limits = limits
      self.toolbox = toolbox
      self.inheritsInput = inheritsInput
      self.store = store
      self.load = load
      self.listener = listener
    }
  }

  /// The fork of a run, made now or found again.
  ///
  /// - Parameter kept: the steps that the journal says were kept; what was kept besides is dropped.
  public init(
    _ run: RunID, of directory: String, kept: [String], forks: ForkStore, settings: Settings
  ) throws(WorkspaceError) {
    self.forks = forks
    self.settings = settings
    guard kept.isEmpty || forks.hasFork(of: run) else { throw .lost("the fork of the run is gone") }
    fork = try translated { () throws(ForkError) in
      try forks.hasFork(of: run) ? forks.fork(of: run) : forks.begin(run, of: directory)
    }
    let fork = fork
    let standing = try translated { () throws(ForkError) in try forks.recover(run) }
    if standing == .open {
      guard kept.isEmpty || !fork.isFromEarlierBoot else {
        throw .lost("the machine was started anew, and what was kept may not be whole")
      }
      try translated { () throws(ForkError) in try fork.dropKept(besides: kept) }
    }
    // What a rehearsal or a check left when its process died is nobody's work.
    for layer in fork.openLayers where layer.step.hasSuffix("~") {
      try translated { () throws(ForkError) in try fork.drop(layer) }
    }
    layers = Mutex(
      Dictionary(fork.openLayers.map { ($0.step, $0) }, uniquingKeysWith: { _, last in last }))
  }

  /// The open layer of a step.
  func layer(of step: Step) throws(WorkspaceError) -> Forks.Layer {
    guard let layer = layers.withLock({ $0[step.name] }) else {
      throw .lost("what step \(step.name) did is gone")
    }
    return layer
  }

  public func perform(
    _ action: Action, for step: Step, within limits: Limits
  ) async throws(WorkspaceError) -> Outcome {
    try await drop(step)
    let layer = try translated { () throws(ForkError) in try fork.beginLayer(step.name) }
    layers.withLock { $0[step.name] = layer }
    let began = ContinuousClock.now
    let place = ForkedPlace(
      workspace: self, layer: layer, limits: limits,
      permissions: step.permissions ?? settings.permissions)
    let result = try await settings.toolbox.use(action, in: place)
    let effects = try await effects(of: step)
    return Outcome(
      ending: result.ending, effects: EffectSummary(of: effects),
      output: try captured(result.output, result.outputWritten),
      errors: try captured(result.errors, result.errorsWritten),
      seconds: (ContinuousClock.now - began) / .seconds(1), passages: result.passages)
  }

  private func captured(
    _ bytes: [UInt8], _ written: Int
  ) throws(WorkspaceError) -> Outcome.Captured {
    Outcome.Captured(digest: try store(bytes), kept: bytes.count, written: written)
  }

  private func store(_ bytes: [UInt8]) throws(WorkspaceError) -> Digest {
    do { return try settings.store(bytes) } catch { throw .unavailable("\(error)") }
  }

  public func effects(of step: Step?) async throws(WorkspaceError) -> [Effect] {
    let layer = try step.map { step throws(WorkspaceError) in try self.layer(of: step) }
    let effects = try translated { () throws(ForkError) in
      if let layer { try fork.effects(of: layer) } else { try fork.effects() }
    }
    // By the hash that summaries have.
    do { _ = try settings.store(JSON.encoded(effects)) } catch { throw .unavailable("\(error)") }
    return effects
  }

  public func keep(_ step: Step) async throws(WorkspaceError) -> [Path] {
    let layer = try layer(of: step)
    do {
      try fork.keep(layer)
    } catch {
      guard case .conflict(let conflicts) = error else { throw WorkspaceError(error) }
      return conflicts.map(\.path)
    }
    layers.withLock { $0[step.name] = nil }
    return []
  }

  public func drop(_ step: Step) async throws(WorkspaceError) {
    guard let layer = layers.withLock({ $0.removeValue(forKey: step.name) }) else { return }
    try translated { () throws(ForkError) in try fork.drop(layer) }
  }

  public func settle(_ step: Step) async throws(WorkspaceError) {
    try translated { () throws(ForkError) in try fork.settle(step.name) }
  }

  public func commit(_ reviewed: EffectSummary) async throws(WorkspaceError) -> [Path] {
    let effects: [Effect]
    do {
      effects = try JSON.decoded([Effect].self, from: Data(settings.load(reviewed.digest)))
    } catch { throw .unavailable("the effects that were looked at can not be read: \(error)") }
    do throws(ForkError) {
      // What a crash interrupted is finished; what has been committed is not committed again.
      if try forks.recover(fork.run) == .committed { return [] }
      try fork.commit(effects)
      return []
    } catch {
      switch error {
      case .conflict(let conflicts): return conflicts.map(\.path)
      case .unreviewed(let paths): return paths
      default:
        // Tried again, it would come to the same; the world is as it was.
        guard (try? forks.recover(fork.run)) == .open else { throw WorkspaceError(error) }
        throw .refused("\(error)")
      }
    }
  }

  public func discard() async throws(WorkspaceError) {
    try translated { () throws(ForkError) in try forks.discard(fork.run) }
  }
}

/// Does something with a fork, whose errors become those of a workspace.
func translated<Value>(_ body: () throws(ForkError) -> Value) throws(WorkspaceError) -> Value {
  do { return try body() } catch { throw WorkspaceError(error) }
}

extension WorkspaceError {
  init(_ error: ForkError) {
    switch error {
    case .noPlace: self = .unisolated("\(error)")
    case .unsupported, .refused: self = .refused("\(error)")
    default: self = .unavailable("\(error)")
    }
  }

  init(_ error: SandboxError) {
    switch error {
    case .missing: self = .unisolated("\(error)")
    case .refused, .launch: self = .unavailable("\(error)")
    case .cancelled: self = .cancelled
    }
  }
}
