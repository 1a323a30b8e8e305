// SHA-256 (FIPS 180-4), for the page's content security policy: the browser runs what has this hash.

/// The SHA-256 of some bytes.
func sha256(_ message: [UInt8]) -> [UInt8] {
  var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  var padded = message + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  let bits = UInt64(message.count) * 8
  for shift in stride(from: UInt64(56), through: 0, by: -8) {
    padded.append(UInt8(truncatingIfNeeded: bits >> shift))
  }
  for start in stride(from: 0, to: padded.count, by: 64) {
    compress(padded[start..<start + 64], into: &state)
  }
  return state.flatMap { word in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
  }
}

private func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
  var schedule = [UInt32](repeating: 0, count: 64)
  for i in 0..<64 {
    if i < 16 {
      let at = block.startIndex + 4 * i
      schedule[i] = block[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
    } else {
      let a = schedule[i - 15]
      let b = schedule[i - 2]
      let near = turned(a, 7) ^ turned(a, 18) ^ a >> 3
      let far = turned(b, 17) ^ turned(b, 19) ^ b >> 10
      schedule[i] = schedule[i - 16] &+ near &+ schedule[i - 7] &+ far
    }
  }
  var v = state
  for i in 0..<64 {
    let mixed = turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)
    let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
    let first = v[7] &+ mixed &+ choice &+ roundConstants[i] &+ schedule[i]
    let turnedOnce = turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)
    let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
    v = [first &+ turnedOnce &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
  }
  for i in 0..<8 { state[i] = state[i] &+ v[i] }
}

private func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 {
  word >> bits | word << (32 - bits)
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, which we
/// find in whole numbers rather than list: the root of p · 2⁹⁶ by bisection.
private let roundConstants: [UInt32] = {
  var primes: [UInt128] = []
  var candidate: UInt128 = 2
  while primes.count < 64 {
    if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
    candidate += 1
  }
  return primes.map { prime in
    var low: UInt128 = 0
    var high: UInt128 = 1 << 36
    while high - low > 1 {
      let middle = (low + high) / 2
      if middle * middle * middle <= prime << 96 { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}()

/// Base64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var out: [UInt8] = []
  out.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var bits: UInt32 = 0
    for byte in group { bits = bits << 8 | UInt32(byte) }
    bits <<= UInt32(8 * (3 - group.count))
    for i in 0..<4 {
      let sextet = Int(bits >> UInt32(18 - 6 * i) & 63)
      out.append(i <= group.count ? alphabet[sextet] : UInt8(ascii: "="))
    }
  }
  return String(decoding: out, as: UTF8.self)
}
