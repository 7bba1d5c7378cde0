import type { Assessment, Impact, Launch, Threat } from '../api/types';
import { selectedWarning } from '../model/act';
import { now_ms, selectedGroup, selectedThreat, shown } from '../model/store';
import { agreement } from '../model/evidence';
import { type Group, impactTime, isOpen, pieces, placesOf, threatProbability } from '../model/threats';
import { ageText, clockText, durationText, ms } from '../model/time';
import { className, km, percent, placeText, plural, reasonText, VERDICT_SIGN, VERDICT_WORD } from '../model/words';
import { Clock } from './Clock';
import { EvidenceView } from './EvidenceView';
import { Places } from './Places';
import { Changed, Timeline } from './Timeline';
import { WarningPanel } from './WarningPanel';

/** One card: the chosen threat, the chosen raid as one, or a warning that stands alone. */
export function Card() {
  const threat = selectedThreat.value;
  const group = selectedGroup.value;
  const warning = selectedWarning.value;
  return (
    <section class="card scrolls" aria-label="Chosen threat" tabIndex={0}>
      {threat ? <ThreatCard threat={threat} /> : group ? <RaidCard group={group} /> : !warning && <Nothing />}
      {warning && <WarningPanel warning={warning} />}
      {threat && <More threat={threat} />}
    </section>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <h2>Nothing to decide</h2>
      <p>
        {shown.value
          ? 'No threat is known. The health strip above says whether anybody watches.'
          : 'The state is not here yet.'}
      </p>
    </div>
  );
}

function ThreatCard({ threat }: { threat: Threat }) {
  const { assessment } = threat;
  const { verdict, object } = assessment;
  return (
    <article class={`threat threat-${verdict}`} aria-label={`Threat ${object}`}>
      <h2>
        <span class={`verdict verdict-${verdict}`}>
          {VERDICT_SIGN[verdict]} {VERDICT_WORD[verdict]}
        </span>{' '}
        {object}
      </h2>
      <p class="probability">
        <b>{percent(threatProbability(assessment))}</b> missile or glide vehicle
        {isOpen(threat) && `; ${agreement(assessment.evidence)}`}
      </p>
      <p class="reason">
        {className(assessment.classification)}, {assessment.phase}; {reasonText(assessment.reason)}
        {assessment.basis === 'single_physics' && <SinglePhysics assessment={assessment} />}
      </p>
      {isOpen(threat) ? (
        <Clock impact={impactTime(assessment)} computed_ms={ms(assessment.time) ?? 0} />
      ) : (
        <p>It is no threat now, as of {clockText(ms(assessment.time) ?? 0)}.</p>
      )}
      <Changed />
      {isOpen(threat) && <WhereFromAndTo threat={threat} />}
    </article>
  );
}

function WhereFromAndTo({ threat: { assessment, places } }: { threat: Threat }) {
  return (
    <>
      <dl class="facts">
        <LaunchFacts launch={assessment.launch ?? null} />
        <ImpactFacts assessment={assessment} />
      </dl>
      <Places places={places} known={Boolean(assessment.impact ?? assessment.impact_region)} />
    </>
  );
}

/** Below the warning: why, and how it came to this. */
function More({ threat }: { threat: Threat }) {
  const fallen = shown.value ? pieces(shown.value, threat.assessment.object) : [];
  return (
    <>
      <EvidenceView evidence={threat.assessment.evidence} />
      <Others assessment={threat.assessment} />
      {fallen.length > 0 && (
        <p>
          {plural(fallen.length, 'piece')} of it: {fallen.map((piece) => piece.assessment.object).join(', ')}. One
          launch, one threat.
        </p>
      )}
      <Timeline />
    </>
  );
}

function SinglePhysics({ assessment }: { assessment: Assessment }) {
  const first_ms = ms(assessment.other_physics_first);
  return (
    <b class="single">
      {' '}
      One kind of sensor only.{' '}
      {first_ms === null ? 'No other kind will see it.' : `Another kind could see it from ${clockText(first_ms)}.`}
    </b>
  );
}

function LaunchFacts({ launch }: { launch: Launch | null }) {
  if (!launch) return <Fact name="▲ Launch">not known yet</Fact>;
  const site = launch.sites?.[0];
  const ago_s = (now_ms.value - (ms(launch.time) ?? 0)) / 1000;
  return (
    <Fact name="▲ Launch">
      {clockText(ms(launch.time) ?? 0)} ± {durationText(Math.ceil(launch.time_sigma_s * 1.96))} (
      {ageText(ago_s)} ago), {placeText(launch.latitude_deg, launch.longitude_deg)}, 90 % in {size(launch)}
      {site && `; ${site.name} (${percent(site.probability)})`}
    </Fact>
  );
}

function ImpactFacts({ assessment }: { assessment: Assessment }) {
  const { impact, impact_region } = assessment;
  if (impact) {
    return (
      <Fact name="✕ Impact">
        {placeText(impact.latitude_deg, impact.longitude_deg)}, 90 % in {size(impact)}
      </Fact>
    );
  }
  return (
    <Fact name="✕ Impact">
      {impact_region ? 'somewhere in the region on the map (90 %); no honest point yet' : 'not known yet'}
    </Fact>
  );
}

/** The whole axes of an ellipse: what a person would measure on the map. */
function size({ ellipse_90 }: Launch | Impact): string {
  return `${km(2 * ellipse_90.semi_major_m)} × ${km(2 * ellipse_90.semi_minor_m)} km`;
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const OTHERS_FROM = 0.005;

/** What else it could be. */
function Others({ assessment }: { assessment: Assessment }) {
  const lines = Object.entries(assessment.probabilities)
    .filter(([, p]) => p >= OTHERS_FROM)
    .sort((a, b) => b[1] - a[1]);
  return (
    <p class="could-be">
      Could be: {lines.map(([name, p]) => `${className(name)} ${percent(p)}`).join(', ')}
      {assessment.notice && `. Matches notice ${assessment.notice}`}
      {assessment.catalogue && `. Catalogued as ${assessment.catalogue}`}
    </p>
  );
}

function RaidCard({ group }: { group: Group }) {
  const times = group.members.map((m) => impactTime(m.assessment)?.at_ms).filter((t) => t !== undefined);
  const last_ms = times.length > 0 ? Math.max(...times) : null;
  return (
    <article class="threat threat-raid" aria-label={`Raid ${group.key}`}>
      <h2>
        <span class={`verdict verdict-${group.confirmed > 0 ? 'confirmed' : 'suspected'}`}>
          {group.confirmed > 0 ? '◆' : '◇'} RAID
        </span>{' '}
        {group.key}
      </h2>
      <p class="probability">
        <b>{group.members.length}</b> threats as one: {group.confirmed} confirmed, {group.suspected} suspected
      </p>
      <Clock impact={group.first} computed_ms={group.computed_ms} />
      <p>
        The first of them. {last_ms !== null && `The last comes down about ${clockText(last_ms)}.`} J and K walk the
        queue; O folds it open.
      </p>
      <Places
        places={placesOf(group.members)}
        known={group.members.some((m) => m.assessment.impact ?? m.assessment.impact_region)}
      />
    </article>
  );
}
