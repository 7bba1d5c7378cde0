/** Geometry of the picture. For drawing only: nothing here decides anything. */
import type { Ellipse, Fan, Geometry, LonLat } from '../api/types';
import { geoArea } from 'd3-geo';

/** Longitude [deg], latitude [deg], height [m]. */
export type Point3 = [number, number, number];
type Vector = [number, number, number];

const DEG = Math.PI / 180;
/** WGS84. */
const A_M = 6378137;
const E2 = 6.69437999014e-3;
const MU_M3_S2 = 3.986004418e14;
const OMEGA_RAD_S = 7.292115e-5;
const J2 = 1.08262982e-3;
/** Mean radius: the sphere that maps are drawn on. */
export const MEAN_RADIUS_M = 6371008.8;

/** ITRF position to longitude, geodetic latitude, height (Bowring 1985: micrometres below 10,000 km). */
export function geodetic([x, y, z]: Vector): Point3 {
  const b = A_M * Math.sqrt(1 - E2);
  const ep2 = E2 / (1 - E2);
  const p = Math.hypot(x, y);
  const r = Math.hypot(p, z);
  const u = Math.atan2(b * z * (1 + (ep2 * b) / r), A_M * p);
  const latitude = Math.atan2(z + ep2 * b * Math.sin(u) ** 3, p - E2 * A_M * Math.cos(u) ** 3);
  const s = Math.sin(latitude);
  const n = A_M / Math.sqrt(1 - E2 * s * s);
  const height = p * Math.cos(latitude) + z * s - A_M * A_M / n;
  return [Math.atan2(y, x) / DEG, latitude / DEG, height];
}

/** Longitude, geodetic latitude, height to ITRF. */
export function ecef([longitude_deg, latitude_deg, height_m]: Point3): Vector {
  const latitude = latitude_deg * DEG;
  const longitude = longitude_deg * DEG;
  const s = Math.sin(latitude);
  const n = A_M / Math.sqrt(1 - E2 * s * s);
  const p = (n + height_m) * Math.cos(latitude);
  return [p * Math.cos(longitude), p * Math.sin(longitude), (n * (1 - E2) + height_m) * s];
}

/** The point at a distance and bearing along the sphere. */
export function destination([lon, lat]: LonLat, distance_m: number, bearing_rad: number): LonLat {
  const d = distance_m / MEAN_RADIUS_M;
  const phi = lat * DEG;
  const sin2 = Math.sin(phi) * Math.cos(d) + Math.cos(phi) * Math.sin(d) * Math.cos(bearing_rad);
  const phi2 = Math.asin(Math.max(-1, Math.min(1, sin2)));
  const dl = Math.atan2(
    Math.sin(bearing_rad) * Math.sin(d) * Math.cos(phi),
    Math.cos(d) - Math.sin(phi) * sin2,
  );
  return [wrap(lon + dl / DEG), phi2 / DEG];
}

/** Longitude into (-180, 180]. */
export function wrap(longitude_deg: number): number {
  const turned = ((((longitude_deg + 180) % 360) + 360) % 360) - 180;
  return turned === -180 ? 180 : turned;
}

