// One modality on its way into a token.

import Basics
import Networks
import Tensors

/// Encodes a modality: vectors by their symlog through two layers, symbols by a table, and what is
/// missing by a vector of its own.
struct ModalityEncoder: Module {
  let input: LatentModel.Input
  var vector: MLP?
  var symbol: Embedding?
  var missing: Tensor

  init(_ input: LatentModel.Input, width: Int, random: inout Random) {
    self.input = input
    switch input.kind {
    case .vector:
      var layers = MLP([input.count, width, width], isNormed: true, random: &random)
      // Without an offset the norm would keep the direction of a vector and lose its length.
      layers.layers[0].bias = .normal([width], random: &random)
      vector = layers
    case .symbol(let classes): symbol = Embedding(classes, width, deviation: 1, random: &random)
    }
    missing = .normal([1, width], deviation: 0.1, random: &random)
  }

  mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("vector", &vector)
    visitor.module("symbol", &symbol)
    visitor.parameter("missing", &missing)
  }

  /// `[N, input.count]` to `[N, width]`.
  func callAsFunction(_ values: [Float]) -> Tensor {
    let isThere = input.isThere(values)
    let encoded = encode(values)
    guard isThere.contains(false) else { return encoded }
    let there = Tensor(isThere.map { $0 ? 1 : 0 }, shape: [isThere.count, 1])
    return encoded * there + (1 - there).matmul(missing)
  }

  private func encode(_ values: [Float]) -> Tensor {
    let known = values.map { $0 == $0 ? $0 : 0 }
    if let symbol { return symbol(input.classes(known)) }
    let x = Tensor(known.map(symlog), shape: [values.count / input.count, input.count])
    return vector?(x) ?? x
  }
}
