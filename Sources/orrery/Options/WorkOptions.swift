// The options that every command that computes shares.
import ArgumentParser

/// How a command computes. None of it but the seed changes what comes out.
struct WorkOptions: ParsableArguments {
  @Option(help: "What is drawn by chance: the same seed, the same result.")
  var seed: UInt64 = 0

  @OptionGroup var threads: WorkersOption

  @Flag(help: "Write the result as JSON.")
  var json = false
}
