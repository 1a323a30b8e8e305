// How a tensor was made, and the walk back from a loss to its parameters.
//
// There is no global tape. Every differentiable result holds a node with its parents and its
// pullback; nodes are immutable and die with the tensors that need them. The walk visits nodes by
// falling depth and, at one depth, in the order in which a depth-first search from the loss finds
// them, so that gradients are added in the same order every time.

import CKernels
import Synchronization

/// One operation on the way to a loss.
final class Node: Sendable {
  /// Gradients of the inputs, in their order, from the gradient of the output.
  typealias Pullback = @Sendable (Tensor) -> [Tensor?]
  /// The same, added to what has been found of the gradients of the inputs so far (nil: nothing). Where
  /// many layers read one input, this spares a pass over memory for each.
  typealias Addition = @Sendable (Tensor, inout [Tensor?]) -> Void

  /// How the gradient goes on from here.
  enum Kind: Sendable {
    /// It stays: this is a watched tensor.
    case leaf
    /// It goes to the inputs through a pullback.
    case operation(Pullback)
    /// It goes to the inputs through a pullback that adds.
    case addition(Addition)
    /// It belongs to a part of the one input. Were it spread out over a whole input of zeros, a loop
    /// over T slices would cost T².
    case slice(Region)
  }

  /// 0 for a watched tensor, else one more than the deepest parent.
  let depth: Int
  let kind: Kind
  // A lock only because `deinit` must empty it; nobody ever waits for it.
  private let inputs: Mutex<[Node?]>

  init() {
    depth = 0
    kind = .leaf
    inputs = Mutex([])
  }

  init(parents: [Node?], kind: Kind) {
    depth = 1 + parents.reduce(0) { max($0, $1?.depth ?? 0) }
    self.kind = kind
    inputs = Mutex(parents)
  }

  var parents: [Node?] { inputs.withLock { $0 } }

  /// Releases a chain of nodes one by one: left to itself, the release would recurse once an
  /// operation and overflow the stack on a long chain.
  deinit {
    var pending = inputs.withLock { take(&$0) }
    while let last = pending.popLast() {
      guard var node = last else { continue }
      if isKnownUniquelyReferenced(&node) {
        pending.append(contentsOf: node.inputs.withLock { take(&$0) })
      }
    }
  }
}

/// Blocks of a larger tensor at equal distances.
struct Region: Sendable {
  let shape: Shape  // of the larger tensor
  let count: Int
  let block: Int
  let start: Int
  let stride: Int
}

private func take(_ nodes: inout [Node?]) -> [Node?] {
  let taken = nodes
  nodes = []
  return taken
}

extension Tensor {
  /// The same tensor as something to differentiate with respect to.
  public func watched() -> Tensor {
    var result = detached()
    result.node = Node()
    return result
  }

  /// Whether operations on this tensor are recorded.
  public var isWatched: Bool { node != nil }

  /// This result of an operation on `input`, with its pullback where the input is watched.
  func recorded(
    from input: Tensor, _ pullback: @escaping @Sendable (Tensor) -> Tensor
  ) -> Tensor {
    guard let parent = input.node else { return self }
    var result = self
    result.node = Node(parents: [parent], kind: .operation { [pullback($0)] })
    return result
  }

  /// This result of an operation on `inputs`, with its pullback where an input is watched.
  func recorded(from inputs: [Tensor], _ pullback: @escaping Node.Pullback) -> Tensor {
    guard inputs.contains(where: { $0.node != nil }) else { return self }
    var result = self
    result.node = Node(parents: inputs.map(\.node), kind: .operation(pullback))
    return result
  }

  /// This result of an operation on `inputs`, with its adding pullback where an input is watched.
  func recorded(from inputs: [Tensor], adding addition: @escaping Node.Addition) -> Tensor {
    guard inputs.contains(where: { $0.node != nil }) else { return self }
    var result = self
    result.node = Node(parents: inputs.map(\.node), kind: .addition(addition))
    return result
  }

  /// This slice of `input`, with the way back where the input is watched.
  func recorded(from input: Tensor, slice region: Region) -> Tensor {
    guard let parent = input.node else { return self }
    var result = self
    result.node = Node(parents: [parent], kind: .slice(region))
    return result
  }

