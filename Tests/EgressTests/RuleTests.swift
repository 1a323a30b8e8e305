// Rules, hosts and addresses: what is written how, and what it allows.
import Egress
import Testing

@Suite struct RuleTests {
  @Test(arguments: [
    ("", Rule.Fault.empty), ("  ", .empty), ("*", .everything(rule: "*")),
    ("GET *:80", .everything(rule: "GET *:80")),
    ("GET, example.org", .method("", rule: "GET, example.org")),
    ("G@T example.org", .method("G@T", rule: "G@T example.org")),
    ("GET HEAD example.org", .parts(rule: "GET HEAD example.org")),
    ("http://example.org", .scheme("http", rule: "http://example.org")),
    ("ftp://a", .scheme("ftp", rule: "ftp://a")),
    ("example.org/path", .host("example.org/path", rule: "example.org/path")),
    ("a..b", .host("a..b", rule: "a..b")), ("a:0", .host("a:0", rule: "a:0")),
    ("a:65536", .host("a:65536", rule: "a:65536")), ("a:", .host("a:", rule: "a:")),
    ("*.10.0.0.1", .host("*.10.0.0.1", rule: "*.10.0.0.1")),
    ("exa*.org", .host("exa*.org", rule: "exa*.org")),
    ("u@example.org", .host("u@example.org", rule: "u@example.org")),
    ("[::1", .host("[::1", rule: "[::1")), ("[::1]x", .host("[::1]x", rule: "[::1]x")),
    ("0x7f.1", .host("0x7f.1", rule: "0x7f.1")),
    ("bücher.de", .host("bücher.de", rule: "bücher.de")),
  ])
  func faults(text: String, fault: Rule.Fault) {
    #expect(throws: fault) { try Rule(text) }
    #expect(fault.description.hasSuffix("."))
  }

  /// Rules, a wish (method, host, port, kind), and where it leads: a port, with `s` for TLS.
  static let wishes: [([String], String, String, Int, Wish.Kind, String?)] = [
    ([], "GET", "example.org", 80, .plain, nil),
    (["example.org"], "GET", "example.org", 80, .plain, "80"),
    (["example.org"], "GET", "EXAMPLE.org.", 80, .plain, "80"),
    (["Example.ORG"], "CONNECT", "example.org", 443, .tunnel, "443"),
    (["example.org"], "GET", "example.org", 443, .secure, "443s"),
    (["example.org"], "GET", "example.org", 8080, .plain, nil),
    (["example.org"], "CONNECT", "example.org", 80, .tunnel, nil),
    (["example.org"], "CONNECT", "example.org", 22, .tunnel, nil),
    (["example.org"], "GET", "www.example.org", 80, .plain, nil),
    (["example.org"], "GET", "notexample.org", 80, .plain, nil),
    (["*.example.org"], "GET", "a.b.example.org", 80, .plain, "80"),
    (["*.example.org"], "GET", "example.org", 80, .plain, nil),
    (["*.example.org"], "GET", "badexample.org", 80, .plain, nil),
    (["example.org:8443"], "CONNECT", "example.org", 8443, .tunnel, "8443"),
    (["example.org:8443"], "CONNECT", "example.org", 443, .tunnel, nil),
    (["GET,head example.org"], "HEAD", "example.org", 80, .plain, "80"),
    (["GET,HEAD example.org"], "POST", "example.org", 80, .plain, nil),
    (["GET example.org"], "get", "example.org", 80, .plain, nil),
    (["GET example.org"], "CONNECT", "example.org", 443, .tunnel, nil),
    (["GET,CONNECT example.org"], "CONNECT", "example.org", 443, .tunnel, "443"),
    (["GET example.org", "POST example.org"], "POST", "example.org", 80, .plain, "80"),
    (["GET example.org", "example.org"], "CONNECT", "example.org", 443, .tunnel, "443"),
    (["https://example.org"], "GET", "example.org", 80, .plain, "443s"),
    (["https://example.org"], "GET", "example.org", 443, .plain, "443s"),
    (["https://example.org"], "CONNECT", "example.org", 443, .tunnel, "443"),
    (["POST https://example.org:8443"], "POST", "example.org", 8443, .plain, "8443s"),
    (["POST https://example.org:8443"], "POST", "example.org", 80, .plain, nil),
    (["192.0.2.7"], "GET", "192.0.2.7", 80, .plain, "80"),
    (["[2001:DB8::7]:80"], "GET", "[2001:db8:0::7]", 80, .plain, "80"),
  ]

