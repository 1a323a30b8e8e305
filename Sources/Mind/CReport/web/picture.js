// The picture of a replay: the warehouse from above, what the robot saw, imagined and did.
"use strict";
const Picture = (() => {
  const { clamp, between, robotAt, decisionAt, speedAt, isSeen, eventsAt, foresight } = Reading;
  const colours = {};
  let tile = null;

  function readColours() {
    tile = null;
    const style = getComputedStyle(document.documentElement);
    for (const name of ["floorboard", "rack", "rack-edge", "wall", "person", "fork", "truth", "beam",
      "robot", "robot-ink", "ink", "soft", "line", "miss", "average", "pass", "card", "honest"])
      colours[name] = style.getPropertyValue("--" + name).trim();
  }

  function resize(canvas) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2.5);
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    return ratio;
  }

  /// The part of the map in view: all of it, or a window around the robot.
  function camera(canvas, place, robot, isFollowing) {
    const fit = Math.min(canvas.width / (place.width + 1), canvas.height / (place.height + 1));
    const scale = isFollowing ? Math.max(fit, Math.min(canvas.width, canvas.height * 1.35) / 11.5) : fit;
    const hold = (centre, extent, pixels) => {
      const half = pixels / scale / 2;
      return extent + 1 <= 2 * half ? extent / 2 : clamp(centre, half - 0.5, extent + 0.5 - half);
    };
    const x = hold(isFollowing ? robot.x : place.width / 2, place.width, canvas.width);
    const y = hold(isFollowing ? robot.y : place.height / 2, place.height, canvas.height);
    return { scale, dx: canvas.width / 2 - x * scale, dy: canvas.height / 2 + y * scale };
  }

  function trace(context, points) {
    context.beginPath();
    points.forEach((p, i) => (i ? context.lineTo(p[0], p[1]) : context.moveTo(p[0], p[1])));
  }
  function disc(context, x, y, radius) {
    context.beginPath();
    context.arc(x, y, Math.max(radius, 0), 0, 7);
  }
  /// Slanted lines to fill with; the tile is drawn once for each theme.
  function hatch(context, unit) {
    if (!tile) {
      tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const pen = tile.getContext("2d");
      pen.strokeStyle = colours.average;
      pen.lineWidth = 2;
      pen.beginPath();
      for (const shift of [-8, 0, 8]) { pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); }
      pen.stroke();
    }
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(unit));
    return pattern;
  }

  function drawPlace(context, replay, unit) {
    const place = replay.place;
    context.strokeStyle = colours.wall;
    context.lineWidth = 3 * unit;
    context.strokeRect(0, 0, place.width, place.height);
    context.strokeStyle = colours.line;
    context.lineWidth = 1 * unit;
    for (const [from, to] of place.edges) {
      trace(context, [place.nodes[from], place.nodes[to]]);
      context.stroke();
    }
    context.fillStyle = colours.rack;
    context.strokeStyle = colours["rack-edge"];
    for (let i = 0; i + 3 < place.racks.length; i += 4) {
      const [x, y, right, top] = place.racks.slice(i, i + 4);
      context.fillRect(x, y, right - x, top - y);
      context.strokeRect(x, y, right - x, top - y);
    }
    for (const [name, x, y] of place.stations) {
      context.save();
      context.translate(x / 100, y / 100);
      context.scale(unit, -unit);
      context.fillStyle = colours.soft;
      context.fillRect(-3, -3, 6, 6);
      context.font = "11px system-ui, sans-serif";
      context.fillText(name, 6, 4);
      context.restore();
    }
    context.strokeStyle = colours.pass;
    context.lineWidth = 2.5 * unit;
    for (const radius of [replay.tolerance, replay.tolerance * 0.45]) {
      disc(context, replay.goal[0], replay.goal[1], radius);
      context.stroke();
    }
  }

  function drawLidar(context, take, robot, t, unit) {
    const { beams, every, data } = take.lidar;
    if (!beams) return;
    const row = Math.min(Math.floor(t / every), Math.floor(data.length / beams) - 1);
    const seenFrom = robotAt(take, row * every);
    const hits = [];
    for (let i = 0; i < beams; i++) {
      const range = data[row * beams + i];
      const angle = seenFrom.heading + (2 * Math.PI * i) / beams;
      hits.push([seenFrom.x + range * Math.cos(angle), seenFrom.y + range * Math.sin(angle), range]);
    }
    context.globalAlpha = 0.10;
    context.fillStyle = colours.beam;
    trace(context, hits);
    context.closePath();
    context.fill();
    context.globalAlpha = 1;
    for (const [x, y, range] of hits) {
      if (!(range < 11.9)) continue;
      disc(context, x, y, 1.8 * unit);
      context.fill();
    }
  }

  function drawForecasts(context, decision, unit) {
    const pattern = hatch(context, unit);
    for (const forecast of decision.forecasts) {
      const last = forecast.path.length - 1;
      forecast.path.forEach(([x, y, spread], i) => {
        if (i !== last && i % 2 !== 1) return;
        disc(context, x, y, forecast.radius + spread);
        context.globalAlpha = forecast.isPhantom
          ? clamp(forecast.weight, 0.15, 0.7) : 0.05 + 0.17 * forecast.weight;
        context.fillStyle = forecast.isPhantom ? pattern : colours.person;
        context.fill();
      });
      context.globalAlpha = 0.25 + 0.65 * forecast.weight;
      context.strokeStyle = forecast.isPhantom ? colours.average : colours.person;
      context.lineWidth = 1.4 * unit;
      trace(context, forecast.path);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  function drawMovers(context, take, t, unit) {
    for (const mover of take.movers) {
      const x = between(mover.x, t);
      const y = between(mover.y, t);
      const isVisible = isSeen(mover, Math.floor(t));
      context.fillStyle = context.strokeStyle = mover.isForklift ? colours.fork : colours.person;
      context.lineWidth = 2 * unit;
      context.beginPath();
      if (mover.isForklift) {
        const r = mover.radius;
        context.roundRect(x - r * 0.8, y - r * 0.8, 1.6 * r, 1.6 * r, 0.12);
      } else context.arc(x, y, mover.radius, 0, 7);
      if (isVisible) context.fill();
      else {
        context.setLineDash([4 * unit, 3 * unit]);
        context.stroke();
        context.setLineDash([]);
      }
    }
  }

  function drawField(context, robot, speed, radius, isViolated, unit) {
    if (Math.abs(speed) < 0.1) return;
    const length = Math.abs(speed) * 0.3 + (speed * speed) / 2 + 0.15;
    context.save();
    context.translate(robot.x, robot.y);
    context.rotate(robot.heading + (speed < 0 ? Math.PI : 0));
    context.strokeStyle = context.fillStyle = isViolated ? colours.miss : colours.soft;
    context.lineWidth = 1.3 * unit;
    context.globalAlpha = isViolated ? 0.25 : 0.06;
    context.fillRect(radius, -radius - 0.1, length, 2 * radius + 0.2);
    context.globalAlpha = isViolated ? 1 : 0.6;
    context.strokeRect(radius, -radius - 0.1, length, 2 * radius + 0.2);
    context.restore();
  }

  /// The chosen future: its doubt as a band as wide as two standard deviations, then the line.
  function drawPlan(context, robot, plan, unit) {
    const points = [[robot.x, robot.y, 0], ...plan];
    const sides = [[], []];
    points.forEach(([x, y, doubt], i) => {
      const [ax, ay] = points[Math.max(i - 1, 0)];
      const [bx, by] = points[Math.min(i + 1, points.length - 1)];
      const length = Math.hypot(bx - ax, by - ay) || 1;
      const [nx, ny] = [-(by - ay) / length, (bx - ax) / length];
      sides[0].push([x + nx * 2 * doubt, y + ny * 2 * doubt]);
      sides[1].unshift([x - nx * 2 * doubt, y - ny * 2 * doubt]);
    });
    context.globalAlpha = 0.22;
    context.fillStyle = colours.robot;
    trace(context, [...sides[0], ...sides[1]]);
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colours.robot;
    context.lineWidth = 3.4 * unit;
    trace(context, points);
    context.stroke();
  }

  function drawRobot(context, robot, radius, unit) {
    context.save();
    context.translate(robot.x, robot.y);
    context.rotate(robot.heading);
    disc(context, 0, 0, radius);
    context.fillStyle = colours.robot;
    context.fill();
    context.lineWidth = 1.5 * unit;
    context.strokeStyle = colours["robot-ink"];
    context.stroke();
    trace(context, [[radius * 0.62, 0], [-radius * 0.35, radius * 0.48], [-radius * 0.1, 0], [-radius * 0.35, -radius * 0.48]]);
    context.fillStyle = colours["robot-ink"];
    context.fill();
    context.restore();
  }

  function drawPath(context, take, from, to, unit, width, colour, alpha) {
    const points = [];
    for (let i = Math.max(Math.ceil(from), 0); i <= Math.min(to, take.count - 1); i++) points.push([take.x[i], take.y[i]]);
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    trace(context, points);
    context.stroke();
    context.globalAlpha = 1;
  }

  /// Draws one driver at a time, and returns what the readings beside the picture tell.
  function draw(canvas, replay, take, time, isFollowing) {
    const ratio = resize(canvas);
    const context = canvas.getContext("2d");
    const t = Math.min(time, take.count - 1);
    const robot = robotAt(take, t);
    const view = camera(canvas, replay.place, robot, isFollowing);
    const unit = ratio / view.scale;
    const now = eventsAt(take, Math.floor(t)).map((event) => event[2]);
    const foretold = foresight(take, t, replay.dt);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(view.scale, 0, 0, -view.scale, view.dx, view.dy);
    context.lineJoin = context.lineCap = "round";
    drawPlace(context, replay, unit);
    drawLidar(context, take, robot, t, unit);
    context.setLineDash([2 * unit, 6 * unit]);
    context.strokeStyle = colours.soft;
    context.lineWidth = 2 * unit;
    trace(context, take.route);
    context.stroke();
    context.setLineDash([]);
    const decision = decisionAt(take, t);
    if (decision) {
      drawForecasts(context, decision, unit);
      context.strokeStyle = colours.robot;
      context.lineWidth = 1.1 * unit;
      context.globalAlpha = 0.34;
      for (const path of decision.candidates) {
        trace(context, [[robot.x, robot.y], ...path]);
        context.stroke();
      }
      context.globalAlpha = 1;
    }
    drawField(context, robot, speedAt(take, t, replay.dt), replay.radius, now.includes("violation"), unit);
    drawPath(context, take, 0, t, unit, 1.6, colours.truth, 0.5);
    if (decision) drawPlan(context, robot, decision.plan, unit);
    const horizon = decision ? decision.plan.length * decision.interval / replay.dt : 0;
    drawPath(context, take, t, t + horizon, unit, 2, colours.truth, 1);
    drawMovers(context, take, t, unit);
    drawRobot(context, robot, replay.radius, unit);
    if (foretold) {
      context.strokeStyle = colours.honest;
      context.lineWidth = 2 * unit;
      disc(context, foretold.x, foretold.y, 0.12);
      context.stroke();
      trace(context, [[foretold.x, foretold.y], [robot.x, robot.y]]);
      context.stroke();
    }
    if (isFollowing) drawInset(context, canvas, replay, take, robot, t, ratio);
    return { t, foretold, now };
  }

  /// The whole map in a corner, while the camera follows the robot.
  function drawInset(context, canvas, replay, take, robot, t, ratio) {
    const { width, height } = replay.place;
    const scale = (canvas.width * 0.24) / width;
    const margin = 8 * ratio;
    context.setTransform(scale, 0, 0, -scale, canvas.width - width * scale - margin, margin + height * scale);
    const unit = ratio / scale;
    context.fillStyle = colours.card;
    context.globalAlpha = 0.88;
    context.fillRect(0, 0, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = colours.wall;
    context.lineWidth = unit;
    context.strokeRect(0, 0, width, height);
    context.fillStyle = colours.rack;
    for (let i = 0; i + 3 < replay.place.racks.length; i += 4) {
      const [x, y, right, top] = replay.place.racks.slice(i, i + 4);
      context.fillRect(x, y, right - x, top - y);
    }
    drawPath(context, take, 0, t, unit, 1.5, colours.truth, 1);
    for (const mover of take.movers) {
      disc(context, between(mover.x, t), between(mover.y, t), 2 * unit);
      context.fillStyle = mover.isForklift ? colours.fork : colours.person;
      context.fill();
    }
    disc(context, replay.goal[0], replay.goal[1], 3.5 * unit);
    context.strokeStyle = colours.pass;
    context.stroke();
    disc(context, robot.x, robot.y, 3.5 * unit);
    context.fillStyle = colours.robot;
    context.fill();
  }

  return { draw, readColours };
})();
