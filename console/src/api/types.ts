/** What the service says: `/api/v1` and the events of `schemas/events.schema.json`. */

export type Mode = 'live' | 'exercise' | 'test' | 'replay';
export type Verdict = 'insufficient' | 'suspected' | 'confirmed' | 'dismissed';
export type Phase = 'boost' | 'coast' | 'reentry' | 'glide' | 'ended';
export type EvidenceState = 'agrees' | 'disagrees' | 'could_not_see' | 'silent';
/** RFC 3339, UTC, with `Z`. */
export type UtcTime = string;
/** Longitude, then latitude [deg]. */
export type LonLat = [number, number];

export interface Ellipse {
  semi_major_m: number;
  semi_minor_m: number;
  /** Of the major axis, clockwise from north. */
  azimuth_rad: number;
}

export type Geometry =
  | { type: 'Polygon'; coordinates: LonLat[][] }
  | { type: 'MultiPolygon'; coordinates: LonLat[][][] };

export interface FeatureCollection {
  type: 'FeatureCollection';
  features: { type: 'Feature'; geometry: Geometry; properties?: unknown }[];
}

export interface Evidence {
  sensor: string;
  failure_domains: string[];
  state: EvidenceState;
  log_likelihood_ratio: number;
  reports?: number;
}

export interface Launch {
  time: UtcTime;
  time_sigma_s: number;
  latitude_deg: number;
  longitude_deg: number;
  ellipse_90: Ellipse;
  azimuth_rad: number;
  azimuth_sigma_rad: number;
  sites?: { code: string; name: string; probability: number }[];
}

export interface Impact {
  time: UtcTime;
  time_sigma_s: number;
  latitude_deg: number;
  longitude_deg: number;
  ellipse_90: Ellipse;
  earliest_95?: UtcTime | null;
}

export interface RegionTime {
  time: UtcTime;
  time_sigma_s: number;
  earliest_95: UtcTime;
}

export interface Assessment {
  event: 'assessment';
  seq: number;
  time: UtcTime;
  object: string;
  revision: number;
  verdict: Verdict;
  reason: string;
  classification: string;
  probabilities: Record<string, number>;
  phase: Phase;
  launch?: Launch | null;
  impact?: Impact | null;
  impact_region?: Geometry | null;
  impact_region_time?: RegionTime | null;
  time_left_s?: { median: number; earliest_95: number } | null;
  state?: {
    time: UtcTime;
    position_m: [number, number, number];
    velocity_m_s: [number, number, number];
  } | null;
  evidence: Evidence[];
  basis?: string | null;
  other_physics_first?: UtcTime | null;
  notice?: string | null;
  catalogue?: string | null;
  parent?: string | null;
  merged_into?: string | null;
  split_from?: string | null;
}

export type WarningAction = 'issue' | 'update' | 'cancel' | 'retract';

export interface WarningEvent {
  event: 'warning';
  seq: number;
  time: UtcTime;
  action: WarningAction;
  warning: string;
  revision: number;
  objects: string[];
  count: number;
  areas: FeatureCollection;
  time_left_s?: { median: number; earliest_95: number } | null;
  headline: string;
  description: string;
  released_by?: { people: string[] } | { rule: string } | null;
}

export interface HealthEvent {
  event: 'health';
  seq: number;
  time: UtcTime;
  sensor: string;
  kind: string;
  detail: string;
}

export interface Place {
  name: string;
  country: string;
  population: number;
  distance_m: number;
  inside_90: boolean;
  expected_time: UtcTime | null;
}

/** Longitude [deg], latitude [deg], height above the ellipsoid [m], time. */
export type TrackPoint = [number, number, number, UtcTime];

export interface Threat {
  first_report: UtcTime | null;
  suspected: UtcTime | null;
  confirmed: UtcTime | null;
  acknowledged_by: string | null;
  places: Place[];
  assessment: Assessment;
  track: TrackPoint[];
}

export type DeliveryState = 'queued' | 'sent' | 'accepted' | 'seen' | 'failed' | 'dead';

export interface Delivery {
  sink: string;
  state: DeliveryState;
  attempts: number;
  time: UtcTime | null;
  receipt: string | null;
  action?: string;
  revision?: number;
}

export type WarningState = 'draft' | 'awaiting_second_person' | 'issued' | 'cancelled' | 'retracted';

export interface Warning {
  warning: string;
  state: WarningState;
  event: WarningEvent;
  released_by: string[];
  approvals: { by: string; time: UtcTime }[];
  bytes_sha256: string | null;
  deliveries: Delivery[];
}

export type SensorStatus = 'ok' | 'degraded' | 'down' | 'silent';

export interface Fan {
  azimuth_deg: [number, number];
  elevation_deg: [number, number];
  range_max_m: number;
}

export interface Sensor {
  id: string;
  kind: string;
  failure_domains: string[];
  status: SensorStatus;
  last_report: UtcTime | null;
  last_heartbeat: UtcTime | null;
  position: { latitude_deg: number; longitude_deg: number; height_m: number } | null;
  fan: Fan | null;
  clock_offset_s: number | null;
}

export interface ClockHealth {
  status: 'ok' | 'late' | 'stepped';
  engine_lag_s: number;
}

export interface LogHealth {
  seq: number;
  bytes: number;
  disk_free_bytes: number;
  alarm: string | null;
}

/** The last whole System-status message to the service's own loopback listener, and to nobody else. */
export interface SelfCheck {
  status: 'ok' | 'late' | 'failed';
  sent: UtcTime;
  /** When the listener saw it. */
  seen: UtcTime | null;
}

export interface Shelved {
  /** `sensor:ID` or `object:ID`. */
  subject: string;
  until: UtcTime;
  by: string;
  reason: string;
}

export interface State {
  live: boolean;
  mode: Mode;
  seq: number;
  engine_time: UtcTime;
  wall_time: UtcTime;
  threats: Threat[];
  warnings: Warning[];
  sensors: Sensor[];
  clock: ClockHealth;
  log: LogHealth;
  notices?: unknown[];
  self_check?: SelfCheck | null;
  shelved?: Shelved[];
  range: { from: UtcTime; to: UtcTime };
}

export interface Tick {
  seq: number;
  mode: Mode;
  engine_time: UtcTime;
  wall_time: UtcTime;
  clock: ClockHealth;
  log: LogHealth;
  self_check?: SelfCheck | null;
  sensors: { id: string; status: SensorStatus; age_s: number | null }[];
}

export interface Me {
  name: string;
  roles: string[];
}

export type ReleaseAction = 'release' | 'update' | 'cancel' | 'retract';

/** What would be sent, to the byte, and the code that sends it. */
export interface Prepared {
  bytes: string;
  sha256: string;
  audience: string;
  areas: string[];
  mode: Mode;
  time: UtcTime;
  code: string;
}
