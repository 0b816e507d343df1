/** How people move before the sensor: poses as functions of time, seeded, without memory. */
import { deg } from '../../../contract/units.ts';
import { Random } from '../../../core/random.ts';
import { cosine, radians, sine } from '../../synthetic/render/exact.ts';
import type { Pose } from '../../synthetic/render/pose.ts';

/** The lids of a person: share of closure in steps that are prebuilt. */
export type LidState = 'open' | 'half' | 'closed';

interface Moment {
  readonly pose: Pose;
  readonly lids: LidState;
}

/** Where somebody is at a time in seconds since the sensor was opened. */
export type PoseScript = (seconds: number) => Moment;

export interface Stance {
  /** Distance of the eyes along the optical axis, and their place in the picture's plane, mm (y down). */
  readonly distance: number;
  readonly x?: number;
  readonly y?: number;
  /** Mean direction of the head, degrees. */
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
}

/** Smooth noise of unit variance: three sines of seeded frequencies around `hertz` and phases. */
function drift(random: Random, hertz: number): (seconds: number) => number {
  const waves = [0.6, 1, 1.7].map((share) => ({
    rate: hertz * share * random.between(0.85, 1.15) * 360,
    phase: random.between(0, 360),
  }));
  const scale = Math.sqrt(2 / 3);
  return (seconds) =>
    waves.reduce((sum, { rate, phase }) => sum + scale * sine(radians(rate * seconds + phase)), 0);
}

const BLINK_EVERY = 4;

/** One blink of 0.23 s at a random time in each four seconds. */
function lidsAt(seed: string, seconds: number): LidState {
  const slot = Math.floor(seconds / BLINK_EVERY);
  const start = new Random(`${seed} blink ${slot}`).between(0.7, BLINK_EVERY - 0.4);
  const since = seconds - slot * BLINK_EVERY - start;
  if (since < 0 || since >= 0.23) return 'open';
  return since < 0.06 || since >= 0.17 ? 'half' : 'closed';
}

/** A living person: breathing, small movements of the head, blinks. */
export function standing(stance: Stance, seed: string): PoseScript {
  const random = new Random(`${seed} standing`);
  const [yaw, pitch, roll] = [drift(random, 0.22), drift(random, 0.2), drift(random, 0.15)];
  const [sway, lean] = [drift(random, 0.12), drift(random, 0.1)];
  const breath = random.between(0.2, 0.3) * 360;
  const phase = random.between(0, 360);
  return (seconds) => {
    const breathing = sine(radians(breath * seconds + phase));
    return {
      pose: {
        yaw: deg((stance.yaw ?? 0) + 1.6 * yaw(seconds)),
        pitch: deg((stance.pitch ?? 0) + 1.1 * pitch(seconds) + 0.3 * breathing),
        roll: deg((stance.roll ?? 0) + 0.8 * roll(seconds)),
        at: [
          (stance.x ?? 0) + 4 * sway(seconds),
          (stance.y ?? 0) + 1.5 * breathing,
          stance.distance + 5 * lean(seconds) - 2 * breathing,
        ],
      },
      lids: lidsAt(seed, seconds),
    };
  };
}

/** How far the head turns on its circle, degrees; and the circle's times in seconds. */
const CIRCLE = { yaw: 23, pitch: 17, straight: 1.2, out: 0.8, round: 7.5, back: 0.8 } as const;

/** Eased 0 … 1. */
function ease(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}

/**
 * The same person turning the head once round, as enrolment asks: 1.2 s straight, out to one side, a full
 * circle in 7.5 s, back and straight again; repeated.
 */
export function turning(stance: Stance, seed: string): PoseScript {
  const still = standing(stance, seed);
  const random = new Random(`${seed} turning`);
  const from = random.between(0, 360);
  const way = random.below(2) === 0 ? 1 : -1;
  const { straight, out, round, back } = CIRCLE;
  const period = straight + out + round + back + straight;
  return (seconds) => {
    const { pose, lids } = still(seconds);
    const t = seconds - period * Math.floor(seconds / period) - straight;
    const reach = ease(t / out) * (1 - ease((t - out - round) / back));
    const angle = radians(from + way * 360 * Math.min(1, Math.max(0, (t - out) / round)));
    return {
      pose: {
        ...pose,
        yaw: deg(pose.yaw + CIRCLE.yaw * reach * cosine(angle)),
        pitch: deg(pose.pitch + CIRCLE.pitch * reach * sine(angle)),
      },
      lids,
    };
  };
}

/** Seconds that one turn of the head takes, out and back. */
const TURN_SECONDS = CIRCLE.out + CIRCLE.round + CIRCLE.back;

/** The same turn once, from the moment it is asked for: degrees to add to where the head points. */
export function turnedHead(seconds: number): {
  readonly yaw: number;
  readonly pitch: number;
  readonly over: boolean;
} {
  const { out, round, back } = CIRCLE;
  const reach = ease(seconds / out) * (1 - ease((seconds - out - round) / back));
  const angle = radians(360 * Math.min(1, Math.max(0, (seconds - out) / round)));
  const over = seconds >= TURN_SECONDS;
  return { yaw: CIRCLE.yaw * reach * cosine(angle), pitch: CIRCLE.pitch * reach * sine(angle), over };
}

/** A print or screen in a hand: slightly tilted, drifting, trembling at 8–10 Hz. */
export function handHeld(stance: Stance, seed: string): PoseScript {
  const random = new Random(`${seed} held`);
  const tilt = {
    yaw: (stance.yaw ?? 0) + random.between(-7, 7),
    pitch: (stance.pitch ?? 0) + random.between(-7, 7),
    roll: (stance.roll ?? 0) + random.between(-4, 4),
  };
  const slow = [0, 1, 2, 3, 4].map(() => drift(random, 0.3));
  const tremor = [0, 1, 2].map(() => drift(random, 9));
  return (seconds) => {
    const [yaw, pitch, roll, x, y] = slow.map((wave) => wave(seconds)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [ty, tp, tz] = tremor.map((wave) => wave(seconds)) as [number, number, number];
    return {
      pose: {
        yaw: deg(tilt.yaw + 1.5 * yaw + 0.3 * ty),
        pitch: deg(tilt.pitch + 1.5 * pitch + 0.3 * tp),
        roll: deg(tilt.roll + 0.8 * roll),
        at: [
          (stance.x ?? 0) + 5 * x,
          (stance.y ?? 0) + 4 * y + 0.5 * tp,
          stance.distance + 5 * roll + 0.6 * tz,
        ],
      },
      lids: 'open',
    };
  };
}

/** Exactly there, without any motion: for tests. */
export const frozen =
  (pose: Pose, lids: LidState = 'open'): PoseScript =>
  () => ({ pose, lids });
