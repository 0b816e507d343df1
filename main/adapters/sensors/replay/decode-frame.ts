/** Turns the messages of one instant into a SensorFrame and believes none of what they say unchecked. */
import sharp from 'sharp';
import { FacetError } from '../../../contract/result.ts';
import { ms } from '../../../contract/units.ts';
import type { ColourImage, DepthImage, Intrinsics, Rigid, SensorFrame } from '../../../core/sense/frames.ts';
import { TOPICS, decode } from '../../recorder/foxglove.ts';
import type { Messages, SchemaName } from '../../recorder/foxglove.ts';
import { MAX_PIXELS, checkIntrinsics, checkSize } from '../../../core/sense/plausible.ts';
import { rotationFromQuaternion } from '../../recorder/quaternion.ts';
import type { FrameMessages, StoredMessage } from './pair-streams.ts';

const IDENTITY: Rigid = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] };
/** No sensor has its cameras further apart (metres). */
const MAX_BASELINE = 1;

/**
 * @param origin log time (ns) of capture time 0.
 * Throws FacetError `bad-input` naming the file and the topic.
 */
export async function decodeFrame(
  path: string,
  messages: FrameMessages,
  origin: bigint,
): Promise<SensorFrame> {
  const depthMessage = read(path, messages.depth, 'foxglove.RawImage');
  const depth = sixteenBit(path, messages.depth, depthMessage, messages.depthCalibration, [
    '16UC1',
    'mono16',
  ]);
  const infraredMessage = messages.infrared && read(path, messages.infrared, 'foxglove.RawImage');
  const infrared =
    infraredMessage &&
    sixteenBit(path, messages.infrared, infraredMessage, messages.depthCalibration, ['mono16', '16UC1']);
  const picture = messages.colour && (await colour(path, messages.colour, messages.colourCalibration));
  return {
    sequence: messages.depth.sequence,
    capturedAt: ms(Number(messages.depth.logTime - origin) / 1e6),
    depth,
    ...(picture && { colour: picture.image }),
    ...(infrared && { infrared }),
    depthToColour: depthToColour(path, messages.transform, depthMessage.frame_id, picture?.frameId),
  };
}

function read<S extends SchemaName>(path: string, { channel, data }: StoredMessage, schema: S): Messages[S] {
  if (channel.schema !== schema || channel.messageEncoding !== 'protobuf') {
    const found = `${channel.schema || 'no schema'} (${channel.messageEncoding || 'no encoding'})`;
    throw bad(path, channel.topic, `holds ${found}; Facet reads ${schema} (protobuf)`);
  }
  try {
    return decode(schema, data);
  } catch (cause) {
    throw bad(path, channel.topic, `holds a message that is no ${schema}`, cause);
  }
}

/** Depth or infrared; they share a camera, so both must have the size of its calibration. */
function sixteenBit(
  path: string,
  { channel: { topic } }: StoredMessage,
  image: Messages['foxglove.RawImage'],
  calibration: StoredMessage | undefined,
  encodings: readonly string[],
): DepthImage {
  const { width, height, step, data, encoding } = image;
  if (!encodings.includes(encoding)) {
    const unit = encodings[0] === '16UC1' ? ' in millimetres' : '';
    throw bad(path, topic, `is encoded as ${encoding || 'nothing'}; Facet reads ${encodings[0]}${unit}`);
  }
  checkLayout(path, topic, image, 2);
  const pixels = new Uint16Array(width * height);
  const bytes = new Uint8Array(pixels.buffer);
  for (let y = 0; y < height; y++) bytes.set(data.subarray(y * step, y * step + width * 2), y * width * 2);
  return {
    width,
    height,
    data: pixels,
    intrinsics: intrinsics(path, calibration, TOPICS.depthCalibration, topic, image),
  };
}

