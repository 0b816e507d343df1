/**
 * The Foxglove messages that recordings are made of, as protobuf (pictures stay bytes; JSON would make them
 * base64). Field names and numbers are those of github.com/foxglove/foxglove-sdk; a test compares them with
 * the published `@foxglove/schemas`.
 */
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import type { IFileDescriptorSet } from 'protobufjs/ext/descriptor.js';

/** Foxglove pairs `<prefix>/image` with `<prefix>/camera_info` by itself. */
export const TOPICS = {
  colour: '/colour/image',
  depth: '/depth/image',
  infrared: '/infrared/image',
  colourCalibration: '/colour/camera_info',
  depthCalibration: '/depth/camera_info',
  transform: '/tf',
} as const;

export interface Messages {
  'foxglove.RawImage': {
    frame_id: string;
    width: number;
    height: number;
    /** `16UC1` depth in millimetres, `mono16` infrared, `rgb8` colour; 16-bit values are little-endian. */
    encoding: string;
    /** Bytes in a row. */
    step: number;
    data: Uint8Array;
  };
  'foxglove.CompressedImage': { frame_id: string; data: Uint8Array; format: string };
  /** K, R (3×3) and P (3×4) are row-major. */
  'foxglove.CameraCalibration': {
    frame_id: string;
    width: number;
    height: number;
    distortion_model: string;
    D: number[];
    K: number[];
    R: number[];
    P: number[];
  };
  /** Maps the child's coordinates to the parent's; translation in metres. */
  'foxglove.FrameTransform': {
    parent_frame_id: string;
    child_frame_id: string;
    translation: { x: number; y: number; z: number } | null;
    rotation: { x: number; y: number; z: number; w: number } | null;
  };
}
export type SchemaName = keyof Messages;

const SCHEMAS: readonly string[] = [
  'foxglove.RawImage',
  'foxglove.CompressedImage',
  'foxglove.CameraCalibration',
  'foxglove.FrameTransform',
] satisfies SchemaName[];
export const isSchema = (name: string): name is SchemaName => SCHEMAS.includes(name);

const PROTO = `
  syntax = "proto3";
  package foxglove;
  message RawImage {
    google.protobuf.Timestamp timestamp = 1;
    string frame_id = 7;
    fixed32 width = 2;
    fixed32 height = 3;
    string encoding = 4;
    fixed32 step = 5;
    bytes data = 6;
  }
  message CompressedImage {
    google.protobuf.Timestamp timestamp = 1;
    string frame_id = 4;
    bytes data = 2;
    string format = 3;
  }
  message CameraCalibration {
    google.protobuf.Timestamp timestamp = 1;
    string frame_id = 9;
    fixed32 width = 2;
    fixed32 height = 3;
    string distortion_model = 4;
    repeated double D = 5;
    repeated double K = 6;
    repeated double R = 7;
    repeated double P = 8;
  }
  message Vector3 { double x = 1; double y = 2; double z = 3; }
  message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; }
  message FrameTransform {
    google.protobuf.Timestamp timestamp = 1;
    string parent_frame_id = 2;
    string child_frame_id = 3;
    Vector3 translation = 4;
    Quaternion rotation = 5;
  }
`;

const root = protobuf.parse(PROTO, { keepCase: true }).root;
root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')!.nested!);
root.resolveAll();

/**
 * The schema as MCAP wants it: a serialised FileDescriptorSet. protobufjs names no dependencies, puts
 * dependents first and shortens type names, which its own reader forgives and those in C++ and Python do not.
 */
export const FILE_DESCRIPTOR_SET: Uint8Array = (() => {
  const { FileDescriptorSet } = descriptor as unknown as { FileDescriptorSet: protobuf.Type };
  const { file } = FileDescriptorSet.toObject(root.toDescriptor('proto3')) as IFileDescriptorSet;
  const [foxglove, time] = ['foxglove', 'google.protobuf'].map((name) =>
    file.find((f) => f.package === name)!,
  );
  time.name = 'google/protobuf/timestamp.proto';
  foxglove.dependency = [time.name];
  for (const message of foxglove.messageType!) {
    const { fields } = root.lookupType(`foxglove.${message.name}`);
    for (const field of message.field!) {
      if (field.typeName) field.typeName = fields[field.name!].resolvedType!.fullName;
    }
  }
  return FileDescriptorSet.encode({ file: [time, foxglove] }).finish();
})();

/** @param time nanoseconds since the Unix epoch. */
export function encode<S extends SchemaName>(schema: S, time: bigint, message: Messages[S]): Uint8Array {
  const timestamp = { seconds: Number(time / 1_000_000_000n), nanos: Number(time % 1_000_000_000n) };
  return root
    .lookupType(schema)
    .encode({ timestamp, ...message })
    .finish();
}

/** Fields that are absent read as 0, '', [] or null. Throws where the bytes are no such message. */
export function decode<S extends SchemaName>(schema: S, bytes: Uint8Array): Messages[S] {
  return root.lookupType(schema).decode(bytes) as unknown as Messages[S];
}
