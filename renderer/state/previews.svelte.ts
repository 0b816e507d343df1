/** The latest preview of each kind, handed on at most once an animation frame: what comes between two frames is never drawn. */
import type { Preview, PreviewKind } from '../../main/contract/api.ts';

export class Previews {
  private latest = $state.raw<Partial<Record<PreviewKind, Preview>>>({});
  private pending: Partial<Record<PreviewKind, Preview>> = {};
  private scheduled = false;

  constructor(private readonly nextFrame: (draw: () => void) => void) {}

  receive(preview: Preview): void {
    this.pending[preview.kind] = preview;
    if (this.scheduled) return;
    this.scheduled = true;
    this.nextFrame(() => {
      this.scheduled = false;
      this.latest = { ...this.latest, ...this.pending };
      this.pending = {};
    });
  }

  of(kind: PreviewKind): Preview | undefined {
    return this.latest[kind];
  }

  /** Forgets every picture: what was seen before is not what is seen now. */
  clear(): void {
    this.pending = {};
    this.latest = {};
  }
}
