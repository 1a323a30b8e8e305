// The report page: what it says, what it refuses to run, and what a browser makes of it.
import Environments
import Foundation
import Learning
import Testing

@Suite struct PageTests {
  static let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"

  @Test func anEmptyReportIsAPage() {
    let page = Report().html()
    #expect(page.hasPrefix("<!doctype html>") && page.contains("</html>"))
    #expect(!page.contains("id=\"planning\""))
  }

  @Test func nothingInItReachesOut() {
    let page = samplePage
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("url("))
    #expect(page.contains("default-src &#39;none&#39;") && !page.contains("unsafe-inline"))
    #expect(!page.contains(" style=\"") && !page.contains("onclick"))
    #expect(page.utf8.count < 6_000_000, "\(page.utf8.count) bytes")
  }

  @Test func dataCannotBecomeCode() {
    var report = sampleReport(name: Self.hostile)
    report.note = Self.hostile
    report.headlines[0].name = Self.hostile
    report.planning[0].rows[0].contender = Self.hostile
    report.planning[0].name = Self.hostile
    report.motion[0].curves[0].predictor = Self.hostile
    report.skill[0].modality = Self.hostile
    report.learning[0].measure = Self.hostile
    report.calibration[0].name = Self.hostile
    report.memory[0].world = Self.hostile
    report.replays = [
      sampleReplay(seed: 3, scenario: .ordinary, title: Self.hostile, name: Self.hostile)
    ]
    report.replays[0].takes[0].contender = Self.hostile
    report.replays[0].takes[0].outcome = Self.hostile
    let page = report.html()
    #expect(!page.contains("<img") && !page.contains("alert(1)</script>"))
    #expect(page.components(separatedBy: "<script").count == 3)
  }

  /// Numbers that no measurement should give, and that no page should die of.
  @Test func oddNumbersAreSurvived() {
    var report = sampleReport()
    let odd = [Double.nan, .infinity, -.infinity, 0, -1, 1e300, .leastNonzeroMagnitude]
    report.learning = [LearningCurve(measure: "odd", source: .seed(1), steps: odd, values: odd)]
    report.skill = [
      SkillCurve(modality: "odd", source: .seed(1), horizons: [1, 2], skill: [.nan, 1e300])
    ]
    report.calibration[0].predicted = odd
    report.calibration[0].actual = odd
    report.motion[0].curves[0].errors = []
    report.planning[0].rows[0].episodes = 0
    let take = Take("empty", role: .learned)
    report.replays = [
      Recording(
        title: "empty", seed: .max,
        place: .init(name: "", width: .nan, height: 1, racks: [[]], edges: [[0, 9]]),
        goal: .init(.infinity, 0), takes: [take])
    ]
    let page = report.html()
    #expect(!page.contains("\"nan") && !page.contains("\"inf") && !page.contains("-inf"))
    #expect(!page.contains(">nan") && !page.contains(">inf"))
  }

  @Test func theDataSurvivesItsFile() throws {
    let report = sampleReport()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(report)
    let again = try JSONDecoder().decode(Report.self, from: data)
    #expect(try encoder.encode(again) == data)
  }

  @Test func aHeadlineKnowsWhetherItPasses() {
    let missed = Headline("", 0.94, unit: .share, target: .atLeast(0.95), meaning: "")
    let reached = Headline("", 0.7, unit: .ratio, target: .atMost(0.7), meaning: "")
    #expect(missed.passes == false && reached.passes == true)
    #expect(Headline("", 1, unit: .plain, meaning: "").passes == nil)
  }

  /// A browser opens the page, works its controls, and finds nothing to complain of.
  @Test(.enabled(if: Browser.isHere, "no chromium here: the page was not opened in a browser"))
  func aBrowserPlaysIt() throws {
    let browser = try Browser(showing: samplePage)
    let (document, complaints) = try browser.check()
    let found = try #require(document.firstMatch(of: /data-check="([^"]*)"/)).1
      .replacingOccurrences(of: "&quot;", with: "\"")
    for fact in [
      "\"errors\":[]", "\"arrow\":true", "\"scrubs\":true", "\"playing\":true", "\"plays\":true",
      "\"pauses\":true", "\"missions\":2", "\"requests\":0", "\"overflow\":0",
    ] { #expect(found.contains(fact), "\(fact) is not in \(found)") }
    #expect(complaints.isEmpty, "\(complaints)")
  }
}

/// The sample page, made once.
let samplePage: String = {
  var report = sampleReport()
  report.replays = [
    sampleReplay(seed: 11, scenario: .blindCorner, title: "A blind corner", name: "Site 1003"),
    sampleReplay(seed: 7, scenario: .ordinary, title: "An ordinary mission", name: "Site 1001"),
  ]
  return report.html()
}()
