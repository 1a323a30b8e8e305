// Which of eight lanes a comparison holds for, as bits.

/// The set lanes of a mask, in order. Most masks of a crowd are empty: that costs one test, where
/// asking lane by lane costs eight.
struct Lanes: Sequence, IteratorProtocol {
  private var bits: Int32

  var isEmpty: Bool { bits == 0 }

  @inline(__always)
  init(_ mask: SIMDMask<SIMD8<Int32>>) {
    let weights = SIMD8<Int32>(1, 2, 4, 8, 16, 32, 64, 128)
    let set = SIMD8<Int32>.zero.replacing(with: weights, where: mask)
    let four = set.lowHalf | set.highHalf
    let two = four.lowHalf | four.highHalf
    bits = two.x | two.y
  }

  @inline(__always)
  mutating func remove(_ lane: Int) { bits &= ~(1 &<< Int32(truncatingIfNeeded: lane)) }

  @inline(__always)
  mutating func next() -> Int? {
    guard bits != 0 else { return nil }
    let lane = bits.trailingZeroBitCount
    bits &= bits &- 1
    return lane
  }
}
