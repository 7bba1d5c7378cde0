/** Where the map looks from, and where a point of the world comes to lie on it. */
import { geoEquirectangular, geoOrthographic, type GeoProjection } from 'd3-geo';
import { MEAN_RADIUS_M, type Point3, wrap } from './geometry';

const DEG = Math.PI / 180;

export interface View {
  kind: 'flat' | 'globe';
  /** What is in the middle. */
  longitude_deg: number;
  latitude_deg: number;
  /** 1: the Earth fills the pane. */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Pixels, and whether the Earth hides it. */
export interface Spot {
  x: number;
  y: number;
  visible: boolean;
}

export interface Projector {
  view: View;
  size: Size;
  /** Radius of the globe, or pixels in a radian of the flat map. */
  scale: number;
  project(point: Point3): Spot;
  /** The same for what lies on the ground, with d3's clipping. */
  ground: GeoProjection;
}

/** Share of the pane's shorter side that the globe's diameter takes at zoom 1. */
const GLOBE_SHARE = 0.9;

export function projector(view: View, size: Size): Projector {
  return view.kind === 'globe' ? globe(view, size) : flat(view, size);
}

function globe(view: View, size: Size): Projector {
  const scale = (Math.min(size.width, size.height) / 2) * GLOBE_SHARE * view.zoom;
  const [cx, cy] = [size.width / 2, size.height / 2];
  const [sin0, cos0] = [Math.sin(view.latitude_deg * DEG), Math.cos(view.latitude_deg * DEG)];
  return {
    view,
    size,
    scale,
    ground: geoOrthographic()
      .rotate([-view.longitude_deg, -view.latitude_deg])
      .scale(scale)
      .translate([cx, cy])
      .clipAngle(90),
    project: ([lon, lat, height_m]) => {
      const radius = 1 + height_m / MEAN_RADIUS_M;
      const [phi, lambda] = [lat * DEG, (lon - view.longitude_deg) * DEG];
      const level = Math.cos(phi) * Math.cos(lambda);
      const right = radius * Math.cos(phi) * Math.sin(lambda);
      const up = radius * (cos0 * Math.sin(phi) - sin0 * level);
      const near = sin0 * Math.sin(phi) + cos0 * level;
      const visible = near >= 0 || Math.hypot(right, up) > 1;
      return { x: cx + scale * right, y: cy - scale * up, visible };
    },
  };
}

/** Equirectangular: heights do not show, so satellites stand over the point below them. */
function flat(view: View, size: Size): Projector {
  const scale = (size.width / (2 * Math.PI)) * view.zoom;
  const [cx, cy] = [size.width / 2, size.height / 2];
  return {
    view,
    size,
    scale,
    ground: geoEquirectangular()
      .rotate([-view.longitude_deg, 0])
      .scale(scale)
      .translate([cx, cy + scale * view.latitude_deg * DEG]),
    project: ([lon, lat]) => ({
      x: cx + scale * wrap(lon - view.longitude_deg) * DEG,
      y: cy - scale * (lat - view.latitude_deg) * DEG,
      visible: true,
    }),
  };
}

const ZOOM_LIMITS = { flat: [1, 200], globe: [0.1, 200] } as const;

/** The view brought back to where it makes sense. */
export function limited(view: View): View {
  const [least, most] = ZOOM_LIMITS[view.kind];
  return {
    ...view,
    longitude_deg: wrap(view.longitude_deg),
    latitude_deg: Math.max(-90, Math.min(90, view.latitude_deg)),
    zoom: Math.max(least, Math.min(most, view.zoom)),
  };
}

/** The view moved by pixels of the pane. */
export function dragged(p: Projector, dx: number, dy: number): View {
  const turn = 1 / (p.scale * DEG);
  return limited({
    ...p.view,
    longitude_deg: p.view.longitude_deg - dx * turn,
    latitude_deg: p.view.latitude_deg + dy * turn,
  });
}

/** Room left around what is fitted. */
const FIT_MARGIN = 1.5;
const FIT_LEAST_RAD = 2 * DEG;

/** A view of this kind that shows all the points; none at all is the whole Earth. */
export function fitted(kind: View['kind'], points: Point3[], size: Size): View {
  if (points.length === 0) return { kind, longitude_deg: 0, latitude_deg: 0, zoom: 1 };
  return limited(kind === 'globe' ? fittedGlobe(points) : fittedFlat(points, size));
}

function fittedGlobe(points: Point3[]): View {
  const middle = centre(points);
  const reach = Math.max(FIT_LEAST_RAD, ...points.map((point) => angle(middle, point)));
  const zoom = 1 / (GLOBE_SHARE * FIT_MARGIN * Math.sin(Math.min(reach, Math.PI / 2)));
  return { kind: 'globe', longitude_deg: middle[0], latitude_deg: middle[1], zoom };
}

/** The smallest box around the points: the flat map knows no way over the pole. */
function fittedFlat(points: Point3[], size: Size): View {
  const [west, width] = shortestArc(points.map(([lon]) => lon));
  const latitudes = points.map(([, lat]) => lat);
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const across = Math.max(FIT_LEAST_RAD, (width / 2) * DEG) * FIT_MARGIN;
  const up = Math.max(FIT_LEAST_RAD, ((north - south) / 2) * DEG) * FIT_MARGIN;
  return {
    kind: 'flat',
    longitude_deg: west + width / 2,
    latitude_deg: (south + north) / 2,
    zoom: Math.PI * Math.min(1 / across, size.height / size.width / up),
  };
}

/** The shortest stretch of longitudes that holds them all: its west end and its width [deg]. */
function shortestArc(longitudes: number[]): [number, number] {
  const sorted = [...longitudes].sort((a, b) => a - b);
  let best: [number, number] = [sorted[0]!, sorted.at(-1)! - sorted[0]!];
  for (let i = 1; i < sorted.length; i++) {
    const width = 360 - (sorted[i]! - sorted[i - 1]!);
    if (width < best[1]) best = [sorted[i]!, width];
  }
  return best;
}

/** A globe small enough that a satellite so high is in the picture, at its true distance. */
export function wide(view: View, highest_m: number): View {
  const zoom = 1 / (GLOBE_SHARE * 1.12 * (1 + highest_m / MEAN_RADIUS_M));
  return limited({ ...view, kind: 'globe', zoom });
}

function centre(points: Point3[]): Point3 {
  const sum = points.map(unit).reduce(([a, b, c], [x, y, z]) => [a + x, b + y, c + z], [0, 0, 0]);
  if (Math.hypot(...sum) < 1e-9) return [0, 0, 0];
  return [Math.atan2(sum[1], sum[0]) / DEG, Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) / DEG, 0];
}

function angle(a: Point3, b: Point3): number {
  const [u, v] = [unit(a), unit(b)];
  return Math.acos(Math.max(-1, Math.min(1, u[0] * v[0] + u[1] * v[1] + u[2] * v[2])));
}

function unit([lon, lat]: Point3): [number, number, number] {
  const level = Math.cos(lat * DEG);
  return [level * Math.cos(lon * DEG), level * Math.sin(lon * DEG), Math.sin(lat * DEG)];
}
