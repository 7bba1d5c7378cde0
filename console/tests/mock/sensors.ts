import type { Sensor } from '../../src/api/types';

const satellite = (id: string, domain: string, longitude_deg: number): Sensor => ({
  id,
  kind: 'infrared',
  failure_domains: [domain],
  status: 'ok',
  last_report: null,
  last_heartbeat: null,
  position: { latitude_deg: 0, longitude_deg, height_m: 35_786_000 },
  fan: null,
  clock_offset_s: 0.02,
});

/** The sensors of `scenarios/demo/scenario.toml`. */
export const SENSORS: Sensor[] = [
  satellite('geo-west', 'ground-station-a', -165),
  satellite('geo-east', 'ground-station-b', -95),
  {
    id: 'picket',
    kind: 'radar',
    failure_domains: ['picket'],
    status: 'ok',
    last_report: null,
    last_heartbeat: null,
    position: { latitude_deg: -39.5, longitude_deg: -124, height_m: 20 },
    fan: { azimuth_deg: [270, 90], elevation_deg: [2, 80], range_max_m: 4_000_000 },
    clock_offset_s: 0,
  },
];
