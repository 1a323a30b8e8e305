// What an event says by hash alone: the contents that have to be there for its story to be whole.

extension Event.Body {
  /// The names of the contents that it refers to, in the content store.
  public var references: [Digest] {
    switch self {
    case .executed(_, let outcome):
      [outcome.effects.digest, outcome.output.digest, outcome.errors.digest]
    case .asked(let question): [question.preview]
    case .answered(let answer): [answer.preview]
    case .reviewed(let effects, unpermitted: _, count: _), .committing(let effects),
      .committed(let effects):
      [effects.digest]
    case .began, .added, .proposed, .forecast, .permitted, .denied, .started, .surprised, .verified,
      .refuted, .kept, .rolledBack, .claimed, .judged, .conflicted, .discarded, .paused, .resumed,
      .cancelled, .finished, .reverted:
      []
    }
  }
}
