"""A plot with two logarithmic axes, as SVG."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 320, 70, 120, 16, 46
COLOURS = ["#2563a8", "#c2571a", "#3a8a4d", "#8a4fa0"]


def decades(values):
    low, high = math.floor(math.log10(min(values)) - 0.05), math.ceil(math.log10(max(values)) + 0.05)
    return low, max(high, low + 1)


def plot(path, title, x_label, y_label, series):
    """`series`: a name, and pairs of x and y. The y axis spans whole decades; x is labelled at every point."""
    xs = sorted({x for _, points in series for x, _ in points})
    low, high = decades([y for _, points in series for _, y in points])
    span = max(math.log2(xs[-1] / xs[0]), 1e-9)

    def across(x):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log2(x / xs[0]) / span

    def up(y):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(y) - low) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           f'font-size="11" role="img" aria-label="{title}"><rect width="100%" height="100%" fill="#fff"/>']
    for power in range(low, high + 1):
        y = up(10.0**power)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for x in xs:
        label = f"{x // 1024}k" if x >= 1024 else str(x)
        out.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{label}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{x_label}</text>'
               f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{y_label}</text>')
    for i, (name, points) in enumerate(series):
        colour = COLOURS[i % len(COLOURS)]
        line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"><title>{x}: {y:.4g}</title></circle>'
                for x, y in points]
        y = TOP + 14 + 16 * i
        out.append(f'<circle cx="{WIDTH - RIGHT + 14}" cy="{y - 4}" r="4" fill="{colour}"/>'
                   f'<text x="{WIDTH - RIGHT + 24}" y="{y}">{name}</text>')
    out.append("</svg>\n")
    path.write_text("\n".join(out))
