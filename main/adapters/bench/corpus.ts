/** What a relief of a synthetic person costs to make, as `facet dataset` makes it to train on. */
import { packPerson } from '../corpus/dataset/people-source.ts';
import { loadMeanFace } from '../onnx/load-face-models.ts';
import { loadHeadPack } from '../synthetic/people/pack.ts';

export interface CorpusSpeed {
  readonly crops: number;
  /** Milliseconds of processor time each, of one thread. */
  readonly each: number;
}

/** People drawn before the measurement: their pictures are decoded and the code compiled once, whatever follows. */
const WARM_UP = 4;

/**
 * @param models the models folder
 * @param people how many are timed
 */
export async function measureCorpus(
  models: string,
  people: number,
  { sessions, frames }: { readonly sessions: number; readonly frames: number },
): Promise<CorpusSpeed> {
  const pack = loadHeadPack();
  const mean = await loadMeanFace(models);
  const of = WARM_UP + people;
  const source = {
    kind: 'synthetic',
    pool: 'train',
    from: 0,
    people: of,
    sessions,
    frames,
    seed: '',
  } as const;
  const draw = (position: number) =>
    packPerson(pack, mean, 'reliefs', source, position).record.sessions.reduce(
      (sum, session) => sum + session.frames.length,
      0,
    );
  for (let i = 0; i < WARM_UP; i++) draw(i);
  let crops = 0;
  const before = process.cpuUsage();
  for (let i = WARM_UP; i < of; i++) crops += draw(i);
  const { user, system } = process.cpuUsage(before);
  return { crops, each: (user + system) / 1000 / crops };
}
