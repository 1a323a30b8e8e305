// An array of numbers with a shape.

public import Basics
import CKernels

/// Numbers (float32) in a dense row-major array with a shape: a value, like `Array`. Copies share
/// memory until one of them is written.
///
/// A tensor optionally remembers how it was made from the parameters of a model: then
/// ``gradients(of:with:)`` can walk back. Operations on tensors that remember nothing record
/// nothing, so inference pays for no tape.
public struct Tensor: Sendable {
  var storage: Storage
  /// The extents, slowest axis first.
  public let shape: Shape
  var node: Node?

  /// Numbers yet to be written.
  init(unwritten shape: Shape) {
    storage = Storage(count: shape.count)
    self.shape = shape
  }

  init(sharing storage: Storage, shape: Shape) {
    self.storage = storage
    self.shape = shape
  }

  /// All zeros.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

  /// One value everywhere.
  public init(repeating value: Float, shape: Shape) {
    self.init(unwritten: shape)
    storage.base.update(repeating: value, count: shape.count)
  }

  /// These values, in row-major order; their number must be that of the shape.
  public init(_ values: [Float], shape: Shape) {
    precondition(
      values.count == shape.count, "\(values.count) values do not fill the shape \(shape)")
    self.init(unwritten: shape)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { storage.base.update(from: start, count: source.count) }
    }
  }

  /// These values, in row-major order; their number must be that of the shape.
  public init(_ values: Span<Float>, shape: Shape) {
    precondition(
      values.count == shape.count, "\(values.count) values do not fill the shape \(shape)")
    self.init(unwritten: shape)
    let base = storage.base
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: source.count) }
    }
  }

  /// A scalar, of shape `[]`.
  public init(_ scalar: Float) { self.init(repeating: scalar, shape: []) }

  /// Independent numbers from the normal distribution with mean 0.
  public static func normal(
    _ shape: Shape, deviation: Float = 1, random: inout Random
  ) -> Tensor {
    let result = Tensor(unwritten: shape)
    kernel_normals(random.key, random.counter, shape.count, deviation, result.base)
    random.skip(2 * shape.count)
    return result
  }

  /// Independent numbers, uniformly distributed in `range`.
  public static func uniform(
    _ shape: Shape, in range: ClosedRange<Float>, random: inout Random
  ) -> Tensor {
    Tensor((0..<shape.count).map { _ in random.uniform(in: range) }, shape: shape)
  }

  /// How many numbers there are.
  public var count: Int { shape.count }

  /// All numbers, in row-major order.
  public var scalars: [Float] {
    Array(UnsafeBufferPointer(start: storage.base, count: count))
  }

  /// The number of a tensor that has only one.
  public var item: Float {
    precondition(count == 1, "item of a tensor of shape \(shape), which has \(count) numbers")
    return storage.base[0]
  }

  /// The numbers for reading, in row-major order.
  public var span: Span<Float> {
    @_lifetime(borrow self)
    get { storage.span }
  }

  /// Lets `body` write the numbers in place; a tensor that was written remembers nothing.
  public mutating func withMutableSpan<R, E: Error>(
    _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    node = nil
    makeUnique()
    let base = storage.base
    let count = storage.count
    var span = MutableSpan(_unsafeStart: base, count: count)
    return try body(&span)
  }

  /// The same numbers, without the memory of how they were made: gradients stop here.
  public func detached() -> Tensor { Tensor(sharing: storage, shape: shape) }

  /// Makes the storage this tensor's own, before its numbers change.
  mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) {
      storage.willChange()
    } else {
      storage = Storage(copying: storage)
    }
  }

  var base: UnsafeMutablePointer<Float> { storage.base }
}
