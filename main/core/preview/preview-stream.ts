/**
 * Decides which previews are made of a frame. One of a kind is under way at a time and the next is made from the newest frame
 * when the shell has taken it: nothing queues, and what nobody takes costs nothing.
 */
import type { Preview, PreviewKind } from '../../contract/api.ts';
import type { Evidence } from '../../contract/evidence.ts';
import type { PreviewChoice, Purpose } from '../../contract/pipeline.ts';
import { ms, type Milliseconds } from '../../contract/units.ts';
import type { SensorFrame } from '../sense/frames.ts';
import type { MeanFace } from '../shape/mean-face.ts';
import type { Observation } from '../observer.ts';
import type { Clock } from '../ports.ts';
import {
  colourPreview,
  depthPreview,
  followHead,
  gather,
  infraredPreview,
  mirrorPreview,
  pointsPreview,
  reliefPreview,
  tensorPreview,
  type MirrorView,
} from './preview.ts';
import type { Relief } from '../shape/relief.ts';

/** Shortest time between two of a kind; a little under 1/20 s, so that frames of 30/s give 15 or more. */
const EVERY: Readonly<Record<PreviewKind, Milliseconds>> = {
  mirror: ms(45),
  relief: ms(45),
  colour: ms(90),
  infrared: ms(90),
  depth: ms(90),
  tensor: ms(90),
  points: ms(180),
};

/** A frame and, where the models looked at it, what they found. */
export interface Seen {
  readonly frame: SensorFrame;
  readonly purpose: Purpose;
  readonly evidence?: Evidence;
  readonly observation?: Observation | undefined;
  readonly mean?: MeanFace;
}

export class PreviewStream {
  private show: PreviewChoice = 'nothing';
  private readonly away = new Set<PreviewKind>();
  private readonly sentAt = new Map<PreviewKind, Milliseconds>();
  private view: MirrorView | undefined;
  private somebody = true;
  private gathered: { readonly track: number; readonly relief: Relief } | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly send: (preview: Preview) => void,
  ) {}

  choose(show: PreviewChoice): void {
    this.show = show;
  }

  /** The shell took one: the next of its kind may come. */
  taken(kind: PreviewKind): void {
    this.away.delete(kind);
  }

  /** What was gathered belongs to the watch before. */
  restart(): void {
    this.gathered = undefined;
    this.view = undefined;
    this.somebody = true;
  }

  /** Makes the previews that are due. */
  offer({ frame, purpose, evidence, observation, mean }: Seen): void {
    if (this.show === 'nothing') return;
    this.offerOne('mirror', () => {
      this.view = followHead(this.view, frame.depth);
      const before = this.somebody;
      this.somebody = this.view !== undefined;
      // One black picture when somebody leaves is enough.
      return before || this.somebody ? mirrorPreview(frame.depth, this.view) : undefined;
    });
    if (observation && evidence?.kind === 'face') {
      const relief =
        purpose === 'enrol' ? this.gather(evidence.track, observation.relief) : observation.fused;
      this.offerOne('relief', () => reliefPreview(relief));
    }
    if (this.show !== 'everything') return;
    const { colour, infrared, depth } = frame;
    if (colour) this.offerOne('colour', () => colourPreview(colour));
    if (infrared) this.offerOne('infrared', () => infraredPreview(infrared));
    this.offerOne('depth', () => depthPreview(depth));
    this.offerOne('points', () => pointsPreview(frame));
    if (observation && mean) this.offerOne('tensor', () => tensorPreview(observation.fused, mean));
  }

  private gather(track: number, relief: Relief): Relief {
    const sofar = this.gathered?.track === track ? this.gathered.relief : undefined;
    this.gathered = { track, relief: gather(sofar, relief) };
    return this.gathered.relief;
  }

  private offerOne(kind: PreviewKind, make: () => Preview | undefined): void {
    const now = this.clock.now();
    const sentAt = this.sentAt.get(kind);
    if (this.away.has(kind) || (sentAt !== undefined && now - sentAt < EVERY[kind])) return;
    const preview = make();
    if (!preview) return;
    this.away.add(kind);
    this.sentAt.set(kind, now);
    this.send(preview);
  }
}
