import type { ImpactTime } from '../model/threats';
import { ageText, clockText, countdown, freshness } from '../model/time';
import { now_ms, timeBar } from '../model/store';

/** Time left to the impact, how sure, and how old the computation is. */
export function Clock({ impact, computed_ms }: { impact: ImpactTime | null; computed_ms: number }) {
  const now = now_ms.value;
  const age_s = (now - computed_ms) / 1000;
  const fresh = freshness(age_s);
  return (
    <div class={`clock clock-${fresh} ${timeBar.value ? 'clock-stopped' : ''}`}>
      {impact ? <Left impact={impact} now_ms={now} /> : <div class="clock-unknown">time not known yet</div>}
      <Age age_s={age_s} />
    </div>
  );
}

function Left({ impact, now_ms }: { impact: ImpactTime; now_ms: number }) {
  const { text, plus_minus, past } = countdown(impact.at_ms, impact.sigma_s, now_ms);
  return (
    <>
      <div class="clock-left">
        <span class="clock-digits">{text}</span> <span class="clock-sigma">{plus_minus}</span>
      </div>
      <div class="clock-words">
        {past ? 'since the expected impact' : 'to impact'} at {clockText(impact.at_ms)}
        {impact.earliest_ms !== null && !past && `, not before ${clockText(impact.earliest_ms)}`}
      </div>
    </>
  );
}

/** The age of what is shown, in words that also grey it. */
export function Age({ age_s }: { age_s: number }) {
  const fresh = freshness(age_s);
  return (
    <small class={`age age-${fresh}`}>
      computed {ageText(age_s)} ago{fresh === 'stale' ? ' — STALE' : ''}
    </small>
  );
}
