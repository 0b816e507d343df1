import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import schemas from '@foxglove/schemas/jsonschema.js';
import internal from '@foxglove/schemas/internal.js';
import { McapIndexedReader } from '@mcap/core';
import { FileHandleReadable } from '@mcap/nodejs';
import { loadDecompressHandlers, protobufFromBinaryDescriptor } from '@mcap/support';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FILE_DESCRIPTOR_SET } from './foxglove.ts';
import { frames, options, sensor, someFrames } from './frames.fixture.ts';
import { McapRecorder, record, type RecorderOptions } from './mcap-recorder.ts';
import { quaternionFromRotation, rotationFromQuaternion } from './quaternion.ts';
import { fromFields, isSynthetic } from './recording-metadata.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facet-recorder-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* each<T>(items: readonly T[]) {
  yield* items;
}

/** Every message as Foxglove would see it: the library's indexed reader, the embedded schema, JSON's names. */
async function readAsFoxglove(path: string) {
  const file = await open(path);
  const reader = await McapIndexedReader.Initialize({
    readable: new FileHandleReadable(file),
    decompressHandlers: await loadDecompressHandlers(),
  });
  const types = new Map(
    [...reader.schemasById.values()].map((schema) => [
      schema.id,
      { ...schema, type: protobufFromBinaryDescriptor(schema.data).lookupType(schema.name) },
    ]),
  );
  const messages = [];
  for await (const message of reader.readMessages()) {
    const channel = reader.channelsById.get(message.channelId)!;
    const { type, name, encoding } = types.get(channel.schemaId)!;
    const content = type.toObject(type.decode(message.data), { longs: Number, defaults: true });
    // protobuf's Timestamp and JSON's time differ in these two names.
    const { seconds, nanos } = content.timestamp as { seconds: number; nanos: number };
    content.timestamp = { sec: seconds, nsec: nanos };
    messages.push({
      ...message,
      topic: channel.topic,
      messageEncoding: channel.messageEncoding,
      schema: name,
      encoding,
      content,
    });
  }
  const metadata = [];
  for await (const item of reader.readMetadata()) metadata.push(item);
  await file.close();
  return { messages, metadata, statistics: reader.statistics! };
}

interface JsonSchema {
  type: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  contentEncoding?: string;
}

/** What the part of JSON Schema that Foxglove uses says against a value. */
function violations(value: unknown, schema: JsonSchema, at: string): string[] {
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || value === null) return [`${at} is no object`];
      const fields = value as Record<string, unknown>;
      return [
        ...(schema.required ?? [])
          .filter((name) => fields[name] === undefined)
          .map((name) => `${at}.${name} is missing`),
        ...Object.keys(fields)
          .filter((name) => !schema.properties![name])
          .map((name) => `${at}.${name} is unknown`),
        ...Object.entries(schema.properties!).flatMap(([name, inner]) =>
          violations(fields[name], inner, `${at}.${name}`),
        ),
      ];
    }
    case 'array':
      if (!Array.isArray(value)) return [`${at} is no array`];
      if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity))
        return [`${at} has ${value.length} items`];
      return value.flatMap((item, i) => violations(item, schema.items!, `${at}[${i}]`));
    case 'integer':
      return Number.isInteger(value) && (value as number) >= (schema.minimum ?? -Infinity)
        ? []
        : [`${at} is no integer`];
    case 'number':
      return typeof value === 'number' ? [] : [`${at} is no number`];
    default:
      if (schema.contentEncoding === 'base64')
        return value instanceof Uint8Array ? [] : [`${at} holds no bytes`];
      return typeof value === 'string' ? [] : [`${at} is no string`];
  }
}

