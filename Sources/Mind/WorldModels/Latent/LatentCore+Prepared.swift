// The imagination core made ready for planning.

import Networks
public import Tensors

extension LatentCore {
  /// The same mathematics without a tape or an allocation: what it keeps of the heads is what they add
  /// to the latent at which imagining began.
  public func prepared(_ precision: Precision = .float32) -> RecurrentEnsemble {
    func layer(_ linear: Linear) -> RecurrentEnsemble.Layer {
      (linear.weight, linear.bias ?? Tensor(zeros: [linear.weight.shape[1]]))
    }
    return RecurrentEnsemble(
      action: layer(action), input: layer(cell.input), recurrent: layer(cell.recurrent),
      norm: norm.weight, epsilon: norm.epsilon,
      heads: heads.map { (layer($0.layers[0]), layer($0.layers[1])) }, precision: precision)
  }
}
