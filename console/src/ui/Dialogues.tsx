import { KEYS } from '../keys';
import { dialogue, refused, shelve } from '../model/act';
import type { Alarm } from '../model/alarms';
import { PATTERNS } from '../sound';
import { Modal } from './Modal';
import { ReleaseDialogue } from './ReleaseDialogue';
import { SignInForm } from './SignIn';

/** Whatever stands on top of everything. */
export function Dialogues() {
  const asked = dialogue.value;
  if (!asked) return null;
  switch (asked.kind) {
    case 'help':
      return <Help />;
    case 'sign_in':
      return (
        <Modal title="Sign in">
          <SignInForm why={asked.why} />
        </Modal>
      );
    case 'shelve':
      return <Shelve alarm={asked.alarm} />;
    case 'release':
      return <ReleaseDialogue warning={asked.warning} action={asked.action} />;
  }
}

const GROUPS = ['Threats', 'Warnings', 'Time', 'Map', 'Console'] as const;

function Help() {
  return (
    <Modal title="All keys" wide>
      <h2>All keys</h2>
      <div class="help">
        {GROUPS.map((group) => (
          <table key={group}>
            <caption>{group}</caption>
            <tbody>
              {KEYS.filter((line) => line.group === group).map((line) => (
                <tr key={line.shown}>
                  <th scope="row">
                    <kbd>{line.shown}</kbd>
                  </th>
                  <td>{line.does}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
        <table>
          <caption>Sounds</caption>
          <tbody>
            {Object.entries(PATTERNS).map(([kind, { words }]) => (
              <tr key={kind}>
                <th scope="row">{kind.replace('_', '-')}</th>
                <td>{words}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}

const MINUTES = [5, 15, 30, 60];
const REASON_AT_LEAST = 3;

function Shelve({ alarm }: { alarm: Alarm }) {
  return (
    <Modal title="Shelve an alarm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          void shelve(alarm, Number(data.get('minutes')), String(data.get('reason')).trim());
        }}
      >
        <h2>Shelve: {alarm.text}</h2>
        <p>It stays in sight and comes back by itself. Confirmed threats are never shelved.</p>
        <label>
          How long{' '}
          <select name="minutes">
            {MINUTES.map((value) => (
              <option key={value} value={value}>
                {value} minutes
              </option>
            ))}
          </select>
        </label>
        <label>
          Reason, for the log <input name="reason" required minLength={REASON_AT_LEAST} maxLength={200} autofocus />
        </label>
        <p class="refusal" role="alert">
          {refused.value}
        </p>
        <button type="submit">Shelve it</button>
      </form>
    </Modal>
  );
}
