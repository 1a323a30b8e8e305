// The memory behind tensors.

import CKernels

/// A block of floats from the pool, not cleared. Unchecked Sendable because it is written only while
/// one tensor alone holds it: before the tensor that it was made for is handed out, and later only
/// through a unique reference.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) {
    self.count = count
    base = pool_take(count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
  }

  init(copying other: Storage) {
    count = other.count
    base = pool_take(count * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
    base.update(from: other.base, count: count)
  }

  deinit { pool_give(base, count * MemoryLayout<Float>.stride) }

  var span: Span<Float> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self) }
  }
}
