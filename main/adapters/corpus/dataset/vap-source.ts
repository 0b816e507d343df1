/**
 * The VAP RGB-D face database as a dataset of crops, by the protocol of the article: 26 of its 31 sessions for training, the
 * other 5 for validation, and each session another person.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { unproject } from '../../../core/geometry/camera.ts';
import type { FaceDetector } from '../../../core/ports.ts';
import type { SensorFrame } from '../../../core/sense/frames.ts';
import { register, type RegisteredFrame } from '../../../core/sense/registration.ts';
import { articlePixels } from '../../../core/shape/tensor.ts';
import { VAP_DEPTH, vapFrames } from '../../import/vap-session.ts';
import { encodeCrop } from './crop-code.ts';
import type { FrameRecord, VapSource } from './labels.ts';
import { packFrame, type PackedPerson } from './shard.ts';
import type { MakePeople } from './write-dataset.ts';

/** Of 31 sessions, the last 5 in the order of their names are for validation. */
const VALIDATION_SHARE = 5 / 31;

/**
 * The sessions below a folder that belong to a pool. With fewer sessions than the database has, the shares stay.
 * @throws FacetError `bad-input` where the folder cannot be read or holds fewer than two sessions
 */
export async function vapSource(folder: string, pool: VapSource['pool']): Promise<VapSource> {
  const sessions: string[] = [];
  for (const { name } of (await list(folder)).filter((entry) => entry.isDirectory()))
    if ((await list(join(folder, name))).some((entry) => VAP_DEPTH.test(entry.name))) sessions.push(name);
  if (sessions.length < 2)
    throw new FacetError(
      'bad-input',
      `${folder} holds ${sessions.length} VAP sessions; training and validation need one each at least. A session is a folder with *d.dat and *c.bmp files.`,
    );
  // By code units: the same order on every machine.
  sessions.sort();
  const training = sessions.length - Math.max(1, Math.round(VALIDATION_SHARE * sessions.length));
  const folders = pool === 'train' ? sessions.slice(0, training) : sessions.slice(training);
  return { kind: 'vap', pool, folders };
}

const list = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new FacetError('bad-input', `${folder} cannot be read: ${cause.code ?? cause.message}.`, { cause });
  });

/**
 * @param folder what holds the source's folders
 * @param onSkip called for each frame that is left out, with the sentence that says why
 */
export const vapPeople =
  (
    folder: string,
    { folders }: VapSource,
    detector: FaceDetector,
    onSkip: (reason: string) => void,
    signal?: AbortSignal,
  ): MakePeople =>
  async (positions, take) => {
    for (const position of positions) {
      const session = join(folder, folders[position]);
      const packed: Uint8Array[] = [];
      const frames: FrameRecord[] = [];
      for await (const frame of vapFrames(session, { fps: 30, onSkip })) {
        signal?.throwIfAborted();
        const registered = register(frame);
        const eyes = await betweenEyes(frame, registered, detector);
        if (!eyes) {
          onSkip(`Frame ${frame.sequence} of ${session} shows no face that could be found.`);
          continue;
        }
        const { packed: bytes, ...place } = packFrame(encodeCrop(articlePixels(registered, eyes)));
        packed.push(bytes);
        frames.push({ pose: null, ...place });
      }
      await take(personOf(position, folders[position], packed, frames), position);
    }
  };

const personOf = (
  index: number,
  name: string,
  packed: readonly Uint8Array[],
  frames: FrameRecord[],
): PackedPerson => ({
  record: {
    index,
    name,
    ancestry: 'unknown',
    sex: 'unknown',
    ageClass: 'unknown',
    deformed: false,
    sessions: [
      {
        sensor: 'kinect-v1',
        light: 'unknown',
        spectrum: 'colour',
        distance: null,
        expression: 'unknown',
        accessories: [],
        depthError: null,
        frames,
      },
    ],
  },
  frames: Buffer.concat(packed),
});

/** The camera point between the eyes, as deep as what was measured of eyes, nose and mouth; undefined where no face is found. */
async function betweenEyes(
  { colour }: SensorFrame,
  { liftColour }: RegisteredFrame,
  detector: FaceDetector,
): Promise<[number, number, number] | undefined> {
  const box = (await detector.detect(colour!)).at(0);
  if (!box) return undefined;
  const [rightU, rightV, leftU, leftV] = box.points;
  const depths = [0, 1, 2, 3].flatMap((k) => liftColour(box.points[k * 2], box.points[k * 2 + 1])?.[2] ?? []);
  if (depths.length === 0) return undefined;
  const z = depths.sort((a, b) => a - b)[depths.length >> 1];
  // Depth is registered to colour: both cameras are one.
  return unproject(colour!.intrinsics, (rightU + leftU) / 2, (rightV + leftV) / 2, z);
}