  @Test(arguments: wishes.indices) func decides(index: Int) throws {
    let (rules, method, host, port, kind, leadsTo) = Self.wishes[index]
    let wish = Wish(method: method, host: try #require(Host(host)), port: port, kind: kind)
    switch try AllowList(rules).decide(wish) {
    case .allowed(let route): #expect("\(route.port)\(route.isSecure ? "s" : "")" == leadsTo)
    case .refused(let refusal):
      #expect(leadsTo == nil, "\(refusal)")
      #expect(refusal.status == 403 && "\(refusal)".hasSuffix("."))
    }
  }

  @Test(arguments: [
    "0x7f.1", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.0.0.1.", "1.2.3.4.5",
    "256.1.1.1", "a.0x1", "[127.0.0.1]", "::1", "[fe80::1%eth0]", "[::1", "", ".", "a b", "a/b",
    "a\u{0}b", "a:1", "ä.de", "%31", String(repeating: "a", count: 64),
  ])
  func oddHosts(text: String) {
    #expect(Host(text) == nil)
  }

  @Test(arguments: [
    ("8.8.8.8", Address.Kind.global), ("127.8.8.8", .loopback), ("0.0.0.0", .unspecified),
    ("0.1.2.3", .unspecified), ("10.1.1.1", .inner), ("172.15.0.1", .global),
    ("172.16.0.1", .inner), ("172.31.255.255", .inner), ("192.168.1.1", .inner),
    ("100.64.0.1", .inner), ("169.254.169.254", .metadata), ("169.254.1.1", .linkLocal),
    ("100.100.100.200", .metadata), ("224.0.0.1", .multicast), ("255.255.255.255", .reserved),
    ("198.18.0.1", .reserved), ("::", .unspecified), ("::1", .loopback), ("::7f00:1", .reserved),
    ("::ffff:127.0.0.1", .loopback), ("::ffff:169.254.169.254", .metadata),
    ("::ffff:8.8.8.8", .global), ("64:ff9b::10.0.0.1", .inner), ("64:ff9b::8.8.8.8", .global),
    ("64:ff9b:1::8.8.8.8", .reserved), ("2002:7f00:1::", .loopback),
    ("2001:0:1::", .reserved), ("fd00:ec2::254", .metadata), ("fd00::1", .inner),
    ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .inner), ("ff02::1", .multicast),
    ("2606:4700::1", .global), ("2001:db8::1", .reserved), ("4000::1", .reserved),
  ])
  func kinds(text: String, kind: Address.Kind) throws {
    let address = try #require(Address(text))
    #expect(address.kind == kind)
    #expect(Address(address.description) == address)
  }

  /// A rule, a host that it means, an address that the host has, and whether it is connected to.
  @Test(arguments: [
    ("a.org", "a.org", "8.8.8.8", true), ("a.org", "a.org", "127.0.0.1", false),
    ("a.org:80", "a.org", "127.0.0.1", false), ("a.org:80", "a.org", "10.0.0.1", true),
    ("a.org:80", "a.org", "169.254.169.254", false), ("a.org:80", "a.org", "169.254.0.1", false),
    ("a.org:80", "a.org", "::ffff:10.0.0.1", true), ("a.org:80", "a.org", "0.0.0.0", false),
    ("*.a.org:80", "b.a.org", "10.0.0.1", false), ("localhost:80", "localhost", "127.0.0.1", true),
    ("localhost", "localhost", "127.0.0.1", false), ("localhost:80", "localhost", "::1", true),
    ("*.localhost:80", "a.localhost", "127.0.0.1", true),
    ("*.localhost:80", "a.localhost", "10.0.0.1", false),
    ("127.0.0.1:80", "127.0.0.1", "127.0.0.1", true),
    ("127.0.0.1", "127.0.0.1", "127.0.0.1", false),
    ("169.254.169.254:80", "169.254.169.254", "169.254.169.254", true),
    ("[::1]:80", "[::1]", "::1", true), ("8.8.8.8", "8.8.8.8", "8.8.8.8", true),
  ])
  func addresses(rule: String, host: String, address: String, isConnectedTo: Bool) throws {
    let list = try AllowList([rule])
    let host = try #require(Host(host))
    guard
      case .allowed(let route) = list.decide(
        Wish(method: "GET", host: host, port: 80, kind: .plain))
    else {
      Issue.record("the rule does not mean its host")
      return
    }
    let address = try #require(Address(address))
    #expect(list.addresses([address], for: route).isEmpty != isConnectedTo)
  }
}
