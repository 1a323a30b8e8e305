// Checkpoints: a run goes on exactly, and a bad file is said in one sentence.
import Basics
import Foundation
import Learning
import Networks
import Tensors
import Testing

@Suite struct CheckpointsTests {
  private struct State: Codable, Equatable {
    var step: Int
    var best: Float
  }

  private static func model(_ width: Int = 3) -> Linear {
    var random = Random(seed: 1)
    return Linear(4, width, random: &random)
  }

  private static func saved(_ steps: [Int], in folder: Folder) throws -> Checkpoints {
    let checkpoints = Checkpoints(in: folder.file("run"))
    for step in steps {
      try checkpoints.save(
        step: step, model: model(), optimizer: AdamW(for: model()),
        state: State(step: step, best: .infinity))
    }
    return checkpoints
  }

  @Test func whatIsSavedIsLoaded() throws {
    let folder = Folder()
    #expect(try Checkpoints(in: folder.file("run")).newest() == nil)
    let checkpoints = try Self.saved([10, 200, 30, 200], in: folder)
    #expect(try checkpoints.newest() == 200)
    #expect(try checkpoints.state(State.self) == State(step: 200, best: .infinity))
    #expect(try checkpoints.state(State.self, step: 30).step == 30)
    var model = Self.model().mapParameters { Tensor(zeros: $0.value.shape) }
    try checkpoints.load(into: &model)
    #expect(model.parameters.map(\.value.scalars) == Self.model().parameters.map(\.value.scalars))
    var optimizer = AdamW(for: model)
    try checkpoints.load(into: &optimizer)
    let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints.folder)
    #expect(names.sorted() == ["checkpoint-00000030", "checkpoint-00000200"])
  }

  @Test func nothingToLoadIsSaid() throws {
    let folder = Folder()
    var model = Self.model()
    #expect(throws: CheckpointsError.nothing(folder: folder.path)) {
      try Checkpoints(in: folder.path).load(into: &model)
    }
    let checkpoints = try Self.saved([1], in: folder)
    #expect(throws: CheckpointsError.self) { try checkpoints.load(into: &model, step: 2) }
  }

  /// A model of another width, values that are not numbers, and files cut short.
  @Test(arguments: ["width", "nan", "cut", "gone", "state"])
  func whatDoesNotFitIsSaid(damage: String) throws {
    let folder = Folder()
    let checkpoints = try Self.saved([1], in: folder)
    let place = checkpoints.folder + "/checkpoint-00000001/"
    var model = Self.model(damage == "width" ? 5 : 3)
    let before = model.parameters.map(\.value.scalars)
    switch damage {
    case "nan":
      let bad = Self.model().mapParameters { Tensor(repeating: .nan, shape: $0.value.shape) }
      try bad.save(to: place + "model.safetensors")
    case "cut":
      let bytes = [UInt8](try Files.contents(of: place + "model.safetensors"))
      try Files.write(Array(bytes.dropLast(5)), to: place + "model.safetensors")
    case "gone": try FileManager.default.removeItem(atPath: place + "model.safetensors")
    case "state": try Files.write(Array("{\"step\":".utf8), to: place + "state.json")
    default: break
    }
    let error = #expect(throws: CheckpointsError.self) {
      _ = try checkpoints.state(State.self)
      try checkpoints.load(into: &model)
    }
    #expect(error?.description.contains(place) == true)
    #expect(model.parameters.map(\.value.scalars) == before)
  }
}
