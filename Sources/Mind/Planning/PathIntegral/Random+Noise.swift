// Noise in bulk.

import Basics

extension Random {
  /// Nearly normal, mean 0 and variance 1, never beyond ±3.5: four uniform numbers from one draw.
  @inline(__always)
  mutating func nearlyNormal() -> Float {
    let bits = next()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (Float(sum) * 0x1p-16 - 2) * 1.732_050_8
  }
}
