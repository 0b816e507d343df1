/** A recording as what it holds: what it says about itself, and its frames in the order of time, not yet decoded. */
import { FacetError } from '../../../contract/result.ts';
import { TOPICS } from '../../recorder/foxglove.ts';
import { readMcap, type McapItem } from '../../recorder/mcap-reader.ts';
import { METADATA_NAME, fromFields, type RecordingMetadata } from '../../recorder/recording-metadata.ts';
import { decodeFrame } from './decode-frame.ts';
import { pairStreams, type FrameMessages } from './pair-streams.ts';

export interface Recording {
  readonly path: string;
  /** What the recording says about itself; undefined where Facet did not write it. */
  readonly metadata: RecordingMetadata | undefined;
  /** Log time of capture time 0. */
  readonly origin: bigint;
  /** Log time of the first frame. */
  readonly begin: bigint;
  /** Of the first frame. */
  readonly intrinsics: NonNullable<RecordingMetadata['intrinsics']>;
}

/** Finds the first frame and decodes it, so that a useless file fails here: FacetError `bad-input`. */
export async function openRecording(path: string): Promise<Recording> {
  let metadata: RecordingMetadata | undefined;
  const topics = new Set<string>();
  const watched = async function* (items: AsyncIterable<McapItem>) {
    for await (const item of items) {
      if (item.type === 'metadata' && item.name === METADATA_NAME) metadata ??= fromFields(item.fields);
      if (item.type === 'message' && topics.size < 8) topics.add(item.channel.topic.slice(0, 60));
      yield item;
    }
  };
  for await (const messages of pairStreams(watched(readMcap(path)), path, () => metadata !== undefined)) {
    const begin = messages.depth.logTime;
    const origin = metadata?.origin ?? begin;
    const { depth, colour } = await decodeFrame(path, messages, origin);
    const intrinsics = { depth: depth.intrinsics, ...(colour && { colour: colour.intrinsics }) };
    return { path, metadata, origin, begin, intrinsics };
  }
  const found = topics.size === 0 ? 'no complete message' : `only ${[...topics].join(', ')}`;
  throw new FacetError(
    'bad-input',
    `The recording ${path} holds no frame: Facet needs ${TOPICS.depth} and found ${found}.`,
  );
}

/**
 * The frames whose log time is `from` or later, each with its number: its own, or its place in the file where another program
 * wrote it, since they often leave the number at 0.
 */
export async function* framesFrom(
  { path, metadata }: Recording,
  from: bigint,
): AsyncGenerator<{ readonly messages: FrameMessages; readonly sequence: number }, void, undefined> {
  let index = 0;
  // Every frame of ours brings its calibration; others may have it at the start alone, and are read from there.
  const items = metadata ? readMcap(path, from) : readMcap(path);
  for await (const messages of pairStreams(items, path, () => metadata !== undefined)) {
    const sequence = metadata ? messages.depth.sequence : index++;
    if (messages.depth.logTime >= from) yield { messages, sequence };
  }
}

/** @throws FacetError `bad-argument` where no frame is as late as `from` */
export async function refuseBeyondEnd(recording: Recording, from: bigint): Promise<void> {
  const { path, begin, metadata } = recording;
  let last = begin;
  for await (const { depth } of pairStreams(readMcap(path, from), path, () => metadata !== undefined)) {
    last = depth.logTime;
    if (last >= from) return;
  }
  const seconds = (time: bigint) => (Number(time - begin) / 1e9).toFixed(1);
  throw new FacetError(
    'bad-argument',
    `The recording ${path} ends after ${seconds(last)} s; it cannot begin at ${seconds(from)} s.`,
  );
}
