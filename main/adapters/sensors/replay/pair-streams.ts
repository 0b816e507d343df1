/** Puts together what belongs to one instant from the messages of a recording. */
import { FacetError } from '../../../contract/result.ts';
import { nearest, PAIRED } from '../../../core/sense/pairing.ts';
import { TOPICS } from '../../recorder/foxglove.ts';
import type { McapChannel, McapItem, McapMessage } from '../../recorder/mcap-reader.ts';

/** How far apart colour, infrared and depth of one frame may be, nanoseconds. */
const PAIRING = BigInt(PAIRED) * 1_000_000n;
/** Where Facet recorded, pictures were paired before: those of one frame bear its time, and what a frame lacked it lacks again. */
const PAIRED_BEFORE = 0n;
/** A recording with more than this between two instants is hostile. */
const MAX_PENDING_BYTES = 256 * 1024 * 1024;

/** Fewer late frames than this may be an accident. */
const LATE_FRAMES = 4;

export interface StoredMessage extends McapMessage {
  readonly channel: McapChannel;
}

/** A frame not yet decoded: the depth message and what goes with it. */
export interface FrameMessages {
  readonly depth: StoredMessage;
  readonly colour: StoredMessage | undefined;
  readonly infrared: StoredMessage | undefined;
  readonly depthCalibration: StoredMessage | undefined;
  readonly colourCalibration: StoredMessage | undefined;
  readonly transform: StoredMessage | undefined;
}

type Stream = keyof typeof TOPICS;
const STREAMS = new Map<string, Stream>(
  (Object.entries(TOPICS) as [Stream, string][]).map(([stream, topic]) => [topic, stream]),
);

/**
 * One FrameMessages for each depth message, in time order: colour and infrared are the nearest to it (core/sense/pairing.ts),
 * calibrations and transform the last ones by then (else the first after). Depth that is not later than the
 * depth before is left out; where most of it is not, the recording has lost its order: FacetError `bad-input`.
 * Metadata and other topics are passed over.
 * @param isOurs whether Facet made the recording; asked for each frame, since it is known only once the metadata was read
 */
export async function* pairStreams(
  items: AsyncIterable<McapItem>,
  path: string,
  isOurs: () => boolean,
): AsyncGenerator<FrameMessages, void, undefined> {
  const pending = new Map<Stream, StoredMessage[]>([...STREAMS.values()].map((stream) => [stream, []]));
  const depths = pending.get('depth')!;
  let newest = 0n;
  let newestDepth = -1n;
  let inOrder = 0;
  let late = 0;
  let bytes = 0;

  const forget = (stream: Stream, count: number) => {
    for (const message of pending.get(stream)!.splice(0, count)) bytes -= message.data.byteLength;
  };
  const paired = (messages: readonly StoredMessage[], time: bigint) =>
    nearest(
      messages,
      ({ logTime }) => (logTime > time ? logTime - time : time - logTime),
      isOurs() ? PAIRED_BEFORE : PAIRING,
    );
  function* ready(until: bigint) {
    while (depths.length > 0 && depths[0].logTime < until) {
      const depth = depths[0];
      const time = depth.logTime;
      yield {
        depth,
        colour: paired(pending.get('colour')!, time),
        infrared: paired(pending.get('infrared')!, time),
        depthCalibration: inForce(pending.get('depthCalibration')!, time),
        colourCalibration: inForce(pending.get('colourCalibration')!, time),
        transform: inForce(pending.get('transform')!, time),
      };
      forget('depth', 1);
    }
  }
  const prune = () => {
    const cutoff = (depths[0]?.logTime ?? newest) - PAIRING;
    for (const [stream, messages] of pending) {
      if (stream === 'depth') continue;
      let old = 0;
      while (old < messages.length && messages[old].logTime < cutoff) old++;
      forget(stream, stream === 'colour' || stream === 'infrared' ? old : old - 1);
    }
  };

  for await (const item of items) {
    if (item.type !== 'message') continue;
    const stream = STREAMS.get(item.channel.topic);
    if (!stream) continue;
    const { logTime } = item.message;
    if (stream === 'depth') {
      if (logTime < newestDepth && ++late >= LATE_FRAMES && late > inOrder)
        throw new FacetError(
          'bad-input',
          `The recording ${path} is not in the order of time: ${late} of ${late + inOrder} frames come after later ones. Record it anew, or sort it by log time.`,
        );
      if (logTime <= newestDepth) continue;
      inOrder++;
      newestDepth = logTime;
    }
    pending.get(stream)!.push({ ...item.message, channel: item.channel });
    bytes += item.message.data.byteLength;
    if (logTime > newest) {
      newest = logTime;
      yield* ready(newest - PAIRING);
      prune();
    }
    if (bytes > MAX_PENDING_BYTES) {
      throw new FacetError(
        'bad-input',
        `The recording ${path} holds more than ${MAX_PENDING_BYTES >> 20} MiB for one instant; Facet does not read it.`,
      );
    }
  }
  yield* ready(newest + 1n);
}

const inForce = (messages: readonly StoredMessage[], time: bigint): StoredMessage | undefined =>
  messages.findLast((message) => message.logTime <= time) ?? messages[0];
