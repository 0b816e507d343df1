/** NumPy's .npy format, version 1.0 (numpy.lib.format): a header that says what follows, then the values. */

/** @param values in C order: the last axis of `shape` runs fastest */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const describe = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const prefix = 10;
  // The values begin at a multiple of 64 bytes; the header ends with a line feed.
  const length = Math.ceil((prefix + describe.length + 1) / 64) * 64 - prefix;
  const header = Buffer.alloc(prefix + length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(describe, prefix, 'latin1');
  header.write('\n', prefix + length - 1);
  const body = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => body.writeFloatLE(value, i * 4));
  return Buffer.concat([header, body]);
}
