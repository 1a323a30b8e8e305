// Every world keeps the contract of `Environment`.
import Environments
import TestKit
import Testing

@Suite struct ConformanceTests {
  /// A world and its check.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let findings: @Sendable () -> [String]
    var testDescription: String { name }

    init(_ name: String, _ world: some Environment) {
      self.name = name
      findings = { EnvironmentConformance(world).findings() }
    }
  }

  static let cases: [Case] = [
    Case("warehouse", Warehouse(WarehouseSettings.missions(sites: 0..<3))),
    Case("warehouse without lidar", Warehouse(.missions(sites: 0..<2, lidar: false))),
    Case("blind corners", Warehouse(.missions(sites: 5..<7, scenario: .blindCorner))),
    Case("yard", Warehouse(.babbling(quirks: .rich, seconds: 10))),
    Case("counting", Counting()),
    Case("counting at the end", Counting(modulus: 5, length: 40, question: .atTheEnd)),
    Case("recall", Recall()),
    Case("delay", Delay()),
    Case("no delay", Delay(lag: 0)),
    Case("point mass", PointMass()),
    Case("swaps", Swaps()),
    Case("swaps of many cups", Swaps(cups: 6, length: 50)),
  ]

  @Test(arguments: cases) func holds(_ candidate: Case) {
    #expect(candidate.findings() == [])
  }

  /// The kit finds what it is there for.
  @Test(arguments: Broken.Fault.allCases) func findsFaults(_ fault: Broken.Fault) {
    #expect(!EnvironmentConformance(Broken(fault: fault)).findings().isEmpty)
  }
}

/// A world with a fault.
struct Broken: Environment {
  enum Fault: CaseIterable, Sendable { case sharing, forgetting, silence, infinity, endlessness }

  final class Shared: Sendable {
    nonisolated(unsafe) var steps = 0
  }

  var fault: Fault
  var shared = Shared()
  var steps = 0
  var first: Float = 0
  let spec = EnvironmentSpec(
    name: "broken", modalities: [Modality("number", shape: [2], unit: "")],
    actions: .discrete(2), dt: 1, stepsMax: 30)

  init(fault: Fault) { self.fault = fault }

  mutating func reset(seed: UInt64, observation: inout MutableSpan<Float>) {
    first = Float(seed)
    if fault != .forgetting { steps = 0 }
    if fault != .sharing { shared = Shared() }
    show(&observation)
  }

  mutating func step(
    _ action: Span<Float>, observation: inout MutableSpan<Float>
  ) -> Transition {
    steps += 1
    shared.steps += fault == .sharing ? 1 : 0
    show(&observation)
    return Transition(truncated: fault != .endlessness && steps >= 30)
  }

  private func show(_ observation: inout MutableSpan<Float>) {
    observation[0] = first
    if fault != .silence { observation[1] = Float(steps + shared.steps) }
    if fault == .infinity && steps == 3 { observation[1] = .infinity }
  }
}
