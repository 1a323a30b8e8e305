// Beginning, keeping and dropping layers.
import CSandbox
import Events
import Synchronization

extension Fork {
  /// Begins a layer for a step, over everything that was kept so far.
  public func beginLayer(_ step: String) throws(ForkError) -> Layer {
    try state.withLock { state throws(ForkError) in
      try requireUncommitted()
      let layer = Layer(number: state.next, step: step, over: state.kept.last ?? 0)
      let name = Array("\(layer.number)".utf8)
      let open = try root.open(Array("open".utf8))
      try open.makeDirectory(name)
      let directory = try open.open(name)
      try directory.makeDirectory(upperName)
      try directory.makeDirectory(Array("work".utf8))
      // The root of an overlay has the attributes of its upper directory.
      let below = try state.kept.last.map { number throws(ForkError) in try upper(of: number) }
      let attributes = try (below ?? world).directoryAttributes([], inLayer: below != nil)
      try directory.setDirectoryAttributes(upperName, attributes, inLayer: true)
      var record = RecordWriter()
      record.write(Array(step.utf8))
      record.write(UInt64(layer.over))
      try directory.writeAll(layerName, record.bytes, isDurable: false)
      state.next += 1
      state.open.append(layer)
      return layer
    }
  }

  /// What a launcher has to mount for a step.
  public func mount(of layer: Layer) throws(ForkError) -> OverlayMount {
    let kept = state.withLock { $0.kept.filter { $0 <= layer.over } }
    return OverlayMount(
      lower: kept.reversed().map { "\(place)/kept/\($0)/upper" } + [base],
      upper: "\(place)/open/\(layer.number)/upper", work: "\(place)/open/\(layer.number)/work",
      target: base)
  }

  /// Lets what a step did stay in the fork: steps that begin from now on see it. Where others, kept
  /// since this step began, have touched the same paths, that is an error, and the layer stays open.
  public func keep(_ layer: Layer) throws(ForkError) {
    try state.withLock { state throws(ForkError) in
      guard let index = state.open.firstIndex(of: layer) else {
        throw .wrongState("the layer of \(layer.step) is not open")
      }
      let since = state.kept.filter { $0 > layer.over }
      if !since.isEmpty { try reconcile(layer, with: since, kept: state.kept) }
      let number = (state.kept.last ?? 0) + 1
      let open = try root.open(Array("open".utf8))
      let kept = try root.open(Array("kept".utf8))
      let directory = try open.open(Array("\(layer.number)".utf8))
      try directory.removeTree(Array("work".utf8))
      try directory.removeTree(Array("tmp".utf8))
      try open.move(
        Array("\(layer.number)".utf8), to: kept, Array("\(number)".utf8), ORRERY_MOVE_NEW)
      state.open.remove(at: index)
      state.kept.append(number)
    }
  }

  /// Hears that it is on record elsewhere that a step, and all kept before it, was kept: only what is
  /// can be folded, since the rest may have to be dropped after a crash.
  public func settle(_ step: String) throws(ForkError) {
    try state.withLock { state throws(ForkError) in
      for number in state.kept.reversed() where try self.step(ofKept: number) == step {
        state.settled = max(state.settled, number)
        break
      }
      try fold(&state)
    }
  }

  /// Drops what was kept of other steps than these, which are on record: after a crash, the last ones
  /// may not be.
  public func dropKept(besides steps: [String]) throws(ForkError) {
    try state.withLock { state throws(ForkError) in
      guard try Phase.of(root) == .open else { return }
      while let last = state.kept.last, try !steps.contains(self.step(ofKept: last)) {
        try removeLastKept(&state)
      }
      state.settled = state.kept.last ?? 0
      try fold(&state)
    }
  }

  /// Removes the last kept layer: in one step out of sight, so that a crash leaves no half of it.
  func removeLastKept(_ state: inout State) throws(ForkError) {
    guard let last = state.kept.last else { return }
    let trash = try root.open(Array("trash".utf8))
    let name = Array("kept-\(last)".utf8)
    try trash.removeTree(name)
    try root.open(Array("kept".utf8)).move(Array("\(last)".utf8), to: trash, name)
    try trash.removeTree(name)
    state.kept.removeLast()
  }

  private func step(ofKept number: Int) throws(ForkError) -> String {
    let directory = try root.open(Array("kept/\(number)".utf8))
    var record = RecordReader(try directory.readAll(layerName)[...])
    guard let step = record.string() else {
      throw .damaged("\(String(decoding: directory.place, as: UTF8.self))/layer")
    }
    return String(decoding: step, as: UTF8.self)
  }

  /// Forgets what a step did.
  public func drop(_ layer: Layer) throws(ForkError) {
    try state.withLock { state throws(ForkError) in
      guard let index = state.open.firstIndex(of: layer) else { return }
      let open = try root.open(Array("open".utf8))
      let trash = try root.open(Array("trash".utf8))
      // In one step, so that a crash leaves no half of a layer open.
      let name = Array("\(layer.number)".utf8)
      try open.move(name, to: trash, name)
      state.open.remove(at: index)
      try trash.removeTree(name)
      try fold(&state)
    }
  }

  /// The layers that are there, after a crash perhaps.
  static func layers(in root: Handle) throws(ForkError) -> State {
    var state = State()
    func numbers(_ name: String) throws(ForkError) -> [Int] {
      guard let directory = try root.find(Array(name.utf8)) else { return [] }
      return try directory.names().compactMap { Int(String(decoding: $0, as: UTF8.self)) }.sorted()
    }
    state.kept = try numbers("kept")
    for number in try numbers("open") {
      state.next = max(state.next, number + 1)
      let directory = try root.open(Array("open/\(number)".utf8))
      // Without this file the layer had not begun.
      guard try directory.status(layerName) != nil else {
        try root.removeTree(Array("open/\(number)".utf8))
        continue
      }
      var record = RecordReader(try directory.readAll(layerName)[...])
      guard let step = record.string(), let over = record.number() else {
        throw .damaged("\(String(decoding: directory.place, as: UTF8.self))/layer")
      }
      state.open.append(
        Layer(number: number, step: String(decoding: step, as: UTF8.self), over: Int(over)))
    }
    return state
  }

  func requireUncommitted() throws(ForkError) {
    let phase = try Phase.of(root)
    if phase != .open { throw .wrongState("run \(run) \(phase.words)") }
  }
}

let upperName = Array("upper".utf8)
private let layerName = Array("layer".utf8)
