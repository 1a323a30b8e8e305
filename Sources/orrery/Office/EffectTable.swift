// Effects for people: a line each.
import Events
import Foundation

/// Effects for people: a line each, in columns.
struct EffectTable {
  /// The lines.
  let lines: [String]

  /// A table of effects, of which so many are shown, and whatever lacks permission.
  ///
  /// - Parameter unpermitted: whether an effect lacks permission.
  init(
    _ effects: [Effect], shown: Int = 40, unpermitted: (Effect) -> Bool = { _ in false }
  ) {
    // Nothing that lacks permission hides behind what does not.
    let lacking = effects.filter(unpermitted)
    let visible =
      effects.count <= shown
      ? effects
      : lacking + effects.filter { !unpermitted($0) }.prefix(max(0, shown - lacking.count))
    let rows = visible.map { effect in
      Self.row(effect) + [unpermitted(effect) ? "no permission" : ""]
    }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return "  " + cells.joined(separator: "  ").trimmed
    }
    if effects.count > visible.count {
      lines.append("  … and \(effects.count - visible.count) more, all permitted")
    }
    self.lines = lines
  }

  /// What happened, where, and how large it is now.
  private static func row(_ effect: Effect) -> [String] {
    switch effect.change {
    case .created(let node): ["+ created", "\(effect.path)", size(node)]
    case .changed(let from, let to) where from.kind != to.kind:
      ["~ changed", "\(effect.path)", "\(from.kind) → \(to.kind)"]
    case .changed(let from, let to):
      ["~ changed", "\(effect.path)", "\(size(from)) → \(size(to))" + modes(from, to)]
    case .reattributed(let from, let to):
      [
        "~ mode", "\(effect.path)",
        from.mode == to.mode ? "extended attributes" : modes(from, to).trimmed,
      ]
    case .renamed(let source, let node): ["> renamed", "\(source) → \(effect.path)", size(node)]
    case .deleted(let node): ["- deleted", "\(effect.path)", size(node)]
    }
  }

  private static func modes(_ from: Node, _ to: Node) -> String {
    from.mode == to.mode ? "" : "  \(octal(from.mode)) → \(octal(to.mode))"
  }

  private static func octal(_ mode: UInt16) -> String { "0" + String(mode, radix: 8) }

  private static func size(_ node: Node) -> String {
    let isRunnable = node.kind == .file && node.mode & 0o111 != 0
    let special = node.mode & 0o6000 != 0 ? ", runs as its owner" : isRunnable ? ", executable" : ""
    switch node.kind {
    case .directory: return "directory"
    case .link: return "link to " + (node.target ?? "?")
    case .file: return bytes(node.size) + special
    }
  }

  /// A number of bytes in at most four digits and a unit.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 {
        return unit == "B"
          ? "\(count) B" : String(format: value < 9.95 ? "%.1f %@" : "%.0f %@", value, unit)
      }
      value /= 1_000
    }
    return String(format: "%.1f TB", value)
  }
}

extension EffectSummary {
  /// The summary in words: "3 effects: 1 created, 2 changed; 1.2 kB".
  var words: String {
    if isEmpty { return "no effects" }
    let counts = [
      (created, "created"), (changed, "changed"), (reattributed, "with other modes"),
      (renamed, "renamed"), (deleted, "deleted"),
    ]
    let total = counts.reduce(0) { $0 + $1.0 }
    let named = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return "\(total) \(total == 1 ? "effect" : "effects"): \(named); \(EffectTable.bytes(bytes))"
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
