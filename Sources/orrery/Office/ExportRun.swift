// orrery export and orrery verify: proofs that anyone can check.
import ArgumentParser
import Events
import Foundation
import Storage

struct ExportRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a run into one file that proves itself, for `orrery verify`.")

  @Argument(help: "The run: its name, or the end of it.")
  var run: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file. (default: RUN.jsonl)", valueName: "file"))
  var output: String?

  @Flag(help: "Leave out outputs and effect sets; their hashes stay, so the proof does.")
  var bare = false

  @OptionGroup var state: StateOption

  func run() async throws {
    let journal = try state.journal()
    let record = try await journal.run(named: run)
    let file = output ?? "\(record.run).jsonl"
    let export = Export(of: record.run, from: journal, contents: bare ? nil : try state.contents())
    let summary = try await export.write(toFile: file)
    try Output.say(
      "\(file): \(summary.events) events, \(summary.payloads) contents, head \(summary.head)")
  }
}

struct VerifyExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks an exported run: that nothing in it was changed, dropped or inserted.",
    discussion: """
      It needs no journal and no network. Compare the head that it prints with one that you were \
      given by another way: who can write the file can also write another history with another head.
      """)

  @Argument(help: "The file.")
  var file: String

  func run() async throws {
    switch try Export.verify(file) {
    case .whole(let summary):
      try Output.say(
        "\(file) is whole: run \(summary.run), \(summary.events) events, \(summary.payloads) contents, head \(summary.head)"
      )
    case .broken(let line, let reason):
      throw Failure(status: .badInput, sentence: "\(file), line \(line): \(reason)")
    }
  }
}
