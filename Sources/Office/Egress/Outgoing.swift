// Requests as they go out: with the secrets in them, and nothing in them that only the proxy is told.
import Foundation
import NIOCore

/// A request as it goes out.
struct Outgoing: Sendable {
  /// The first line, and the fields without those that say how the body is framed.
  private var lines: [UInt8]
  /// The names of the secrets that were put in.
  private(set) var secrets: Set<String> = []
  private let route: Route
  private let vault: Vault

  /// The request that goes out for a head, along a route. Refused where a secret is on a wrong way.
  init(_ head: RequestHead, along route: Route, vault: Vault) throws(Refused) {
    self.route = route
    self.vault = vault
    guard case .resource(let host, _, _, let path) = head.target else {
      preconditionFailure("a tunnel to \(head.target) is no request")
    }
    if let name = vault.name(in: Array(path.utf8)) {
      // A wrong host is the worse mistake of the two, so it is the one that is told.
      if case .refused(let refusal) = vault.fill(Array(path.utf8), for: route) {
        throw Refused(refusal)
      }
      throw Refused(.secretMisplaced(name, place: "the address"))
    }
    let isDefault = route.port == (route.isSecure ? 443 : 80)
    lines = Array("\(head.method) \(path) HTTP/1.1\r\n".utf8)
    add(Field("Host", isDefault ? "\(host)" : "\(host):\(route.port)"))
    // What comes back is searched for secrets, which nobody finds in what is compressed.
    let isSearched = !vault.values(for: route).isEmpty
    for field in head.fields.forwarded where !(isSearched && field.isNamed("accept-encoding")) {
      add(Field(name: field.name, value: try fill(field)))
    }
    if isSearched { add(Field("Accept-Encoding", "identity")) }
    add(Field("Via", "1.1 orrery"))
    add(Field("Connection", "close"))
  }

  /// The head, for a body that is framed like this.
  func head(_ framing: Framing) -> ByteBuffer {
    var whole = self
    switch framing {
    case .none, .untilClose: break
    case .length(let length): whole.add(Field("Content-Length", "\(length)"))
    case .chunked: whole.add(Field("Transfer-Encoding", "chunked"))
    }
    return ByteBuffer(bytes: whole.lines + Array("\r\n".utf8))
  }

  /// A body with the secrets in it.
  mutating func body(_ bytes: [UInt8]) throws(Refused) -> [UInt8] { try fill(bytes) }

  private mutating func fill(_ field: Field) throws(Refused) -> [UInt8] {
    // Basic credentials hide what they are made of (RFC 7617).
    let basic = Array("basic ".utf8)
    if field.isNamed("authorization"), field.text.lowercased().utf8.starts(with: basic),
      let inner = Data(base64Encoded: Data(field.value.dropFirst(basic.count)))
    {
      let filled = try fill([UInt8](inner))
      if filled != [UInt8](inner) {
        return Array("Basic ".utf8) + Array(Data(filled).base64EncodedData())
      }
    }
    return try fill(field.value)
  }

  private mutating func fill(_ bytes: [UInt8]) throws(Refused) -> [UInt8] {
    switch vault.fill(bytes, for: route) {
    case .filled(let filled, let names):
      secrets.formUnion(names)
      return filled
    case .refused(let refusal): throw Refused(refusal)
    }
  }

  private mutating func add(_ field: Field) {
    lines += Array("\(field.name): ".utf8) + field.value + Array("\r\n".utf8)
  }
}

extension ByteBuffer {
  /// The bytes as a chunk: what goes over the wire, without a copy of them.
  var asChunk: [ByteBuffer] {
    let size = String(readableBytes, radix: 16)
    return [ByteBuffer(string: "\(size)\r\n"), self, ByteBuffer(string: "\r\n")]
  }

  /// The end of a body in chunks.
  static var lastChunk: ByteBuffer { ByteBuffer(string: "0\r\n\r\n") }
}
