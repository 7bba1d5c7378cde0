/** The keys as the handbook names them: written out here, so that one that is lost is noticed. */
export const KEYS = [
  'J', 'K', 'Enter or O', 'A', 'S',
  'R', 'U', 'C', 'X',
  'Space', ',', '.', '<', '>', 'L',
  'G', 'F', 'W', '←', '→', '↑', '↓', '+', '−',
  'M', '?', 'Esc',
];
