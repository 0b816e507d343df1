/** One person followed from frame to frame: fusing may only add up what is surely the same head. */
import type { Spectrum } from '../../contract/evidence.ts';
import type { Milliseconds } from '../../contract/units.ts';
import type { Vec3 } from '../geometry/rigid.ts';
import { fuse, type Relief } from './relief.ts';

/** A head that moves further than this between two frames, or is lost for longer, is somebody new. */
const JUMP_MM = 70;
const GAP_MS = 300;
/** Reliefs that are fused at most: 8 frames are 0.27 s. */
const FUSED_FRAMES = 8;

export class Track {
  private current = 0;
  private last: { centre: Vec3; at: Milliseconds; spectrum: Spectrum } | undefined;
  private reliefs: Relief[] = [];

  /**
   * Notes where the head is now.
   * @param centre camera point between the eyes
   * @param busy how long nobody could look, besides: a slow machine was busy with the frame before
   * @returns the track's number, a new one where this head does not continue the last
   */
  follow(centre: Vec3, at: Milliseconds, spectrum: Spectrum, busy: Milliseconds): number {
    const last = this.last;
    const continues =
      last !== undefined &&
      last.spectrum === spectrum &&
      at - last.at <= GAP_MS + busy &&
      Math.hypot(centre[0] - last.centre[0], centre[1] - last.centre[1], centre[2] - last.centre[2]) <=
        JUMP_MM;
    if (!continues) this.break();
    this.last = { centre, at, spectrum };
    return this.current;
  }

  /** Ends the track: somebody else came in, or frames can no longer be trusted. */
  break(): void {
    this.current++;
    this.last = undefined;
    this.reliefs = [];
  }

  /** Adds a frame's relief. @returns the fusion of the latest ones */
  fuse(relief: Relief): Relief {
    this.reliefs.push(relief);
    if (this.reliefs.length > FUSED_FRAMES) this.reliefs.shift();
    return fuse(this.reliefs);
  }
}
