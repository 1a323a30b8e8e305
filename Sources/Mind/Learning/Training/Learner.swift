// How one part of the model is learned.

import Networks
import Tensors

/// A part of the model that is being learned.
protocol Learner: Sendable {
  var stage: WarehouseTraining.Stage { get }
  var step: Int { get }
  var optimizer: AdamW { get }
  /// Takes a step; nil where it only drove missions to learn from.
  mutating func advance(on workers: Workers) -> (loss: Float, gradientNorm: Float)?
  mutating func resume(at step: Int, from checkpoints: Checkpoints) throws(CheckpointsError)
  func install(in model: inout WarehouseModel)
}

/// Learns a part from what was collected.
struct PartLearner<C: Course>: Learner {
  let stage: WarehouseTraining.Stage
  let place: any WritableKeyPath<WarehouseModel, C.Model> & Sendable
  var trainer: Trainer<C>

  var step: Int { trainer.step }
  var optimizer: AdamW { trainer.optimizer }

  mutating func advance(on workers: Workers) -> (loss: Float, gradientNorm: Float)? {
    trainer.advance(on: workers)
  }

  mutating func resume(at step: Int, from checkpoints: Checkpoints) throws(CheckpointsError) {
    try trainer.resume(at: step, from: checkpoints)
  }

  func install(in model: inout WarehouseModel) { model[keyPath: place] = trainer.model }
}

/// A course whose records are made by driving missions.
public protocol RehearsedCourse: Course {
  associatedtype Records: RehearsedRecords
  var records: Records { get set }
}

/// What came of missions.
public protocol RehearsedRecords: Sendable {
  /// Adds those of later missions.
  mutating func append(_ other: Self)
}

/// Drives missions, then learns from them. The missions are a function of the model as it was when the
/// stage began, which the stage leaves alone; so they are not saved, but driven again after a resume.
struct RehearsingLearner<C: RehearsedCourse>: Learner {
  let stage: WarehouseTraining.Stage
  let place: any WritableKeyPath<WarehouseModel, C.Model> & Sendable
  let drive: @Sendable (_ mission: Int) -> C.Records
  private let schedule: RehearsedSchedule
  private var course: C
  /// Waves of missions that were driven.
  private var driven = 0
  private var model: C.Model
  private var trainer: Trainer<C>?
  /// Where a checkpoint was written, until the missions have been driven again.
  private var resumed: (step: Int, optimizer: AdamW)?

  init(
    stage: WarehouseTraining.Stage,
    place: any WritableKeyPath<WarehouseModel, C.Model> & Sendable, model: C.Model, course: C,
    schedule: RehearsedSchedule, drive: @escaping @Sendable (_ mission: Int) -> C.Records
  ) {
    self.stage = stage
    self.place = place
    self.model = model
    self.course = course
    self.schedule = schedule
    self.drive = drive
  }

  var step: Int { resumed?.step ?? (driven + (trainer?.step ?? 0)) }
  var optimizer: AdamW {
    resumed?.optimizer ?? (trainer ?? fresh).optimizer
  }

  mutating func advance(on workers: Workers) -> (loss: Float, gradientNorm: Float)? {
    if let resumed {
      while driven < min(resumed.step, schedule.waves) { driveOn(workers) }
      begin(at: resumed.step - schedule.waves, with: resumed.optimizer)
      self.resumed = nil
    }
    if driven < schedule.waves {
      driveOn(workers)
      return nil
    }
    if trainer == nil { begin(at: 0, with: nil) }
    return trainer?.advance(on: workers)
  }

  private mutating func driveOn(_ workers: Workers) {
    let (wave, drive) = (schedule.missions(ofWave: driven), drive)
    for records in workers.map(wave.count, { drive(wave.lowerBound + $0) }) {
      course.records.append(records)
    }
    driven += 1
  }

  private var fresh: Trainer<C> { Trainer(model, course: course, schedule: schedule.learning) }

  /// Begins to learn, once all missions have been driven.
  private mutating func begin(at step: Int, with optimizer: AdamW?) {
    guard driven == schedule.waves, step >= 0 else { return }
    var trainer = fresh
    trainer.step = step
    if let optimizer, step > 0 { trainer.optimizer = optimizer }
    self.trainer = trainer
  }

  mutating func resume(at step: Int, from checkpoints: Checkpoints) throws(CheckpointsError) {
    var optimizer = optimizer
    try checkpoints.load(into: &optimizer)
    resumed = (step, optimizer)
  }

  func install(in model: inout WarehouseModel) {
    model[keyPath: place] = trainer?.model ?? self.model
  }
}
