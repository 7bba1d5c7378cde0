import { expect, test } from '@playwright/test';
import { drawScene } from '../../src/map/draw';
import { fanEdge, MEAN_RADIUS_M } from '../../src/map/geometry';
import { COLOUR } from '../../src/map/palette';
import { scene } from '../../src/map/scene';
import { fitted, type Projector, projector, type View, wide } from '../../src/map/view';
import { queue } from '../../src/model/threats';
import { events } from '../mock/events';
import { World } from '../mock/world';

interface Line {
  what: 'stroke' | 'fill';
  colour: unknown;
  dash: string;
  points: [number, number][];
}

/** A pen that writes down what is drawn instead of drawing it. */
class Recorder {
  readonly lines: Line[] = [];
  readonly texts: string[] = [];
  strokeStyle: unknown = '';
  fillStyle: unknown = '';
  lineWidth = 1;
  globalAlpha = 1;
  private dash: number[] = [];
  private points: [number, number][] = [];

  beginPath(): void {
    this.points = [];
  }
  moveTo(x: number, y: number): void {
    this.points.push([x, y]);
  }
  lineTo(x: number, y: number): void {
    this.points.push([x, y]);
  }
  arc(x: number, y: number, radius: number): void {
    for (const angle of [0, 1, 2, 3, 4, 5]) this.points.push([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.points.push([x, y], [x + width, y + height]);
  }
  setLineDash(dash: number[]): void {
    this.dash = dash;
  }
  stroke(): void {
    this.lines.push({ what: 'stroke', colour: this.strokeStyle, dash: this.dash.join(' '), points: this.points });
  }
  fill(): void {
    this.lines.push({ what: 'fill', colour: this.fillStyle, dash: '', points: this.points });
  }
  measureText(text: string): { width: number } {
    return { width: text.length * 7 };
  }
  fillText(text: string): void {
    this.texts.push(text);
  }
  createPattern(): string {
    return 'hatched';
  }
  closePath(): void {}
  clearRect(): void {}
  strokeText(): void {}
}

Object.assign(globalThis, {
  OffscreenCanvas: class {
    getContext(): null {
      return null;
    }
  },
});

const SIZE = { width: 800, height: 600 };
const VIEW: View = { kind: 'globe', longitude_deg: -120, latitude_deg: -5, zoom: 1 };

/** The demo eight and a half minutes before its impact, seen from straight above the ocean. */
function drawn(view: View = VIEW, change: (world: World) => void = () => undefined) {
  const world = new World({ events: events('demo'), at: '2026-03-01T12:24:00Z' });
  change(world);
  const state = world.state();
  const pen = new Recorder();
  const p = projector(view, SIZE);
  const group = queue(state)[0] ?? null;
  drawScene(pen as unknown as CanvasRenderingContext2D, p, scene(state, 'o-1', group, world.now_ms));
  const only = (colour: unknown, dash: string, what: Line['what'] = 'stroke') =>
    pen.lines.filter((line) => line.colour === colour && line.dash === dash && line.what === what);
  return { pen, p, only, state, one: state.threats.find((t) => t.assessment.object === 'o-1')!.assessment };
}

const at = (p: Projector, line: { longitude_deg: number; latitude_deg: number }, height_m = 0): [number, number] => {
  const { x, y } = p.project([line.longitude_deg, line.latitude_deg, height_m]);
  return [x, y];
};

const far = ([x, y]: [number, number], [u, v]: [number, number]) => Math.hypot(x - u, y - v);
const middle = (points: [number, number][]): [number, number] => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];

test('launch: a dashed ring and a triangle, where the engine says', () => {
  const { only, p, one } = drawn();
  const ring = only(COLOUR.confirmed, '4 3')[0]!;
  expect(far(middle(ring.points), at(p, one.launch!))).toBeLessThan(3);
  const triangle = only(COLOUR.confirmed, '', 'fill').find((line) => line.points.length === 3)!;
  expect(far(middle(triangle.points), at(p, one.launch!))).toBeLessThan(3);
});

test('impact: a hatched ring and a cross, never the cross alone', () => {
  const { only, p, one } = drawn();
  const hatched = only('hatched', '', 'fill');
  expect(hatched).toHaveLength(1);
  expect(far(middle(hatched[0]!.points), at(p, one.impact!))).toBeLessThan(3);
  const rings = only(COLOUR.confirmed, '').filter((line) => far(middle(line.points), at(p, one.impact!)) < 3);
  expect(rings.length).toBeGreaterThanOrEqual(2);
});

test('zoomed in, the impact ellipse has the size that the card says', () => {
  const { impact } = drawn().one;
  const { only, p } = drawn({ ...VIEW, longitude_deg: impact!.longitude_deg, latitude_deg: impact!.latitude_deg, zoom: 40 });
  const [ring] = only('hatched', '', 'fill');
  const reach = Math.max(...ring!.points.map((point) => far(point, at(p, impact!))));
  expect(reach / p.scale).toBeCloseTo(impact!.ellipse_90.semi_major_m / MEAN_RADIUS_M, 5);
});

test('the arc goes on, dotted, through the air down to the impact', () => {
  const { only, p, one } = drawn();
  const [ahead] = only(COLOUR.confirmed, '1.5 5');
  const end = ahead!.points.at(-1)!;
  expect(far(end, at(p, one.impact!))).toBeLessThan(4);
  // Seen from the side it stands out beyond the Earth's limb.
  const side = drawn({ ...VIEW, longitude_deg: -30 });
  const beyond = side.only(COLOUR.confirmed, '1.5 5')[0]!.points.filter((point) => far(point, [400, 300]) > side.p.scale + 10);
  expect(beyond.length).toBeGreaterThan(5);
});

test('the track so far is a line, and ends in a dot', () => {
  const { only, p, one } = drawn();
  const dots = only(COLOUR.confirmed, '', 'fill').filter((line) => line.points.length === 6);
  expect(dots).toHaveLength(1);
  const track = only(COLOUR.confirmed, '').sort((a, b) => b.points.length - a.points.length)[0]!;
  expect(track.points.length).toBeGreaterThan(30);
  expect(far(track.points.at(-1)!, middle(dots[0]!.points))).toBeLessThan(2);
  expect(far(track.points[0]!, at(p, one.launch!))).toBeLessThan(25);
});

test('a radar fan starts and ends at its radar and passes where its beam ends', () => {
  const { only, p, state } = drawn();
  const { position, fan } = state.sensors.find((sensor) => sensor.id === 'picket')!;
  const edge = fanEdge([position!.longitude_deg, position!.latitude_deg, position!.height_m], fan!);
  const line = only(COLOUR.ours, '').find((one) => one.points.length > 20)!;
  expect(far(line.points[0]!, at(p, position!))).toBeLessThan(1);
  expect(far(line.points.at(-1)!, at(p, position!))).toBeLessThan(1);
  const [lon, lat, height] = edge[Math.floor(edge.length / 2)]!;
  const tip = at(p, { longitude_deg: lon, latitude_deg: lat }, height);
  expect(Math.min(...line.points.map((point) => far(point, tip)))).toBeLessThan(1);
});

test('satellites stand where they are; outside the picture an arrow points to them', () => {
  const whole = wide(VIEW, 35_786_000);
  const { pen, only, p, state } = drawn(whole);
  for (const { position } of state.sensors.filter((s) => s.kind === 'infrared')) {
    const place = at(p, position!, position!.height_m);
    expect(far(place, [400, 300]) / p.scale, 'six and a half radii from the middle, foreshortened').toBeGreaterThan(2);
    expect(only(COLOUR.ours, '').some((line) => far(middle(line.points), place) < 2)).toBe(true);
  }
  expect(pen.texts).toEqual(expect.arrayContaining(['geo-west', 'geo-east']));
  const near = drawn();
  expect(near.pen.texts).toEqual(expect.arrayContaining(['geo-west', 'geo-east']));
  for (const line of near.only(COLOUR.ours, '')) {
    for (const [x, y] of line.points) {
      expect(x > -10 && x < 810 && y > -10 && y < 610).toBe(true);
    }
  }
});

test('a silent radar is grey, dashed, struck through and named so', () => {
  const { pen, only } = drawn(VIEW, (world) => (world.sensors[2]!.status = 'silent'));
  expect(only(COLOUR.stale, '3 5')).toHaveLength(1);
  expect(pen.texts).toContain('picket SILENT');
  expect(only(COLOUR.ours, '').some((line) => line.points.length > 20)).toBe(false);
});

test('the area of the warning, and who sees the chosen threat', () => {
  const { only } = drawn();
  expect(only(COLOUR.text, '8 3 2 3').length).toBeGreaterThan(0);
  expect(only(COLOUR.ours, '2 4')).toHaveLength(3);
});

test('before an impact is known its region is drawn, and no cross', () => {
  const { only, one } = drawn(VIEW, (world) => (world.now_ms = Date.parse('2026-03-01T12:03:05Z')));
  expect(one.impact ?? null).toBeNull();
  expect(only('hatched', '', 'fill')).toEqual([]);
  expect(only(COLOUR.suspected, '').some((line) => line.points.length > 12)).toBe(true);
});

test('the flat map shows the same things', () => {
  const { only, p, one } = drawn(fitted('flat', [[-120, 35, 0], [-126, -37, 0]], SIZE));
  expect(far(middle(only('hatched', '', 'fill')[0]!.points), at(p, one.impact!))).toBeLessThan(3);
  expect(far(only(COLOUR.confirmed, '1.5 5')[0]!.points.at(-1)!, at(p, one.impact!))).toBeLessThan(4);
  expect(only(COLOUR.confirmed, '4 3')).toHaveLength(1);
});
