import { useEffect, useRef } from 'preact/hooks';
import { effect } from '@preact/signals';
import { Globe } from '../map/globe';
import { scene, EMPTY } from '../map/scene';
import { dragged } from '../map/view';
import { select, toggleOpened } from '../model/act';
import { groups, now_ms, opened, selected, selectedGroup, selectedThreat, shown } from '../model/store';
import { attach, fit, kind, mapZoom, moved, resized, toggleKind, wholeScene } from './map-control';

/** How often the map is drawn again only because time went on [ms]. */
const AGEING_STEP_MS = 5000;

export function MapPane() {
  const pane = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!pane.current || !base.current || !top.current) return;
    return start(pane.current, base.current, top.current);
  }, []);
  return (
    <section class="map" aria-label="Map">
      <div class="map-canvas" ref={pane}>
        <canvas ref={base} aria-hidden="true" />
        <canvas
          ref={top}
          role="img"
          aria-label="Map of sensors, tracks, launches and impacts. The queue holds the same as a table."
        />
      </div>
      <div class="map-tools">
        <button onClick={toggleKind}>{kind.value === 'flat' ? 'Globe (G)' : 'Flat map (G)'}</button>
        <button onClick={fit}>Fit (F)</button>
        <button onClick={wholeScene}>Satellites (W)</button>
        <button aria-label="Nearer" onClick={() => mapZoom(1.4)}>
          +
        </button>
        <button aria-label="Farther" onClick={() => mapZoom(1 / 1.4)}>
          −
        </button>
      </div>
      <p class="legend">
        <b class="confirmed">◆ red: confirmed</b> <b class="suspected">◇ yellow: suspected</b>{' '}
        <span class="stale">grey: stale</span> · ▲ dashed: launch · ● line: track, dotted ahead · ✕ hatched: impact
        (90 %) · <span class="ours">blue: sensors</span>
      </p>
    </section>
  );
}

function start(pane: HTMLElement, base: HTMLCanvasElement, top: HTMLCanvasElement): () => void {
  const globe = new Globe(base, top);
  attach(globe);
  const size = () => resized({ width: Math.max(1, pane.clientWidth), height: Math.max(1, pane.clientHeight) });
  const watch = new ResizeObserver(size);
  watch.observe(pane);
  size();
  const stopScene = effect(() => {
    const state = shown.value;
    const at_ms = Math.floor(now_ms.value / AGEING_STEP_MS) * AGEING_STEP_MS;
    globe.setScene(state ? scene(state, selected.value, selectedGroup.value, at_ms) : EMPTY);
  });
  const stopFit = effect(fitOnChoice);
  const stopHands = hands(globe, top);
  return () => {
    stopHands();
    stopFit();
    stopScene();
    watch.disconnect();
    attach(null);
    globe.destroy();
  };
}

let fitted: string | null = null;

/** A new choice is brought into view; so is the same when it first has an impact. */
function fitOnChoice(): void {
  const chosen = selected.value;
  const impact = selectedThreat.value?.assessment.impact ?? selectedGroup.value?.first;
  const now = `${chosen} ${impact ? 'with' : 'without'} ${shown.value ? '' : 'nothing'}`;
  if (now === fitted) return;
  fitted = now;
  fit();
}

const CLICK_PX = 4;

/** Drag, wheel, click. */
function hands(globe: Globe, canvas: HTMLCanvasElement): () => void {
  let last: { x: number; y: number; moved: number } | null = null;
  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    last = { x: event.offsetX, y: event.offsetY, moved: 0 };
  };
  const move = (event: PointerEvent) => {
    if (!last) return;
    const [dx, dy] = [event.offsetX - last.x, event.offsetY - last.y];
    last = { x: event.offsetX, y: event.offsetY, moved: last.moved + Math.hypot(dx, dy) };
    if (last.moved > CLICK_PX) moved(dragged(globe.projector, dx, dy));
  };
  const up = (event: PointerEvent) => {
    const clicked = last !== null && last.moved <= CLICK_PX;
    last = null;
    const found = clicked ? globe.pick(event.offsetX, event.offsetY) : null;
    if (found) choose(found);
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    mapZoom(Math.exp(-event.deltaY / 400));
  };
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('wheel', wheel, { passive: false });
  return () => {
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('wheel', wheel);
  };
}

/** A member of a folded raid folds it open: the queue shows what the map chose. */
function choose(object: string): void {
  const raid = groups.value.find((g) => g.members.length > 1 && g.members.some((m) => m.assessment.object === object));
  if (raid && !opened.value.has(raid.key)) toggleOpened(raid.key);
  select(object);
}
