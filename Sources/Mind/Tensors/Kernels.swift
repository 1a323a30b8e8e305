// Which variant of the kernels computes.

import CKernels

/// The variants of the numeric kernels. The best one that the machine can run is chosen at start,
/// or the one that the environment variable ORRERY_KERNELS names (portable, avx2, avx512,
/// avx512bf16, amx). The last two are AVX-512 with instructions for products of bfloat16.
public enum KernelVariant: Int, Sendable, CaseIterable, Comparable {
  case portable, avx2, avx512, avx512bf16, amx

  /// The variant in use on this thread.
  public static var current: KernelVariant {
    KernelVariant(rawValue: Int(kernels_level())) ?? .portable
  }

  /// The variants that this machine can run, slowest first.
  public static var available: [KernelVariant] {
    allCases.filter { $0.rawValue <= Int(kernels_level_max()) }
  }

  /// Slower ones first.
  public static func < (a: KernelVariant, b: KernelVariant) -> Bool { a.rawValue < b.rawValue }

  /// Runs `body` with this variant, or the best one that the machine has, on this thread alone.
  public func run<R>(_ body: () throws -> R) rethrows -> R {
    kernels_force(Int32(rawValue))
    defer { kernels_force(-1) }
    return try body()
  }
}
