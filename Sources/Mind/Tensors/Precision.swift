// How the factors of matrix products are held.

import CKernels

/// How the factors of matrix products are held while they are multiplied. Parameters, sums and all
/// else are float32 in any case.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// 24 bits: the default.
  case float32
  /// 8 bits with the range of float32: several times as fast where the machine has instructions for it.
  case bfloat16

  /// The precision of products on this thread. A pullback uses that of its product.
  public static var current: Precision {
    kernels_precision() == Int32(PRECISION_BFLOAT16) ? .bfloat16 : .float32
  }

  /// bfloat16 where products of it are faster here, else float32.
  public static var fastest: Precision { bfloat16.isNative ? .bfloat16 : .float32 }

  /// Whether products of this precision are faster here than those of float32.
  public var isNative: Bool { self == .float32 || KernelVariant.current >= .avx512bf16 }

  /// Runs `body` with products of this precision, on this thread alone.
  public func run<R>(_ body: () throws -> R) rethrows -> R {
    let before = kernels_precision()
    kernels_set_precision(code)
    defer { kernels_set_precision(before) }
    return try body()
  }

  var code: Int32 { Int32(self == .bfloat16 ? PRECISION_BFLOAT16 : PRECISION_FLOAT32) }
}
