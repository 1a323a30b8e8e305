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

/// How programs of C alone are linked: without what starts Swift, and so without Swift. They are started
/// for each command, and that with libraries takes as long as all that they do.
let launcherLinking: [LinkerSetting] = [
  .unsafeFlags(["-nostartfiles", "-static-stdlib"], .when(platforms: [.linux]))
]

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
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
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
    .target(name: "CSandbox", path: "Sources/Office/CSandbox"),
    office("Forks", sees: ["CSandbox", "Events", "Basics"]),
    office("Sandboxes", sees: ["CSandbox", "Forks", "Events", "Basics"]),
    .executableTarget(
      name: "orrery-sandbox", dependencies: ["CSandbox"], path: "Sources/Office/orrery-sandbox",
      linkerSettings: launcherLinking),
    office(
      "Egress",
      sees: [
        "Events", "Basics", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    office(
      "Storage", sees: ["Events", "Basics", .product(name: "GRDB", package: "GRDB.swift")]),
    office(
      "Agents",
      sees: [
        "Egress", "Sandboxes", "Forks", "Events", "Basics", .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "TestKit", dependencies: ["Environments", "Events", "Basics"], swiftSettings: strict),
    .executableTarget(
      name: "orrery",
      dependencies: [
        "Agents", "Egress", "Storage", "Sandboxes", "Forks", "Events",
        "Learning", "Planning", "WorldModels", "Networks", "Tensors", "Environments", "Basics",
        "orrery-sandbox", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "orrery-durable", dependencies: ["Storage", "Events", "Basics"],
      path: "Benchmarks/Durable", swiftSettings: strict),
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
    tests(of: "Forks", sees: ["Events", "CSandbox"]),
    .executableTarget(
      name: "escapes", path: "Tests/Escapes", linkerSettings: launcherLinking),
    tests(of: "Sandboxes", sees: ["orrery-sandbox", "escapes", "Forks", "Events"]),
    tests(
      of: "Egress", sees: ["Events", .product(name: "NIOCore", package: "swift-nio")]),
    tests(of: "Storage", sees: ["Events", "orrery-durable"]),
    tests(of: "Agents", sees: ["Events"]),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ],
  cLanguageStandard: .c2x
)
