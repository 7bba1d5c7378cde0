/** Land, coasts and borders: Natural Earth, as packed by world-atlas. */
import { geoGraticule10, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarse from 'world-atlas/countries-110m.json';
import fineUrl from 'world-atlas/countries-50m.json?url';
import { COLOUR } from './palette';
import type { Projector } from './view';

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

interface Lines {
  land: GeoPermissibleObjects;
  borders: GeoPermissibleObjects;
}

function lines(world: World): Lines {
  return {
    land: feature(world, world.objects.land),
    borders: mesh(world, world.objects.countries, (a, b) => a !== b),
  };
}

const COARSE = lines(coarse as unknown as World);
const GRATICULE = geoGraticule10();
let fine: Lines | null = null;

/** Coarser lines are enough below this many pixels in a radian. */
const FINE_FROM_SCALE = 700;

/** Reads the finer lines, once; `then` when they are there. Without them the coarser stay. */
export function loadFine(then: () => void): void {
  fetch(fineUrl)
    .then((answer) => answer.json())
    .then((world: World) => {
      fine = lines(world);
      then();
    })
    .catch(() => undefined);
}

/** The base map: fine at rest when it is large, coarse while it moves. */
export function drawBase(context: CanvasRenderingContext2D, p: Projector, moving: boolean): void {
  const { width, height } = p.size;
  const path = geoPath(p.ground, context);
  const { land, borders } = fine && !moving && p.scale >= FINE_FROM_SCALE ? fine : COARSE;
  context.fillStyle = COLOUR.space;
  context.fillRect(0, 0, width, height);
  fill(context, path, { type: 'Sphere' }, COLOUR.sea);
  stroke(context, path, GRATICULE, COLOUR.grid, 0.6);
  fill(context, path, land, COLOUR.land);
  stroke(context, path, borders, COLOUR.border, 0.7);
  stroke(context, path, land, COLOUR.coast, 0.9);
  if (p.view.kind === 'globe') stroke(context, path, { type: 'Sphere' }, COLOUR.coast, 1.2);
}

type Path = ReturnType<typeof geoPath>;

function fill(
  context: CanvasRenderingContext2D,
  path: Path,
  what: GeoPermissibleObjects,
  colour: string,
): void {
  context.beginPath();
  path(what);
  context.fillStyle = colour;
  context.fill();
}

function stroke(
  context: CanvasRenderingContext2D,
  path: Path,
  what: GeoPermissibleObjects,
  colour: string,
  width: number,
): void {
  context.beginPath();
  path(what);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}
