#!/usr/bin/env python3
"""Makes world.json from world-atlas' countries-50m.json: see SOURCE.md.

Usage: make_world.py countries-50m.json > world.json

Land is cut into cells of 30 degrees, so that a cell that reaches over the edge of a globe can never
hold the far side's centre; coasts and borders are lines of their own. Units: 0.01 degree, each line
as its first point and then differences.
"""
import json
import math
import sys

CELL_DEG = 30.0
TOLERANCE_DEG = 0.045  # 5 km: half a pixel on a globe, little at the scale of a short flight
SMALLEST_AREA_DEG2 = 0.03
STEP_DEG = 3.0


def arcs_of(topology):
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    out = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        out.append(unrolled(points))
    return out


def unrolled(points):
    """Longitudes that go on past 180 degrees instead of jumping."""
    out = points[:1]
    for x, y in points[1:]:
        before = out[-1][0]
        out.append((x - 360 * round((x - before) / 360), y))
    return out


def simplified(points):
    """Douglas and Peucker, ends kept."""
    if len(points) < 3:
        return points
    closed = points[0] == points[-1]
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        a, b = stack.pop()
        (ax, ay), (bx, by) = points[a], points[b]
        best, index = 0.0, None
        length = math.hypot(bx - ax, by - ay)
        for i in range(a + 1, b):
            x, y = points[i]
            if length > 0.0:
                off = abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length
            else:
                off = math.hypot(x - ax, y - ay)
            off *= max(0.3, math.cos(math.radians(y)))
            if off > best:
                best, index = off, i
        if index is not None and (best > TOLERANCE_DEG or (closed and b - a == len(points) - 1)):
            keep[index] = True
            stack += [(a, index), (index, b)]
    return [p for p, k in zip(points, keep) if k]


def area(ring):
    return 0.5 * abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1])))


def clip(ring, axis, limit, sign):
    """Sutherland and Hodgman's step."""
    out = []
    for i, p in enumerate(ring):
        q = ring[i - 1]
        inside_p, inside_q = sign * (p[axis] - limit) >= 0, sign * (q[axis] - limit) >= 0
        if inside_p != inside_q:
            share = (limit - q[axis]) / (p[axis] - q[axis])
            out.append(tuple(limit if k == axis else q[k] + share * (p[k] - q[k]) for k in (0, 1)))
        if inside_p:
            out.append(p)
    return out


def cells(ring):
    first = math.floor(min(x for x, _ in ring) / CELL_DEG)
    last = math.ceil(max(x for x, _ in ring) / CELL_DEG)
    for column in range(first, last):
        west = CELL_DEG * column
        strip = clip(clip(ring, 0, west, 1), 0, west + CELL_DEG, -1)
        if not strip:
            continue
        for row in range(int(180 / CELL_DEG)):
            south = -90 + CELL_DEG * row
            part = clip(clip(strip, 1, south, 1), 1, south + CELL_DEG, -1)
            if len(part) >= 3:
                back = 360 * math.floor((west + 180) / 360)
                yield [(x - back, y) for x, y in part]


def dense(points):
    """No two points farther apart than a step: a parallel is no great circle."""
    out = points[:1]
    for x, y in points[1:]:
        px, py = out[-1]
        pieces = max(1, math.ceil(max(abs(x - px), abs(y - py)) / STEP_DEG))
        out += [(px + (x - px) * k / pieces, py + (y - py) * k / pieces) for k in range(1, pieces + 1)]
    return out


def packed(points):
    out, px, py = [], 0, 0
    for x, y in dense(points):
        qx, qy = round(x * 100), round(y * 100)
        if out and (qx, qy) == (px, py):
            continue
        out += [qx - px, qy - py]
        px, py = qx, qy
    return out


def main():
    topology = json.load(open(sys.argv[1]))
    arcs = [simplified(points) for points in arcs_of(topology)]

    def ring_of(indices):
        ring = []
        for i in indices:
            part = arcs[i] if i >= 0 else arcs[~i][::-1]
            ring += part[1:] if ring else part
        ring = unrolled(ring)
        if abs(ring[-1][0] - ring[0][0]) > 180:  # round the pole: Antarctica
            return ring + [(ring[-1][0], -90.0), (ring[0][0], -90.0)]
        return ring[:-1]

    owners = {}
    for number, country in enumerate(topology["objects"]["countries"]["geometries"]):
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                for i in ring:
                    owners.setdefault(i if i >= 0 else ~i, set()).add(number)
    land, small = [], set()
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            ring = ring_of(polygon[0])
            if area(ring) < SMALLEST_AREA_DEG2:
                small.update(i if i >= 0 else ~i for i in polygon[0])
                continue
            land += [packed(part) for part in cells(ring)]
    coast, border = [], []
    for i, points in enumerate(arcs):
        if i in small or i not in owners:
            continue
        # The cut at the antimeridian and the edge of the map below Antarctica are no coasts.
        runs, run = [], [points[0]]
        for a, b in zip(points, points[1:]):
            if (abs(abs(a[0]) - 180) < 0.01 and abs(abs(b[0]) - 180) < 0.01) or (a[1] < -89 or b[1] < -89):
                runs.append(run)
                run = [b]
            else:
                run.append(b)
        runs.append(run)
        for run in runs:
            if len(run) > 1:
                (border if len(owners[i]) > 1 else coast).append(packed(run))
    keep = lambda lines, n: [line for line in lines if len(line) >= n]
    print("{")
    for name, lines, last in (("land", keep(land, 6), ","), ("coast", keep(coast, 4), ","), ("border", keep(border, 4), "")):
        print(f'"{name}":[')
        print(",\n".join(json.dumps(line, separators=(",", ":")) for line in lines))
        print("]" + last)
    print("}")


main()
