import type { Assessment } from '../api/types';
import { changes } from '../model/changes';
import { revisions } from '../model/store';
import { threatProbability } from '../model/threats';
import { seek } from '../model/timebar';
import { clockText, ms } from '../model/time';
import { percent, VERDICT_SIGN } from '../model/words';

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

const SHOWN_AT_MOST = 60;

/** Every revision; a press shows the log as it stood then. */
export function Timeline() {
  const list = revisions.value;
  const newest = list.map((after, i) => ({ before: list[i - 1], after })).reverse();
  return (
    <details class="timeline">
      <summary>Timeline: {list.length} revisions</summary>
      <ol>
        {newest.slice(0, SHOWN_AT_MOST).map(({ before, after }) => (
          <li key={after.revision}>
            <button onClick={() => void seek(ms(after.time) ?? 0)}>{clockText(ms(after.time) ?? 0)}</button>{' '}
            {VERDICT_SIGN[after.verdict]} {percent(threatProbability(after))}{' '}
            {before ? changes(before, after).join('; ') || 'no visible change' : 'first seen'}
          </li>
        ))}
      </ol>
    </details>
  );
}
