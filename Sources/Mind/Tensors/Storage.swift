// The memory behind tensors.

import CKernels
import Synchronization

/// A block of floats from the pool, not cleared. Unchecked Sendable because it is written only while
/// one tensor alone holds it: before the tensor that it was made for is handed out, and later only
/// through a unique reference.
final class Storage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int
  /// Packed forms, and whether each was asked for.
  private let packed = Mutex<[(side: PackedSide, isAsked: Bool)]>([])

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
      if let known = sides.firstIndex(where: { $0.side.form == form }) {
        sides[known].isAsked = true
        return sides[known].side
      }
      let new = PackedSide(base, form)
      sides.append((new, true))
      return new
    }
  }

  /// Forgets the packed forms: the numbers are about to change.
  func willChange() { packed.withLock { $0.removeAll() } }

  /// Lets `body` change the numbers, and packs them again in the forms that were asked for since the
  /// last time: now they are in the cache, and nobody waits for somebody else to pack them.
  func change(_ body: () -> Void) {
    let forms = packed.withLock { sides in
      defer { sides.removeAll() }
      return sides.filter(\.isAsked).map(\.side.form)
    }
    body()
    let sides = forms.map { (side: PackedSide(base, $0), isAsked: false) }
    packed.withLock { $0 = sides }
  }

  var span: Span<Float> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self) }
  }
}
