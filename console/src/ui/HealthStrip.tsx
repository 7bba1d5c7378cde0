import type { SelfCheck, Sensor } from '../api/types';
import { FEED_SILENT_AFTER_S } from '../model/alarms';
import { sensorAge_s, shown, silent_s, timeBar, now_ms } from '../model/store';
import { ageText, ms } from '../model/time';

/** Sensors, feed, clock and log: always in sight, each by sign and word. */
export function HealthStrip() {
  const state = shown.value;
  return (
    <section class="health" aria-label="Health of sensors, feed, clock and log">
      <Feed />
      {state && (
        <>
          <Chip
            ok={state.clock.status === 'ok'}
            name="clock"
            word={state.clock.status}
            detail={`lag ${state.clock.engine_lag_s.toFixed(1)} s`}
          />
          <Chip
            ok={!state.log.alarm}
            name="log"
            word={state.log.alarm ?? 'ok'}
            detail={`${state.log.seq.toLocaleString('en-GB')} records, ${gigabytes(state.log.disk_free_bytes)} free`}
          />
          {state.self_check && <WayOut check={state.self_check} />}
          <Sensors sensors={state.sensors} />
        </>
      )}
    </section>
  );
}

function Feed() {
  const silent = silent_s.value;
  if (timeBar.value) return <Chip ok={false} name="feed" word="NOT LIVE" detail="time bar" />;
  if (silent === null) return <Chip ok={false} name="feed" word="connecting" detail="" />;
  const ok = silent < FEED_SILENT_AFTER_S;
  return <Chip ok={ok} name="feed" word={ok ? 'live' : 'SILENT'} detail={ok ? '' : `for ${ageText(silent)}`} />;
}

/** Whether a complete message still goes all the way through, tried on our own listener alone. */
function WayOut({ check }: { check: SelfCheck }) {
  const seen_ms = ms(check.seen);
  const detail = seen_ms === null ? 'never seen' : `seen ${ageText((now_ms.value - seen_ms) / 1000)} ago`;
  const ok = check.status === 'ok';
  return <Chip ok={ok} name="way out" word={ok ? 'ok' : check.status.toUpperCase()} detail={detail} />;
}

/** As many chips as fit; what is wrong comes first, and the rest is counted. */
const CHIPS_AT_MOST = 8;

function Sensors({ sensors }: { sensors: Sensor[] }) {
  const wrong = (s: Sensor) => Number(s.status !== 'ok');
  const ordered = [...sensors].sort((a, b) => wrong(b) - wrong(a) || (a.id < b.id ? -1 : 1));
  const rest = ordered.length - CHIPS_AT_MOST;
  if (ordered.length === 0) return <Chip ok={false} name="sensors" word="NONE" detail="nothing watches" />;
  return (
    <>
      {ordered.slice(0, CHIPS_AT_MOST).map((sensor) => (
        <Chip
          key={sensor.id}
          ok={sensor.status === 'ok'}
          half={sensor.status === 'degraded'}
          name={sensor.id}
          word={sensor.status === 'ok' ? 'ok' : sensor.status.toUpperCase()}
          detail={heard(sensor)}
        />
      ))}
      {rest > 0 && <span class="chip">and {rest} more</span>}
    </>
  );
}

function heard(sensor: Sensor): string {
  const newest_ms = Math.max(ms(sensor.last_report) ?? 0, ms(sensor.last_heartbeat) ?? 0);
  const known = newest_ms > 0 ? (now_ms.value - newest_ms) / 1000 : undefined;
  const age_s = timeBar.value ? known : (sensorAge_s.value.get(sensor.id) ?? known);
  const clock = sensor.clock_offset_s;
  const off = clock !== null && Math.abs(clock) >= 0.5 ? `, clock off ${clock.toFixed(1)} s` : '';
  return (age_s === undefined ? 'never heard' : `heard ${ageText(age_s)} ago`) + off;
}

interface ChipProps {
  ok: boolean;
  half?: boolean;
  name: string;
  word: string;
  detail: string;
}

function Chip({ ok, half = false, name, word, detail }: ChipProps) {
  return (
    <span class={`chip ${ok ? 'chip-ok' : half ? 'chip-half' : 'chip-bad'}`}>
      <span aria-hidden="true">{ok ? '●' : half ? '◐' : '✕'}</span> <b>{name}</b> {word}{' '}
      <small>{detail}</small>
    </span>
  );
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${Math.floor(bytes / 1e9)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}
