/** The map's view, moved by keys, buttons and choices. */
import { signal } from '@preact/signals';
import { Globe } from '../map/globe';
import { fanEdge, type Point3 } from '../map/geometry';
import { dragged, fitted, limited, type Size, type View, wide } from '../map/view';
import { selectedGroup, selectedThreat, shown } from '../model/store';
import type { Assessment } from '../api/types';

export const kind = signal<View['kind']>('flat');

let globe: Globe | null = null;

export function attach(made: Globe | null): void {
  globe = made;
}

/** What chose the view: done again when the pane changes its size, until a hand moves the map. */
let chosenBy: (() => void) | null = fit;

/** The pane has another size now. */
export function resized(size: Size): void {
  globe?.setSize(size);
  chosenBy?.();
}

/** A hand has moved the map: it stays where it was put. */
export function moved(view: View): void {
  chosenBy = null;
  globe?.setView(view);
}

export function mapMove(dx: number, dy: number): void {
  if (globe) moved(dragged(globe.projector, dx, dy));
}

export function mapZoom(factor: number): void {
  if (globe) moved(limited({ ...globe.view, zoom: globe.view.zoom * factor }));
}

export function toggleKind(): void {
  if (!globe) return;
  kind.value = kind.value === 'flat' ? 'globe' : 'flat';
  globe.setView({ ...globe.view, kind: kind.value, zoom: 1 });
  fit();
}

/** The chosen threat or raid, launch to impact; all sensors when nothing is chosen. */
export function fit(): void {
  chosenBy = fit;
  if (!globe) return;
  const size = globe.projector.size;
  const group = selectedGroup.value;
  const threat = selectedThreat.value;
  const members = threat ? [threat] : (group?.members ?? []);
  const points = members.flatMap((member) => placesOf(member.assessment));
  if (points.length > 0) globe.setView(fitted(kind.value, points, size));
  else quiet();
}

/** Nothing flies: what the sensors watch. */
function quiet(): void {
  if (!globe) return;
  const points = (shown.value?.sensors ?? []).flatMap(({ position, fan }): Point3[] => {
    if (!position) return [];
    const at: Point3 = [position.longitude_deg, position.latitude_deg, position.height_m];
    return fan ? [at, ...fanEdge(at, fan)] : [at];
  });
  globe.setView(fitted(kind.value, points, globe.projector.size));
}

export function wholeScene(): void {
  chosenBy = wholeScene;
  if (!globe) return;
  const heights = (shown.value?.sensors ?? []).map((s) => s.position?.height_m ?? 0);
  kind.value = 'globe';
  globe.setView(wide(globe.view, Math.max(0, ...heights)));
}

function placesOf({ launch, impact, state, impact_region }: Assessment): Point3[] {
  const marks = [launch, impact].flatMap((line): Point3[] =>
    line ? [[line.longitude_deg, line.latitude_deg, 0]] : [],
  );
  if (impact || !impact_region) return marks.length > 0 || !state ? marks : [];
  const rings =
    impact_region.type === 'Polygon'
      ? impact_region.coordinates
      : impact_region.coordinates.flat();
  return [...marks, ...rings.flat().map(([lon, lat]): Point3 => [lon, lat, 0])];
}
