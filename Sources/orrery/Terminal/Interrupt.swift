// Ctrl-C: the first asks the program to finish its step and save, the second ends it.
import Foundation
import Synchronization

/// Whether somebody wants the program to stop.
enum Interrupt {
  private static let isAsked = Atomic(false)

  /// From here on, the first SIGINT or SIGTERM only sets a mark; after it they kill again.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interrupt.isAsked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Whether a signal has come.
  static var hasCome: Bool { isAsked.load(ordering: .relaxed) }
}
