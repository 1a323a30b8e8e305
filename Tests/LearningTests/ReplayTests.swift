// Replay: windows as they were lived, the same at every resumption.
import Learning
import Testing

@Suite struct ReplayTests {
  @Test func windowsAreAsLived() throws {
    let folder = Folder()
    try Fixture.write([[20, 7], [30]], to: folder)
    let store = try EpisodeStore.open(folder.path)
    let replay = Replay(
      store, batch: 16, length: 10, columns: ["truth/place", "observation/wide"], seed: 1)
    let lengths = [20, 7, 30]
    var wrong: [Int] = []
    for step in 0..<20 {
      let batch = try replay.batch(at: step)
      #expect(batch["observation/wide"].count == 16 * 10 * 16)
      for window in 0..<16 {
        // The number in "truth/place" says which row of which episode a row is.
        var number = Int(batch["truth/place"][window * 10]) / 1000
        var row = Int(batch["truth/place"][window * 10]) % 1000
        if lengths[number] >= 10 && row > lengths[number] - 10 { wrong.append(step) }
        if lengths[number] < 10 && row != 0 { wrong.append(step) }
        for i in window * 10..<(window + 1) * 10 {
          if row == lengths[number] { (number, row) = ((number + 1) % 3, 0) }
          let isRight =
            batch["truth/place"][i] == Float(number * 1000 + row)
            && batch["observation/wide"][i * 16] == Float(row) / 4
            && batch.isFirst[i] == (row == 0 ? 1 : 0)
          if !isRight { wrong.append(step) }
          row += 1
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func aBatchDependsOnStoreSeedAndStepAlone() throws {
    let folder = Folder()
    try Fixture.write([[20, 12], [30]], to: folder)
    let replay = Replay(try EpisodeStore.open(folder.path), batch: 4, length: 5, seed: 1)
    let again = Replay(try EpisodeStore.open(folder.path), batch: 4, length: 5, seed: 1)
    let other = Replay(try EpisodeStore.open(folder.path), batch: 4, length: 5, seed: 2)
    _ = try again.batch(at: 3)
    let batch = try replay.batch(at: 7)
    #expect(try again.batch(at: 7).origins == batch.origins)
    #expect(try again.batch(at: 7)["observation/near"] == batch["observation/near"])
    #expect(try other.batch(at: 7).origins != batch.origins)
    #expect(try replay.batch(at: 8).origins != batch.origins)
  }

  @Test func everyPlaceIsEquallyLikely() throws {
    let folder = Folder()
    try Fixture.write([[12, 3, 16]], to: folder)
    let replay = Replay(
      try EpisodeStore.open(folder.path), batch: 100, length: 8, columns: [], seed: 4)
    var counts: [ReplayBatch.Origin: Int] = [:]
    for step in 0..<60 {
      for origin in try replay.batch(at: step).origins { counts[origin, default: 0] += 1 }
    }
    // Five places in the first, one in the second, nine in the third: 400 draws each.
    #expect(counts.count == 15)
    #expect(counts.values.allSatisfy { (300...500).contains($0) })
  }
}
