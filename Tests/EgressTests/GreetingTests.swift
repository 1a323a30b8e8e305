// Greetings of TLS: whom they ask for, in however many records and pieces.
import Basics
import Egress
import Testing

@Suite struct GreetingTests {
  @Test func findsTheName() {
    #expect(ClientHello(greeting(for: "a.example.org")) == .asks(for: "a.example.org"))
    #expect(ClientHello(greeting(for: nil)) == .asks(for: nil))
    #expect(ClientHello(greeting(for: "a.org", recordBytesMax: 7)) == .asks(for: "a.org"))
  }

  @Test func waitsForTheEnd() {
    let whole = greeting(for: "a.org", recordBytesMax: 20)
    for count in 0..<whole.count {
      #expect(ClientHello(whole.prefix(count)) == .unfinished)
    }
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "\u{15}\u{3}\u{1}", "\u{16}\u{2}\u{0}",
    "\u{16}\u{3}\u{1}\u{0}\u{0}", "\u{16}\u{3}\u{1}\u{0}\u{5}\u{2}\u{0}\u{0}\u{1}\u{0}",
  ])
  func refusesOthers(text: String) {
    #expect(ClientHello(text.utf8) == .other)
  }

  @Test func refusesTwoNames() {
    #expect(ClientHello(greeting(for: "a.org", twice: true)) == .other)
  }

  /// Any change of a few bytes gives some answer, and none that reads past the end.
  @Test func survivesAnything() {
    let whole = greeting(for: "a.example.org")
    for seed in 0..<UInt64(20_000) {
      var random = Random(seed: seed)
      var bytes = whole
      for _ in 0..<(1 + random.index(below: 4)) {
        bytes[random.index(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = ClientHello(bytes.prefix(random.index(below: bytes.count + 1)))
    }
  }
}

/// A greeting as a client sends it.
func greeting(for name: String?, recordBytesMax: Int = 16_384, twice: Bool = false) -> [UInt8] {
  func block(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
  }
  var extensions: [UInt8] = [0, 43] + block([2, 3, 4], 2)
  if let name {
    let server = [0, 0] + block(block([0] + block(Array(name.utf8), 2), 2), 2)
    extensions += twice ? server + server : server
  }
  let body: [UInt8] =
    [3, 3] + [UInt8](repeating: 7, count: 32) + block([1, 2, 3], 1) + block([0x13, 1], 2)
    + block([0], 1) + block(extensions, 2)
  var rest = ([1] + block(body, 3))[...]
  var records: [UInt8] = []
  while !rest.isEmpty {
    records += [22, 3, 1] + block(Array(rest.prefix(recordBytesMax)), 2)
    rest = rest.dropFirst(recordBytesMax)
  }
  return records
}
