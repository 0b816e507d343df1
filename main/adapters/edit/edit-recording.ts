/** `facet trim` and `facet anonymise`: recordings made of recordings. What is kept is kept to the bit, times included. */
import { realpath, stat } from 'node:fs/promises';
import { FacetError } from '../../contract/result.ts';
import type { SensorInfo } from '../../core/sense/frames.ts';
import { TOPICS, decode, encode, isSchema, type SchemaName } from '../recorder/foxglove.ts';
import { RecordingFile } from '../recorder/recording-file.ts';
import { partOf, wholeFile } from '../recorder/whole-file.ts';
import { decodeFrame } from '../sensors/replay/decode-frame.ts';
import type { FrameMessages, StoredMessage } from '../sensors/replay/pair-streams.ts';
import { framesFrom, openRecording, refuseBeyondEnd, type Recording } from '../sensors/replay/recording.ts';
import { blurColour } from './blur-colour.ts';

export interface Edit {
  /** Seconds after the first frame; the whole recording without. */
  readonly from?: number;
  /** Where to end; a frame at this very time is not kept any more. */
  readonly to?: number;
  /** Left out, or without anything that a person could be known by; otherwise as it is. */
  readonly colour?: 'drop' | 'blur';
  /** `drop`: left out; otherwise as it is. */
  readonly infrared?: 'drop';
}

export interface EditOptions {
  readonly softwareVersion: string;
  readonly overwrite?: boolean;
  /** @param done how much of the recording was read, 0 … 1 */
  readonly progress?: (done: number, frames: number) => void;
  readonly signal?: AbortSignal;
}

export interface EditReport {
  readonly path: string;
  readonly frames: number;
  /** From the first frame kept to the last. */
  readonly seconds: number;
  readonly bytes: number;
  /** What the recording now says was done to it. */
  readonly edit: string;
}

/** Of a recording that does not say. */
const UNKNOWN: SensorInfo = { driver: 'import-mcap', model: 'other', serial: '', simulated: true };

/**
 * Writes what the edit leaves of a recording into another one. The source is never touched, and where it fails no file is left.
 * Topics that Facet does not play are left out.
 * @throws FacetError `bad-input` (no recording), `bad-argument` (nothing lies between the times, the file exists or is the source),
 * `store-unwritable`, `cancelled`
 */
export async function editRecording(
  source: string,
  path: string,
  edit: Edit,
  options: EditOptions,
): Promise<EditReport> {
  await refuseSource(source, path);
  const recording = await openRecording(source);
  return wholeFile(path, options.overwrite, (part) => write(recording, path, part, edit, options));
}

async function write(
  recording: Recording,
  path: string,
  part: string,
  edit: Edit,
  { softwareVersion, progress, signal }: EditOptions,
): Promise<EditReport> {
  const { begin, origin, metadata } = recording;
  const { depth, colour } = metadata?.intrinsics ?? recording.intrinsics;
  const { size } = await stat(recording.path);
  const first = begin + nanoseconds(edit.from ?? 0);
  const end = edit.to === undefined ? undefined : begin + nanoseconds(edit.to);
  if (first > begin) await refuseBeyondEnd(recording, first);
  const done = describe(edit, softwareVersion);
  const file = await RecordingFile.create(part, softwareVersion, true);
  let frames = 0;
  let startedAt = 0n;
  let endedAt = 0n;
  try {
    await file.describe({
      ...(metadata ?? { sensor: UNKNOWN, softwareVersion, consent: 'not stated', origin }),
      intrinsics: { depth, ...(colour && edit.colour !== 'drop' && { colour }) },
      edits: [...(metadata?.edits ?? []), done],
    });
    for await (const { messages, sequence } of framesFrom(recording, first)) {
      const time = messages.depth.logTime;
      if (end !== undefined && time >= end) break;
      if (signal?.aborted)
        throw new FacetError('cancelled', `Cancelled; ${path} was not written, and the source is as it was.`);
      await writeFrame(file, recording, messages, sequence, edit);
      if (frames++ === 0) startedAt = time;
      endedAt = time;
      progress?.(messages.depth.position / size, frames);
    }
    if (frames === 0)
      throw new FacetError(
        'bad-argument',
        `The recording ${recording.path} has no frame between ${edit.from ?? 0} and ${edit.to} s.`,
      );
  } finally {
    await file.close();
  }
  return { path, frames, seconds: Number(endedAt - startedAt) / 1e9, bytes: file.bytes, edit: done };
}

/** The messages of one instant, in the order that the recorder writes them: whoever has the depth has all. */
async function writeFrame(
  file: RecordingFile,
  { path, origin }: Recording,
  messages: FrameMessages,
  sequence: number,
  edit: Edit,
): Promise<void> {
  const time = messages.depth.logTime;
  const copy = async (stored: StoredMessage | undefined) => {
    if (stored) await file.add(stored.channel.topic, schemaOf(path, stored), time, sequence, stored.data);
  };
  await copy(messages.transform);
  if (edit.colour !== 'drop') await copy(messages.colourCalibration);
  if (!edit.colour) await copy(messages.colour);
  else if (edit.colour === 'blur' && messages.colour) {
    const { colour } = await decodeFrame(path, messages, origin);
    const { frame_id } = decode(schemaOf(path, messages.colour), messages.colour.data) as {
      frame_id: string;
    };
    const blurred = { frame_id, data: await blurColour(colour!), format: 'jpeg' };
    const schema = 'foxglove.CompressedImage';
    await file.add(TOPICS.colour, schema, time, sequence, encode(schema, time, blurred));
  }
  if (edit.infrared !== 'drop') await copy(messages.infrared);
  await copy(messages.depthCalibration);
  await copy(messages.depth);
}

function schemaOf(path: string, { channel: { topic, schema, messageEncoding } }: StoredMessage): SchemaName {
  if (messageEncoding === 'protobuf' && isSchema(schema)) return schema;
  throw new FacetError(
    'bad-input',
    `In the recording ${path}, ${topic} holds ${schema || 'no schema'} (${messageEncoding || 'no encoding'}), which Facet does not read.`,
  );
}

function describe({ from, to, colour, infrared }: Edit, softwareVersion: string): string {
  const done = [
    ...(from === undefined && to === undefined
      ? []
      : [`kept ${from ?? 0} s to ${to === undefined ? 'the end' : `${to} s`}`]),
    ...(colour ? [colour === 'drop' ? 'colour dropped' : 'colour blurred'] : []),
    ...(infrared ? ['infrared dropped'] : []),
  ];
  return `${done.join(', ')} (facet ${softwareVersion}, ${new Date().toISOString().slice(0, 10)})`;
}

/** A recording that is written while it is read would destroy itself. */
async function refuseSource(source: string, path: string): Promise<void> {
  const real = (file: string) => realpath(file).catch(() => undefined);
  const [from, ...written] = await Promise.all([source, path, partOf(path)].map(real));
  if (from !== undefined && written.includes(from))
    throw new FacetError('bad-argument', `Writing ${path} would destroy ${source}; choose another name.`);
}

const nanoseconds = (seconds: number) => BigInt(Math.round(seconds * 1e9));
