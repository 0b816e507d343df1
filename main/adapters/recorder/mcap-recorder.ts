/** Writes sensor frames to MCAP as Foxglove messages. */
import sharp from 'sharp';
import type {
  ColourImage,
  DepthImage,
  InfraredImage,
  Intrinsics,
  SensorFrame,
  SensorInfo,
} from '../../core/sense/frames.ts';
import type { Clock } from '../../core/ports.ts';
import { TOPICS, encode } from './foxglove.ts';
import type { Messages, SchemaName } from './foxglove.ts';
import { halfColour, isHalved } from './half-colour.ts';
import { quaternionFromRotation } from './quaternion.ts';
import { RecordingFile } from './recording-file.ts';

export interface RecorderOptions {
  readonly sensor: SensorInfo;
  readonly softwareVersion: string;
  /** Who agreed to be recorded, and to what. */
  readonly consent: string;
  /** The clock that the frames were stamped with. */
  readonly clock: Clock;
  /**
   * Keep every bit of colour and infrared (alpha aside), in three times the space. Otherwise colour becomes JPEG, and infrared is
   * rounded to steps below its noise. Depth always stays as it was measured.
   */
  readonly lossless?: boolean;
  /**
   * Colour of more columns than 1280 (a Kinect v2's) is recorded with half of its pixels each way, as the networks look at a face
   * within reach anyway; whole, it takes three times the space.
   */
  readonly halfColour?: boolean;
  /** Replace an existing file; otherwise it is refused. */
  readonly overwrite?: boolean;
}

export interface RecordingSummary {
  readonly path: string;
  readonly frames: number;
  /** Frames that the sensor captured between the first and the last, and that did not arrive here in time. */
  readonly dropped: number;
  /** Frames left out because they were not captured after the one before. */
  readonly outOfOrder: number;
  readonly bytes: number;
}

/** Of sensors whose own chroma has half the resolution (Kinect: YUY2, Bayer). */
const JPEG = { quality: 90, chromaSubsampling: '4:2:0' } as const;
/**
 * Infrared of v becomes the nearest of 321 values that lie 1.6·√v apart at v. Its shot noise has σ ≥ 1.2·√v with the simulated
 * sensor, so rounding adds at most 7 % to the noise, and takes away 60 % of the bytes.
 */
const INFRARED_STEPS = 320;
const ROUNDED_INFRARED = Uint16Array.from({ length: 65536 }, (_, v) =>
  Math.round((Math.round(Math.sqrt(v / 65535) * INFRARED_STEPS) / INFRARED_STEPS) ** 2 * 65535),
);

