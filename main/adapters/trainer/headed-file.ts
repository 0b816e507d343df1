/** Files of a head in JSON and bytes after it: uint32 length of the head (little-endian), the head, the rest. */

export function encodeHeaded(head: unknown, rest: readonly (Float32Array | Int8Array)[]): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const bodies = rest.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([length, json, ...bodies]);
}

/** @returns undefined where the bytes begin with no such head */
export function decodeHeaded(
  bytes: Uint8Array,
): { readonly head: unknown; readonly rest: Buffer } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const end = 4 + buffer.readUInt32LE();
    return { head: JSON.parse(buffer.toString('utf8', 4, end)), rest: buffer.subarray(end) };
  } catch {
    return undefined;
  }
}
