// Decisions: planning with the core, one imagined path, one step of the memory.

import Basics
import Networks
import Tensors
import WorldModels

/// A core with a start and a goal, the same in every case.
struct Situation {
  let core: LatentCore
  let state: Tensor
  let goal: Tensor

  init() {
    var random = Random(seed: 2)
    core = ImaginationCore.make(random: &random)
    state = .normal([ImaginationCore.width], random: &random)
    goal = .normal([ImaginationCore.latent], random: &random)
  }

  var columns: [NamedColumn] {
    core.weightColumns + [NamedColumn("in.state", state), NamedColumn("in.goal", goal)]
  }
}

/// A plan of the cross-entropy method.
struct PlanningWorkload: Workload {
  let samples: Int
  let iterations: Int
  let horizon: Int

  var name: String { "plan \(samples)x\(iterations)x\(horizon)" }
  var group: String { "planning" }
  var flops: Double { Double(samples * iterations * horizon) * ImaginationCore.flops }
  var counting: String {
    "\(samples)·\(iterations)·\(horizon) steps of 2·(10·256 + 2·256·768 + 5·(256·256 + 256·128))"
  }

  private func planner(_ core: LatentCore, _ precision: Precision) -> CorePlanner {
    CorePlanner(
      core, samples: samples, iterations: iterations, horizon: horizon, precision: precision)
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let situation = Situation()
    var random = Random(seed: 3)
    let noise = Tensor.normal(
      [iterations, horizon, samples, ImaginationCore.actions], random: &random)
    let planner = planner(situation.core, precision)
    let workers = Workers(count: 1)
    func plan(_ iterations: Int) {
      planner.plan(
        from: situation.state, goal: situation.goal, noise: .given(noise), iterations: iterations,
        on: workers)
    }
    plan(1)
    let costs = planner.costs
    plan(iterations)
    return situation.columns + [
      NamedColumn("in.noise", noise),
      NamedColumn("out.output", shape: [samples], .f32(costs)),
      NamedColumn("out.plan", shape: [horizon, ImaginationCore.actions], .f32(planner.mean)),
    ]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    let situation = Situation()
    let planner = planner(situation.core, setting.precision)
    var decision: UInt64 = 0
    return {
      decision += 1
      planner.plan(
        from: situation.state, goal: situation.goal, noise: .drawn(Random(seed: decision)),
        on: setting.workers)
    }
  }
}

/// The cost of a single candidate.
struct ImaginationWorkload: Workload {
  static let horizon = 10

  var name: String { "imagine 1x1x10" }
  var group: String { "single" }
  var flops: Double { Double(Self.horizon) * ImaginationCore.flops }
  var counting: String { "10 steps of 2·(10·256 + 2·256·768 + 5·(256·256 + 256·128))" }
  var workers: [Int] { [1] }

  private var actions: Tensor {
    var random = Random(seed: 4)
    return .normal([Self.horizon, 1, ImaginationCore.actions], random: &random)
  }

  /// The cost of the one candidate, computed when it is called.
  private func cost(_ s: Situation, _ precision: Precision) -> () -> Float {
    let ensemble = s.core.prepared(precision)
    let space = ensemble.space(rows: 1)
    let actions = actions
    var costs: [Float] = [0]
    return {
      costs[0] = 0
      ensemble.begin(s.state, rows: 1, in: space)
      for step in 0..<Self.horizon {
        ensemble.weigh(
          step, of: Self.horizon, actions.span, stride: 0, goal: s.goal, rows: 1, in: space,
          to: &costs)
      }
      return costs[0]
    }
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let s = Situation()
    return s.columns + [
      NamedColumn("in.actions", actions),
      NamedColumn("out.output", shape: [1], .f32([cost(s, precision)()])),
    ]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    let cost = cost(Situation(), setting.precision)
    return { _ = cost() }
  }
}

/// One step of the memory backbone, one sequence, with everything that it remembers.
struct MemoryStepWorkload: Workload {
  static let steps = 100

  var name: String { "memory step" }
  var group: String { "single" }
  var flops: Double { 2 * Double(MemoryMixers.tierA.weights) + MemoryMixers.tierA.mixing(keys: 64) }
  var counting: String {
    "2 · \(MemoryMixers.tierA.weights) weights + the rule 8·8·32² a delta layer + attention 4·64·256"
  }
  var workers: [Int] { [1] }

  private var steps: Tensor {
    var random = Random(seed: 5)
    return .normal([1, Self.steps, MemoryMixers.width], random: &random)
  }

  /// What the memory says at each step, and what it remembers after the last.
  private func stream(_ memory: Backbone) -> (said: [Tensor], state: Backbone.State?) {
    var state: Backbone.State?
    let steps = steps
    let said = (0..<Self.steps).map {
      memory(steps.sliced(axis: 1, $0..<($0 + 1)), state: &state)
    }
    return (said, state)
  }

  func columns(_ precision: Precision) -> [NamedColumn] {
    let memory = MemoryMixers.tierA.backbone()
    let said = precision.run { stream(memory).said }
    return memory.weightColumns + [
      NamedColumn("in.x", steps), NamedColumn("out.output", Tensor.concatenated(said, axis: 1)),
    ]
  }

  func prepare(_ setting: Setting) -> () -> Void {
    let memory = MemoryMixers.tierA.backbone()
    var state = stream(memory).state
    let x = steps.sliced(axis: 1, 0..<1)
    return { setting.precision.run { _ = memory(x, state: &state) } }
  }
}
