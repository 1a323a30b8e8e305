// The memory behind tensors.

import CKernels
import Synchronization

/// A block of floats from the pool, not cleared. Unchecked Sendable because it is written only while
/// one tensor alone holds it: before the tensor that it was made for is handed out, and later only
/// through a unique reference.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int
  private let packed = Mutex<[PackedSide]>([])

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

  /// These numbers as a side of matrix products, packed when first asked for: weights are multiplied
  /// many times between two changes, and what a layer reads by several maps at once.
  func packed(_ form: PackedSide.Form) -> PackedSide {
    packed.withLock { sides in
      if let known = sides.first(where: { $0.form == form }) { return known }
      let new = PackedSide(base, form)
      sides.append(new)
      return new
    }
  }

  /// Forgets the packed forms: the numbers are about to change.
  func willChange() { packed.withLock { $0.removeAll() } }

  var span: Span<Float> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self) }
  }
}
