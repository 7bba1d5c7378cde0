/** Sensors, tracks, ellipses: each kind by its own shape, colour for how grave it is. */
import { geoPath } from 'd3-geo';
import type { Geometry } from '../api/types';
import { fanEdge, MEAN_RADIUS_M, type Point3 } from './geometry';
import { Labels } from './labels';
import { COLOUR } from './palette';
import type { Mark, Scene, SceneSensor, SceneThreat } from './scene';
import type { Projector, Spot } from './view';

type Context = CanvasRenderingContext2D;

/** Names stand beside threats up to this many; above it beside the chosen ones. */
const NAMED_AT_MOST = 30;

export function drawScene(context: Context, p: Projector, scene: Scene): void {
  context.clearRect(0, 0, p.size.width, p.size.height);
  const labels = new Labels(context, p.size);
  for (const sensor of scene.sensors) fan(context, p, sensor);
  for (const area of scene.areas) outline(context, p, area, COLOUR.text, [8, 3, 2, 3], 1);
  for (const [from, to] of scene.sight) polyline(context, p, [from, to], COLOUR.ours, 0.8, [2, 4]);
  const ordered = [...scene.threats].sort((a, b) => Number(a.chosen) - Number(b.chosen));
  const named = scene.threats.length <= NAMED_AT_MOST;
  for (const threat of ordered) drawThreat(context, p, threat);
  for (const threat of [...ordered].reverse()) {
    if (named || (threat.chosen && labels.count < NAMED_AT_MOST)) nameThreat(labels, p, threat);
  }
  for (const sensor of scene.sensors) drawSensor(context, p, sensor, labels);
}

function drawThreat(context: Context, p: Projector, threat: SceneThreat): void {
  const colour = COLOUR[threat.tone];
  const width = threat.chosen ? 2 : 1.2;
  if (threat.region) outline(context, p, threat.region, colour, [], 1, 0.1);
  polyline(context, p, threat.track, colour, width, []);
  polyline(context, p, threat.ahead, colour, width, [1.5, 5]);
  if (threat.launch) drawLaunch(context, p, threat.launch, colour);
  if (threat.impact) drawImpact(context, p, threat.impact, colour, threat.chosen);
  if (threat.head) drawHead(context, p.project(threat.head), colour, threat.chosen);
}

