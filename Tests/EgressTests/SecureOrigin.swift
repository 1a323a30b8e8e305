// A TLS server on this machine: Python's, with a certificate that openssl made for the test.
import Egress
import Foundation

/// A TLS server that answers each request with the request itself.
final class SecureOrigin: Sendable {
  let port: Int
  /// The certificate that vouches for it, as PEM.
  let certificate: String
  private let process: Process
  private let folder: URL
  /// The server ends when nobody holds the other end of this, whatever becomes of the tests.
  private let life = Pipe()

  /// Whether this machine has what it takes.
  static let isPossible = program("python3") != nil && program("openssl") != nil

  /// Starts a server for `localhost`, what is below it, and 127.0.0.1.
  init() async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "egress-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificate = folder.appending(path: "cert.pem").path
    let key = folder.appending(path: "key.pem").path
    _ = try await run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost,DNS:a.localhost,DNS:b.localhost,IP:127.0.0.1",
      ])
    process = Process()
    process.executableURL = URL(fileURLWithPath: program("python3") ?? "python3")
    process.arguments = ["-c", Self.script, certificate, key]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = life
    try process.run()
    let line = try await aside {
      String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    }
    port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  deinit {
    try? life.fileHandleForWriting.close()
    try? FileManager.default.removeItem(at: folder)
  }

  private static let script = """
    import http.server, os, ssl, sys, threading
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    class Echo(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            echo = f"{self.command} {self.path}\\n{self.headers}".encode() + body
            self.send_response(200)
            self.send_header("Content-Length", str(len(echo)))
            self.send_header("X-Token", self.headers.get("authorization") or "none")
            self.end_headers()
            self.wfile.write(echo)
        do_GET = do_POST = do
        def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """
}
