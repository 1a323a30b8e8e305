// The extents of a tensor, held inline: making a shape allocates nothing.

/// The extents of a tensor along its axes, slowest first. A scalar has the empty shape `[]`.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The most axes that a tensor can have.
  public static let rankMax = 6

  /// How many axes there are.
  public let rank: Int
  /// How many elements a tensor of this shape has.
  public let count: Int
  private var extents: [6 of Int32]

  /// The shape with these extents; none may be negative.
  public init(_ extents: some Collection<Int>) {
    precondition(
      extents.count <= Self.rankMax,
      "a shape has at most \(Self.rankMax) axes, not \(extents.count)")
    self.extents = [6 of Int32](repeating: 1)
    rank = extents.count
    var product = 1
    for (axis, extent) in extents.enumerated() {
      precondition(
        extent >= 0 && extent <= Int32.max, "extent \(extent) of axis \(axis) is out of range")
      self.extents[axis] = Int32(extent)
      product *= extent
    }
    count = product
  }

  /// The shape with these extents.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The extent of an axis; negative indices count from the last axis.
  public subscript(axis: Int) -> Int { Int(extents[resolved(axis)]) }

  /// The extents as an array.
  public var array: [Int] { (0..<rank).map { Int(extents[$0]) } }

  /// The shape as it is written in Swift, such as `[32, 160, 64]`.
  public var description: String { "\(array)" }

  /// The axis with a negative index counted from the end.
  func resolved(_ axis: Int) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    precondition(resolved >= 0 && resolved < rank, "axis \(axis) of shape \(self) does not exist")
    return resolved
  }

  /// The number of elements of the axes in `range`.
  func count(in range: Range<Int>) -> Int {
    var product = 1
    for axis in range { product *= Int(extents[axis]) }
    return product
  }

  /// The same shape with another extent along one axis.
  public func replacing(axis: Int, with extent: Int) -> Shape {
    var all = array
    all[resolved(axis)] = extent
    return Shape(all)
  }

  /// The shape without one axis.
  public func removing(axis: Int) -> Shape {
    var all = array
    all.remove(at: resolved(axis))
    return Shape(all)
  }

  /// The shape with one more axis at the end.
  public func appending(_ extent: Int) -> Shape { Shape(array + [extent]) }

  /// Whether the last axes of `other` are exactly this shape.
  func isSuffix(of other: Shape) -> Bool {
    guard rank <= other.rank else { return false }
    let skipped = other.rank - rank
    for axis in 0..<rank where extents[axis] != other.extents[axis + skipped] { return false }
    return true
  }

  /// Whether this is `other` with an extent of 1 along the last axis.
  func isColumn(of other: Shape) -> Bool {
    guard rank == other.rank, rank > 0, extents[rank - 1] == 1 else { return false }
    for axis in 0..<(rank - 1) where extents[axis] != other.extents[axis] { return false }
    return true
  }

  /// Whether rank and extents agree.
  public static func == (a: Shape, b: Shape) -> Bool {
    guard a.rank == b.rank else { return false }
    for axis in 0..<a.rank where a.extents[axis] != b.extents[axis] { return false }
    return true
  }

  /// Feeds rank and extents to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    for axis in 0..<rank { hasher.combine(extents[axis]) }
  }
}