async function colour(
  path: string,
  stored: StoredMessage,
  calibration: StoredMessage | undefined,
): Promise<{ image: ColourImage; frameId: string }> {
  const { topic, schema } = stored.channel;
  if (schema !== 'foxglove.CompressedImage') {
    const image = read(path, stored, 'foxglove.RawImage');
    if (image.encoding !== 'rgb8') {
      throw bad(
        path,
        topic,
        `is encoded as ${image.encoding || 'nothing'}; Facet reads rgb8, JPEG, PNG and WebP`,
      );
    }
    checkLayout(path, topic, image, 3);
    const { width, height, step } = image;
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      data.set(image.data.subarray(y * step, y * step + width * 3), y * width * 3);
    }
    const k = intrinsics(path, calibration, TOPICS.colourCalibration, topic, image);
    return { image: { width, height, channels: 3, data, intrinsics: k }, frameId: image.frame_id };
  }
  const { data, format, frame_id } = read(path, stored, 'foxglove.CompressedImage');
  if (!['jpeg', 'png', 'webp'].includes(format)) {
    throw bad(path, topic, `is compressed as ${format || 'nothing'}; Facet reads JPEG, PNG and WebP`);
  }
  try {
    // The size is known from the picture's header before a pixel is decoded.
    const picture = sharp(data, { limitInputPixels: MAX_PIXELS });
    const header = await picture.metadata();
    if (header.format !== format) throw new Error(`it says ${format} and is ${header.format}`);
    checkSize(`${topic} in the recording ${path}`, header.width, header.height);
    const k = intrinsics(path, calibration, TOPICS.colourCalibration, topic, header);
    const decoded = await picture
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = decoded.info;
    return { image: { width, height, channels: 3, data: decoded.data, intrinsics: k }, frameId: frame_id };
  } catch (error) {
    if (error instanceof FacetError) throw error;
    throw bad(path, topic, `holds a picture that cannot be decoded (${firstLine(error)})`, error);
  }
}

function checkLayout(
  path: string,
  topic: string,
  { width, height, step, data }: Messages['foxglove.RawImage'],
  bytesPerPixel: number,
): void {
  checkSize(`${topic} in the recording ${path}`, width, height);
  if (step < width * bytesPerPixel || data.byteLength !== step * height) {
    throw bad(
      path,
      topic,
      `holds ${data.byteLength} bytes where ${width}×${height} pixels at ${step} bytes a row need ${step * height}`,
    );
  }
}

function intrinsics(
  path: string,
  stored: StoredMessage | undefined,
  calibrationTopic: string,
  imageTopic: string,
  image: { readonly width: number; readonly height: number },
): Intrinsics {
  if (!stored)
    throw bad(path, calibrationTopic, `is missing, so the intrinsics of ${imageTopic} are unknown`);
  const { width, height, K, D } = read(path, stored, 'foxglove.CameraCalibration');
  if (width !== image.width || height !== image.height) {
    throw bad(
      path,
      calibrationTopic,
      `is for ${width}×${height} pixels and ${imageTopic} has ${image.width}×${image.height}`,
    );
  }
  const [fx, skew, cx, k10, fy, cy, k20, k21, one] = K;
  if (K.length !== 9 || skew !== 0 || k10 !== 0 || k20 !== 0 || k21 !== 0 || one !== 1) {
    throw bad(path, calibrationTopic, `has no pinhole camera matrix (K is [${K.slice(0, 9).join(', ')}])`);
  }
  if (D.some((coefficient) => coefficient !== 0)) {
    throw bad(
      path,
      calibrationTopic,
      'describes a distorted picture; undistort the pictures before recording them',
    );
  }
  const k = { width, height, fx: fx, fy: fy, cx: cx, cy: cy };
  checkIntrinsics(`${calibrationTopic} in the recording ${path}`, k);
  return k;
}

function depthToColour(
  path: string,
  stored: StoredMessage | undefined,
  depthId: string,
  colourId: string | undefined,
): Rigid {
  // Without colour nothing is mapped; with one frame for both, depth is registered to colour already.
  if (!stored && (colourId === undefined || colourId === depthId)) return IDENTITY;
  if (!stored)
    throw bad(
      path,
      TOPICS.transform,
      'is missing, so where the depth camera is from the colour camera is unknown',
    );
  const { parent_frame_id, child_frame_id, translation, rotation } = read(
    path,
    stored,
    'foxglove.FrameTransform',
  );
  if (child_frame_id !== depthId || (colourId !== undefined && parent_frame_id !== colourId)) {
    throw bad(
      path,
      TOPICS.transform,
      `leads from ${child_frame_id} to ${parent_frame_id} instead of from ${depthId} to ${colourId ?? 'colour'}`,
    );
  }
  const norm = rotation ? Math.hypot(rotation.x, rotation.y, rotation.z, rotation.w) : 0;
  const distance = translation ? Math.hypot(translation.x, translation.y, translation.z) : Infinity;
  if (!(Math.abs(norm - 1) < 0.01 && distance <= MAX_BASELINE)) {
    throw bad(
      path,
      TOPICS.transform,
      'holds no possible place of the depth camera (metres and a unit quaternion)',
    );
  }
  const { x, y, z } = translation!;
  return { rotation: rotationFromQuaternion(rotation!), translation: [x * 1000, y * 1000, z * 1000] };
}

const firstLine = (error: unknown) => (error as Error).message.split('\n')[0];

const bad = (path: string, topic: string, detail: string, cause?: unknown) =>
  new FacetError('bad-input', `In the recording ${path}, ${topic} ${detail}.`, { cause });
