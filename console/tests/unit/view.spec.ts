import { expect, test } from '@playwright/test';
import { MEAN_RADIUS_M } from '../../src/map/geometry';
import { dragged, fitted, projector, type View, wide } from '../../src/map/view';

const SIZE = { width: 800, height: 600 };
const RADIUS = 270;
const globe: View = { kind: 'globe', longitude_deg: -120, latitude_deg: 0, zoom: 1 };

test('on the globe: the middle, the limb, up is north, right is east', () => {
  const { project } = projector(globe, SIZE);
  expect(project([-120, 0, 0])).toEqual({ x: 400, y: 300, visible: true });
  const east = project([-30, 0, 0]);
  expect(east.x).toBeCloseTo(400 + RADIUS, 6);
  const north = project([-120, 30, 0]);
  expect(north.x).toBeCloseTo(400, 6);
  expect(north.y).toBeCloseTo(300 - RADIUS / 2, 6);
  expect(project([-120, -90, 0]).y).toBeCloseTo(300 + RADIUS, 6);
});

test('tilted towards a pole, the pole comes to the middle', () => {
  const { project } = projector({ ...globe, latitude_deg: 90 }, SIZE);
  const pole = project([17, 90, 0]);
  expect(pole.x).toBeCloseTo(400, 6);
  expect(pole.y).toBeCloseTo(300, 6);
  // Seen from above the north pole, what is 90 degrees east of the middle meridian is to the right.
  expect(project([-30, 0, 0]).x).toBeCloseTo(400 + RADIUS, 6);
});

test('what lies behind the Earth is hidden, what looks past its limb is not', () => {
  const { project } = projector(globe, SIZE);
  expect(project([60, 0, 0]).visible).toBe(false);
  expect(project([60, 0, 400_000]).visible).toBe(false);
  // 10 degrees behind the limb and one radius up: 2 cos 10 > 1.
  expect(project([-20, 0, MEAN_RADIUS_M]).visible).toBe(true);
});

test('a geostationary satellite stands at its true distance', () => {
  const { project } = projector(globe, SIZE);
  const satellite = project([-30, 0, 35_786_000]);
  expect((satellite.x - 400) / RADIUS).toBeCloseTo(1 + 35_786_000 / MEAN_RADIUS_M, 9);
  const whole = projector(wide(globe, 35_786_000), SIZE).project([-30, 0, 35_786_000]);
  expect(whole.x).toBeLessThan(800);
});

test('on the flat map: degrees are even, and the other side is the short way round', () => {
  const { project } = projector({ kind: 'flat', longitude_deg: 180, latitude_deg: 0, zoom: 1 }, SIZE);
  expect(project([-90, 0, 0]).x).toBeCloseTo(600, 6);
  expect(project([90, 0, 0]).x).toBeCloseTo(200, 6);
  expect(project([180, 45, 0]).y).toBeCloseTo(200, 6);
});

test('our points and the clipped lines of d3 agree', () => {
  for (const kind of ['flat', 'globe'] as const) {
    const p = projector({ kind, longitude_deg: 150, latitude_deg: -25, zoom: 2 }, SIZE);
    for (const [lon, lat] of [[150, -25], [175, 10], [-175, -50], [120, -60]] as const) {
      const ours = p.project([lon, lat, 0]);
      const [x, y] = p.ground([lon, lat])!;
      expect(ours.x).toBeCloseTo(x, 6);
      expect(ours.y).toBeCloseTo(y, 6);
    }
  }
});

test('fitting brings every point into the pane, across the antimeridian and over the pole', () => {
  const cases = [
    [[170, -10, 0], [-160, 20, 0]],
    [[30, 80, 0], [-150, 80, 0]],
    [[-120.6, 34.75, 0], [-126.5, -37.2, 0]],
  ] as [number, number, number][][];
  for (const points of cases) {
    for (const kind of ['flat', 'globe'] as const) {
      const p = projector(fitted(kind, points, SIZE), SIZE);
      for (const point of points) {
        const { x, y, visible } = p.project(point);
        expect(visible).toBe(true);
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(SIZE.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(SIZE.height);
      }
    }
  }
});

test('dragging to the right turns the west into view', () => {
  const p = projector(globe, SIZE);
  expect(dragged(p, 50, 0).longitude_deg).toBeLessThan(-120);
  expect(dragged(p, 0, 50).latitude_deg).toBeGreaterThan(0);
});
