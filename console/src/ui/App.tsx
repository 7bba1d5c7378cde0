import { live, liveAlarms, shown, signInAsked, silent_s, timeBar, trouble } from '../model/store';
import { FEED_SILENT_AFTER_S } from '../model/alarms';
import { done } from '../model/act';
import { unanswered } from '../model/attention';
import { AlarmStrip } from './AlarmStrip';
import { Banner } from './Banner';
import { Card } from './Card';
import { Dialogues } from './Dialogues';
import { HealthStrip } from './HealthStrip';
import { MapPane } from './MapPane';
import { Queue } from './Queue';
import { SignInForm } from './SignIn';
import { TimeBarView } from './TimeBarView';

export function App() {
  const state = shown.value;
  const mode = state?.mode ?? 'unknown';
  const stale = (silent_s.value ?? 0) >= FEED_SILENT_AFTER_S;
  const past = timeBar.value !== null;
  const classes = ['frame', `mode-${past ? 'replay' : mode}`, past && 'not-live', stale && 'feed-stale'];
  return (
    <div class={classes.filter(Boolean).join(' ')} data-heard={live.value?.engine_time}>
      <Banner />
      <HealthStrip />
      <AlarmStrip />
      {signInAsked.value && !state ? (
        <main class="alone">
          <SignInForm why={signInAsked.value} />
        </main>
      ) : (
        <main class="floor">
          <Queue />
          <MapPane />
          <Card />
        </main>
      )}
      <TimeBarView />
      <Announcements />
      <Dialogues />
    </div>
  );
}

/** For screen readers; and what went wrong, for everybody. */
function Announcements() {
  const loudest = unanswered.value[0];
  return (
    <>
      <div class="unseen" role="alert">
        {loudest ? `${loudest.text}. ${loudest.action}` : ''}
      </div>
      <div class="toast" role="status">
        {done.value}
        {trouble.value && <strong class="trouble"> Trouble: {trouble.value}</strong>}
        {liveAlarms.value.length === 0 && <span class="unseen">No alarms.</span>}
      </div>
    </>
  );
}
