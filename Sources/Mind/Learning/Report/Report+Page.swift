// The report as one page that needs nothing else: no request, no framework, no server.
internal import CReport

extension Report {
  /// The report as a self-contained HTML page.
  ///
  /// Its content security policy names the one style sheet and the one script by their hashes, and
  /// all data is escaped, so that nothing in the data can run or reach out.
  public func html() -> String {
    let style = asset(REPORT_STYLE)
    let player = asset(REPORT_PLAYER)
    let replayJSON = HTML(trusted: replayData(watchable, bytesMax: 4_500_000))
    let page: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(policy(style: style, script: player))">
      <meta name="color-scheme" content="light dark">
      <title>Orrery: a robot that learned its warehouse</title>
      <style>\(HTML(trusted: style))</style></head>
      <body><a class="skip" href="#content">Skip to the content</a>
      \(header)
      <main id="content">
      \(headlineSection)\(replaySection)\(planningSection)\(ladderSection)\(motionSection)
      \(skillSection)\(calibrationSection)\(learningSection)\(memorySection)\(provenanceSection)
      </main>
      <footer><p>Made by Orrery. This page is one file: it loads nothing and sends nothing.</p></footer>
      <script type="application/json" id="replay-data">\(replayJSON)</script>
      <script>\(HTML(trusted: player))</script>
      </body></html>

      """
    return page.source
  }

  private func policy(style: String, script: String) -> String {
    let hashes = [style, script].map { base64(sha256(Array($0.utf8))) }
    return "default-src 'none'; style-src 'sha256-\(hashes[0])'; "
      + "script-src 'sha256-\(hashes[1])'; base-uri 'none'; form-action 'none'"
  }

  private var header: HTML {
    let notice: HTML = note.map { "<p class=\"note\">\($0)</p>" } ?? ""
    let parts: [(id: String, name: String, isShown: Bool)] = [
      ("results", "Results", !headlines.isEmpty), ("replay", "Replay", !watchable.isEmpty),
      ("planning", "Driving", !planning.isEmpty), ("ladder", "Ladder", !ladder.isEmpty),
      ("motion", "Own body", !motion.isEmpty), ("skill", "Imagination", !skill.isEmpty),
      ("calibration", "Doubt", !calibration.isEmpty), ("learning", "Learning", !learning.isEmpty),
      ("memory", "Memory", !memory.isEmpty), ("provenance", "Provenance", true),
    ]
    let links = parts.filter(\.isShown).map { part -> HTML in
      "<li><a href=\"#\(part.id)\">\(part.name)</a></li>"
    }
    return """
      <header><div class="mast">
      <svg class="mark" viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="28"/>\
      <ellipse cx="32" cy="32" rx="28" ry="11" transform="rotate(-24 32 32)"/>\
      <circle class="sun" cx="32" cy="32" r="6"/><circle class="planet" cx="57" cy="21" r="4"/></svg>
      <div><p class="brand">Orrery</p><h1>A robot that learned its warehouse</h1></div></div>
      <p class="lead">You are looking at a simulated warehouse robot that was told nothing about its
      own wheels or about the people around it. It drove about, <strong>learned</strong> from that
      how it and they move, and now drives by <strong>imagining</strong>: twenty times a second it
      rolls many possible futures forward, picks the best, takes one step, and looks again. Every
      number below comes from warehouses, robots and traffic that it never met in training, and
      stands beside the best classical method we know, driven through the very same missions.</p>
      \(notice)<nav aria-label="Parts of this page"><ul>\(links)</ul></nav></header>

      """
  }

  private func asset(_ asset: report_asset) -> String {
    let bytes = UnsafeBufferPointer(
      start: report_asset_bytes(asset), count: report_asset_count(asset))
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A part of the page.
func section(_ id: String, _ title: String, lead: HTML, _ content: HTML) -> HTML {
  """
  <section id="\(id)" aria-labelledby="\(id)-title"><h2 id="\(id)-title">\(title)</h2>
  <p class="explain">\(lead)</p>
  \(content)</section>

  """
}

/// A table that scrolls by itself where the page is narrow. The first cell of a row is its heading.
func table(caption: String, columns: [(name: String, help: String)], rows: [TableRow]) -> HTML {
  let heads = columns.map { column -> HTML in
    column.help.isEmpty
      ? "<th scope=\"col\">\(column.name)</th>"
      : "<th scope=\"col\"><abbr title=\"\(column.help)\">\(column.name)</abbr></th>"
  }
  let lines = rows.map { row -> HTML in
    guard let first = row.cells.first else {
      return
        "<tr class=\"apart\"><th colspan=\"\(columns.count)\" scope=\"colgroup\">\(row.style)</th></tr>"
    }
    let rest = row.cells.dropFirst().map { "<td>\($0)</td>" as HTML }
    return "<tr class=\"\(row.style)\"><th scope=\"row\">\(first)</th>\(rest)</tr>\n"
  }
  return """
    <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table>
    <caption>\(caption)</caption><thead><tr>\(heads)</tr></thead><tbody>\(lines)</tbody></table></div>

    """
}

/// A row of a table; without cells it is a heading within the table, and `style` is its text.
struct TableRow {
  var style: String
  var cells: [HTML]
}
