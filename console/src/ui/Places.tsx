import type { Place } from '../api/types';
import { clockText, ms } from '../model/time';
import { km } from '../model/words';

const SHOWN_AT_MOST = 8;

/** Places at risk: those inside the 90 % first. */
export function Places({ places, known }: { places: Place[]; known: boolean }) {
  if (places.length === 0) {
    return <p class="no-places">{known ? 'No place of the gazetteer is near.' : 'Places at risk: not known yet.'}</p>;
  }
  return (
    <table class="places">
      <caption>Places at risk</caption>
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">People</th>
          <th scope="col">Where</th>
          <th scope="col">Expected</th>
        </tr>
      </thead>
      <tbody>
        {places.slice(0, SHOWN_AT_MOST).map((place) => (
          <tr key={`${place.name} ${place.country}`} class={place.inside_90 ? 'inside' : ''}>
            <th scope="row">
              {place.name}, {place.country}
            </th>
            <td>{place.population.toLocaleString('en-GB')}</td>
            <td>{place.inside_90 ? 'INSIDE 90 %' : `${km(place.distance_m)} km off`}</td>
            <td>{place.expected_time ? clockText(ms(place.expected_time) ?? 0) : '–'}</td>
          </tr>
        ))}
        {places.length > SHOWN_AT_MOST && (
          <tr>
            <td colSpan={4}>and {places.length - SHOWN_AT_MOST} more</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