export class McapRecorder {
  private frames = 0;
  private dropped = 0;
  private outOfOrder = 0;
  private last: { readonly time: bigint; readonly sequence: number } | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: RecordingFile,
    private readonly origin: bigint,
    private readonly options: RecorderOptions,
  ) {}

  /** Creates the file, readable by its owner only. Throws FacetError `bad-argument` where it exists, `store-unwritable`. */
  static async create(path: string, options: RecorderOptions): Promise<McapRecorder> {
    const { clock, softwareVersion, overwrite } = options;
    const origin = BigInt(Math.round(clock.wallTime())) * 1_000_000n - nanoseconds(clock.now());
    const file = await RecordingFile.create(path, softwareVersion, overwrite);
    return new McapRecorder(path, file, origin, options);
  }

  /** What was written so far. */
  get summary(): RecordingSummary {
    const { path, frames, dropped, outOfOrder, file } = this;
    return { path, frames, dropped, outOfOrder, bytes: file.bytes };
  }

  /**
   * Appends a frame; wait for it before the next call. A frame that was not captured after the one before is
   * left out and counted. Depth comes last, so that a reader has the whole frame once it has the depth.
   */
  async write(frame: SensorFrame): Promise<void> {
    const time = this.origin + nanoseconds(frame.capturedAt);
    if (this.last && time <= this.last.time) {
      this.outOfOrder++;
      return;
    }
    const { depth, infrared, depthToColour } = frame;
    const { lossless = false } = this.options;
    const halves = frame.colour && this.halves(frame.colour);
    const colour = halves ? halfColour(frame.colour) : frame.colour;
    if (!this.last) await this.describe(depth, colour, halves);
    const add = <S extends SchemaName>(topic: string, schema: S, message: Messages[S]) =>
      this.file.add(topic, schema, time, frame.sequence, encode(schema, time, message));

    const [x, y, z] = depthToColour.translation;
    await add(TOPICS.transform, 'foxglove.FrameTransform', {
      parent_frame_id: 'colour',
      child_frame_id: 'depth',
      translation: { x: x / 1000, y: y / 1000, z: z / 1000 },
      rotation: quaternionFromRotation(depthToColour.rotation),
    });
    if (colour) {
      await add(
        TOPICS.colourCalibration,
        'foxglove.CameraCalibration',
        calibration('colour', colour.intrinsics),
      );
      if (lossless) await add(TOPICS.colour, 'foxglove.RawImage', await rgb8(colour));
      else {
        await add(TOPICS.colour, 'foxglove.CompressedImage', {
          frame_id: 'colour',
          data: await pixels(colour).jpeg(JPEG).toBuffer(),
          format: 'jpeg',
        });
      }
    }
    if (infrared)
      await add(
        TOPICS.infrared,
        'foxglove.RawImage',
        sixteenBit(lossless ? infrared : rounded(infrared), 'mono16'),
      );
    await add(TOPICS.depthCalibration, 'foxglove.CameraCalibration', calibration('depth', depth.intrinsics));
    await add(TOPICS.depth, 'foxglove.RawImage', sixteenBit(depth, '16UC1'));
    if (this.last) this.dropped += Math.max(0, frame.sequence - this.last.sequence - 1);
    this.last = { time, sequence: frame.sequence };
    this.frames++;
  }

  private halves(colour: ColourImage): boolean {
    const { halfColour = false, lossless = false } = this.options;
    return halfColour && !lossless && isHalved(colour);
  }

  private describe(depth: DepthImage, colour?: ColourImage, halfColour?: boolean): Promise<void> {
    const { sensor, softwareVersion, consent } = this.options;
    return this.file.describe({
      sensor,
      softwareVersion,
      consent,
      origin: this.origin,
      intrinsics: { depth: depth.intrinsics, ...(colour && { colour: colour.intrinsics }) },
      ...(halfColour && { halfColour }),
    });
  }

  /** Writes the index and closes the file. */
  async close(): Promise<RecordingSummary> {
    await this.file.close();
    return this.summary;
  }
}

/** Records until the frames end; the file is closed properly however they end, and their error is passed on. */
export async function record(
  frames: AsyncIterable<SensorFrame>,
  path: string,
  options: RecorderOptions,
): Promise<RecordingSummary> {
  const recorder = await McapRecorder.create(path, options);
  let summary: RecordingSummary;
  try {
    for await (const frame of frames) await recorder.write(frame);
  } finally {
    summary = await recorder.close();
  }
  return summary;
}

const nanoseconds = (milliseconds: number) => BigInt(Math.round(milliseconds * 1e6));

const pixels = ({ data, width, height, channels }: ColourImage) =>
  sharp(data, { raw: { width, height, channels } }).removeAlpha();

/** A loop, since `map` with a function takes longer than the compression. */
function rounded(image: InfraredImage): InfraredImage {
  const data = new Uint16Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = ROUNDED_INFRARED[image.data[i]];
  return { ...image, data };
}

async function rgb8(image: ColourImage): Promise<Messages['foxglove.RawImage']> {
  const { width, height } = image;
  const data =
    image.channels === 3
      ? new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength)
      : await pixels(image).raw().toBuffer();
  return { frame_id: 'colour', width, height, encoding: 'rgb8', step: width * 3, data };
}

/** Every machine that Facet runs on is little-endian, as the format wants it. */
const sixteenBit = (
  { data, width, height }: DepthImage | InfraredImage,
  encoding: string,
): Messages['foxglove.RawImage'] => ({
  frame_id: 'depth',
  width,
  height,
  encoding,
  step: width * 2,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

const calibration = (frame_id: string, k: Intrinsics): Messages['foxglove.CameraCalibration'] => ({
  frame_id,
  width: k.width,
  height: k.height,
  distortion_model: 'plumb_bob',
  D: [0, 0, 0, 0, 0],
  K: [k.fx, 0, k.cx, 0, k.fy, k.cy, 0, 0, 1],
  R: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  P: [k.fx, 0, k.cx, 0, 0, k.fy, k.cy, 0, 0, 0, 1, 0],
});
