/** The people of a dataset of reliefs as a shape model sees them: one enrolment each, and probes of other sessions. */
import { wilsonRate, type Rate } from '../../core/evaluation/rates.ts';
import type { Embedder } from '../../core/ports.ts';
import { RELIEF_CELLS } from '../../core/shape/relief.ts';
import { withoutColour } from '../../core/shape/tensor.ts';
import type { Dataset, DatasetPerson, DatasetSession, FrameRef } from '../corpus/dataset/open-dataset.ts';

/** What was seen, with its colour and without; in the dark there is none. */
interface Seen {
  readonly shape: Float32Array;
  readonly colour: Float32Array | undefined;
}

export interface ReliefProbe extends Seen {
  readonly session: Omit<DatasetSession, 'person' | 'frames'>;
  /** How many frames were fused. */
  readonly fused: number;
}

export interface ReliefPerson {
  readonly person: Omit<DatasetPerson, 'sessions'>;
  readonly enrolled: Seen;
  readonly probes: readonly ReliefProbe[];
}

/** Frames that one probe fuses: about a quarter of a second. */
export const PROBE_FRAMES = 8;
/** Tensors that the model is given at once. */
const BLOCK = 64;

/**
 * The first session in light enrols, all of its frames fused. Of every other session each run of eight frames is a
 * probe, and its first frame alone another one.
 * @returns who has both
 */
export async function embedReliefs(
  dataset: Dataset,
  model: Embedder,
  progress: (done: number, of: number) => void,
): Promise<readonly ReliefPerson[]> {
  const size = 4 * RELIEF_CELLS;
  const people: ReliefPerson[] = [];
  for (const [i, person] of dataset.people.entries()) {
    const enrolling = person.sessions.find(
      ({ spectrum, frames }) => spectrum === 'colour' && frames.length >= PROBE_FRAMES,
    );
    const wanted: { frames: readonly FrameRef[]; session: DatasetSession }[] = [];
    for (const session of person.sessions) {
      if (session === enrolling) continue;
      for (let from = 0; from + PROBE_FRAMES <= session.frames.length; from += PROBE_FRAMES) {
        wanted.push({ frames: session.frames.slice(from, from + PROBE_FRAMES), session });
        wanted.push({ frames: session.frames.slice(from, from + 1), session });
      }
    }
    if (enrolling && wanted.length > 0) {
      const all = [{ frames: enrolling.frames, session: enrolling }, ...wanted];
      const input = new Float32Array(all.length * size);
      all.forEach(({ frames }, k) => dataset.tensor(frames, dataset.mean, input, k * size));
      const colour = await embedAll(model, input, size);
      for (let k = 0; k < all.length; k++) withoutColour(input.subarray(k * size, (k + 1) * size));
      const shape = await embedAll(model, input, size);
      const [enrolled, ...probes] = all.map(({ session }, k) => ({
        shape: shape[k],
        colour: session.spectrum === 'colour' ? colour[k] : undefined,
      }));
      people.push({
        person,
        enrolled,
        probes: probes.map((seen, k) => ({
          ...seen,
          session: wanted[k].session,
          fused: wanted[k].frames.length,
        })),
      });
    }
    progress(i + 1, dataset.people.length);
  }
  return people;
}

/** Sessions of which too few frames were good enough for one probe: too near, mostly. They are compared with nobody. */
export function failureToAcquire({ people }: Dataset): Rate {
  const sessions = people.flatMap((person) => person.sessions);
  return wilsonRate(sessions.filter(({ frames }) => frames.length < PROBE_FRAMES).length, sessions.length);
}

async function embedAll(model: Embedder, input: Float32Array, size: number): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (let at = 0; at < input.length; at += BLOCK * size)
    all.push(...(await model.embed(input.subarray(at, Math.min(input.length, at + BLOCK * size)))));
  return all;
}
