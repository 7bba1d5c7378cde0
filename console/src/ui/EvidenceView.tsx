import type { Evidence } from '../api/types';
import { agreement, byDomain, type Domain } from '../model/evidence';
import { EVIDENCE_SIGN, EVIDENCE_WORD, plural } from '../model/words';

/** Why: failure domains are counted, not sensors. */
export function EvidenceView({ evidence }: { evidence: Evidence[] }) {
  const domains = byDomain(evidence);
  return (
    <section class="evidence" aria-label="Evidence by failure domain">
      <h3>Why: {agreement(evidence)}</h3>
      <table>
        <caption class="unseen">Evidence by failure domain</caption>
        <thead>
          <tr>
            <th scope="col">Failure domain</th>
            <th scope="col">Sensor</th>
            <th scope="col">Says</th>
            <th scope="col">Weight</th>
          </tr>
        </thead>
        <tbody>{domains.map((domain) => <Lines key={domain.name} domain={domain} />)}</tbody>
      </table>
      <p class="note">Weight: natural logarithm of the odds it adds, for a threat (+) or against (−).</p>
    </section>
  );
}

function Lines({ domain }: { domain: Domain }) {
  return (
    <>
      {domain.sensors.map((line, index) => (
        <tr key={line.sensor} class={`says-${line.state}`}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={domain.sensors.length}>
              {domain.name}
            </th>
          )}
          <td>{line.sensor}</td>
          <td>
            {EVIDENCE_SIGN[line.state]} {EVIDENCE_WORD[line.state]}
            {line.reports ? ` (${plural(line.reports, 'report')})` : ''}
          </td>
          <td class="number">
            {line.log_likelihood_ratio >= 0 ? '+' : '−'}
            {Math.abs(line.log_likelihood_ratio).toFixed(1)}
          </td>
        </tr>
      ))}
    </>
  );
}
