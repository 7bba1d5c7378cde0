import type { Alarm } from '../model/alarms';
import { acknowledge, askShelve, shelvable } from '../model/act';
import { answered, isAnswered, unanswered } from '../model/attention';
import { liveAlarms } from '../model/store';
import { clockText, ms } from '../model/time';

const SIGN: Record<Alarm['kind'], string> = {
  alert: '◆ ALERT',
  pre_alert: '◇ PRE-ALERT',
  ended: '▣ ENDED',
  silence: '∅ SILENCE',
};

const SHOWN_AT_MOST = 4;

/** What calls for a person, the gravest first, each with what to do. */
export function AlarmStrip() {
  const answers = answered.value;
  const open = unanswered.value;
  const rest = liveAlarms.value.filter((alarm) => isAnswered(alarm, answers));
  const all = [...open, ...rest];
  if (all.length === 0) {
    return (
      <section class="alarms quiet" aria-label="Alarms">
        No alarms.
      </section>
    );
  }
  return (
    <section class="alarms" aria-label="Alarms">
      <ul>
        {all.slice(0, SHOWN_AT_MOST).map((alarm) => (
          <Line key={alarm.key} alarm={alarm} answered={isAnswered(alarm, answers)} />
        ))}
      </ul>
      {all.length > SHOWN_AT_MOST && <small>and {all.length - SHOWN_AT_MOST} more</small>}
    </section>
  );
}

function Line({ alarm, answered }: { alarm: Alarm; answered: boolean }) {
  return (
    <li class={`alarm alarm-${alarm.kind} ${answered ? 'answered' : 'unanswered'}`}>
      <b class="alarm-kind">{SIGN[alarm.kind]}</b>{' '}
      <span class="alarm-text">
        <b>{alarm.text}.</b> {alarm.action}
      </span>
      {alarm.shelved ? (
        <small>
          shelved to {clockText(ms(alarm.shelved.until) ?? 0)} by {alarm.shelved.by}: {alarm.shelved.reason}
        </small>
      ) : answered ? (
        <small>acknowledged{alarm.acknowledged_by ? ` by ${alarm.acknowledged_by}` : ''}</small>
      ) : (
        <button onClick={() => void acknowledge(alarm)}>Acknowledge</button>
      )}
      {shelvable(alarm) && !alarm.shelved && (
        <button onClick={() => askShelve(alarm)}>Shelve…</button>
      )}
    </li>
  );
}
