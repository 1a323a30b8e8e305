// A fork of a world: layers over a directory, each kept or dropped as a whole.
import CSandbox
public import Events
import Synchronization

/// A copy of a directory that costs nothing to make: what is changed in it goes into layers, and the
/// directory itself stays as it is until the fork is committed.
///
/// ```
/// <place of the run>/fork       what it is a fork of, and since when: see Origin.swift
///                    open/<n>/  layers of steps that work: upper, work, layer
///                    kept/<n>/  layers of steps whose work stays, numbered as they were kept
///                    trash/     what nobody needs any more
///                    undo/<n>   what a commit removed from the world
///                    commit, …  the journal of the commit: see CommitJournal.swift
/// ```
/// The calls of one fork may come from several threads; each takes the time that its work needs.
public final class Fork: Sendable {
  /// The run it belongs to.
  public let run: RunID
  /// The directory it is a fork of: absolute, without symbolic links.
  public let base: String
  /// Where it lives.
  public let place: String

  let root: Handle
  let world: Handle
  let origin: Origin
  let contents = Contents()
  let state: Mutex<State>

  /// The layers there are.
  struct State {
    /// Numbers by the order of keeping, the first kept first.
    var kept: [Int] = []
    /// The last kept layer of which it is on record elsewhere that it was kept.
    var settled = 0
    var open: [Layer] = []
    /// The number of the layer that begins next.
    var next = 1
  }

  init(run: RunID, place: String, root: Handle, origin: Origin) throws(ForkError) {
    self.run = run
    self.place = place
    self.root = root
    self.origin = origin
    base = String(decoding: origin.base, as: UTF8.self)
    world = try Handle.root(base)
    state = Mutex(try Self.layers(in: root))
  }

  /// The layers of steps that have neither been kept nor dropped: after a crash, the steps it hit.
  public var openLayers: [Layer] { state.withLock(\.open) }

  /// Whether the machine was started anew since the fork began: what was not yet committed then may
  /// be incomplete, since nothing of it was made durable.
  public var isFromEarlierBoot: Bool { origin.boot != Origin.currentBoot() }

  /// The effects of a step that works, on the world as the step found it.
  public func effects(of layer: Layer) throws(ForkError) -> [Effect] {
    try difference(of: layer).effects
  }

  /// The effects of all layers that were kept, on the world as it is now.
  public func effects() throws(ForkError) -> [Effect] { try keptDifference().effects }

  /// The world as the layers that were kept have it, or as a step has it that works.
  public func tree(in layer: Layer? = nil) throws(ForkError) -> MergedTree {
    MergedTree(stack: try stack(of: layer), base: base, contents: contents)
  }

  /// What tools write a step's changes with. No process may have the layer mounted meanwhile.
  public func writer(in layer: Layer) throws(ForkError) -> LayerWriter {
    let work = try root.open(Self.place(of: layer.number, isOpen: true))
    try work.ensureDirectory(Array("tmp".utf8))
    return LayerWriter(
      tree: try tree(in: layer), scratch: try work.open(Array("tmp".utf8)))
  }

  // MARK: Stacks

  static func place(of number: Int, isOpen: Bool) -> [UInt8] {
    Array("\(isOpen ? "open" : "kept")/\(number)".utf8)
  }

  func upper(of number: Int, isOpen: Bool = false) throws(ForkError) -> Handle {
    try root.open(Self.place(of: number, isOpen: isOpen) + "/upper".utf8)
  }

  /// The kept layers that a layer lies over; for none, all of them.
  func stack(of layer: Layer?) throws(ForkError) -> Stack {
    let (kept, open) = state.withLock { ($0.kept, $0.open) }
    var roots: [Handle] = []
    if let layer {
      guard open.contains(layer) else {
        throw .wrongState("the layer of \(layer.step) is not open")
      }
      roots.append(try upper(of: layer.number, isOpen: true))
    }
    for number in kept.reversed() where layer.map({ number <= $0.over }) ?? true {
      roots.append(try upper(of: number))
    }
    return Stack(roots: roots + [world])
  }

  func difference(of layer: Layer) throws(ForkError) -> Difference {
    try Difference(of: 1, upperLayersOf: stack(of: layer), contents: contents)
  }

  func keptDifference() throws(ForkError) -> Difference {
    let stack = try stack(of: nil)
    return try Difference(of: stack.roots.count - 1, upperLayersOf: stack, contents: contents)
  }
}
