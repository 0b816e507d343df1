/** Reads the constants back out of an ONNX file (field numbers are those of onnx.proto). */
import protobuf from 'protobufjs';

const MODEL = { graph: 7 } as const;
const GRAPH = { initializer: 5 } as const;
const TENSOR = { dims: 1, dataType: 2, rawData: 9 } as const;
const FLOAT = 1;

interface OnnxWeights {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The float32 constants in the order in which they were written: that of `OnnxGraph.weights`.
 * @throws RangeError for bytes that are no ONNX file with raw, little-endian constants
 */
export function readWeights(onnx: Uint8Array): OnnxWeights[] {
  return fields(onnx, MODEL.graph)
    .flatMap((graph) => fields(graph, GRAPH.initializer))
    .flatMap((tensor) => tensorOf(tensor) ?? []);
}

function tensorOf(bytes: Uint8Array): OnnxWeights | undefined {
  const reader = protobuf.Reader.create(bytes);
  const shape: number[] = [];
  let type = 0;
  let raw: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === TENSOR.dims) shape.push(Number(reader.int64()));
    else if (tag >>> 3 === TENSOR.dataType) type = reader.int32();
    else if (tag >>> 3 === TENSOR.rawData) raw = reader.bytes();
    else reader.skipType(tag & 7);
  }
  if (type !== FLOAT) return undefined;
  if (raw.length !== 4 * shape.reduce((a, b) => a * b, 1))
    throw new RangeError(`${raw.length} bytes do not fill [${shape.join(',')}]`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return {
    shape,
    data: Float32Array.from({ length: raw.length / 4 }, (_, i) => view.getFloat32(4 * i, true)),
  };
}

/** Every message in a field of a message. */
function fields(bytes: Uint8Array, field: number): Uint8Array[] {
  const reader = protobuf.Reader.create(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === field && (tag & 7) === 2) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}
