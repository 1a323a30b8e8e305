// What a part of a network is: a value that shows its parameters in a fixed order.

public import Tensors

/// A part of a network: a value whose parameters can be visited in a fixed order.
///
/// The one requirement serves counting, saving, loading, averaging, clipping and optimizing.
public protocol Module: Sendable {
  /// Shows every parameter to the visitor, always in the same order.
  mutating func visit(_ visitor: inout some ParameterVisitor)
}

/// Something to do with every parameter of a module.
public protocol ParameterVisitor {
  /// A parameter and its name in the module that shows it.
  mutating func parameter(_ name: String, _ value: inout Tensor)
  /// A part begins; its name goes before those of its parameters.
  mutating func enter(_ name: String)
  /// The part that was entered last ends.
  mutating func leave()
}

extension ParameterVisitor {
  /// A part with parameters of its own.
  public mutating func module(_ name: String, _ child: inout some Module) {
    enter(name)
    child.visit(&self)
    leave()
  }

  /// A part that may be absent.
  public mutating func module(_ name: String, _ child: inout (some Module)?) {
    guard var present = child else { return }
    child = nil
    module(name, &present)
    child = present
  }

  /// Several parts of one kind, named by their index.
  public mutating func modules(_ name: String, _ children: inout [some Module]) {
    enter(name)
    for index in children.indices { module("\(index)", &children[index]) }
    leave()
  }
}

/// A parameter with its full name, such as `layers.0.mixer.query.weight`.
public struct NamedParameter: Sendable {
  /// The names on the way to the parameter, joined by dots.
  public let name: String
  /// Its value.
  public let value: Tensor
}

extension Module {
  /// All parameters in visit order.
  public var parameters: [NamedParameter] {
    var visitor = Collector()
    var copy = self
    copy.visit(&visitor)
    return visitor.found
  }

  /// How many numbers the parameters hold together.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  /// The same module with each parameter replaced by what `transform` makes of it.
  public func mapParameters(_ transform: @escaping (NamedParameter) -> Tensor) -> Self {
    var visitor = Mapper(transform: transform)
    var copy = self
    copy.visit(&visitor)
    return copy
  }
}

/// The names on the way to a parameter.
struct Path {
  private var parts: [String] = []
  mutating func enter(_ name: String) { parts.append(name) }
  mutating func leave() { parts.removeLast() }
  func joined(_ name: String) -> String { (parts + [name]).joined(separator: ".") }
}

private struct Collector: ParameterVisitor {
  var path = Path()
  var found: [NamedParameter] = []
  mutating func parameter(_ name: String, _ value: inout Tensor) {
    found.append(NamedParameter(name: path.joined(name), value: value))
  }
  mutating func enter(_ name: String) { path.enter(name) }
  mutating func leave() { path.leave() }
}

private struct Mapper: ParameterVisitor {
  let transform: (NamedParameter) -> Tensor
  var path = Path()
  mutating func parameter(_ name: String, _ value: inout Tensor) {
    let result = transform(NamedParameter(name: path.joined(name), value: value))
    precondition(
      result.shape == value.shape,
      "a parameter of shape \(value.shape) replaced by one of shape \(result.shape)")
    value = result
  }
  mutating func enter(_ name: String) { path.enter(name) }
  mutating func leave() { path.leave() }
}
