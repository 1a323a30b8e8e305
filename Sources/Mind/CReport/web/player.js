// The replay player: its controls, its keys, and the check that it makes of itself.
"use strict";
(() => {
  const dataElement = document.getElementById("replay-data");
  const root = document.getElementById("player");
  if (!dataElement || !root) return;
  const { readReplays, readTake, clamp, speedAt, isSeen } = Reading;
  const $ = (id) => document.getElementById(id);
  const [mission, compare, follow, panesBox, marks, scrub, playButton, clock, status] =
    ["mission", "compare", "follow", "panes", "marks", "scrub", "play", "clock", "status"].map($);
  const replays = readReplays(dataElement.textContent);
  const state = { replay: 0, time: 0, speed: 1, playing: false, panes: [], last: 0 };
  const current = () => replays[state.replay];
  const stepsMax = () => Math.max(1, ...state.panes.map((pane) => pane.take.count - 1));

  const words = {
    violation: "someone is too close", atFaultContact: "contact, at fault", blamelessContact: "run into while standing",
    staticContact: "hit a rack", arrived: "arrived", timeout: "out of time",
  };

  /// Draws a pane and tells its readings.
  function drawPane(pane) {
    const replay = current();
    const take = pane.take;
    const { t, foretold, now } = Picture.draw(pane.canvas, replay, take, state.time, follow.checked);
    const speed = speedAt(take, t, replay.dt);
    const seen = take.movers.filter((mover) => isSeen(mover, Math.floor(t))).length;
    pane.readings.speed.textContent = speed.toFixed(2) + " m/s";
    pane.readings.error.textContent = foretold ? (foretold.error * 100).toFixed(1) + " cm" : "–";
    pane.labels.error.textContent = foretold && !foretold.isForetold ? "off its plan of 1 s ago" : "off its forecast of 1 s ago";
    pane.readings.seen.textContent = seen + " of " + take.movers.length;
    const last = now.length ? now[now.length - 1] : t >= take.count - 1 ? "end" : "";
    pane.readings.now.textContent = last === "end" ? "ended" : words[last] || "driving";
    pane.readings.now.classList.toggle("alarm", /contact|violation/i.test(last));
  }

  function draw() {
    const dt = current().dt;
    scrub.value = String(Math.floor(state.time));
    scrub.setAttribute("aria-valuetext", (state.time * dt).toFixed(1) + " seconds");
    clock.textContent = (state.time * dt).toFixed(1) + " s of " + (stepsMax() * dt).toFixed(1) + " s";
    state.panes.forEach(drawPane);
  }

  // ---- controls

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function makePane(index, chosen) {
    const replay = current();
    const box = element("div", "pane");
    const bar = element("div", "bar");
    const select = element("select");
    select.setAttribute("aria-label", "Driver " + (index + 1));
    replay.takes.forEach((take, i) => {
      const option = element("option", "", take.name);
      option.value = String(i);
      option.selected = i === chosen;
      select.append(option);
    });
    replay.takes[chosen].x.constructor === String && (replay.takes[chosen] = readTake(replay.takes[chosen]));
    const take = replay.takes[chosen];
    const canvas = element("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", take.name + " in " + replay.place.name + ": " + take.outcome);
    const list = element("dl", "reading");
    const [readings, labels] = [{}, {}];
    for (const [key, label] of [["speed", "speed"], ["error", "off its forecast of 1 s ago"], ["seen", "sees others"], ["now", "now"]]) {
      labels[key] = list.appendChild(element("dt", "", label));
      readings[key] = list.appendChild(element("dd", "", "–"));
    }
    bar.append(select, element("span", "outcome", take.outcome));
    box.append(bar, canvas, list);
    panesBox.append(box);
    select.addEventListener("change", () => {
      const choice = state.panes.map((pane) => pane.chosen);
      choice[index] = Number(select.value);
      setPanes(choice);
      panesBox.querySelectorAll("select")[index].focus();
    });
    return { take, canvas, readings, labels, chosen, box };
  }

  function setPanes(choice) {
    panesBox.textContent = "";
    state.panes = choice.map((chosen, index) => makePane(index, chosen));
    if (state.panes.length === 1) state.panes[0].box.classList.add("alone");
    scrub.max = String(stepsMax());
    state.time = Math.min(state.time, stepsMax());
    marks.textContent = "";
    state.panes.forEach((pane, row) => pane.take.events.forEach(([step, length, kind]) => {
      const mark = element("i", kind + " row-" + row);
      mark.style.left = (100 * clamp(step / stepsMax(), 0, 1)).toFixed(2) + "%";
      mark.style.minWidth = clamp((100 * length) / stepsMax(), 0, 100).toFixed(2) + "%";
      mark.title = words[kind] || kind;
      marks.append(mark);
    }));
    draw();
  }

  /// Shows a replay, paused shortly before the first thing worth seeing.
  function show(index) {
    pause();
    state.replay = index;
    const replay = current();
    setPanes(compare.checked && replay.takes.length > 1 ? [0, 1] : [0]);
    const first = Math.min(...state.panes.flatMap((pane) => pane.take.events)
      .filter((event) => event[2] !== "arrived").map((event) => event[0]), stepsMax());
    const shown = first < stepsMax() ? first - Math.round(1 / replay.dt) : stepsMax() * 0.35;
    seek(Math.max(Math.round(shown), 0));
    status.textContent = replay.title + ", in " + replay.place.name + ", seed " + replay.seed + ". "
      + state.panes.map((pane) => pane.take.name + ": " + pane.take.outcome).join(". ") + ".";
  }

  function seek(step) {
    state.time = clamp(step, 0, stepsMax());
    draw();
  }
  function play() {
    if (state.playing) return;
    if (state.time >= stepsMax()) state.time = 0;
    state.playing = true;
    state.last = 0;
    playButton.textContent = "Pause";
    requestAnimationFrame(tick);
  }
  function pause() {
    state.playing = false;
    playButton.textContent = "Play";
  }
  function tick(now) {
    if (!state.playing) return;
    const passed = state.last ? Math.min((now - state.last) / 1000, 0.1) : 0;
    state.last = now;
    seek(state.time + (passed * state.speed) / current().dt);
    if (state.time >= stepsMax()) pause(); else requestAnimationFrame(tick);
  }

  function pressed(event) {
    const isControl = /^(SELECT|BUTTON|INPUT)$/.test(event.target.tagName);
    const isFree = !isControl || event.target === scrub;
    const stride = event.shiftKey ? 20 : 1;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && isFree) state.playing ? pause() : play();
    else if (event.key === "ArrowRight" && isFree) { pause(); seek(Math.floor(state.time) + stride); }
    else if (event.key === "ArrowLeft" && isFree) { pause(); seek(Math.ceil(state.time) - stride); }
    else if (event.key === "Home" && isFree) seek(0);
    else if (event.key === "End" && isFree) seek(stepsMax());
    else if (event.key.toLowerCase() === "f" && event.target.tagName !== "SELECT") { follow.checked = !follow.checked; draw(); }
    else return;
    event.preventDefault();
  }

  replays.forEach((replay, i) => {
    const option = element("option", "", replay.title);
    option.value = String(i);
    mission.append(option);
  });
  mission.addEventListener("change", () => show(Number(mission.value)));
  compare.addEventListener("change", () => setPanes(compare.checked && current().takes.length > 1 ? [0, 1] : [0]));
  follow.addEventListener("change", draw);
  scrub.addEventListener("input", () => { pause(); seek(Number(scrub.value)); });
  playButton.addEventListener("click", () => (state.playing ? pause() : play()));
  root.addEventListener("keydown", pressed);
  for (const radio of root.querySelectorAll("input[name=speed]"))
    radio.addEventListener("change", () => (state.speed = Number(radio.value)));
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { Picture.readColours(); draw(); });
  if (matchMedia("(max-width: 40rem)").matches) compare.checked = false;
  Picture.readColours();
  show(0);

  // ---- self-check: opened with #check, the page tries its own controls and writes what it found.

  async function check() {
    const found = { errors: [] };
    window.addEventListener("error", (event) => found.errors.push(String(event.message)));
    document.addEventListener("securitypolicyviolation", (event) => found.errors.push(event.violatedDirective));
    const picture = () => state.panes.map((pane) => pane.canvas.toDataURL().length).join();
    seek(0);
    const atStart = picture();
    root.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    found.arrow = state.time === 1;
    scrub.value = String(Math.floor(stepsMax() / 2));
    scrub.dispatchEvent(new Event("input"));
    found.scrubs = state.time === Math.floor(stepsMax() / 2) && picture() !== atStart;
    const from = state.time;
    root.dispatchEvent(new KeyboardEvent("keydown", { key: " " }));
    found.playing = state.playing;
    for (let i = 0; i < 200 && state.time - from < 1; i++) await new Promise((done) => setTimeout(done, 50));
    found.plays = state.time - from >= 1;
    root.dispatchEvent(new KeyboardEvent("keydown", { key: " " }));
    found.pauses = !state.playing;
    found.missions = 0;
    for (let i = 0; i < replays.length; i++) { show(i); found.missions += state.panes.length > 0 ? 1 : 0; }
    show(0);
    found.error = state.panes[0].readings.error.textContent;
    found.requests = performance.getEntriesByType("resource").length;
    found.marks = marks.childElementCount;
    found.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    document.documentElement.dataset.check = JSON.stringify(found);
  }
  if (location.hash === "#check") check();
})();
