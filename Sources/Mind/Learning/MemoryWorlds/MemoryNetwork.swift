// What is taught in the small worlds: the memory backbone, and a linear head that answers.

public import Basics
public import Networks
public import Tensors
public import WorldModels

/// The memory backbone and a linear map to the answers.
public struct MemoryNetwork: Module {
  private var backbone: Backbone
  private var head: Linear

  /// A network with so many answers.
  public init(_ configuration: Backbone.Configuration, choices: Int, random: inout Random) {
    backbone = Backbone(configuration, random: &random)
    head = Linear(configuration.width, choices, random: &random)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("backbone", &backbone)
    visitor.module("head", &head)
  }

  /// The logits of the answers, `[B, T, input]` to `[rows.count, choices]`, where `rows` are places
  /// in the batch laid out as `[B·T]`.
  public func callAsFunction(_ x: Tensor, at rows: [Int]) -> Tensor {
    var state: Backbone.State?
    let y = backbone(x, state: &state)
    return head(y.reshaped([y.shape[0] * y.shape[1], y.shape[2]]).gathered(rows: rows))
  }
}
