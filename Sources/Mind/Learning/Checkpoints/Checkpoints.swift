// The checkpoints of a run, from which it goes on exactly.
//
// A checkpoint is a folder "checkpoint-00001200", named after the step, with
//
//     model.safetensors       the parameters, a column each, under their full names
//     optimizer.safetensors   the optimizer's step and moments
//     state.json              whatever else the run needs to go on, and its settings
//
// It is written beside its place, under a name that ends in ".unfinished", and the folder is renamed
// as a whole when all of it is on the disk: there is never half of one. The newest two are kept.
import Basics
import Foundation
public import Networks
import Tensors

/// The checkpoints in the folder of a run.
public struct Checkpoints: Sendable {
  /// The folder of the run.
  public let folder: String

  static let prefix = "checkpoint-"
  private static let model = "model.safetensors"
  private static let optimizer = "optimizer.safetensors"
  private static let state = "state.json"

  /// The checkpoints in a folder, which need not be there yet.
  public init(in folder: String) { self.folder = folder }

  /// The step of the newest checkpoint; nil where there is none.
  public func newest() throws(FileError) -> Int? { try steps().last }

  /// Writes the checkpoint of a step, and removes those older than the one before it.
  ///
  /// - Parameter state: what else is needed to go on, beginning with the settings.
  public func save(
    step: Int, model: some Module, optimizer: AdamW, state: some Encodable
  ) throws(FileError) {
    precondition(step >= 0, "a checkpoint of step \(step)")
    let place = path(of: step)
    let beside = place + Files.unfinished
    Files.removeAll(beside)
    try Files.makeFolder(beside)
    try Self.write(model.columns, to: beside + "/" + Self.model)
    try Self.write(optimizer.columns, to: beside + "/" + Self.optimizer)
    try Files.write(try Self.json(state, for: place), to: beside + "/" + Self.state)
    // Only a run that takes up an older checkpoint comes by the same step again.
    Files.removeAll(place)
    try Files.move(beside, to: place)
    for old in try steps().dropLast(2) { Files.removeAll(path(of: old)) }
  }

  /// Reads the state of the checkpoint of a step; the newest one's where no step is given.
  public func state<State: Decodable>(
    _ type: State.Type, step: Int? = nil
  ) throws(CheckpointsError) -> State {
    let path = try path(ofChosen: step) + "/" + Self.state
    let bytes: Data
    do throws(FileError) {
      bytes = try Files.contents(of: path)
    } catch {
      throw .file(error)
    }
    do {
      return try JSON.decoded(type, from: bytes)
    } catch {
      throw .badState(path: path)
    }
  }

  /// Reads the parameters of the checkpoint of a step into a model of the same make; those of the
  /// newest one where no step is given. Leaves the model as it is where they do not fit.
  public func load(
    into model: inout some Module, step: Int? = nil
  ) throws(CheckpointsError) {
    let path = try path(ofChosen: step) + "/" + Self.model
    try Self.there(path)
    do throws(CheckpointError) {
      try Networks.load(into: &model, from: path)
    } catch {
      throw .badPart(path: path, error)
    }
  }

  /// Reads the optimizer's state of the checkpoint of a step, bit by bit; of the newest one where no
  /// step is given.
  public func load(
    into optimizer: inout AdamW, step: Int? = nil
  ) throws(CheckpointsError) {
    let path = try path(ofChosen: step) + "/" + Self.optimizer
    try Self.there(path)
    do throws(CheckpointError) {
      let file: SafetensorsFile
      do throws(SafetensorsError) {
        file = try SafetensorsFile(path: path)
      } catch {
        throw CheckpointError.file(error)
      }
      try optimizer.restore(from: file)
    } catch {
      throw .badPart(path: path, error)
    }
  }

  private func path(of step: Int) -> String {
    let digits = String(step)
    let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
    return "\(folder)/\(Self.prefix)\(zeros)\(digits)"
  }

  private func path(ofChosen step: Int?) throws(CheckpointsError) -> String {
    do throws(FileError) {
      if let step { return path(of: step) }
      if let newest = try newest() { return path(of: newest) }
    } catch {
      throw .file(error)
    }
    throw .nothing(folder: folder)
  }

  /// The steps of which there are checkpoints, in order.
  private func steps() throws(FileError) -> [Int] {
    let names: [String]
    do throws(FileError) {
      names = try Files.names(in: folder)
    } catch {
      if case .missing = error { return [] }
      throw error
    }
    return names.compactMap { name in
      name.hasPrefix(Self.prefix) ? Int(name.dropFirst(Self.prefix.count)) : nil
    }.sorted()
  }

  private static func there(_ path: String) throws(CheckpointsError) {
    guard access(path, F_OK) == 0 else { throw .file(.missing(path: path)) }
  }

  private static func write(_ columns: [NamedColumn], to path: String) throws(FileError) {
    do throws(SafetensorsError) {
      try SafetensorsFile.write(columns, to: path)
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
  }

  private static func json(
    _ state: some Encodable, for path: String
  ) throws(FileError) -> [UInt8] {
    do {
      return try JSON.encoded(state, isIndented: true)
    } catch {
      throw .unwritable(path: path, reason: "its state can not be said in JSON")
    }
  }
}
