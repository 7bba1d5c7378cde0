import { otherWarnings, select, toggleOpened } from '../model/act';
import { byDomain, countOf } from '../model/evidence';
import { ended, groups, now_ms, opened, selected } from '../model/store';
import { type Group, impactTime, placesOf, threatProbability } from '../model/threats';
import type { Threat } from '../api/types';
import { clockText, countdown, freshness, ms } from '../model/time';
import { className, percent, plural, reasonText, VERDICT_SIGN, VERDICT_WORD } from '../model/words';
import { Age } from './Clock';
import { stateWord } from './WarningPanel';

/** The queue by time left. The same facts as the map, for whoever cannot see it. */
export function Queue() {
  const list = groups.value;
  return (
    <section class="queue scrolls" aria-label="Threats by time left" tabIndex={0}>
      <table>
        <caption>
          {list.length === 0 ? 'No threats' : `${plural(count(list), 'threat')}, least time first`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Time left</th>
            <th scope="col">Threat</th>
            <th scope="col">Domains</th>
          </tr>
        </thead>
        <tbody>
          {list.map((group) => (
            <Rows key={group.key} group={group} />
          ))}
        </tbody>
      </table>
      <OtherWarnings />
      <Settled />
    </section>
  );
}

const count = (list: Group[]) => list.reduce((sum, group) => sum + group.members.length, 0);

function Rows({ group }: { group: Group }) {
  if (group.members.length === 1) return <ThreatRow threat={group.members[0]!} group={group} />;
  const open = opened.value.has(group.key);
  return (
    <>
      <RaidRow group={group} open={open} />
      {open && group.members.map((m) => <ThreatRow key={m.assessment.object} threat={m} group={null} />)}
    </>
  );
}

function RaidRow({ group, open }: { group: Group; open: boolean }) {
  const chosen = selected.value === group.key;
  const tone = group.confirmed > 0 ? 'confirmed' : 'suspected';
  const age_s = (now_ms.value - group.computed_ms) / 1000;
  return (
    <tr class={`row row-${tone} row-${freshness(age_s)} ${chosen ? 'chosen' : ''}`} onClick={() => select(group.key)}>
      <TimeCell impact={group.first} />
      <th scope="row">
        <button class="name" aria-current={chosen} onClick={() => select(group.key)}>
          {VERDICT_SIGN[tone]} RAID {group.key}
        </button>{' '}
        <b>{group.members.length} threats as one</b>
        <div class="detail">
          {group.confirmed} confirmed, {group.suspected} suspected
          {group.acknowledged_by && ` · acknowledged by ${group.acknowledged_by}`}
        </div>
        <Where members={group.members} />
        <button
          class="fold"
          aria-expanded={open}
          onClick={(event) => {
            event.stopPropagation();
            toggleOpened(group.key);
          }}
        >
          {open ? 'Fold' : `Show all ${group.members.length}`}
        </button>
      </th>
      <td>
        <Age age_s={age_s} />
      </td>
    </tr>
  );
}

function ThreatRow({ threat, group }: { threat: Threat; group: Group | null }) {
  const { assessment } = threat;
  const chosen = selected.value === assessment.object;
  const age_s = (now_ms.value - (ms(assessment.time) ?? 0)) / 1000;
  const tone = assessment.verdict;
  const choose = () => select(assessment.object);
  return (
    <tr class={`row row-${tone} row-${freshness(age_s)} ${chosen ? 'chosen' : ''} ${group ? '' : 'member'}`} onClick={choose}>
      <TimeCell impact={impactTime(assessment)} />
      <th scope="row">
        <button class="name" aria-current={chosen} onClick={choose}>
          {VERDICT_SIGN[tone]} {assessment.object}
        </button>{' '}
        <b class={`verdict verdict-${tone}`}>{VERDICT_WORD[tone]}</b> {percent(threatProbability(assessment))}
        <div class="detail">
          {className(assessment.classification)}, {assessment.phase}
          {threat.acknowledged_by && ` · acknowledged by ${threat.acknowledged_by}`}
        </div>
        <Where members={[threat]} />
      </th>
      <td>
        <Domains threat={threat} />
        <Age age_s={age_s} />
      </td>
    </tr>
  );
}

function TimeCell({ impact }: { impact: Group['first'] }) {
  if (!impact) return <td class="left">not known yet</td>;
  const { text, plus_minus, past } = countdown(impact.at_ms, impact.sigma_s, now_ms.value);
  return (
    <td class={`left ${past ? 'past' : ''}`}>
      <b>{text}</b>
      <small>{plus_minus}</small>
    </td>
  );
}

function Domains({ threat }: { threat: Threat }) {
  const domains = byDomain(threat.assessment.evidence);
  const agree = countOf(domains, 'agrees');
  const against = countOf(domains, 'disagrees');
  return (
    <div class="domains">
      ✓ {agree}
      {against > 0 && <b class="against"> ✗ {against}</b>}
    </div>
  );
}

/** Places at risk in a line; or where it comes down when no place is near. */
function Where({ members }: { members: Threat[] }) {
  const places = placesOf(members);
  const inside = places.filter((place) => place.inside_90);
  if (inside.length > 0) {
    const more = inside.length > 1 ? ` and ${inside.length - 1} more` : '';
    return <div class="detail where">inside 90 %: {inside[0]!.name}{more}</div>;
  }
  if (places[0]) return <div class="detail">nearest place: {places[0].name}</div>;
  const known = members.some((m) => m.assessment.impact || m.assessment.impact_region);
  return <div class="detail">{known ? 'no place in the region' : 'no impact known'}</div>;
}

function OtherWarnings() {
  const list = otherWarnings.value;
  if (list.length === 0) return null;
  return (
    <table class="others">
      <caption>Warnings of nothing in the queue</caption>
      <thead>
        <tr>
          <th scope="col">Warning</th>
          <th scope="col">State</th>
          <th scope="col">Last word</th>
        </tr>
      </thead>
      <tbody>
        {list.map((warning) => (
          <tr
            key={warning.warning}
            class={`row ${selected.value === warning.warning ? 'chosen' : ''}`}
            onClick={() => select(warning.warning)}
          >
            <th scope="row">
              <button class="name" aria-current={selected.value === warning.warning} onClick={() => select(warning.warning)}>
                {warning.warning}
              </button>
            </th>
            <td>
              <b class={`state-${warning.state}`}>{stateWord(warning)}</b>
            </td>
            <td>
              {warning.event.action} at {clockText(ms(warning.event.time) ?? 0)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SETTLED_AT_MOST = 100;

function Settled() {
  const list = ended.value;
  if (list.length === 0) return null;
  return (
    <details class="settled">
      <summary>{plural(list.length, 'object')} looked at, no threat now</summary>
      <table>
        <caption class="unseen">Objects that are no threat now</caption>
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col">What it is</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {list.slice(0, SETTLED_AT_MOST).map(({ assessment }) => (
            <tr key={assessment.object} class="row" onClick={() => select(assessment.object)}>
              <th scope="row">
                <button class="name" onClick={() => select(assessment.object)}>
                  {VERDICT_SIGN[assessment.verdict]} {assessment.object}
                </button>
              </th>
              <td>{className(assessment.classification)}</td>
              <td>{reasonText(assessment.reason)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
