// orrery watch: a run as it goes on.
import ArgumentParser
import Events
import Storage

struct Watch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Follows a run until it ends, from its beginning on.")

  @Argument(help: "The run: its name, or the end of it.")
  var run: String

  @OptionGroup var state: StateOption

  @Flag(help: "The events, as JSON Lines.")
  var json = false

  func run() async throws {
    let journal = try state.journal()
    let record = try await journal.run(named: run)
    let narrator = Narrator(manner: json ? .jsonLines : .words)
    for try await event in journal.follow(record.run) {
      narrator.tell(event)
      if case .finished(let ending) = event.body {
        if !json { Narrator.say(ending.sentence) }
        return
      }
    }
  }
}
