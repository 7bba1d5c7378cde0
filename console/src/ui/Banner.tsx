import { open, signOut } from '../model/act';
import { live, liveNow_ms, me, now_ms, timeBar } from '../model/store';
import { ageText, dateText } from '../model/time';
import { MODE_MEANING, MODE_WORD } from '../model/words';
import { audible, muted } from '../sound';

/** What kind of world this is, by word, pattern and border. Always there, never the same twice. */
export function Banner() {
  const mode = live.value?.mode;
  const bar = timeBar.value;
  const word = bar ? 'REPLAY' : mode ? MODE_WORD[mode] : 'NO DATA';
  return (
    <header class="banner" role="banner">
      <h1 class="banner-word">{word}</h1>
      <div class="banner-text">{bar ? <Past /> : mode ? MODE_MEANING[mode] : 'Waiting for the service.'}</div>
      <time class="banner-clock">{now_ms.value > 0 ? dateText(now_ms.value) : '--:--:--'}</time>
      <Person />
      <div class="banner-word" aria-hidden="true">
        {word}
      </div>
    </header>
  );
}

function Past() {
  const mode = live.value?.mode;
  const behind_s = (liveNow_ms.value - now_ms.value) / 1000;
  return (
    <>
      of the {mode ? MODE_WORD[mode] : ''} log, {timeBar.value?.playing ? 'playing' : 'PAUSED'}.{' '}
      <strong>Not live: {ageText(behind_s)} behind.</strong>
    </>
  );
}

function Person() {
  return (
    <div class="person">
      {me.value ? (
        <>
          <span>
            {me.value.name} <small>({me.value.roles.join(', ')})</small>
          </span>
          <button onClick={() => void signOut()}>Sign out</button>
        </>
      ) : (
        <button onClick={() => open({ kind: 'sign_in', why: 'Sign in to act.' })}>Sign in</button>
      )}
      <button class="sound" aria-pressed={muted.value} onClick={() => (muted.value = !muted.value)}>
        {muted.value ? 'Sound OFF' : audible.value ? 'Sound on' : 'Sound waits for a key'}
      </button>
      <button aria-label="Help: all keys" onClick={() => open({ kind: 'help' })}>
        ?
      </button>
    </div>
  );
}
