// Learning what searches choose, from missions that are driven for it.
import Basics
import Learning
import Planning
import Tensors
import Testing

@Suite struct RehearsalTests {
  private static func model() -> WarehouseModel {
    var random = Random(seed: 3)
    return WarehouseModel(random: &random)
  }

  private static func loss(
    _ network: ProposalNetwork, _ records: SearchRecords, shuffled: Bool
  ) -> Float {
    let n = records.count
    let rows = Tensor(records.rows, shape: [n, Outlook.count])
    return network.error(
      shuffled ? rows.gathered(rows: (0..<n).map { ($0 * 101 + 37) % n }) : rows,
      chosen: Tensor(records.chosen, shape: [n, PlanKnots.floats]))
  }

  @Test func looksBeforeItProposes() {
    let rehearsal = Rehearsal(Self.model(), seed: 1)
    var records = SearchRecords()
    for mission in 0..<3 { records.append(rehearsal.search(mission: mission)) }
    let unseen = rehearsal.search(mission: 4)
    #expect(records.count > 300 && records.rows.allSatisfy { $0.isFinite })
    let course = ProposalCourse(records: records, seed: 1)
    var trainer = Trainer(
      Self.model().proposals, course: course, schedule: Schedule(steps: 150, rate: 2e-3))
    let before = Self.loss(trainer.model, unseen, shuffled: false)
    while !trainer.isDone { _ = trainer.advance(on: Workers(count: 2)) }
    let after = Self.loss(trainer.model, unseen, shuffled: false)
    // Whoever proposes the same few plans everywhere does as well on another decision's outlook.
    #expect(after < 0.5 * before)
    #expect(after < 0.6 * Self.loss(trainer.model, unseen, shuffled: true))
  }

  @Test func comparesTheSameMissionsAlike() {
    let rehearsal = Rehearsal(Self.model(), seed: 2)
    let first = rehearsal.compare(mission: 0)
    let again = rehearsal.compare(mission: 0)
    #expect(first.rows == again.rows && first.regret == again.regret)
    #expect(first.regret.count > 20 && first.regret.allSatisfy { $0 > -1e-3 && $0.isFinite })
    #expect(rehearsal.compare(mission: 1).regret != first.regret)
  }
}
