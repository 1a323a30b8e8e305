// Tables whose columns stand one under the other.

/// Rows of text under a heading. Columns of numbers are aligned to the right.
struct Table {
  private var rows: [[String]]
  private let numeric: Set<Int>

  /// A table.
  ///
  /// - Parameter numeric: which columns hold numbers.
  init(_ heading: [String], numeric: Set<Int> = []) {
    rows = [heading]
    self.numeric = numeric
  }

  /// Adds a row.
  mutating func add(_ row: [String]) {
    precondition(row.count == rows[0].count, "\(row.count) cells in \(rows[0].count) columns")
    rows.append(row)
  }

  /// The table as lines.
  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return numeric.contains(column) ? padding + cell : cell + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n")
  }
}
