/** Names on the map: one that would cover another moves aside, or is left out. */
import { COLOUR } from './palette';
import type { Size } from './view';

const HEIGHT_PX = 13;

/** Left, top, right, bottom. */
type Box = [number, number, number, number];

export class Labels {
  private readonly taken: Box[] = [];

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

  /** Here, or a line below or above; nowhere if all of them are taken. */
  put(text: string, x: number, y: number, colour: string): void {
    const width = this.widthOf(text);
    const left = Math.max(2, Math.min(this.size.width - width - 2, x));
    for (const lines of [0, 1, -1, 2, -2]) {
      const wanted = y + lines * (HEIGHT_PX + 1);
      const bottom = Math.max(HEIGHT_PX, Math.min(this.size.height - 4, wanted));
      const box: Box = [left, bottom - HEIGHT_PX, left + width, bottom];
      if (this.taken.some((other) => overlap(box, other))) continue;
      this.taken.push(box);
      this.write(text, left, bottom, colour);
      return;
    }
  }

  private write(text: string, left: number, bottom: number, colour: string): void {
    this.context.strokeStyle = COLOUR.space;
    this.context.lineWidth = 3;
    this.context.lineJoin = 'round';
    this.context.strokeText(text, left, bottom);
    this.context.fillStyle = colour;
    this.context.fillText(text, left, bottom);
  }
}

function overlap([l1, t1, r1, b1]: Box, [l2, t2, r2, b2]: Box): boolean {
  return l1 < r2 && l2 < r1 && t1 < b2 && t2 < b1;
}