  /// Adds `part` to a region in place, or in a copy where somebody else holds the memory.
  fileprivate mutating func accumulate(_ part: Tensor, in region: Region) {
    makeUnique()
    kernel_accumulate_blocks(
      region.count, region.block, part.base, region.block, base + region.start, region.stride)
  }

  /// Adds `other`, of the same shape, in place where nobody else holds the memory.
  mutating func accumulate(_ other: Tensor) {
    if isKnownUniquelyReferenced(&storage) {
      storage.willChange()
      kernel_accumulate(count, 1, other.base, storage.base)
    } else {
      let sum = Tensor(unwritten: shape)
      kernel_binary(
        Int32(BINARY_ADD), 1, count, base, count, 1, other.base, count, 1, sum.base)
      self = sum
    }
  }
}

extension Tensor? {
  /// Lets `write` write a gradient of this shape: onto the one that is there (true), or as the first.
  mutating func add(_ shape: Shape, _ write: (_ sum: Tensor, _ isThere: Bool) -> Void) {
    guard var sum = self else {
      let first = Tensor(unwritten: shape)
      write(first, false)
      self = first
      return
    }
    self = nil  // so that the sum is held once, and changes in place
    sum.makeUnique()
    write(sum, true)
    self = sum
  }

  /// Adds a gradient, or takes it as the first.
  mutating func add(_ part: Tensor) {
    if self == nil { self = part } else { self?.accumulate(part) }
  }
}

/// The gradients of a scalar `loss` with respect to watched tensors, in their order; zeros where
/// the loss does not depend on one. Pullbacks record nothing: there are no second derivatives.
public func gradients(of loss: Tensor, with inputs: [Tensor]) -> [Tensor] {
  precondition(loss.count == 1, "a loss has one number, not the shape \(loss.shape)")
  let zeros = { (input: Tensor) in Tensor(zeros: input.shape) }
  guard let root = loss.node else { return inputs.map(zeros) }
  let graph = Graph(root)
  var found = [Tensor?](repeating: nil, count: graph.nodes.count)
  found[0] = Tensor(repeating: 1, shape: loss.shape)
  for index in graph.order {
    guard let gradient = found[index] else { continue }
    switch graph.nodes[index].kind {
    case .leaf: break
    case .slice(let region):
      found[index] = nil
      guard let parent = graph.parents[index][0] else { continue }
      if found[parent] == nil { found[parent] = Tensor(zeros: region.shape) }
      found[parent]?.accumulate(gradient, in: region)
    case .operation(let pullback):
      found[index] = nil
      for (parent, part) in zip(graph.parents[index], pullback(gradient)) {
        guard let parent, let part else { continue }
        found[parent].add(part)
      }
    case .addition(let addition):
      found[index] = nil
      var sums = graph.parents[index].map { parent in
        parent.flatMap { found[$0].take() }
      }
      addition(gradient, &sums)
      for (parent, sum) in zip(graph.parents[index], sums) {
        guard let parent, let sum else { continue }
        found[parent].add(sum)
      }
    }
  }
  return inputs.map { input in
    guard let node = input.node, let index = graph.indices[ObjectIdentifier(node)] else {
      return zeros(input)
    }
    return found[index] ?? zeros(input)
  }
}

/// The nodes that a loss was made from.
private struct Graph {
  var nodes: [Node] = []
  var parents: [[Int?]] = []
  var indices: [ObjectIdentifier: Int] = [:]
  /// Every node after all that were made from it.
  var order: [Int] = []

  init(_ root: Node) {
    nodes = [root]
    indices[ObjectIdentifier(root)] = 0
    var pending = [0]
    parents = [[]]
    while let index = pending.popLast() {
      var places: [Int?] = []
      for parent in nodes[index].parents {
        guard let parent else {
          places.append(nil)
          continue
        }
        if let known = indices[ObjectIdentifier(parent)] {
          places.append(known)
        } else {
          let place = nodes.count
          nodes.append(parent)
          parents.append([])
          indices[ObjectIdentifier(parent)] = place
          pending.append(place)
          places.append(place)
        }
      }
      parents[index] = places
    }
    // A counting sort by falling depth, which keeps the order of discovery.
    var buckets = [[Int]](repeating: [], count: root.depth + 1)
    for (index, node) in nodes.enumerated() { buckets[node.depth].append(index) }
    for bucket in buckets.reversed() { order.append(contentsOf: bucket) }
  }
}
