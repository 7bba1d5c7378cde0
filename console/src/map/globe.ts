/** The map: two canvases, one for the Earth (kept while it stands still), one for what moves. */
import { drawBase, loadFine } from './base';
import { drawScene } from './draw';
import type { Point3 } from './geometry';
import { EMPTY, type Scene } from './scene';
import { limited, projector, type Projector, type Size, type Spot, type View } from './view';

/** The map counts as moving until it has stood still for so long. */
const REST_MS = 200;
const PICK_PX = 14;

export class Globe {
  private readonly base: CanvasRenderingContext2D;
  private readonly top: CanvasRenderingContext2D;
  private size: Size = { width: 1, height: 1 };
  private current: View = { kind: 'flat', longitude_deg: 0, latitude_deg: 15, zoom: 1 };
  private scene: Scene = EMPTY;
  private frame = 0;
  private baseDirty = true;
  private moving = false;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private p: Projector = projector(this.current, this.size);

  constructor(
    private readonly baseCanvas: HTMLCanvasElement,
    private readonly topCanvas: HTMLCanvasElement,
  ) {
    this.base = context(baseCanvas);
    this.top = context(topCanvas);
    loadFine(() => this.redraw(true));
  }

  setScene(scene: Scene): void {
    this.scene = scene;
    this.redraw(false);
  }

  setSize(size: Size): void {
    this.size = size;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.baseCanvas, this.topCanvas]) {
      canvas.width = Math.round(size.width * ratio);
      canvas.height = Math.round(size.height * ratio);
    }
    for (const pen of [this.base, this.top]) pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.setView(this.current);
  }

  get view(): View {
    return this.current;
  }

  get projector(): Projector {
    return this.p;
  }

  setView(view: View): void {
    this.current = limited(view);
    this.p = projector(this.current, this.size);
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.moving = false;
      this.redraw(true);
    }, REST_MS);
    this.redraw(true);
  }

  project(point: Point3): Spot {
    return this.p.project(point);
  }

  /** The threat nearest to a pixel: its dot, its impact, its launch. */
  pick(x: number, y: number): string | null {
    let best: { id: string; px: number } | null = null;
    for (const { id, head, impact, launch } of this.scene.threats) {
      const marks = [impact, launch].flatMap((mark) => (mark ? [[...mark.centre, 0] as Point3] : []));
      for (const point of head ? [head, ...marks] : marks) {
        const spot = this.p.project(point);
        const px = Math.hypot(spot.x - x, spot.y - y);
        if (spot.visible && px <= PICK_PX && (!best || px < best.px)) best = { id, px };
      }
    }
    return best?.id ?? null;
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
  }

  /** Once in a frame, however often it is asked for. */
  private redraw(base: boolean): void {
    this.baseDirty ||= base;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.baseDirty) drawBase(this.base, this.p, this.moving);
      this.baseDirty = false;
      drawScene(this.top, this.p, this.scene);
    });
  }
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const made = canvas.getContext('2d');
  if (!made) throw new Error('this browser has no Canvas 2D');
  return made;
}