/** Distance along the sphere [m]. */
export function distance([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const dphi = ((lat2 - lat1) * DEG) / 2;
  const dl = ((lon2 - lon1) * DEG) / 2;
  const h =
    Math.sin(dphi) ** 2 + Math.cos(lat1 * DEG) * Math.cos(lat2 * DEG) * Math.sin(dl) ** 2;
  return 2 * MEAN_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

const ELLIPSE_POINTS = 72;

/** An ellipse on the ground as a closed ring. */
export function ellipseRing(centre: LonLat, ellipse: Ellipse): LonLat[] {
  const ring: LonLat[] = [];
  for (let i = 0; i <= ELLIPSE_POINTS; i++) {
    const angle = ((i % ELLIPSE_POINTS) / ELLIPSE_POINTS) * 2 * Math.PI;
    const along = ellipse.semi_major_m * Math.cos(angle);
    const across = ellipse.semi_minor_m * Math.sin(angle);
    const bearing = ellipse.azimuth_rad + Math.atan2(across, along);
    ring.push(destination(centre, Math.hypot(along, across), bearing));
  }
  return ring;
}

/** The same geometry wound as d3 wants it, so that a small ring is never its complement. */
export function wound(geometry: Geometry): Geometry {
  const turn = (rings: LonLat[][]): LonLat[][] =>
    geoArea({ type: 'Polygon', coordinates: rings }) > 2 * Math.PI
      ? rings.map((ring) => [...ring].reverse())
      : rings;
  return geometry.type === 'Polygon'
    ? { type: 'Polygon', coordinates: turn(geometry.coordinates) }
    : { type: 'MultiPolygon', coordinates: geometry.coordinates.map(turn) };
}

/** Where a radar's beam of an azimuth, elevation and range ends. */
export function beamEnd(site: Point3, azimuth_deg: number, elevation_deg: number, range_m: number): Point3 {
  const [lon, lat] = [site[0] * DEG, site[1] * DEG];
  const [azimuth, elevation] = [azimuth_deg * DEG, elevation_deg * DEG];
  const east = range_m * Math.cos(elevation) * Math.sin(azimuth);
  const north = range_m * Math.cos(elevation) * Math.cos(azimuth);
  const up = range_m * Math.sin(elevation);
  const origin = ecef(site);
  const level = up * Math.cos(lat) - north * Math.sin(lat);
  return geodetic([
    origin[0] + level * Math.cos(lon) - east * Math.sin(lon),
    origin[1] + level * Math.sin(lon) + east * Math.cos(lon),
    origin[2] + up * Math.sin(lat) + north * Math.cos(lat),
  ]);
}

const FAN_STEP_DEG = 4;

/** The far edge of a radar's fan at its lowest elevation. Equal azimuths mean all round. */
export function fanEdge(site: Point3, fan: Fan): Point3[] {
  const [from, to] = fan.azimuth_deg;
  const turned = (((to - from) % 360) + 360) % 360;
  const width = turned === 0 ? 360 : turned;
  const steps = Math.ceil(width / FAN_STEP_DEG);
  return Array.from({ length: steps + 1 }, (_, i) =>
    beamEnd(site, from + (width * i) / steps, fan.elevation_deg[0], fan.range_max_m),
  );
}

const STEP_S = 10;

/**
 * The unpowered way from an earth-fixed state until it reaches the ground or the time is over.
 * Gravity with J2 and the Earth's rotation; no air. Classical Runge-Kutta, 10 s.
 */
export function coast(position_m: Vector, velocity_m_s: Vector, duration_s: number): Point3[] {
  let state = [...position_m, ...velocity_m_s];
  const points: Point3[] = [geodetic(position_m)];
  for (let t = 0; t < duration_s; t += STEP_S) {
    state = rk4(state, Math.min(STEP_S, duration_s - t));
    const point = geodetic([state[0]!, state[1]!, state[2]!]);
    if (!point.every(Number.isFinite)) break;
    if (point[2] <= 0) {
      points.push([point[0], point[1], 0]);
      break;
    }
    points.push(point);
  }
  return points;
}

function rk4(y: number[], h: number): number[] {
  const k1 = derivative(y);
  const k2 = derivative(y.map((v, i) => v + (h / 2) * k1[i]!));
  const k3 = derivative(y.map((v, i) => v + (h / 2) * k2[i]!));
  const k4 = derivative(y.map((v, i) => v + h * k3[i]!));
  return y.map((v, i) => v + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
}

function derivative(state: number[]): number[] {
  const [x, y, z, vx, vy, vz] = state as [number, number, number, number, number, number];
  const r2 = x * x + y * y + z * z;
  const g = -MU_M3_S2 / (r2 * Math.sqrt(r2));
  const flat = 1.5 * J2 * (A_M * A_M / r2);
  const zz = (5 * z * z) / r2;
  const w2 = OMEGA_RAD_S * OMEGA_RAD_S;
  return [
    vx,
    vy,
    vz,
    g * x * (1 + flat * (1 - zz)) + w2 * x + 2 * OMEGA_RAD_S * vy,
    g * y * (1 + flat * (1 - zz)) + w2 * y - 2 * OMEGA_RAD_S * vx,
    g * z * (1 + flat * (3 - zz)),
  ];
}
