/** Events of the real engine, from the fixtures; and a raid of 300 made of the forty that were flown. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Assessment, Geometry, HealthEvent, LonLat, WarningEvent } from '../../src/api/types';

export type Event = Assessment | WarningEvent | HealthEvent;

const FOLDER = fileURLToPath(new URL('../fixtures', import.meta.url));

export function text(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

/** The log's numbers start here: nothing may rest on a 1. */
const FIRST_SEQ = 1000;

export function events(name: string): Event[] {
  return numbered(
    text(`${name}.ndjson`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event),
  );
}

const numbered = (list: Event[]) => list.map((event, i) => ({ ...event, seq: FIRST_SEQ + i }));

/** Degrees between one copy of the raid and the next. */
const COPY_STEP_DEG = 3;

/** The forty of the raid, copied along the parallels until there are so many. */
export function raidOf(count: number): Event[] {
  const flown = events('raid');
  const objects = [...new Set(flown.flatMap((e) => (e.event === 'assessment' ? [e.object] : [])))];
  const wanted = Array.from({ length: count }, (_, i) => ({
    object: objects[i % objects.length]!,
    copy: Math.floor(i / objects.length),
  }));
  const named = ({ object, copy }: { object: string; copy: number }) => `o-${Number(object.slice(2)) + copy * 1000}`;
  const all = wanted.map(named);
  return numbered(
    flown.flatMap((event): Event[] => {
      if (event.event === 'warning') {
        const headline = event.headline.replace(/\b\d+ ballistic/, `${count} ballistic`);
        return [{ ...event, objects: all, count, headline }];
      }
      if (event.event !== 'assessment') return [event];
      return wanted
        .filter((one) => one.object === event.object)
        .map((one) => turned({ ...event, object: named(one) }, one.copy * COPY_STEP_DEG));
    }),
  );
}

/** The same flight, turned about the Earth's axis. */
function turned(event: Assessment, by_deg: number): Assessment {
  const turn = ([x, y, z]: [number, number, number]): [number, number, number] => {
    const [s, c] = [Math.sin((by_deg * Math.PI) / 180), Math.cos((by_deg * Math.PI) / 180)];
    return [c * x - s * y, s * x + c * y, z];
  };
  const east = (lon: number) => ((((lon + by_deg + 180) % 360) + 360) % 360) - 180;
  const ring = (line: LonLat[]) => line.map(([lon, lat]): LonLat => [east(lon), lat]);
  const region = (geometry: Geometry): Geometry =>
    geometry.type === 'Polygon'
      ? { type: 'Polygon', coordinates: geometry.coordinates.map(ring) }
      : { type: 'MultiPolygon', coordinates: geometry.coordinates.map((rings) => rings.map(ring)) };
  const { launch, impact, state, impact_region } = event;
  return {
    ...event,
    launch: launch ? { ...launch, longitude_deg: east(launch.longitude_deg) } : null,
    impact: impact ? { ...impact, longitude_deg: east(impact.longitude_deg) } : null,
    impact_region: impact_region ? region(impact_region) : null,
    state: state
      ? { ...state, position_m: turn(state.position_m), velocity_m_s: turn(state.velocity_m_s) }
      : null,
  };
}
