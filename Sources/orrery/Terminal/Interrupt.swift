// Ctrl-C: the first asks the program to finish its step and save, the second ends it.
import Foundation
import Synchronization

/// Whether somebody wants the program to stop.
enum Interrupt {
  private static let isAsked = Atomic(false)

  /// From here on, the first SIGINT or SIGTERM only sets a mark; after it they kill again.
  static func watch() {
    // Whoever started the program may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        Interrupt.isAsked.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether a signal has come.
  static var hasCome: Bool { isAsked.load(ordering: .relaxed) }
}
