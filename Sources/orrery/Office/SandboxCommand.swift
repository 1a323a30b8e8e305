// orrery sandbox: what this machine can isolate with.
import ArgumentParser
import Sandboxes

struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox", abstract: "Says which layers of isolation this machine has.")

  func run() async throws {
    let report = Sandbox.layers()
    try Output.say("\(report)")
    if let obstacle = report.obstacle {
      throw Failure(status: .unavailable, sentence: "\(obstacle)")
    }
  }
}
