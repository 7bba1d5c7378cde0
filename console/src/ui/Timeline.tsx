import type { Assessment } from '../api/types';
import { changes } from '../model/changes';
import { revisions } from '../model/store';
import { threatProbability } from '../model/threats';
import { seek } from '../model/timebar';
import { clockText, ms } from '../model/time';
import { percent, plural, VERDICT_SIGN } from '../model/words';

/** What changed since the last revision, said first. */
export function Changed() {
  const list = revisions.value;
  const after = list.at(-1);
  if (!after) return <p class="changed">What changed: being read.</p>;
  const said = lastChange(list);
  return (
    <p class="changed">
      <b>Changed</b>{' '}
      {said ? `at ${clockText(ms(said.at.time) ?? 0)}: ${said.words.join('; ')}` : 'nothing since it was first seen'}
    </p>
  );
}

/** The newest revision that said something new. */
function lastChange(list: Assessment[]): { at: Assessment; words: string[] } | null {
  for (let i = list.length - 1; i > 0; i--) {
    const words = changes(list[i - 1]!, list[i]!);
    if (words.length > 0) return { at: list[i]!, words };
  }
  return null;
}

/** The service keeps more of an object than a person reads. */
const SHOWN_AT_MOST = 200;

interface Line {
  at: Assessment;
  words: string;
}

/** Every revision that said something new; a press shows the log as it stood then. */
export function Timeline() {
  const list = revisions.value;
  const lines = list.flatMap((at, i): Line[] => {
    const words = i === 0 ? 'first seen' : changes(list[i - 1]!, at).join('; ');
    return words ? [{ at, words }] : [];
  });
  const left_out = Math.max(0, lines.length - SHOWN_AT_MOST);
  return (
    <details class="timeline">
      <summary>
        Timeline: {plural(list.length, 'revision')}, {lines.length} with a change
      </summary>
      <ol>
        {lines.slice(left_out).reverse().map(({ at, words }) => (
          <li key={at.revision}>
            <button onClick={() => void seek(ms(at.time) ?? 0)}>{clockText(ms(at.time) ?? 0)}</button>{' '}
            {VERDICT_SIGN[at.verdict]} {percent(threatProbability(at))} {words}
          </li>
        ))}
      </ol>
      {left_out > 0 && <small>and {left_out} earlier</small>}
    </details>
  );
}
