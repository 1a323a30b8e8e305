// Saving a model, and loading it into a model of the same make.
//
// A checkpoint is a safetensors file with one F32 column a parameter, under its full name, in visit
// order. Names that begin with `optimizer.` are state of the training and no parameters.

public import Tensors

/// Why a checkpoint does not fit a model.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file can not be read, or is not what its format demands.
  case file(SafetensorsError)
  /// The model has a parameter that the file has not.
  case missing(name: String, shape: [Int])
  /// The file has a parameter that the model has not.
  case unexpected(name: String, shape: [Int])
  /// A parameter has another shape in the file.
  case misshaped(name: String, expected: [Int], found: [Int])
  /// A parameter in the file has a value that is not a finite number.
  case notFinite(name: String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .missing(let name, let shape):
      "The checkpoint lacks the parameter '\(name)', of shape \(shape) in the model."
    case .unexpected(let name, let shape):
      "The checkpoint has a parameter '\(name)' of shape \(shape) that the model does not have."
    case .misshaped(let name, let expected, let found):
      "The parameter '\(name)' has shape \(found) in the checkpoint and \(expected) in the model."
    case .notFinite(let name):
      "The parameter '\(name)' has a value in the checkpoint that is not a finite number."
    }
  }
}

extension Module {
  /// The parameters as columns of a file.
  public var columns: [NamedColumn] {
    parameters.map { NamedColumn($0.name, shape: $0.value.shape.array, .f32($0.value.scalars)) }
  }

  /// Writes the parameters, atomically.
  public func save(to path: String, metadata: [String: String] = [:]) throws(SafetensorsError) {
    try SafetensorsFile.write(columns, metadata: metadata, to: path)
  }
}

/// Reads all parameters of `model` from the checkpoint at `path`. Throws, and leaves the model
/// as it is, where anything is missing, extra, of another shape or not finite.
public func load<M: Module>(into model: inout M, from path: String) throws(CheckpointError) {
  let file: SafetensorsFile
  do { file = try SafetensorsFile(path: path) } catch { throw .file(error) }
  try load(into: &model, from: file)
}

/// The same from a file that is already open.
public func load<M: Module>(
  into model: inout M, from file: SafetensorsFile
) throws(CheckpointError) {
  let parameters = model.parameters
  var values: [String: Tensor] = [:]
  for parameter in parameters {
    let expected = parameter.value.shape.array
    guard let entry = file[parameter.name] else {
      throw .missing(name: parameter.name, shape: expected)
    }
    guard entry.shape == expected else {
      throw .misshaped(name: parameter.name, expected: expected, found: entry.shape)
    }
    let value: Tensor
    do { value = try file.tensor(parameter.name) } catch { throw .file(error) }
    guard value.isFinite else { throw .notFinite(name: parameter.name) }
    values[parameter.name] = value
  }
  for entry in file.entries where values[entry.name] == nil {
    if entry.name.hasPrefix("optimizer.") { continue }
    throw .unexpected(name: entry.name, shape: entry.shape)
  }
  model = model.mapParameters { values[$0.name] ?? $0.value }
}
