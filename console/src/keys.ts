/** Everything by keyboard, from one table that the help sheet shows too. */
import { fit, mapMove, mapZoom, toggleKind, wholeScene } from './ui/map-control';
import * as act from './model/act';
import { opened, selected } from './model/store';
import { pauseOrPlay, returnToLive, step } from './model/timebar';
import { muted } from './sound';

export interface Key {
  /** As `KeyboardEvent.key`; several do the same. */
  keys: string[];
  shown: string;
  does: string;
  group: 'Threats' | 'Warnings' | 'Time' | 'Map' | 'Console';
  run: () => void;
}

const STEP_S = 10;
const STEP_LONG_S = 60;

const key = (group: Key['group'], keys: string[], shown: string, does: string, run: () => void): Key => ({
  group,
  keys,
  shown,
  does,
  run,
});

export const KEYS: Key[] = [
  key('Threats', ['j'], 'J', 'next in the queue', () => act.move(1)),
  key('Threats', ['k'], 'K', 'previous in the queue', () => act.move(-1)),
  key('Threats', ['Enter', 'o'], 'Enter or O', 'fold a raid open or shut', fold),
  key('Threats', ['a'], 'A', 'acknowledge the loudest alarm', () => void act.acknowledge()),
  key('Threats', ['s'], 'S', 'shelve an alarm for a time, with a reason', () => act.askShelve()),
  key('Warnings', ['r'], 'R', 'release the draft', () => act.askRelease('release')),
  key('Warnings', ['u'], 'U', 'release an update', () => act.askRelease('update')),
  key('Warnings', ['c'], 'C', 'cancel: the danger is over', () => act.askRelease('cancel')),
  key('Warnings', ['x'], 'X', 'retract: the warning was wrong', () => act.askRelease('retract')),
  key('Time', [' '], 'Space', 'stop the picture here; play on from here', pauseOrPlay),
  key('Time', [','], ',', '10 s back', () => step(-STEP_S)),
  key('Time', ['.'], '.', '10 s on', () => step(STEP_S)),
  key('Time', ['<'], '<', 'a minute back', () => step(-STEP_LONG_S)),
  key('Time', ['>'], '>', 'a minute on', () => step(STEP_LONG_S)),
  key('Time', ['l'], 'L', 'return to live', returnToLive),
  key('Map', ['g'], 'G', 'globe or flat map', toggleKind),
  key('Map', ['f'], 'F', 'fit the chosen threat', fit),
  key('Map', ['w'], 'W', 'the whole scene, satellites at their true distance', wholeScene),
  key('Map', ['ArrowLeft'], '←', 'turn west', () => mapMove(60, 0)),
  key('Map', ['ArrowRight'], '→', 'turn east', () => mapMove(-60, 0)),
  key('Map', ['ArrowUp'], '↑', 'turn north', () => mapMove(0, 60)),
  key('Map', ['ArrowDown'], '↓', 'turn south', () => mapMove(0, -60)),
  key('Map', ['+', '='], '+', 'nearer', () => mapZoom(1.4)),
  key('Map', ['-'], '−', 'farther', () => mapZoom(1 / 1.4)),
  key('Console', ['m'], 'M', 'sound off or on', () => (muted.value = !muted.value)),
  key('Console', ['?'], '?', 'this sheet', () => act.open({ kind: 'help' })),
  key('Console', ['Escape'], 'Esc', 'close', act.close),
];

function fold(): void {
  const chosen = selected.value;
  if (chosen && chosen.startsWith('w-')) act.toggleOpened(chosen);
  else if (chosen && opened.value.has(chosen)) act.toggleOpened(chosen);
}

/** Typing into a field is typing; buttons and sliders keep their own keys. */
function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (!target?.closest) return false;
  if (target.closest('input:not([type=range]), textarea, select, dialog')) return true;
  const own = event.key === 'Enter' || event.key === ' ';
  if (own && target.closest('button, a, summary, [role=button]')) return true;
  return event.key.startsWith('Arrow') && target.closest('input[type=range], .scrolls') !== null;
}

export function startKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (belongsElsewhere(event)) return;
    const found = KEYS.find((line) => line.keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}
