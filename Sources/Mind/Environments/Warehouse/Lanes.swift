// Eight lanes at once: which of them a comparison holds for, and what the library does lane by lane.

/// The set lanes of a mask, in order. Most masks of a crowd are empty: that costs one test, where
/// asking lane by lane costs eight.
struct Lanes: Sequence, IteratorProtocol {
  private var bits: Int32

  var isEmpty: Bool { bits == 0 }

  init() { bits = 0 }

  // Weights are added as floats: of integers the compiler takes the mask apart lane by lane.
  @inline(__always)
  init(_ mask: Crowd.Mask) {
    let set = SIMD8<Float>.zero.replacing(
      with: SIMD8(1, 2, 4, 8, 16, 32, 64, 128), where: mask)
    let four = set.lowHalf + set.highHalf
    let two = four.lowHalf + four.highHalf
    // Beyond 2²³ the last bits of a float count in ones.
    bits = Int32(truncatingIfNeeded: (two.x + two.y + 0x1p23).bitPattern & 0xFF)
  }

  @inline(__always)
  func contains(_ lane: Int) -> Bool { bits & Self.bit(lane) != 0 }

  @inline(__always)
  mutating func insert(_ lane: Int) { bits |= Self.bit(lane) }

  @inline(__always)
  mutating func remove(_ lane: Int) { bits &= ~Self.bit(lane) }

  @inline(__always)
  mutating func next() -> Int? {
    guard bits != 0 else { return nil }
    let lane = bits.trailingZeroBitCount
    bits &= bits &- 1
    return lane
  }

  @inline(__always)
  private static func bit(_ lane: Int) -> Int32 { 1 &<< Int32(truncatingIfNeeded: lane) }
}

extension SIMDMask<SIMD8<Int32>> {
  /// One lane alone. Numbers of lanes are floats because the library compares integers lane by lane.
  @inline(__always)
  static func lane(_ lane: Int) -> Self {
    SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) .== Float(lane)
  }
}

extension SIMD8<Float> {
  /// Writes one lane. It is blended in and stays in registers, where `self[lane] = ` would go
  /// through memory.
  @inline(__always)
  mutating func put(_ value: Float, in lane: Int) { replace(with: value, where: .lane(lane)) }

  /// The smaller of each two lanes: one instruction, where the library goes lane by lane.
  @inline(__always)
  static func smaller(_ a: Self, _ b: Self) -> Self { a.replacing(with: b, where: b .< a) }

  /// The larger of each two lanes.
  @inline(__always)
  static func larger(_ a: Self, _ b: Self) -> Self { a.replacing(with: b, where: b .> a) }

  /// The least of all lanes.
  @inline(__always)
  var least: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .< lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
    return two.x < two.y ? two.x : two.y
  }

  /// The lanes moved down by one, the first to the end.
  @inline(__always)
  var rotated: Self {
    Self(self[1], self[2], self[3], self[4], self[5], self[6], self[7], self[0])
  }

  /// One number where a mask holds, another elsewhere.
  @inline(__always)
  static func choice(_ mask: Crowd.Mask, _ yes: Float, _ no: Float) -> Self {
    Self(repeating: no).replacing(with: yes, where: mask)
  }
}
