/** The state moved on by one thing heard. Pure: the same words give the same picture. */
import type { Assessment, Sensor, State, Threat, Tick, TrackPoint } from '../api/types';
import { geodetic } from '../map/geometry';
import { ms } from './time';

/** As many as the service keeps of a track. */
const TRACK_POINTS = 200;

export function foldAssessment(state: State, assessment: Assessment): State {
  const at = state.threats.findIndex((t) => t.assessment.object === assessment.object);
  const known = at < 0 ? null : state.threats[at]!;
  if (known && known.assessment.revision >= assessment.revision) return state;
  const threat = next(known, assessment);
  const threats = at < 0 ? [...state.threats, threat] : state.threats.map((t, i) => (i === at ? threat : t));
  return { ...state, threats, seq: Math.max(state.seq, assessment.seq) };
}

function next(known: Threat | null, assessment: Assessment): Threat {
  const { verdict, time } = assessment;
  return {
    first_report: known?.first_report ?? time,
    suspected: known?.suspected ?? (verdict === 'suspected' ? time : null),
    confirmed: known?.confirmed ?? (verdict === 'confirmed' ? time : null),
    acknowledged_by: known?.acknowledged_by ?? null,
    places: known?.places ?? [],
    assessment,
    track: [...(known?.track ?? []), ...trackPoint(assessment)].slice(-TRACK_POINTS),
  };
}

function trackPoint({ state }: Assessment): TrackPoint[] {
  if (!state) return [];
  const [lon, lat, height] = geodetic(state.position_m);
  return [[lon, lat, height, state.time]];
}

export function foldTick(state: State, tick: Tick): State {
  const status = new Map(tick.sensors.map((line) => [line.id, line.status]));
  const moved = state.sensors.some((s) => (status.get(s.id) ?? s.status) !== s.status);
  const sensors = moved ? state.sensors.map((s) => withStatus(s, status.get(s.id))) : state.sensors;
  return {
    ...state,
    sensors,
    engine_time: tick.engine_time,
    wall_time: tick.wall_time,
    clock: tick.clock ?? state.clock,
    log: tick.log ?? state.log,
    self_check: tick.self_check ?? state.self_check ?? null,
    range: { ...state.range, to: tick.engine_time },
  };
}

/** A state that was asked for, without losing what the stream said while it was on its way. */
export function keepNewer(state: State, newest: State): State {
  const overtaken = (ms(newest.engine_time) ?? 0) > (ms(state.engine_time) ?? 0);
  const { engine_time, wall_time, clock, log, self_check = null, range } = overtaken ? newest : state;
  const base: State = { ...state, engine_time, wall_time, clock, log, self_check, range };
  if (newest.seq <= state.seq) return base;
  return newest.threats.reduce<State>((held, threat) => foldAssessment(held, threat.assessment), base);
}

function withStatus(sensor: Sensor, status: Sensor['status'] | undefined): Sensor {
  return status && status !== sensor.status ? { ...sensor, status } : sensor;
}
