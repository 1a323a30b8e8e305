// Secrets: where they go, where they do not, and that nothing shows them.
import Basics
import Egress
import Testing

@Suite struct VaultTests {
  let value = "s3cr3t-value-of-mine"

  private func route(_ rule: String, _ host: String, _ port: Int, _ kind: Wish.Kind = .plain) throws
    -> Route
  {
    let wish = Wish(method: "GET", host: try #require(Host(host)), port: port, kind: kind)
    guard case .allowed(let route) = try AllowList([rule]).decide(wish) else {
      throw Malformed("\(rule) does not allow \(host)")
    }
    return route
  }

  @Test func nothingShowsASecret() throws {
    let secret = Secret(value)
    var dumped = ""
    dump(secret, to: &dumped)
    let (vault, placeholder) = try vault("TOKEN", value, for: "a.org")
    var dumpedVault = ""
    dump(vault, to: &dumpedVault)
    let texts = [
      "\(secret)", String(reflecting: secret), dumped, "\(vault)", String(reflecting: vault),
      dumpedVault,
    ]
    #expect(texts.allSatisfy { !$0.contains(value) })
    // Nor does anything list its bytes: 115 is its first.
    #expect(!dumped.contains("115"))
    #expect(placeholder.hasPrefix("orrery-secret-") && placeholder.utf8.count == 40)
  }

  /// A rule, a host and a port asked for, the secret's host, and whether the secret goes there.
  @Test(arguments: [
    ("https://a.org", "a.org", 80, "a.org", true),
    ("https://a.org", "a.org", 80, "a.org:443", true),
    ("a.org", "a.org", 80, "a.org", false), ("a.org", "a.org", 80, "a.org:80", true),
    ("https://a.org:8443", "a.org", 8443, "a.org", true),
    ("https://a.org:8443", "a.org", 8443, "a.org:443", false),
    ("https://b.a.org", "b.a.org", 80, "a.org", false),
    ("https://b.org", "b.org", 80, "a.org", false),
  ])
  func goesWhereItBelongs(rule: String, host: String, port: Int, place: String, goes: Bool) throws {
    let (vault, placeholder) = try vault("TOKEN", value, for: place)
    let bytes = Array("Bearer \(placeholder), \(placeholder)!".utf8)
    switch vault.fill(bytes, for: try route(rule, host, port)) {
    case .filled(let filled, let names):
      #expect(goes && names == ["TOKEN"])
      #expect(filled == Array("Bearer \(value), \(value)!".utf8))
    case .refused(let refusal):
      #expect(!goes)
      #expect("\(refusal)".contains("TOKEN") && !"\(refusal)".contains(value))
    }
  }

  @Test func whatOnlyLooksLikeAPlaceholderPasses() throws {
    let (vault, placeholder) = try vault("TOKEN", value, for: "a.org")
    let other = Array(
      "orrery-secret-\(String(repeating: "0", count: 26)) \(placeholder.dropLast())".utf8)
    guard
      case .filled(let bytes, let names) = vault.fill(other, for: try route("b.org", "b.org", 80))
    else {
      Issue.record("refused")
      return
    }
    #expect(bytes == other && names.isEmpty)
  }

  @Test(arguments: [
    (["T": "a.org"], [:], Vault.Fault.missing("T")),
    (["T": "a.org"], ["T": "short"], .unusable("T")),
    (["T": "a.org"], ["T": "two\r\nlines of it"], .unusable("T")),
    (["T": "*.a.org"], ["T": "long enough"], .host("*.a.org", secret: "T")),
    (["T": "https://a.org"], ["T": "long enough"], .host("https://a.org", secret: "T")),
  ])
  func faults(secrets: [String: String], environment: [String: String], fault: Vault.Fault) {
    var random = Random(seed: 1)
    #expect(throws: fault) { try Vault(secrets, environment: environment, random: &random) }
    #expect(environment.values.allSatisfy { !fault.description.contains($0) })
  }

  @Test func needlesAreFoundAcrossPieces() {
    let whole = Array("abababac and ababac, ab".utf8)
    let masked = Array("ab****** and ******, ab".utf8)
    for seed in 0..<UInt64(500) {
      var random = Random(seed: seed)
      var needles = Needles([Array("ababac".utf8)])
      var rest = whole[...]
      var out: [UInt8] = []
      var found = false
      while !rest.isEmpty {
        let count = min(rest.count, 1 + random.index(below: 5))
        let piece = needles.mask(Array(rest.prefix(count)), isLast: count == rest.count)
        out += piece.bytes
        found = found || piece.found != nil
        rest = rest.dropFirst(count)
      }
      #expect(out == masked && found)
    }
  }

  @Test func onlyWhatMayBeABeginningIsHeldBack() {
    var needles = Needles([Array("secret".utf8)])
    #expect(needles.mask(Array("hello sec".utf8), isLast: false).bytes == Array("hello ".utf8))
    #expect(needles.mask(Array("ond".utf8), isLast: false).bytes == Array("second".utf8))
  }
}
