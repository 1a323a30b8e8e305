// Experience as a latent model reads it, and which rows of it an imagined step is to be held against.

public import Basics

/// `B` windows of `T` rows. Row t holds what was seen at t, and the action, the reward and the ending
/// that led there, which mean nothing where an episode begins.
public struct LatentSequence: Sendable {
  /// Windows, B.
  public var batch: Int
  /// Rows a window, T.
  public var length: Int
  /// What was seen, `[B, T, count]` for each modality; not a number where one is missing.
  public var observations: [[Float]]
  /// What was done to get there, `[B, T, spec.actions.count]`.
  public var actions: [Float]
  /// What it earned, `[B, T]`.
  public var rewards: [Float]
  /// 1 where it ended the episode by its own rules, `[B, T]`.
  public var terminated: [Float]
  /// 1 at the first row of an episode, `[B, T]`.
  public var isFirst: [Float]

  /// Windows of experience.
  public init(
    batch: Int, length: Int, observations: [[Float]], actions: [Float], rewards: [Float],
    terminated: [Float], isFirst: [Float]
  ) {
    let rows = batch * length
    precondition(
      rewards.count == rows && terminated.count == rows && isFirst.count == rows,
      "\(rewards.count) rewards, \(terminated.count) endings and \(isFirst.count) beginnings "
        + "for \(rows) rows")
    self.batch = batch
    self.length = length
    self.observations = observations
    self.actions = actions
    self.rewards = rewards
    self.terminated = terminated
    self.isFirst = isFirst
  }
}

/// Where imagining starts in a batch of windows, and the rows that it is held against.
///
/// Step j (from 1) of a start at row t takes the action of row t + j and foretells what row t + j
/// shows. Nothing is foretold beyond the end of an episode or of its window, and nothing starts after
/// an episode that begins inside a window: the memory has read the one before.
public struct LatentTargets: Sendable, Hashable {
  /// A foretold step: the j-th (from 1) of the n-th start, and the row that it is held against.
  public struct Pair: Sendable, Hashable {
    /// Steps after the start, from 1.
    public var step: Int
    /// Which of the starts.
    public var start: Int
    /// The row it is held against, in the layout `[B·T]`.
    public var row: Int

    /// A foretold step.
    public init(step: Int, start: Int, row: Int) {
      self.step = step
      self.start = start
      self.row = row
    }
  }

  /// The rows where imagining starts, in the layout `[B·T]`.
  public var starts: [Int]
  /// For each step, the row whose action each start takes: its own where nothing is left.
  public var actionRows: [[Int]]
  /// What is to be foretold, in the order of steps.
  public var pairs: [Pair]

  /// Starts in the windows of `sequence`, and up to `horizon` steps of each.
  ///
  /// - Parameter count: starts a window, drawn evenly; all there are where it has no more.
  public init(of sequence: LatentSequence, starts count: Int, horizon: Int, random: inout Random) {
    let time = sequence.length
    starts = []
    var reach: [Int] = []
    for window in 0..<sequence.batch {
      let first = window * time
      let end = (1..<time).first { sequence.isFirst[first + $0] > 0 } ?? time
      // A start needs a row after it.
      let places = max(0, end - 1)
      let picks: [Int] =
        places <= count
        ? Array(0..<places)
        : (0..<count).map { i in
          min(places - 1, Int((Float(i) + random.uniform()) * Float(places) / Float(count)))
        }
      for t in picks {
        starts.append(first + t)
        reach.append(end - 1 - t)
      }
    }
    actionRows = []
    pairs = []
    for step in 1...horizon {
      var rows = starts
      for n in starts.indices where step <= reach[n] {
        rows[n] = starts[n] + step
        pairs.append(Pair(step: step, start: n, row: rows[n]))
      }
      actionRows.append(rows)
    }
  }
}
