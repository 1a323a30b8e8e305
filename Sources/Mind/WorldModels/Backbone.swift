// Tier A: the memory backbone, read once per real step.

public import Basics
public import Networks
public import Tensors

/// A stack of blocks that keep long context in constant memory: gated delta layers with eigenvalues
/// in [-1, 1] and sliding-window attention, each followed by SwiGLU, all pre-normalized.
///
/// `B` sequences of `T` steps. The same code reads a whole sequence and a single step.
public struct Backbone: Module {
  /// What a block mixes time with.
  public enum Mixer: Codable, Sendable, Hashable {
    /// A gated delta layer.
    case gatedDelta
    /// Attention over the last steps.
    case slidingWindow(Int)
  }

  /// The sizes of a backbone.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Floats that come in a step.
    public var input: Int
    /// Floats of a token.
    public var width: Int
    /// Heads of each layer; they share the width.
    public var heads: Int
    /// The layers.
    public var mixers: [Mixer]
    /// Units of SwiGLU.
    public var hidden: Int
    /// Whether a transition may have negative eigenvalues: without them no layer can count.
    public var hasNegativeEigenvalues = true

    /// The sizes of a backbone, with twice as many units of SwiGLU as floats in a token.
    public init(input: Int, width: Int, heads: Int, mixers: [Mixer]) {
      self.input = input
      self.width = width
      self.heads = heads
      self.mixers = mixers
      hidden = 2 * width
    }
  }

  /// What is remembered between two calls, block by block.
  public struct State: Sendable {
    var blocks: [BlockState]
  }

  enum BlockState: Sendable {
    case gatedDelta(GatedDeltaBlock.State)
    case slidingWindow(SlidingWindowBlock.State)
  }

  private struct Block: Module {
    var gatedDelta: GatedDeltaBlock?
    var slidingWindow: SlidingWindowBlock?
    var mixerNorm: RMSNorm
    var feedforwardNorm: RMSNorm
    var feedforward: SwiGLU

    init(_ mixer: Mixer, of c: Configuration, random: inout Random) {
      let headWidth = c.width / c.heads
      let gain = 1 / Float(2 * c.mixers.count).squareRoot()
      switch mixer {
      case .gatedDelta:
        gatedDelta = GatedDeltaBlock(
          .init(
            width: c.width, heads: c.heads, headWidth: headWidth,
            hasNegativeEigenvalues: c.hasNegativeEigenvalues), outputGain: gain, random: &random)
      case .slidingWindow(let window):
        slidingWindow = SlidingWindowBlock(
          .init(width: c.width, heads: c.heads, headWidth: headWidth, window: window),
          outputGain: gain, random: &random)
      }
      mixerNorm = RMSNorm(c.width)
      feedforwardNorm = RMSNorm(c.width)
      feedforward = SwiGLU(
        c.width, hidden: c.hidden, outputGain: gain, random: &random)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
      visitor.module("gatedDelta", &gatedDelta)
      visitor.module("slidingWindow", &slidingWindow)
      visitor.module("mixerNorm", &mixerNorm)
      visitor.module("feedforwardNorm", &feedforwardNorm)
      visitor.module("feedforward", &feedforward)
    }

    func callAsFunction(_ x: Tensor, after state: BlockState?) -> (y: Tensor, state: BlockState) {
      let (mixed, next) = mix(mixerNorm(x), after: state)
      let y = x + mixed
      return (y + feedforward(feedforwardNorm(y)), next)
    }

    private func mix(_ x: Tensor, after state: BlockState?) -> (y: Tensor, state: BlockState) {
      switch (gatedDelta, slidingWindow, state) {
      case (let layer?, _, .gatedDelta(let past)):
        let (y, next) = layer(x, state: past)
        return (y, .gatedDelta(next))
      case (let layer?, _, nil):
        let (y, next) = layer(x)
        return (y, .gatedDelta(next))
      case (nil, let layer?, .slidingWindow(let past)):
        let (y, next) = layer(x, state: past)
        return (y, .slidingWindow(next))
      case (nil, let layer?, nil):
        let (y, next) = layer(x)
        return (y, .slidingWindow(next))
      default: preconditionFailure("a state of another block's kind")
      }
    }
  }

  /// The sizes it was made with.
  public let configuration: Configuration
  private var input: Linear
  private var blocks: [Block]
  private var norm: RMSNorm

  /// A backbone of these sizes; its width must be a multiple of its heads.
  public init(_ configuration: Configuration, random: inout Random) {
    precondition(
      configuration.width % configuration.heads == 0,
      "\(configuration.heads) heads do not share a width of \(configuration.width)")
    self.configuration = configuration
    input = Linear(configuration.input, configuration.width, random: &random)
    blocks = []
    for mixer in configuration.mixers {
      blocks.append(Block(mixer, of: configuration, random: &random))
    }
    norm = RMSNorm(configuration.width)
  }

  public mutating func visit(_ visitor: inout some ParameterVisitor) {
    visitor.module("input", &input)
    visitor.modules("blocks", &blocks)
    visitor.module("norm", &norm)
  }

  /// Reads on from `state` (nil: from nothing), and remembers in it.
  ///
  /// `[B, T, input]` to `[B, T, width]`
  public func callAsFunction(_ x: Tensor, state: inout State?) -> Tensor {
    var y = input(x)
    var states: [BlockState] = []
    for (i, block) in blocks.enumerated() {
      let (next, after) = block(y, after: state?.blocks[i])
      y = next
      states.append(after)
    }
    state = State(blocks: states)
    return norm(y)
  }
}
