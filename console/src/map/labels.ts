/** Names on the map: one that would cover another is left out. */
import { COLOUR } from './palette';
import type { Size } from './view';

const HEIGHT_PX = 13;

export class Labels {
  private readonly taken: [number, number, number, number][] = [];

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly size: Size,
  ) {
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'alphabetic';
  }

  get count(): number {
    return this.taken.length;
  }

  widthOf(text: string): number {
    return this.context.measureText(text).width;
  }

  put(text: string, x: number, y: number, colour: string): void {
    const width = this.widthOf(text);
    const left = Math.max(2, Math.min(this.size.width - width - 2, x));
    const top = Math.max(HEIGHT_PX, Math.min(this.size.height - 4, y));
    const box: [number, number, number, number] = [left, top - HEIGHT_PX, left + width, top];
    if (this.taken.some((other) => overlap(box, other))) return;
    this.taken.push(box);
    this.context.strokeStyle = COLOUR.space;
    this.context.lineWidth = 3;
    this.context.lineJoin = 'round';
    this.context.strokeText(text, left, top);
    this.context.fillStyle = colour;
    this.context.fillText(text, left, top);
  }
}

function overlap(
  [l1, t1, r1, b1]: [number, number, number, number],
  [l2, t2, r2, b2]: [number, number, number, number],
): boolean {
  return l1 < r2 && l2 < r1 && t1 < b2 && t2 < b1;
}
