/** What there is to draw, in places and shapes; no words and no decisions. */
import type { Ellipse, Fan, Geometry, LonLat, Sensor, SensorStatus, State, Threat } from '../api/types';
import { isOpen, type Group } from '../model/threats';
import { freshness, ms } from '../model/time';
import { coast, ellipseRing, type Point3, wound } from './geometry';

export interface Mark {
  centre: LonLat;
  ring: LonLat[];
  ellipse: Ellipse;
}

export interface SceneThreat {
  id: string;
  tone: 'confirmed' | 'suspected' | 'stale';
  chosen: boolean;
  track: Point3[];
  /** From the newest state to the ground, unpowered. */
  ahead: Point3[];
  head: Point3 | null;
  launch: Mark | null;
  impact: Mark | null;
  region: Geometry | null;
}

export interface SceneSensor {
  id: string;
  status: SensorStatus;
  satellite: boolean;
  at: Point3;
  fan: Fan | null;
}

export interface Scene {
  threats: SceneThreat[];
  sensors: SceneSensor[];
  /** Where warnings apply. */
  areas: Geometry[];
  /** From sensors that agree to the chosen object. */
  sight: [Point3, Point3][];
}

export const EMPTY: Scene = { threats: [], sensors: [], areas: [], sight: [] };

/** A raid of at most so many is emphasised whole; of a larger one only the first to come down. */
const EMPHASISED_AT_MOST = 30;

/** Above this many, arcs are drawn of the chosen threat or raid alone. */
export const ARCS_AT_MOST = 300;

export function scene(state: State, chosen: string | null, group: Group | null, now_ms: number): Scene {
  const open = state.threats.filter((t) => isOpen(t) || t.assessment.object === chosen);
  const raid = group?.key === chosen ? (group?.members.map((m) => m.assessment.object) ?? []) : [];
  const members = new Set(raid);
  const emphasised = new Set(raid.slice(0, raid.length > EMPHASISED_AT_MOST ? 1 : raid.length));
  const arcs = open.length <= ARCS_AT_MOST;
  const threats = open
    .filter((t) => !t.assessment.merged_into)
    .map((threat) => {
      const id = threat.assessment.object;
      const near = id === chosen || emphasised.has(id);
      return sceneThreat(threat, near, arcs || near || members.has(id), now_ms);
    });
  return {
    threats,
    sensors: state.sensors.flatMap(sceneSensor),
    areas: areas(state, group),
    sight: sight(state, chosen),
  };
}

/** Of the chosen threat's warning alone: areas of all would cover each other. */
function areas(state: State, group: Group | null): Geometry[] {
  const warning = state.warnings.find((w) => w.warning === group?.warning?.warning);
  return warning?.event.areas?.features.map((f) => shape(f.geometry)) ?? [];
}

function sceneThreat(threat: Threat, chosen: boolean, arc: boolean, now_ms: number): SceneThreat {
  const { assessment } = threat;
  const age_s = (now_ms - (ms(assessment.time) ?? 0)) / 1000;
  const stale = freshness(age_s) === 'stale' || !isOpen(threat);
  const made = shapes(threat);
  return {
    id: assessment.object,
    tone: stale ? 'stale' : assessment.verdict === 'confirmed' ? 'confirmed' : 'suspected',
    chosen,
    track: arc ? made.track : [],
    ahead: arc ? made.ahead : [],
    head: made.track.at(-1) ?? null,
    launch: made.launch,
    impact: made.impact,
    region: chosen ? made.region : null,
  };
}

interface Shapes {
  track: Point3[];
  ahead: Point3[];
  launch: Mark | null;
  impact: Mark | null;
  region: Geometry | null;
}

/** A threat is made anew when something new is said of it: its shapes are kept until then. */
const kept = new WeakMap<Threat, Shapes>();

function shapes(threat: Threat): Shapes {
  const known = kept.get(threat);
  if (known) return known;
  const { launch, impact, impact_region } = threat.assessment;
  const made: Shapes = {
    track: threat.track.map(([lon, lat, height]) => [lon, lat, height]),
    ahead: ahead(threat),
    launch: mark(launch),
    impact: mark(impact),
    region: impact_region && !impact ? shape(impact_region) : null,
  };
  kept.set(threat, made);
  return made;
}

const shaped = new WeakMap<Geometry, Geometry>();

function shape(geometry: Geometry): Geometry {
  const known = shaped.get(geometry) ?? wound(geometry);
  shaped.set(geometry, known);
  return known;
}

const UNPOWERED = new Set(['coast', 'reentry']);
/** Past the expected impact by so much at most [s]. */
const BEYOND_S = 120;
const LONGEST_S = 7200;

/** Only where nothing but gravity moves it: a boosting or gliding object goes elsewhere. */
function ahead({ assessment }: Threat): Point3[] {
  const { state, impact, phase } = assessment;
  if (!state || !impact || !UNPOWERED.has(phase)) return [];
  const left_s = ((ms(impact.time) ?? 0) - (ms(state.time) ?? 0)) / 1000 + BEYOND_S;
  return coast(state.position_m, state.velocity_m_s, Math.max(0, Math.min(LONGEST_S, left_s)));
}

interface Ground {
  latitude_deg: number;
  longitude_deg: number;
  ellipse_90: Ellipse;
}

function mark(line: Ground | null | undefined): Mark | null {
  if (!line) return null;
  const centre: LonLat = [line.longitude_deg, line.latitude_deg];
  return { centre, ring: ring(centre, line.ellipse_90), ellipse: line.ellipse_90 };
}

/** Wound for d3. */
function ring(centre: LonLat, ellipse: Ellipse): LonLat[] {
  const made = wound({ type: 'Polygon', coordinates: [ellipseRing(centre, ellipse)] });
  return made.coordinates[0] as LonLat[];
}

const SATELLITE_ABOVE_M = 100_000;

function sceneSensor(sensor: Sensor): SceneSensor[] {
  if (!sensor.position) return [];
  const { longitude_deg, latitude_deg, height_m } = sensor.position;
  return [
    {
      id: sensor.id,
      status: sensor.status,
      satellite: height_m > SATELLITE_ABOVE_M,
      at: [longitude_deg, latitude_deg, height_m],
      fan: sensor.fan,
    },
  ];
}

function sight(state: State, chosen: string | null): [Point3, Point3][] {
  const threat = state.threats.find((t) => t.assessment.object === chosen);
  const end = threat?.track.at(-1);
  if (!threat || !end) return [];
  const agree = threat.assessment.evidence.filter((line) => line.state === 'agrees');
  return agree.flatMap((line) => {
    const at = state.sensors.find((s) => s.id === line.sensor)?.position;
    if (!at) return [];
    const from: Point3 = [at.longitude_deg, at.latitude_deg, at.height_m];
    return [[from, [end[0], end[1], end[2]]] as [Point3, Point3]];
  });
}
