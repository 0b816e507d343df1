/** Descriptors of pictures: what one worker does, and all of them. */
import sharp from 'sharp';
import { FacetError, type Failure } from '../../contract/result.ts';
import { describeFace, type FaceDescriber } from '../../core/face/describe.ts';
import { spread } from '../corpus/spread.ts';
import { readImage } from '../images/read-image.ts';

export type DescribedPicture =
  | { readonly kind: 'face'; readonly descriptor: Float32Array }
  | { readonly kind: 'no-face' }
  /** `message` names the file and says what is wrong with it. */
  | { readonly kind: 'unreadable'; readonly message: string };

/** Describes the face that each picture is named after; while one is in the models the next is decoded. */
export async function describePictures(
  paths: readonly string[],
  describer: FaceDescriber,
): Promise<DescribedPicture[]> {
  // Each worker is one core's worth.
  sharp.concurrency(1);
  sharp.cache(false);
  const described: DescribedPicture[] = [];
  let next = paths.length > 0 ? readImage(paths[0]) : undefined;
  for (let i = 0; next; i++) {
    const read = await next;
    next = i + 1 < paths.length ? readImage(paths[i + 1]) : undefined;
    if (!read.ok) {
      described.push({ kind: 'unreadable', message: read.message });
      continue;
    }
    const face = await describeFace(read.value.picture, describer, 'middle');
    described.push(face ? { kind: 'face', descriptor: face.embedding } : { kind: 'no-face' });
  }
  return described;
}

/** Pictures that a worker is given at a time. */
const BATCH = 16;

/**
 * The same for any number of pictures, spread over worker threads.
 * @param progress called with how many are done
 * @returns in the order of the paths
 * @throws FacetError `model-missing`, `model-altered`
 */
export async function describeAll(
  paths: readonly string[],
  threads: number,
  progress: (done: number) => void,
): Promise<DescribedPicture[]> {
  const batches = Array.from({ length: Math.ceil(paths.length / BATCH) }, (_, i) =>
    paths.slice(i * BATCH, (i + 1) * BATCH),
  );
  const described: DescribedPicture[][] = [];
  let failure: Failure | undefined;
  let done = 0;
  await spread<unknown, DescribedPicture[] | Failure>(
    batches.map((batch) => ({ kind: 'pictures', paths: batch })),
    (outcome, i) => {
      if (!Array.isArray(outcome)) return void (failure ??= outcome);
      described[i] = outcome;
      done += outcome.length;
      progress(done);
    },
    threads,
  );
  if (failure) throw new FacetError(failure.code, failure.message);
  return described.flat();
}
