import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Prepared, ReleaseAction, Warning } from '../api/types';
import { confirm, prepare, prepared, refused } from '../model/act';
import { live, me } from '../model/store';
import { dateText, ms } from '../model/time';
import { forbiddenWords, MODE_WORD } from '../model/words';
import { Modal } from './Modal';

const TITLE: Record<ReleaseAction, string> = {
  release: 'Release',
  update: 'Update',
  cancel: 'Cancel (danger over)',
  retract: 'Retract (our mistake)',
};

const MEANS: Record<ReleaseAction, string> = {
  release: 'People will be told to take shelter.',
  update: 'People who have the warning will get this in its place.',
  cancel: 'People will be told that the danger is over.',
  retract: 'People will be told that the warning was wrong.',
};

/** Exactly what would be sent, to whom, where, in which mode; and a code that is typed. */
export function ReleaseDialogue({ warning, action }: { warning: string; action: ReleaseAction }) {
  const what = prepared.value;
  const title = `${TITLE[action]} ${warning}`;
  return (
    <Modal title={title} wide>
      <h2>{title}</h2>
      {what ? <Message what={what} warning={warning} action={action} /> : <p>The service prepares the message…</p>}
      <p class="refusal" role="alert">
        {refused.value}
      </p>
      {refused.value && <button onClick={() => void prepare(warning, action)}>Prepare it again</button>}
    </Modal>
  );
}

interface MessageProps {
  what: Prepared;
  warning: string;
  action: ReleaseAction;
}

function Message({ what, warning, action }: MessageProps) {
  const banned = forbiddenWords(what.bytes, what.mode);
  const known = live.value?.warnings.find((w) => w.warning === warning);
  return (
    <>
      <div class={`mode-line mode-${what.mode}`}>
        <b class="banner-word">{MODE_WORD[what.mode]}</b> <span>{MEANS[action]}</span>
      </div>
      <dl class="facts">
        <dt>Audience</dt>
        <dd>{what.audience}</dd>
        <dt>Area</dt>
        <dd>{what.areas.length > 0 ? what.areas.join('; ') : 'NO AREA'}</dd>
        <dt>Mode</dt>
        <dd>{MODE_WORD[what.mode]}</dd>
        <dt>Time</dt>
        <dd>{dateText(ms(what.time) ?? 0)}</dd>
        <dt>People</dt>
        <dd>{known ? people(known, action) : ''}</dd>
        <dt>SHA-256</dt>
        <dd class="hash">{what.sha256}</dd>
      </dl>
      <p>The exact bytes:</p>
      <pre class="bytes scrolls" tabIndex={0} aria-label="The exact bytes">
        {what.bytes}
      </pre>
      {banned ? (
        <p class="refusal" role="alert">
          This is {MODE_WORD[what.mode]} and the text says “{banned}”. It cannot be sent. Call the system operator.
        </p>
      ) : (
        <Code what={what} action={action} />
      )}
    </>
  );
}

/** Who has approved, and who still must. */
function people({ approvals }: Warning, action: ReleaseAction): string {
  if (action === 'cancel' || action === 'retract') return 'One releaser is enough.';
  const first = approvals[0];
  if (!first) return 'You would be the first of two.';
  if (first.by === me.value?.name) return `You approved it. A second, different person must release it.`;
  return `Approved by ${first.by}. You would be the second: it goes out at once.`;
}

function Code({ what, action }: { what: Prepared; action: ReleaseAction }) {
  const [typed, setTyped] = useState('');
  // The message comes after the dialogue has opened: the browser's own autofocus is over by then.
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const right = typed.trim() === what.code;
  return (
    <form
      class="code"
      onSubmit={(event) => {
        event.preventDefault();
        if (right) void confirm(typed.trim());
      }}
    >
      <label>
        Type <b class="code-shown">{what.code}</b> to {TITLE[action].toLowerCase()}:{' '}
        <input
          ref={field}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          inputMode="numeric"
          autocomplete="off"
          aria-label={`Type ${what.code.split('').join(' ')}`}
        />
      </label>
      <button type="submit" class={`do-${action}`} disabled={!right}>
        {TITLE[action]}
      </button>
    </form>
  );
}
