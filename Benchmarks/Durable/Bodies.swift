// What a runner writes for a step, of the usual size.
import Basics
import Events

enum Bodies {
  /// The beginning of a run.
  static let beginning = Event.Body.began(
    Goal(
      title: "Build the project and run its tests", directory: "/srv/project",
      steps: [
        Step(name: "build", action: action, acceptance: [.succeeds(command: "test -x build/app")])
      ],
      acceptance: [.succeeds(command: "make --question")],
      permissions: Permissions(write: [], delete: [])))

  /// The intent: a step begins. It is written before anything is done.
  static func intent(_ step: Int) -> Event.Body { .started(step: "step-\(step)", attempt: 1) }

  /// The receipt: what came of it, its effects and outputs by their hashes.
  static func receipt(_ step: Int) -> Event.Body {
    .executed(
      step: "step-\(step)",
      Outcome(
        ending: .exited(0), effects: effects,
        output: .init(digest: Digest(of: Array("\(step)".utf8)), kept: 1_204, written: 1_204),
        errors: .init(digest: Digest(of: []), kept: 0, written: 0), seconds: 0.0421))
  }

  private static let action = Action(
    tool: "run", input: .object(["command": .string("make -j4 all && ./configure --prefix=out")]))

  private static let effects: EffectSummary = {
    let node = Node(kind: .file, mode: 0o644, size: 4_096, content: Digest(of: [1]))
    let paths = ["build/a.o", "build/b.o", "build/app"].compactMap { Path($0) }
    return EffectSummary(of: paths.map { Effect(path: $0, change: .created(node)) })
  }()
}
