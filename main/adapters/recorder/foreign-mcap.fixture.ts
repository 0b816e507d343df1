/** MCAP recordings as other programs write them, good and bad. */
import { writeFile } from 'node:fs/promises';
import { McapRecordBuilder, McapWriter } from '@mcap/core';
import { FILE_DESCRIPTOR_SET, encode, type Messages, type SchemaName } from './foxglove.ts';

interface Shape {
  /** No chunk around the records. */
  bare?: boolean;
  spoilCrc?: boolean;
  compression?: string;
  /** What the chunk claims to unpack to. */
  claim?: bigint;
}
export interface Item {
  topic: string;
  schema: string;
  time: bigint;
  data: Uint8Array;
  encoding?: string;
}

/** An MCAP by somebody else. */
export async function writeMcap(path: string, items: readonly Item[], shape: Shape = {}): Promise<void> {
  const parts: Uint8Array[] = [];
  let position = 0n;
  const writer = new McapWriter({
    writable: {
      position: () => position,
      write: async (bytes) => {
        await Promise.resolve();
        parts.push(bytes.slice());
        position += BigInt(bytes.byteLength);
      },
    },
    useChunks: Object.keys(shape).length === 0,
  });
  await writer.start();
  const channels = new Map<string, number>();
  for (const { topic, schema, time, data, encoding = 'protobuf' } of items) {
    if (!channels.has(topic)) {
      const schemaId = await writer.registerSchema({ name: schema, encoding, data: FILE_DESCRIPTOR_SET });
      channels.set(
        topic,
        await writer.registerChannel({ topic, schemaId, messageEncoding: encoding, metadata: new Map() }),
      );
    }
    await writer.addMessage({
      channelId: channels.get(topic)!,
      sequence: 0,
      logTime: time,
      publishTime: time,
      data,
    });
  }
  await writer.end();
  const whole = Buffer.concat(parts);
  if (shape.bare || Object.keys(shape).length === 0) return writeFile(path, whole);
  // Wrap the records behind the header (8 bytes of magic, 9 of record header, its body) in one chunk of our own.
  const headerEnd = 17 + Number(whole.readBigUInt64LE(9));
  let end = headerEnd;
  while (whole[end] !== 0x0f) end += 9 + Number(whole.readBigUInt64LE(end + 1));
  const records = whole.subarray(headerEnd, end);
  const builder = new McapRecordBuilder();
  builder.writeChunk({
    messageStartTime: 0n,
    messageEndTime: 1n,
    uncompressedSize: shape.claim ?? BigInt(records.length),
    uncompressedCrc: shape.spoilCrc ? 1 : 0,
    compression: shape.compression ?? '',
    records,
  });
  await writeFile(path, Buffer.concat([whole.subarray(0, headerEnd), builder.buffer, whole.subarray(end)]));
}

export const message = <S extends SchemaName>(
  topic: string,
  schema: S,
  time: number,
  content: Messages[S],
): Item => ({
  topic,
  schema,
  time: BigInt(time) * 1_000_000n,
  data: encode(schema, BigInt(time) * 1_000_000n, content),
});
export const calibration = (
  topic: string,
  time = 0,
  changes: Partial<Messages['foxglove.CameraCalibration']> = {},
) =>
  message(topic, 'foxglove.CameraCalibration', time, {
    frame_id: 'camera',
    width: 8,
    height: 8,
    distortion_model: '',
    D: [],
    K: [8, 0, 4, 0, 8, 4, 0, 0, 1],
    R: [],
    P: [],
    ...changes,
  });
export const image = (topic: string, time: number, changes: Partial<Messages['foxglove.RawImage']> = {}) =>
  message(topic, 'foxglove.RawImage', time, {
    frame_id: 'camera',
    width: 8,
    height: 8,
    encoding: topic === '/colour/image' ? 'rgb8' : '16UC1',
    step: topic === '/colour/image' ? 24 : 16,
    data: new Uint8Array(topic === '/colour/image' ? 192 : 128).fill(time % 251),
    ...changes,
  });
export const transform = (changes: Partial<Messages['foxglove.FrameTransform']>) => [
  message('/tf', 'foxglove.FrameTransform', 0, {
    parent_frame_id: 'camera',
    child_frame_id: 'camera',
    translation: { x: 0, y: 0, z: 0 },
    rotation: { x: 0, y: 0, z: 0, w: 1 },
    ...changes,
  }),
  ...goodMessages(),
];

export const goodMessages = () => [calibration('/depth/camera_info'), image('/depth/image', 5)];
