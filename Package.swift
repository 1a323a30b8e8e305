// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

/// A module of the mind, and the modules of ours that it may see. The order is the layering: a
/// module sees only those above it.
func mind(_ name: String, sees: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: sees, path: "Sources/Mind/\(name)", swiftSettings: strict)
}

/// A module of the office.
func office(_ name: String, sees: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: sees, path: "Sources/Office/\(name)", swiftSettings: strict)
}

/// The tests of a module: what the module sees, the module itself, and the test kit.
func tests(of name: String, sees: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestKit"] + (name == "Basics" ? [] : ["Basics"]) + sees,
    swiftSettings: strict)
}

let package = Package(
  name: "orrery",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "orrery", targets: ["orrery"]),
    .library(name: "TestKit", targets: ["TestKit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "CKernels", path: "Sources/Mind/CKernels",
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "CReport", path: "Sources/Mind/CReport", exclude: ["web"]),
    .target(name: "Basics", swiftSettings: strict),
    mind("Tensors", sees: ["CKernels", "Basics"]),
    mind("Networks", sees: ["Tensors", "Basics"]),
    mind("Environments", sees: ["Basics"]),
    mind("WorldModels", sees: ["Networks", "Tensors", "Environments", "Basics"]),
    mind("Planning", sees: ["WorldModels", "Networks", "Tensors", "Environments", "Basics"]),
    mind(
      "Learning",
      sees: [
        "CReport", "Planning", "WorldModels", "Networks", "Tensors", "Environments", "Basics",
      ]),
    office("Events", sees: ["Basics", .product(name: "Crypto", package: "swift-crypto")]),
    office("Agents", sees: ["Events", "Basics", .product(name: "Yams", package: "Yams")]),
    .target(name: "TestKit", dependencies: ["Environments", "Basics"], swiftSettings: strict),
    .executableTarget(
      name: "orrery",
      dependencies: [
        "Learning", "Planning", "WorldModels", "Networks", "Tensors", "Environments", "Basics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(name: "CCeilings", path: "Benchmarks/Ceilings"),
    .executableTarget(
      name: "orrery-benchmarks",
      dependencies: [
        "CCeilings", "Learning", "Planning", "WorldModels", "Networks", "Tensors", "Environments",
        "Basics",
      ],
      path: "Benchmarks/Orrery", swiftSettings: strict),
    tests(of: "Basics"),
    tests(of: "Tensors"),
    tests(of: "Networks", sees: ["Tensors"]),
    tests(of: "Environments"),
    tests(of: "WorldModels", sees: ["Networks", "Tensors", "Environments"]),
    tests(of: "Planning", sees: ["WorldModels", "Tensors", "Environments"]),
    tests(
      of: "Learning",
      sees: ["Planning", "WorldModels", "Networks", "Tensors", "Environments"]),
    .testTarget(
      name: "ReportTests", dependencies: ["Learning", "Environments", "Basics"],
      swiftSettings: strict),
    .testTarget(name: "OrreryTests", dependencies: ["orrery", "Learning"], swiftSettings: strict),
    tests(of: "Events"),
    tests(of: "Agents", sees: ["Events"]),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ],
  cLanguageStandard: .c2x
)
