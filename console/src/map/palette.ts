/**
 * The colours, here and in `style.css`: black ground, and four that mean something. Red is danger,
 * yellow is warning, blue is ours (sensors), grey is old. Each is doubled by a shape or a word.
 */
export const COLOUR = {
  space: '#0b1017',
  sea: '#0e1722',
  land: '#1d2935',
  coast: '#5d7083',
  border: '#3a4a59',
  grid: '#182432',
  confirmed: '#ff6a55',
  suspected: '#f2c94c',
  stale: '#8794a1',
  ours: '#63b8ee',
  text: '#e8eef4',
} as const;
