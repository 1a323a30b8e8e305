// Reading replays: from the JSON of the page (its layout is described in ReplayData.swift) to columns
// of metres and radians, and where things are at a time between two steps.
"use strict";
const Reading = (() => {
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  function column(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Array.from({ length: bytes.length >> 1 }, (_, i) => {
      const word = view.getInt16(2 * i, true);
      return word === -32768 ? NaN : word;
    });
  }
  const metres = (text) => column(text).map((v) => v / 100);
  const pairs = (flat) => Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

  function readDecisions(text) {
    const words = column(text);
    const out = [];
    let at = 0;
    const next = () => words[at++];
    const path = (width) => Array.from({ length: next() }, () =>
      Array.from({ length: width }, () => next() / 100));
    while (at < words.length) {
      const decision = { step: next(), interval: next() / 1000 };
      decision.candidates = Array.from({ length: next() }, () => path(2));
      decision.plan = path(3);
      decision.foretold = path(2);
      decision.forecasts = Array.from({ length: next() }, () => {
        const forecast = { weight: next() / 1000, radius: next() / 100, isPhantom: next() === 1 };
        forecast.path = path(3);
        return forecast;
      });
      out.push(decision);
    }
    return out;
  }

  function readTake(take) {
    return {
      ...take, x: metres(take.x), y: metres(take.y), h: column(take.h).map((v) => v / 1000),
      lidar: { ...take.lidar, data: metres(take.lidar.data) }, route: pairs(metres(take.route)),
      decisions: readDecisions(take.decisions),
      movers: take.movers.map((mover) => ({ ...mover, x: metres(mover.x), y: metres(mover.y) })),
    };
  }

  const readReplays = (text) => JSON.parse(text).map((replay) => ({
    ...replay, goal: replay.goal.map((v) => v / 100),
    place: {
      ...replay.place, racks: replay.place.racks.map((v) => v / 100),
      nodes: pairs(replay.place.nodes.map((v) => v / 100)), edges: pairs(replay.place.edges),
    },
  }));

  /// The value of a column between two steps.
  function between(values, t) {
    const i = clamp(Math.floor(t), 0, values.length - 1);
    const j = Math.min(i + 1, values.length - 1);
    return values[i] + (values[j] - values[i]) * (t - i > 0 ? Math.min(t - i, 1) : 0);
  }
  function robotAt(take, t) {
    const i = clamp(Math.floor(t), 0, take.count - 1);
    const j = Math.min(i + 1, take.count - 1);
    const part = clamp(t - i, 0, 1);
    const turn = Math.atan2(Math.sin(take.h[j] - take.h[i]), Math.cos(take.h[j] - take.h[i]));
    return { x: between(take.x, t), y: between(take.y, t), heading: take.h[i] + turn * part };
  }
  function decisionAt(take, t) {
    let low = 0;
    let high = take.decisions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (take.decisions[middle].step <= t) low = middle + 1; else high = middle;
    }
    return take.decisions[low - 1];
  }
  function speedAt(take, t, dt) {
    const i = clamp(Math.floor(t), 0, take.count - 2);
    const dx = take.x[i + 1] - take.x[i];
    const dy = take.y[i + 1] - take.y[i];
    return i < 0 ? 0 : (dx * Math.cos(take.h[i]) + dy * Math.sin(take.h[i])) / dt;
  }
  const isSeen = (mover, step) => mover.seen.filter((toggle) => toggle <= step).length % 2 === 1;
  const eventsAt = (take, step) =>
    take.events.filter(([at, length]) => step >= at && step < at + Math.max(length, 1));

  /// Where it is now, against where it said a second ago that it would be.
  function foresight(take, t, dt) {
    const ahead = Math.round(1 / dt);
    const decision = decisionAt(take, t - ahead + 1e-6);
    if (!decision || t < ahead || t > take.count - 1) return null;
    const isForetold = decision.foretold.length > 0;
    const path = isForetold ? decision.foretold : decision.plan;
    const place = ((t - decision.step) * dt) / decision.interval - 1;
    if (place < 0 || place > path.length - 1 + 1e-6) return null;
    const x = between(path.map((p) => p[0]), place);
    const y = between(path.map((p) => p[1]), place);
    const robot = robotAt(take, t);
    return { x, y, isForetold, error: Math.hypot(x - robot.x, y - robot.y) };
  }

  return { readReplays, readTake, clamp, between, robotAt, decisionAt, speedAt, isSeen, eventsAt, foresight };
})();