describe('the embedded schema', () => {
  test('has the fields, numbers and types of the published Foxglove schemas', () => {
    const ours = protobufFromBinaryDescriptor(FILE_DESCRIPTOR_SET);
    expect(Buffer.from(FILE_DESCRIPTOR_SET).includes('.foxglove.Vector3')).toBe(true);
    for (const name of [
      'RawImage',
      'CompressedImage',
      'CameraCalibration',
      'FrameTransform',
      'Vector3',
      'Quaternion',
    ]) {
      const proto = internal.generateProto(
        internal.foxgloveMessageSchemas[name as keyof typeof internal.foxgloveMessageSchemas],
        [],
      );
      const published = protobuf.parse(proto, { keepCase: true }).root.lookupType(`foxglove.${name}`);
      const shape = (type: {
        fieldsArray: { name: string; id: number; type: string; repeated: boolean }[];
      }) =>
        type.fieldsArray
          .map(
            (field) =>
              `${field.repeated ? 'repeated ' : ''}${field.type.replace(/^\./, '')} ${field.name} = ${field.id}`,
          )
          .sort();
      expect(shape(ours.lookupType(`foxglove.${name}`))).toEqual(shape(published));
    }
  });
});

describe('a recording', () => {
  test('reads with the library’s own reader, every message valid against its Foxglove schema, log times ascending', async () => {
    const path = join(folder, 'valid.mcap');
    const recorded = someFrames(5);
    await record(each(recorded), path, options);
    const { messages, statistics } = await readAsFoxglove(path);

    expect(new Map(messages.map(({ topic, schema }) => [topic, schema]))).toEqual(
      new Map([
        ['/tf', 'foxglove.FrameTransform'],
        ['/colour/camera_info', 'foxglove.CameraCalibration'],
        ['/colour/image', 'foxglove.CompressedImage'],
        ['/infrared/image', 'foxglove.RawImage'],
        ['/depth/camera_info', 'foxglove.CameraCalibration'],
        ['/depth/image', 'foxglove.RawImage'],
      ]),
    );
    expect(messages).toHaveLength(5 * 6);
    expect(statistics.messageCount).toBe(30n);
    for (const { schema, content, messageEncoding, encoding } of messages) {
      expect([messageEncoding, encoding]).toEqual(['protobuf', 'protobuf']);
      const jsonSchema = (schemas as unknown as Record<string, JsonSchema>)[schema.replace('foxglove.', '')];
      expect(violations(content, jsonSchema, schema)).toEqual([]);
    }
    for (const [i, { logTime, content }] of messages.entries()) {
      if (i > 0) expect(logTime).toBeGreaterThanOrEqual(messages[i - 1].logTime);
      const { sec, nsec } = content.timestamp as { sec: number; nsec: number };
      expect(BigInt(sec) * 1_000_000_000n + BigInt(nsec)).toBe(logTime);
    }
    // The clock showed 1000 ms at 18:00:00, the first frame was captured at 1000 ms.
    expect(messages[0].logTime).toBe(1_795_543_200_000_000_000n);
  });

  test('has depth as 16UC1, infrared as mono16 and the transform in metres from depth to colour', async () => {
    const path = join(folder, 'contents.mcap');
    const [frame] = someFrames(1);
    const turned = { rotation: [0, -1, 0, 1, 0, 0, 0, 0, 1], translation: [52, -1, 3] as const };
    await record(each([{ ...frame, depthToColour: turned }]), path, options);
    const { messages } = await readAsFoxglove(path);
    const content = (topic: string) => messages.find((m) => m.topic === topic)!.content;

    expect(content('/depth/image')).toMatchObject({
      encoding: '16UC1',
      step: frame.depth.width * 2,
      frame_id: 'depth',
    });
    expect(content('/infrared/image')).toMatchObject({ encoding: 'mono16', frame_id: 'depth' });
    expect(Buffer.from(content('/depth/image').data as Uint8Array).readUInt16LE(2)).toBe(frame.depth.data[1]);
    expect(content('/tf')).toMatchObject({
      parent_frame_id: 'colour',
      child_frame_id: 'depth',
      translation: { x: 0.052, y: -0.001, z: 0.003 },
    });
    // A quarter turn about z.
    const q = content('/tf').rotation as { x: number; y: number; z: number; w: number };
    expect([q.x, q.y, q.z, q.w].map((v) => Number(v.toFixed(12)))).toEqual([
      0, 0, 0.707106781187, 0.707106781187,
    ]);
    const { fx, fy, cx, cy } = frame.colour!.intrinsics;
    expect(content('/colour/camera_info')).toMatchObject({
      K: [fx, 0, cx, 0, fy, cy, 0, 0, 1],
      P: [fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, 1, 0],
    });
  });

  test('keeps colour as a JPEG close to the original', async () => {
    const path = join(folder, 'jpeg.mcap');
    const [frame] = someFrames(1);
    const [width, height] = [32, 16];
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
      const [channel, x, y] = [i % 4, (i >> 2) % width, Math.floor(i / 4 / width)];
      return channel === 3 ? 255 : Math.round(127 + 90 * Math.sin(x / 14 + y / 12 + channel));
    });
    const colour = {
      width,
      height,
      channels: 4 as const,
      data,
      intrinsics: { ...frame.colour!.intrinsics, width, height },
    };
    await record(each([{ ...frame, colour }]), path, options);
    const { messages } = await readAsFoxglove(path);
    const { data: jpeg, format } = messages.find((m) => m.topic === '/colour/image')!.content as {
      data: Buffer;
      format: string;
    };
    expect(format).toBe('jpeg');
    expect(await sharp(jpeg).metadata()).toMatchObject({
      format: 'jpeg',
      width,
      height,
      chromaSubsampling: '4:2:0',
    });
    const back = await sharp(jpeg).raw().toBuffer();
    const errors = Array.from(back, (value, i) => Math.abs(value - data[Math.floor(i / 3) * 4 + (i % 3)]));
    expect(errors).toHaveLength(width * height * 3);
    expect(errors.reduce((sum, error) => sum + error) / errors.length).toBeLessThan(2);
    expect(Math.max(...errors)).toBeLessThan(16);
  });

  describe('of a colour picture of a Kinect v2’s size', () => {
    const [width, height] = [1920, 64];
    const wave = (x: number, y: number, channel: number) => 127 + 90 * Math.sin(x / 14 + y / 12 + channel);
    const camera = { width, height, fx: 1081, fy: 1079, cx: 962.5, cy: 30.5 };
    const picture = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
      const [channel, x, y] = [i % 4, (i >> 2) % width, Math.floor(i / 4 / width)];
      return channel === 3 ? 255 : Math.round(wave(x, y, channel));
    });
    const seen = { width, height, channels: 4 as const, data: picture, intrinsics: camera };
    const recorded = async (name: string, more: Partial<RecorderOptions>) => {
      const path = join(folder, name);
      const [frame] = someFrames(1);
      await record(each([{ ...frame, colour: seen }]), path, { ...options, ...more });
      const { messages, metadata } = await readAsFoxglove(path);
      const content = (topic: string) => messages.find((m) => m.topic === topic)!.content;
      return { content, metadata: fromFields(metadata[0].metadata)! };
    };

    test('keeps half of the pixels each way where it is told to, with the camera that sees so', async () => {
      const { content, metadata } = await recorded('half.mcap', { halfColour: true });
      const { K } = content('/colour/camera_info') as { K: number[] };
      const { data } = content('/colour/image') as { data: Buffer };
      const half = await sharp(data).raw().toBuffer({ resolveWithObject: true });
      expect(half.info).toMatchObject({ width: 960, height: 32 });
      expect(metadata).toMatchObject({
        halfColour: true,
        intrinsics: { colour: { width: 960, height: 32, fx: K[0], fy: K[4], cx: K[2], cy: K[5] } },
      });
      // What either camera sees in one direction is the same; half a pixel of the sensor beside it, the error is 4.6.
      const errors: number[] = [];
      for (let v = 2; v < 30; v++)
        for (let u = 2; u < 958; u++) {
          const [x, y] = [(u - K[2]) / K[0], (v - K[5]) / K[4]];
          for (let c = 0; c < 3; c++) {
            const whole = wave(camera.fx * x + camera.cx, camera.fy * y + camera.cy, c);
            errors.push(Math.abs(half.data[(v * 960 + u) * 3 + c] - whole));
          }
        }
      expect(errors.reduce((sum, error) => sum + error) / errors.length).toBeLessThan(3);
    });

    test.each([
      ['is not told to', 'whole.mcap', {}],
      ['keeps every bit', 'bits.mcap', { halfColour: true, lossless: true }],
    ])('keeps all pixels where it %s', async (_, name, more) => {
      const { content, metadata } = await recorded(name, more);
      expect(content('/colour/camera_info')).toMatchObject({ width, height });
      expect(metadata.halfColour).toBeUndefined();
      expect(metadata.intrinsics!.colour).toEqual(camera);
    });
  });

  test('rounds infrared by less than its noise, and depth never', async () => {
    const path = join(folder, 'infrared.mcap');
    const [frame] = someFrames(1);
    const [width, height] = [256, 256];
    const picture = {
      width,
      height,
      data: Uint16Array.from({ length: width * height }, (_, v) => v),
      intrinsics: { ...frame.depth.intrinsics, width, height },
    };
    await record(each([{ ...frame, depth: picture, infrared: picture }]), path, options);
    const { messages } = await readAsFoxglove(path);
    const valuesOf = (topic: string) => {
      const { data } = messages.find((m) => m.topic === topic)!.content as { data: Buffer };
      return new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    };
    expect(valuesOf('/depth/image')).toEqual(picture.data);
    const rounded = valuesOf('/infrared/image');
    rounded.forEach((value, v) => expect(Math.abs(value - v)).toBeLessThanOrEqual(0.8 * Math.sqrt(v) + 1));
    expect(new Set(rounded).size).toBeLessThan(330);
  });

  test('says which sensor with which intrinsics, which software and whose consent', async () => {
    const path = join(folder, 'metadata.mcap');
    const [first] = someFrames(1);
    await record(each([first]), path, options);
    const { metadata } = await readAsFoxglove(path);
    expect(metadata.map(({ name }) => name)).toEqual(['facet.recording']);
    expect(fromFields(metadata[0].metadata)).toEqual({
      sensor,
      softwareVersion: '0.1.0',
      consent: 'nobody: noise',
      origin: 1_795_543_199_000_000_000n,
      intrinsics: { depth: first.depth.intrinsics, colour: first.colour!.intrinsics },
    });
  });

  test.each([
    ['simulated', true, true],
    ['kinect2', false, false],
    // Whoever imports pictures may have them from anywhere.
    ['import-open3d', true, undefined],
  ])('of %s tells whether its people are synthetic', (driver, simulated, synthetic) =>
    expect(
      isSynthetic({ sensor: { ...sensor, driver, simulated }, softwareVersion: '', consent: '', origin: 0n }),
    ).toBe(synthetic),
  );

  test('leaves out frames that are not later than the one before, and counts them', async () => {
    const [a, b, c] = someFrames(3);
    const summary = await record(each([a, c, b, c]), join(folder, 'order.mcap'), options);
    expect(summary).toMatchObject({ frames: 2, outOfOrder: 2 });
  });

  test('counts the frames that are missing between its first and its last', async () => {
    const [a, b, c] = someFrames(3);
    const late = [a, { ...b, sequence: 4 }, { ...c, sequence: 5 }];
    expect(await record(each(late), join(folder, 'gap.mcap'), options)).toMatchObject({
      frames: 3,
      dropped: 3,
    });
  });

  test('is readable by its owner only and never replaces another file unasked', async () => {
    const path = join(folder, 'mine.mcap');
    await writeFile(path, 'precious');
    await expect(McapRecorder.create(path, options)).rejects.toMatchObject({ code: 'bad-argument' });
    expect(await readFile(path, 'utf8')).toBe('precious');
    await record(each(someFrames(1)), join(folder, 'private.mcap'), options);
    expect((await stat(join(folder, 'private.mcap'))).mode & 0o077).toBe(0);
  });

  test('reports a folder that cannot be written', async () => {
    await expect(McapRecorder.create(join(folder, 'missing', 'a.mcap'), options)).rejects.toMatchObject({
      code: 'store-unwritable',
      message: expect.stringContaining('missing') as string,
    });
  });

  test('is closed properly when the sensor fails, and the failure is passed on', async () => {
    const path = join(folder, 'lost.mcap');
    async function* failing() {
      yield* someFrames(2);
      throw new Error('unplugged');
    }
    await expect(record(failing(), path, options)).rejects.toThrow('unplugged');
    expect((await readAsFoxglove(path)).messages).toHaveLength(12);
  });
});

test('a rotation survives the way through a quaternion', () => {
  fc.assert(
    fc.property(frames(1), ([frame]) => {
      const back = rotationFromQuaternion(quaternionFromRotation(frame.depthToColour.rotation));
      for (const [i, value] of frame.depthToColour.rotation.entries()) expect(back[i]).toBeCloseTo(value, 12);
    }),
  );
});
