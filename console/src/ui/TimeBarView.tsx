import { FEED_SILENT_AFTER_S } from '../model/alarms';
import { live, liveNow_ms, now_ms, silent_s, timeBar, unseen } from '../model/store';
import { pauseOrPlay, returnToLive, seek, setSpeed, SPEEDS, step } from '../model/timebar';
import { clockText, dateText, ms } from '../model/time';
import { plural } from '../model/words';

/** The log, from its first moment to now. Live it follows; otherwise it looks like nothing else. */
export function TimeBarView() {
  const range = live.value?.range;
  const bar = timeBar.value;
  if (!range) return <footer class="timebar" aria-label="Time bar" />;
  const from_ms = ms(range.from) ?? 0;
  const to_ms = Math.max(from_ms + 1000, liveNow_ms.value);
  const at_ms = bar?.at_ms ?? to_ms;
  return (
    <footer class="timebar" aria-label="Time bar">
      <button onClick={pauseOrPlay}>{!bar ? '❚❚ Pause (Space)' : bar.playing ? '❚❚ Pause (Space)' : '▶ Play (Space)'}</button>
      <button title="10 seconds back" onClick={() => step(-10)}>
        −10 s
      </button>
      <button title="10 seconds on" onClick={() => step(10)}>
        +10 s
      </button>
      <div class="slider">
        <input
          type="range"
          aria-label="Moment of the log"
          aria-valuetext={bar ? `${dateText(at_ms)}, not live` : 'live'}
          min={from_ms}
          max={to_ms}
          step={1000}
          value={at_ms}
          onChange={(event) => void seek(Number(event.currentTarget.value))}
        />
        <Marks from_ms={from_ms} to_ms={to_ms} />
      </div>
      {bar ? (
        <>
          <Speeds speed={bar.speed} />
          <b class="is-past">
            {bar.playing ? '▶' : '❚❚'} {clockText(now_ms.value)}
          </b>
          <button class="to-live" onClick={returnToLive}>
            Return to live (L){unseen.value > 0 && ` — ${plural(unseen.value, 'new threat')}`}
          </button>
        </>
      ) : (
        <LiveOrNot />
      )}
    </footer>
  );
}

/** What nobody sends any more is not live either. */
function LiveOrNot() {
  const stale = (silent_s.value ?? 0) >= FEED_SILENT_AFTER_S;
  return stale ? <b class="is-past">✕ NO FEED</b> : <b class="is-live">● LIVE</b>;
}

function Speeds({ speed }: { speed: number }) {
  return (
    <span role="group" aria-label="Speed">
      {SPEEDS.map((value) => (
        <button key={value} aria-pressed={value === speed} onClick={() => setSpeed(value)}>
          ×{value}
        </button>
      ))}
    </span>
  );
}

const MARKS_AT_MOST = 400;

/** When threats were suspected and confirmed, and warnings last spoke. */
function Marks({ from_ms, to_ms }: { from_ms: number; to_ms: number }) {
  const state = live.value;
  if (!state) return null;
  const at = (time: string | null, kind: string) => {
    const value = ms(time);
    return value === null ? [] : [{ kind, percent: ((value - from_ms) / (to_ms - from_ms)) * 100 }];
  };
  const marks = [
    ...state.threats.flatMap((t) => [...at(t.suspected, 'suspected'), ...at(t.confirmed, 'confirmed')]),
    ...state.warnings.flatMap((w) => at(w.event.time, 'warning')),
  ];
  return (
    <div class="marks" aria-hidden="true">
      {marks.slice(0, MARKS_AT_MOST).map((mark, index) => (
        <i key={index} class={`mark mark-${mark.kind}`} style={{ left: `${mark.percent}%` }} />
      ))}
    </div>
  );
}
