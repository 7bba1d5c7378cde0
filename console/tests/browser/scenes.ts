import type { Place } from '../../src/api/types';

/** Places as the service would name them around the demo's impact: open ocean, and the nearest land. */
export const PLACES: Record<string, Place[]> = {
  'o-1': [
    { name: 'Adamstown', country: 'PN', population: 46, distance_m: 1_380_000, inside_90: false, expected_time: null },
  ],
};
