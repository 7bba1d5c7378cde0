import type { Delivery, ReleaseAction, Warning } from '../api/types';
import { askRelease, whyNot } from '../model/act';
import { ageText, clockText, ms } from '../model/time';
import { now_ms } from '../model/store';
import { plural } from '../model/words';

export function stateWord(warning: Warning): string {
  if (awaitsSecond(warning)) return 'AWAITING SECOND PERSON';
  return { draft: 'DRAFT', awaiting_second_person: '', issued: 'OUT', cancelled: 'CANCELLED', retracted: 'RETRACTED' }[
    warning.state
  ];
}

export function awaitsSecond({ state, approvals }: Warning): boolean {
  return state === 'awaiting_second_person' || (state === 'draft' && approvals.length > 0);
}

const BUTTONS: { action: ReleaseAction; label: string }[] = [
  { action: 'release', label: 'Release (R)' },
  { action: 'update', label: 'Update (U)' },
  { action: 'cancel', label: 'Cancel: danger over (C)' },
  { action: 'retract', label: 'Retract: our mistake (X)' },
];

/** The warning of the chosen threat: where it stands, what can be done, what got through. */
export function WarningPanel({ warning }: { warning: Warning }) {
  const { event } = warning;
  return (
    <section class={`warning warning-${warning.state}`} aria-label={`Warning ${warning.warning}`}>
      <h3>
        Warning {warning.warning}: <b class={`state-${warning.state}`}>{stateWord(warning)}</b>
      </h3>
      <p>{event.headline}</p>
      <Proposed warning={warning} />
      {awaitsSecond(warning) && (
        <p class="awaiting">
          Approved by {warning.approvals.map((a) => `${a.by} at ${clockText(ms(a.time) ?? 0)}`).join(', ')}. A second,
          different person must release it.
        </p>
      )}
      {warning.released_by.length > 0 && <p>Released by {warning.released_by.join(' and ')}.</p>}
      <div class="buttons">
        {BUTTONS.map(({ action, label }) => {
          const why = whyNot(action, warning);
          return why ? null : (
            <button key={action} class={`do-${action}`} onClick={() => askRelease(action, warning)}>
              {label}
            </button>
          );
        })}
      </div>
      <Deliveries deliveries={warning.deliveries} />
    </section>
  );
}

/** The engine takes it back, and a person must say so. */
function Proposed({ warning }: { warning: Warning }) {
  const { action } = warning.event;
  if (warning.state !== 'issued' || (action !== 'retract' && action !== 'cancel')) return null;
  return (
    <p class="proposed" role="note">
      {action === 'retract'
        ? 'The evidence is gone: this warning was WRONG. Retract it now (X).'
        : 'The danger is over. Cancel it now (C).'}
    </p>
  );
}

const DELIVERY_SIGN: Record<Delivery['state'], string> = {
  queued: '… queued',
  sent: '→ sent',
  accepted: '✓ accepted',
  seen: '✓✓ seen by our own receiver',
  failed: '✕ FAILED, will be tried again',
  dead: '✕ NOT DELIVERED',
};

/** Sent, accepted, seen: channel by channel. */
function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  if (deliveries.length === 0) return <p class="no-delivery">Nothing was sent yet.</p>;
  return (
    <table class="deliveries">
      <caption>Delivery</caption>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">State</th>
          <th scope="col">Tries</th>
          <th scope="col">Age</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((line, index) => (
          <tr key={index} class={`delivery-${line.state}`} title={line.receipt ?? plural(line.attempts, 'try', 'tries')}>
            <th scope="row">
              {line.sink}
              {line.action && <small> {line.action}</small>}
            </th>
            <td>{DELIVERY_SIGN[line.state] ?? line.state}</td>
            <td>{line.attempts}</td>
            <td>{line.time ? ageText((now_ms.value - (ms(line.time) ?? 0)) / 1000) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