/** Launch: a dashed ellipse and a triangle. */
function drawLaunch(context: Context, p: Projector, mark: Mark, colour: string): void {
  const spot = ground(p, mark);
  if (!spot.visible) return;
  ringOf(context, p, mark, spot, colour, [4, 3], 1.2, false);
  context.beginPath();
  context.moveTo(spot.x, spot.y - 5);
  context.lineTo(spot.x + 4.5, spot.y + 3.5);
  context.lineTo(spot.x - 4.5, spot.y + 3.5);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/** Impact: a solid, hatched ellipse and a cross. Never a bare point. */
function drawImpact(context: Context, p: Projector, mark: Mark, colour: string, chosen: boolean): void {
  const spot = ground(p, mark);
  if (!spot.visible) return;
  ringOf(context, p, mark, spot, colour, [], chosen ? 2.4 : 1.8, true);
  context.beginPath();
  context.moveTo(spot.x - 4, spot.y - 4);
  context.lineTo(spot.x + 4, spot.y + 4);
  context.moveTo(spot.x + 4, spot.y - 4);
  context.lineTo(spot.x - 4, spot.y + 4);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}

/** Where it is: a dot. */
function drawHead(context: Context, spot: Spot, colour: string, chosen: boolean): void {
  if (!spot.visible) return;
  context.beginPath();
  context.arc(spot.x, spot.y, chosen ? 4.5 : 3, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  if (!chosen) return;
  context.beginPath();
  context.arc(spot.x, spot.y, 8, 0, 2 * Math.PI);
  context.strokeStyle = COLOUR.text;
  context.lineWidth = 1.2;
  context.stroke();
}

const ground = (p: Projector, mark: Mark): Spot => p.project([mark.centre[0], mark.centre[1], 0]);

/** An ellipse too small to see is shown as a ring of this many pixels around its point. */
const LEAST_RING_PX = 8;

function ringOf(
  context: Context,
  p: Projector,
  mark: Mark,
  spot: Spot,
  colour: string,
  dash: number[],
  width: number,
  hatched: boolean,
): void {
  const size_px = (mark.ellipse.semi_major_m / MEAN_RADIUS_M) * p.scale;
  context.beginPath();
  if (size_px < LEAST_RING_PX) {
    context.arc(spot.x, spot.y, LEAST_RING_PX, 0, 2 * Math.PI);
  } else {
    geoPath(p.ground, context)({ type: 'Polygon', coordinates: [mark.ring] });
  }
  if (hatched) {
    context.fillStyle = hatch(context, colour);
    context.fill();
  }
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

const hatches = new Map<string, CanvasPattern | string>();

function hatch(context: Context, colour: string): CanvasPattern | string {
  const known = hatches.get(colour);
  if (known) return known;
  const tile = new OffscreenCanvas(6, 6);
  const pen = tile.getContext('2d');
  if (pen) {
    pen.strokeStyle = colour;
    pen.globalAlpha = 0.55;
    pen.beginPath();
    for (const at of [-6, 0, 6]) {
      pen.moveTo(at, 6);
      pen.lineTo(at + 6, 0);
    }
    pen.stroke();
  }
  const made = context.createPattern(tile, 'repeat') ?? 'transparent';
  hatches.set(colour, made);
  return made;
}

function outline(
  context: Context,
  p: Projector,
  geometry: Geometry,
  colour: string,
  dash: number[],
  width: number,
  fill = 0.05,
): void {
  context.beginPath();
  geoPath(p.ground, context)(geometry);
  context.fillStyle = colour;
  context.globalAlpha = fill;
  context.fill();
  context.globalAlpha = 1;
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

/** A line through the air. On the flat map it is the line below it. */
function polyline(
  context: Context,
  p: Projector,
  points: Point3[],
  colour: string,
  width: number,
  dash: number[],
): void {
  if (points.length < 2) return;
  context.beginPath();
  if (p.view.kind === 'flat') {
    const coordinates = points.map(([lon, lat]) => [lon, lat]);
    geoPath(p.ground, context)({ type: 'LineString', coordinates });
  } else {
    trace(context, p, points);
  }
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

/** Lifts the pen where the Earth is in front. */
function trace(context: Context, p: Projector, points: Point3[]): void {
  let down = false;
  for (const point of points) {
    const spot = p.project(point);
    if (spot.visible && down) context.lineTo(spot.x, spot.y);
    else if (spot.visible) context.moveTo(spot.x, spot.y);
    down = spot.visible;
  }
}

function fan(context: Context, p: Projector, sensor: SceneSensor): void {
  if (!sensor.fan) return;
  const edge = fanEdge(sensor.at, sensor.fan);
  const round = sensor.fan.azimuth_deg[0] === sensor.fan.azimuth_deg[1];
  const colour = heard(sensor) ? COLOUR.ours : COLOUR.stale;
  const dash = heard(sensor) ? [] : [3, 5];
  polyline(context, p, round ? edge : [sensor.at, ...edge, sensor.at], colour, 0.9, dash);
}

const heard = ({ status }: SceneSensor) => status === 'ok' || status === 'degraded';

function drawSensor(context: Context, p: Projector, sensor: SceneSensor, labels: Labels): void {
  const spot = p.project(sensor.at);
  if (!spot.visible) return;
  const colour = heard(sensor) ? COLOUR.ours : COLOUR.stale;
  const text = heard(sensor) ? sensor.id : `${sensor.id} ${sensor.status.toUpperCase()}`;
  if (outside(p, spot)) {
    edgeMark(context, p, spot, colour, text, labels);
    return;
  }
  context.strokeStyle = colour;
  context.fillStyle = COLOUR.space;
  context.lineWidth = 1.5;
  context.beginPath();
  if (sensor.satellite) satellite(context, spot);
  else context.rect(spot.x - 3.5, spot.y - 3.5, 7, 7);
  context.fill();
  context.stroke();
  if (!heard(sensor)) strike(context, spot);
  labels.put(text, spot.x + 11, spot.y + 4, colour);
}

/** A body with two wings. */
function satellite(context: Context, { x, y }: Spot): void {
  context.rect(x - 2.5, y - 3.5, 5, 7);
  context.rect(x - 9, y - 2, 5, 4);
  context.rect(x + 4, y - 2, 5, 4);
}

function strike(context: Context, { x, y }: Spot): void {
  context.beginPath();
  context.moveTo(x - 9, y + 7);
  context.lineTo(x + 9, y - 7);
  context.stroke();
}

const outside = ({ size }: Projector, { x, y }: Spot) =>
  x < 0 || y < 0 || x > size.width || y > size.height;

const EDGE_PX = 14;

/** Something outside the picture: an arrow at its edge, towards it. */
function edgeMark(
  context: Context,
  p: Projector,
  spot: Spot,
  colour: string,
  text: string,
  labels: Labels,
): void {
  const { width, height } = p.size;
  const [dx, dy] = [spot.x - width / 2, spot.y - height / 2];
  const shrink = Math.min(
    (width / 2 - EDGE_PX) / Math.max(1, Math.abs(dx)),
    (height / 2 - EDGE_PX) / Math.max(1, Math.abs(dy)),
  );
  const [x, y] = [width / 2 + dx * shrink, height / 2 + dy * shrink];
  const turn = Math.atan2(dy, dx);
  context.beginPath();
  for (const [reach, angle] of [[9, 0], [7, 2.5], [7, -2.5]] as const) {
    context.lineTo(x + reach * Math.cos(turn + angle), y + reach * Math.sin(turn + angle));
  }
  context.closePath();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
  labels.put(text, x > width / 2 ? x - 14 - labels.widthOf(text) : x + 14, y + 4, colour);
}

function nameThreat(labels: Labels, p: Projector, threat: SceneThreat): void {
  const at = threat.head ?? (threat.launch && ([...threat.launch.centre, 0] as Point3));
  if (at) {
    const spot = p.project(at);
    if (spot.visible) labels.put(threat.id, spot.x + 10, spot.y - 6, COLOUR.text);
  }
  if (!threat.impact || !threat.chosen) return;
  const spot = ground(p, threat.impact);
  const { semi_major_m, semi_minor_m } = threat.impact.ellipse;
  const size = `90 %: ${(semi_major_m / 500).toFixed(1)} × ${(semi_minor_m / 500).toFixed(1)} km`;
  if (spot.visible) labels.put(size, spot.x + 13, spot.y + 14, COLOUR.text);
}
