import { expect, test } from '@playwright/test';
import { geoArea } from 'd3-geo';
import type { Assessment, LonLat } from '../../src/api/types';
import {
  beamEnd,
  coast,
  destination,
  distance,
  ecef,
  ellipseRing,
  fanEdge,
  geodetic,
  MEAN_RADIUS_M,
  type Point3,
  wound,
  wrap,
} from '../../src/map/geometry';
import { events } from '../mock/events';

const MILLIMETRE = 1e-3;

test('positions on the ellipsoid are those of its definition', () => {
  const cases: [Point3, [number, number, number]][] = [
    [[0, 0, 0], [6378137, 0, 0]],
    [[90, 0, 0], [0, 6378137, 0]],
    [[0, 90, 0], [0, 0, 6356752.314245]],
    [[0, -90, 1000], [0, 0, -6357752.314245]],
    [[45, 45, 1000], [3194919.1450605746, 3194919.1450605746, 4488055.515647106]],
  ];
  for (const [point, known] of cases) {
    ecef(point).forEach((value, axis) => expect(Math.abs(value - known[axis]!)).toBeLessThan(MILLIMETRE));
  }
});

test('there and back again, from the ground to beyond the geostationary ring', () => {
  for (const height of [0, 120_000, 1_200_000, 35_786_000]) {
    for (const [lon, lat] of [[-120.6, 34.75], [179.99, -39.5], [10, 89.9], [-60, 0]] as LonLat[]) {
      const [lon2, lat2, height2] = geodetic(ecef([lon, lat, height]));
      expect(lon2).toBeCloseTo(lon, 8);
      expect(lat2).toBeCloseTo(lat, 6);
      expect(Math.abs(height2 - height)).toBeLessThan(0.05);
    }
  }
});

test('a quarter of the globe is a quarter of its girth', () => {
  const quarter_m = (Math.PI / 2) * MEAN_RADIUS_M;
  expect(distance([0, 0], [90, 0])).toBeCloseTo(quarter_m, 3);
  expect(distance([0, 0], [0, 90])).toBeCloseTo(quarter_m, 3);
  const [lon, lat] = destination([170, 0], quarter_m, Math.PI / 2);
  expect(lon).toBeCloseTo(-100, 9);
  expect(lat).toBeCloseTo(0, 9);
});

test('longitudes wrap', () => {
  expect([190, -190, 540, -180, 180, 0].map(wrap)).toEqual([-170, 170, 180, 180, 180, 0]);
});

test('an ellipse has its axes where they are said to be', () => {
  const ring = ellipseRing([0, 0], { semi_major_m: 200_000, semi_minor_m: 50_000, azimuth_rad: 0 });
  const north = Math.max(...ring.map(([, lat]) => lat));
  const east = Math.max(...ring.map(([lon]) => lon));
  expect(north).toBeCloseTo((200_000 / MEAN_RADIUS_M) * (180 / Math.PI), 6);
  expect(east).toBeCloseTo((50_000 / MEAN_RADIUS_M) * (180 / Math.PI), 3);
  const turned = ellipseRing([0, 0], { semi_major_m: 200_000, semi_minor_m: 50_000, azimuth_rad: Math.PI / 2 });
  expect(Math.max(...turned.map(([lon]) => lon))).toBeCloseTo(north, 6);
});

test('a ring is never taken for its complement, however it is wound', () => {
  const ring = ellipseRing([175, -40], { semi_major_m: 900_000, semi_minor_m: 300_000, azimuth_rad: 1 });
  for (const coordinates of [[ring], [[...ring].reverse()]]) {
    const area = geoArea(wound({ type: 'Polygon', coordinates }));
    const flat = (Math.PI * 900_000 * 300_000) / MEAN_RADIUS_M ** 2;
    expect(area / flat).toBeCloseTo(1, 1);
  }
});

test('a beam straight up ends above its site, one along the ground bends away from it', () => {
  const site: Point3 = [-124, -39.5, 20];
  const up = beamEnd(site, 0, 90, 1_000_000);
  expect(up[0]).toBeCloseTo(-124, 6);
  expect(up[1]).toBeCloseTo(-39.5, 6);
  expect(up[2]).toBeCloseTo(1_000_020, 0);
  const north = beamEnd([0, 0, 0], 0, 0, 1_000_000);
  // Above a sphere of the meridian's radius of curvature: 6335439 m at the equator.
  expect(north[2]).toBeGreaterThan(77_000);
  expect(north[2]).toBeLessThan(80_000);
  expect(north[1]).toBeGreaterThan(8.9);
});

test('a fan covers its azimuths; equal ones are all round', () => {
  const edge = fanEdge([0, 0, 0], { azimuth_deg: [270, 90], elevation_deg: [2, 80], range_max_m: 4e6 });
  expect(edge.every(([, lat]) => lat > -0.5)).toBe(true);
  const round = fanEdge([0, 0, 0], { azimuth_deg: [0, 0], elevation_deg: [2, 80], range_max_m: 4e6 });
  expect(Math.min(...round.map(([, lat]) => lat))).toBeLessThan(-25);
});

test('what is thrown up from the pole turns where its energy says', () => {
  const [mu, a, j2] = [3.986004418e14, 6378137, 1.08262982e-3];
  const r0 = 6356752.314245;
  const speed = 3000;
  // On the axis: no rotation, and the potential is -mu/r (1 - J2 (a/r)^2).
  const potential = (r: number) => (-mu / r) * (1 - j2 * (a / r) ** 2);
  const energy = speed ** 2 / 2 + potential(r0);
  let [low, high] = [r0, r0 + 2e6];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (potential(middle) < energy) low = middle;
    else high = middle;
  }
  const top_m = Math.max(...coast([0, 0, r0], [0, 0, speed], 900).map((point) => point[2]));
  // A point every 10 s: at most 5 s from the top, where it falls 9 m/s^2 / 2 * 25.
  expect(Math.abs(top_m - (low - r0))).toBeLessThan(120);
});

test('the arc that is drawn ahead comes down where the engine says', () => {
  const flight = events('demo').filter((e): e is Assessment => e.event === 'assessment' && e.object === 'o-1');
  const one = flight.find((e) => e.time > '2026-03-01T12:24:00' && e.impact && e.state)!;
  const end = coast(one.state!.position_m, one.state!.velocity_m_s, 1200).at(-1)!;
  expect(end[2]).toBe(0);
  const off_m = distance([end[0], end[1]], [one.impact!.longitude_deg, one.impact!.latitude_deg]);
  // No air here: some kilometres farther than the engine's, over a flight of 8,000 km.
  expect(off_m).toBeLessThan(60_000);
});
