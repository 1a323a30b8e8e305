// Elementary functions of our own: glibc and Apple's libm differ in the last bit, these do not.
// Only IEEE additions, multiplications, divisions and square roots, never fused.

/// The nearest whole number, ties to even, of a number between -2²² and 2²².
///
/// Beyond 2²³ floats are whole, so that an addition rounds; `rounded()` calls the system's library.
@inlinable @inline(__always)
public func nearestInteger(_ x: Float) -> Float { (x + 0x1.8p23) - 0x1.8p23 }

/// The sine and the cosine of an angle in radians, to 2e-7 for angles up to a few thousand.
///
/// Cody and Waite's reduction to a quarter turn, then the minimax polynomials of Cephes.
@inlinable
public func sineCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
  let shifted = angle * 0.636_619_77 + 0x1.8p23
  let quarter = shifted - 0x1.8p23
  var r = angle - quarter * 1.570_312_5
  r = r - quarter * 4.837_512_969_970_703e-4
  r = r - quarter * 7.549_789_948_768_648e-8
  let z = r * r
  let s = r + r * z * (-1.666_665_461_1e-1 + z * (8.332_160_873_6e-3 - z * 1.951_529_589_1e-4))
  let c =
    1 - 0.5 * z
    + z * z * (4.166_664_568_3e-2 + z * (-1.388_731_625_5e-3 + z * 2.443_315_711_8e-5))
  // The last bits of the shifted number count the quarters.
  let odd = shifted.bitPattern & 1 != 0
  let (first, second) = odd ? (c, s) : (s, c)
  let isNegative = shifted.bitPattern & 2 != 0
  let turns = isNegative != odd
  return (isNegative ? -first : first, turns ? -second : second)
}

/// The sine of an angle in radians.
@inlinable
public func sine(_ angle: Float) -> Float { sineCosine(angle).sine }

/// The cosine of an angle in radians.
@inlinable
public func cosine(_ angle: Float) -> Float { sineCosine(angle).cosine }

/// The angle of the point (x, y) in `-π...π`, to 3e-7.
@inlinable
public func arcTangent(y: Float, x: Float) -> Float {
  let ax = abs(x)
  let ay = abs(y)
  let large = max(ax, ay)
  if large == 0 { return 0 }
  let a = min(ax, ay) / large
  // Reduce to |t| <= tan(π/8) by the addition theorem, then a polynomial (Cephes).
  let shifted = a > 0.414_213_56
  let t = shifted ? (a - 1) / (a + 1) : a
  let z = t * t
  let p =
    t + t * z
    * (-3.333_294_9e-1 + z * (1.997_771_1e-1 + z * (-1.387_768_6e-1 + z * 8.053_744_6e-2)))
  var angle = shifted ? p + 0.785_398_16 : p
  if ay > ax { angle = 1.570_796_3 - angle }
  if x < 0 { angle = .pi - angle }
  return y < 0 ? -angle : angle
}

/// `e` to the power of `x`, relative error 2e-7; 0 below -87 and the largest number above 88.
@inlinable
public func exponential(_ x: Float) -> Float {
  if x < -87 { return 0 }
  if x > 88 { return .greatestFiniteMagnitude }
  let n = (x * 1.442_695_04).rounded(.toNearestOrEven)
  var r = x - n * 0.693_359_375
  r = r + n * 2.121_944_4e-4
  var p: Float = 1.987_569_15e-4
  p = p * r + 1.398_199_95e-3
  p = p * r + 8.333_451_9e-3
  p = p * r + 4.166_579_6e-2
  p = p * r + 1.666_666_55e-1
  p = p * r + 5.000_000_1e-1
  p = p * r * r + r + 1
  return p * Float(bitPattern: UInt32(Int32(n) + 127) << 23)
}

/// The natural logarithm of a positive number, relative error 2e-7.
@inlinable
public func naturalLogarithm(_ x: Float) -> Float {
  precondition(x > 0, "the logarithm of \(x), which is not positive")
  var exponent = Float(x.exponent) + 1
  var m = x.significand * 0.5
  if m < 0.707_106_78 {
    exponent -= 1
    m = m + m - 1
  } else {
    m -= 1
  }
  let z = m * m
  var p: Float = 7.037_683_6e-2
  p = p * m - 1.151_461_03e-1
  p = p * m + 1.167_699_87e-1
  p = p * m - 1.242_014_08e-1
  p = p * m + 1.424_932_28e-1
  p = p * m - 1.666_805_77e-1
  p = p * m + 2.000_071_48e-1
  p = p * m - 2.499_999_4e-1
  p = p * m + 3.333_333_1e-1
  p = p * m * z
  p = p - exponent * 2.121_944_4e-4
  p = p - 0.5 * z
  return m + p + exponent * 0.693_359_375
}

/// The same direction, in `-π...π`.
@inlinable
public func wrappedAngle(_ angle: Float) -> Float {
  angle - 2 * .pi * nearestInteger(angle * 0.159_154_94)
}
