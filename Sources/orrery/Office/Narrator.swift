// What a run is up to, told as it happens.
import Basics
import Events
import Foundation

/// Tells what happens to a run: in words on standard error, or as JSON Lines on standard output.
struct Narrator: Sendable {
  /// How it is told.
  enum Manner: Sendable { case words, jsonLines }

  let manner: Manner

  /// Tells an event.
  func tell(_ event: Event) {
    switch manner {
    case .jsonLines: try? Output.say(json: event)
    case .words: Self.sentence(event).map(Self.say)
    }
  }

  /// Says a line on standard error.
  static func say(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line.harmless + "\n").utf8))
  }

  /// An event in one line; nil for what goes without saying.
  static func sentence(_ event: Event) -> String? {
    switch event.body {
    case .began(let goal): "run \(event.run): \(goal.title)"
    case .added(let step): "step \(step.name) is new"
    case .proposed, .permitted, .forecast, .claimed, .reviewed, .discarded: nil
    case .judged(let evidence):
      evidence.isEmpty ? nil : evidence.map(line).joined(separator: "\n")
    case .denied(let step, let reason): step.map { "\($0): denied: \(reason)" }
    case .started(let step, let attempt): attempt > 1 ? "\(step): attempt \(attempt)" : nil
    case .executed(let step, let outcome):
      (outcome.passages.map { "\(step): \($0.words)" } + [
        "\(step): \(outcome.ending.words) after \(seconds(outcome.seconds)), \(outcome.effects.words)"
      ]).joined(separator: "\n")
    case .surprised(let step, let what): "\(step): a surprise: \(what)"
    case .verified(let step, let evidence):
      evidence.isEmpty ? nil : evidence.map { "\(step): \(line($0))" }.joined(separator: "\n")
    case .refuted(let step, let evidence, let reason):
      evidence.isEmpty
        ? "\(step): refuted: \(reason)"
        : evidence.map { "\(step): \(line($0))" }.joined(separator: "\n")
    case .kept: nil
    case .rolledBack(let step, let reason): "\(step): rolled back: \(reason)"
    case .asked(let question): "someone has to decide: \(question.reason)"
    case .answered(let answer): "\(answer.by) said \(answer.allows ? "yes" : "no")"
    case .committing, .committed, .finished: nil
    case .conflicted(let paths):
      "changed meanwhile by someone else:\n" + paths.map { "  ! \($0)" }.joined(separator: "\n")
    case .paused(let reason): "paused: \(reason)"
    case .resumed: "resumed"
    case .cancelled(let who): "\(who) stopped it"
    case .reverted(let who): "\(who) took it back"
    }
  }

  /// A check and what was seen of it.
  static func line(_ evidence: Evidence) -> String {
    evidence.holds ? "✓ \(evidence.check)" : "✗ \(evidence.check): \(evidence.seen)"
  }

  /// Seconds in three digits.
  static func seconds(_ seconds: Double) -> String {
    seconds < 1 ? "\(Int(seconds * 1_000)) ms" : String(format: "%.1f s", seconds)
  }
}

extension String {
  /// The text with everything escaped that a terminal takes for more than text: a command could hide
  /// with it what it did.
  var harmless: String {
    var text = ""
    for scalar in unicodeScalars {
      let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t"
      let isHidden = [.control, .format, .lineSeparator, .paragraphSeparator].contains(
        scalar.properties.generalCategory)
      if isControl || isHidden && scalar != "\n" && scalar != "\t" {
        text += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Outcome.Ending {
  /// The ending in few words.
  fileprivate var words: String { self == .exited(0) ? "done" : description }
}

extension Passage {
  /// What wanted out, in a line.
  fileprivate var words: String {
    let what = "\(method) \(host):\(port)"
    switch verdict {
    case .allowed:
      let code = status.map { ", status \($0)" } ?? ""
      return "→ \(what)\(code), \(EffectTable.bytes(bytesIn)) came"
    case .refused(let reason): return "✗ \(what): \(reason)"
    case .failed(let reason): return "→ \(what) failed: \(reason)"
    }
  }
}
