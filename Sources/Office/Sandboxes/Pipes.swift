// What connects orrery to a command and its launcher.
import CSandbox
import Glibc

/// The descriptors of one command: two pipes that are read without waiting, and a socket.
struct Pipes {
  let output: Int32
  let errors: Int32
  let control: Int32
  /// The ends of the command: its input, its output, its errors, and the socket of the launcher.
  private let theirs: [Int32]

  init(inheritsInput: Bool) throws(SandboxError) {
    var opened: [Int32] = []
    func fail() -> SandboxError {
      let reason = String(cString: strerror(errno))
      for descriptor in opened { Glibc.close(descriptor) }
      return .launch(stage: "the pipes", reason: reason)
    }
    for _ in 0...1 {
      var ends: [Int32] = [-1, -1]
      if sandbox_pipe(&ends) != 0 { throw fail() }
      opened += ends
    }
    var sockets: [Int32] = [-1, -1]
    let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    if socketpair(AF_UNIX, kind, 0, &sockets) != 0 { throw fail() }
    opened += sockets
    let input = inheritsInput ? 0 : open("/dev/null", O_RDONLY | O_CLOEXEC)
    if input < 0 { throw fail() }
    output = opened[0]
    errors = opened[2]
    control = sockets[0]
    theirs = [input, opened[1], opened[3], sockets[1]]
  }

  /// Starts the launcher with the other ends, which are closed here. Its process, or minus the errno.
  func spawn(_ invocation: Invocation) -> pid_t {
    defer { for descriptor in theirs where descriptor > 2 { Glibc.close(descriptor) } }
    let variables = invocation.environment.map { "\($0)=\($1)" }.sorted()
    return withStrings(invocation.arguments) { arguments in
      withStrings(variables) { environment in
        sandbox_spawn(invocation.arguments[0], arguments, environment, theirs)
      }
    }
  }

  /// Bytes that were read; 0 where there are none now.
  func read(_ stream: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    max(Glibc.read(stream == 0 ? output : errors, buffer.baseAddress, buffer.count), 0)
  }

  /// A message that is there, with descriptors that are the caller's now.
  func receive() -> (message: sandbox_message, descriptors: [Int32])? {
    var message = sandbox_message()
    var descriptors = [Int32](repeating: -1, count: Int(SANDBOX_DESCRIPTORS))
    guard sandbox_receive(control, &message, &descriptors) == 1 else { return nil }
    return (message, descriptors)
  }

  func close() {
    for descriptor in [output, errors, control] { Glibc.close(descriptor) }
  }
}

extension sandbox_message {
  /// The stage that a message tells of.
  var stage: String {
    withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// Strings as C has them, with a null at the end.
private func withStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
