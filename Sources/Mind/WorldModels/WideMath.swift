// Elementary functions of eight numbers at a time. Plain SIMD of the standard library: no calls of
// libm, which baseline x86-64 would otherwise make for rounding and for fused products.

/// Eight numbers side by side.
public typealias Wide = SIMD8<Float>

/// 1.5 · 2²³: adding it leaves the nearest whole number in the low bits of a float.
@usableFromInline let roundingShift: Float = 12_582_912

/// The sine and the cosine of angles in radians, to 2e-7 for angles up to a few hundred.
///
/// The reduction and the polynomials of `Basics.sineCosine`, without branches.
@inlinable
@inline(__always)
public func sineCosine(_ angle: Wide) -> (sine: Wide, cosine: Wide) {
  let shifted = angle * 0.636_619_77 + roundingShift
  let quarter = shifted - roundingShift
  let n = unsafeBitCast(shifted, to: SIMD8<UInt32>.self)
  var r = angle - quarter * 1.570_312_5
  r = r - quarter * 4.837_512_969_970_703e-4
  r = r - quarter * 7.549_789_948_768_648e-8
  let z = r * r
  let s = r + r * z * (-1.666_665_461_1e-1 + z * (8.332_160_873_6e-3 - z * 1.951_529_589_1e-4))
  var c = z * (-1.388_731_625_5e-3 + z * 2.443_315_711_8e-5)
  c = 1 - 0.5 * z + z * z * (4.166_664_568_3e-2 + c)
  // An odd quarter turn swaps the two; then each takes its sign from bit 1 of n and of n + 1.
  let odd = SIMD8<UInt32>(repeating: 0) &- (n & 1)
  let sBits = unsafeBitCast(s, to: SIMD8<UInt32>.self)
  let cBits = unsafeBitCast(c, to: SIMD8<UInt32>.self)
  let swap = (sBits ^ cBits) & odd
  let sine = sBits ^ swap ^ ((n & 2) &<< 30)
  let cosine = cBits ^ swap ^ (((n &+ 1) & 2) &<< 30)
  return (unsafeBitCast(sine, to: Wide.self), unsafeBitCast(cosine, to: Wide.self))
}

extension Wide {
  /// The sum of all eight, in pairs.
  @inlinable
  @inline(__always)
  public var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
