/**
 * SFace (Zhong et al., "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face Recognition", 2021; OpenCV Zoo) as ONNX
 * Runtime takes it, and takes it fast. The block-quantised file lists its constants as inputs, and 29 weights beside them that
 * nothing reads: the runtime asks for those at every run, and folds no constant that a caller could replace.
 */
import protobuf from 'protobufjs';

/** SHA-256 of OpenCV Zoo's face_recognition_sface_2021dec_int8bq.onnx. */
export const SFACE_ORIGINAL = 'fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee';

/** Field numbers of onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initialiser: 5, input: 11, output: 12, between: 13 } as const;
const NODE = { input: 1, output: 2, name: 3, op: 4 } as const;
const INITIALISER = { floats: 4, name: 8, raw: 9 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR = { shape: 2 } as const;
const SHAPE = { dimension: 1 } as const;
const DIMENSION = { value: 1, name: 2 } as const;

/**
 * The model with the picture as its only input, without constants that no node reads, with the first dimension of input and
 * outputs, which the file says is 1, free (a batch of n; what it says of the values between is left out), and with sums in place
 * of PRelu. Everything else stays byte for byte, and a model that is so already comes back as it is.
 * @throws Error where the model has no input of that name, RangeError for bytes that are no protobuf
 */
export function prepareSface(model: Uint8Array, input = 'data'): Uint8Array {
  return edit(model, {
    [MODEL.graph]: (graph) => {
      const summed = sumsForPrelu(graph);
      if (!fields(summed, GRAPH.input).some((bytes) => nameOf(bytes, VALUE.name) === input))
        throw new Error(`the model has no input named ${input}`);
      const read = new Set(fields(summed, GRAPH.node).flatMap((node) => fields(node, NODE.input).map(text)));
      return edit(summed, {
        [GRAPH.initialiser]: (bytes) => (read.has(nameOf(bytes, INITIALISER.name)) ? bytes : []),
        [GRAPH.input]: (bytes) => (nameOf(bytes, VALUE.name) === input ? withFreeBatch(bytes) : []),
        [GRAPH.output]: withFreeBatch,
        [GRAPH.between]: none,
      });
    },
  });
}

/**
 * PRelu(x) = a·x + (1 − a)·Relu(x). The runtime computes PRelu one number at a time, which was more than half of this network's time;
 * sums and products it does eight at a time, in the convolutions' own layout.
 */
function sumsForPrelu(graph: Uint8Array): Uint8Array {
  const constants = new Map(
    fields(graph, GRAPH.initialiser).map((bytes) => [nameOf(bytes, INITIALISER.name), bytes]),
  );
  const added: Uint8Array[] = [];
  const edited = edit(graph, {
    [GRAPH.node]: (bytes) => {
      if (nameOf(bytes, NODE.op) !== 'PRelu') return bytes;
      const [x, slope] = fields(bytes, NODE.input).map(text) as [string, string];
      const y = nameOf(bytes, NODE.output);
      const rest = `${slope}_rest`;
      added.push(oneMinus(constants.get(slope)!, rest));
      return [
        node('Relu', [x], `${y}_positive`),
        node('Mul', [`${y}_positive`, rest], `${y}_rest`),
        node('Mul', [x, slope], `${y}_slope`),
        node('Add', [`${y}_slope`, `${y}_rest`], y),
      ];
    },
  });
  const constant = (bytes: Uint8Array) => field(GRAPH.initialiser, bytes);
  return joined([edited, ...added.map(constant)]);
}

const node = (op: string, inputs: readonly string[], output: string): Uint8Array =>
  joined([
    ...inputs.map((name) => field(NODE.input, encoded(name))),
    field(NODE.output, encoded(output)),
    field(NODE.name, encoded(output)),
    field(NODE.op, encoded(op)),
  ]);

/** 1 − a constant float32 tensor. */
function oneMinus(tensor: Uint8Array, name: string): Uint8Array {
  const values = new Float32Array(
    joined([...fields(tensor, INITIALISER.floats), ...fields(tensor, INITIALISER.raw)]).buffer,
  ).map((value) => 1 - value);
  const dims = edit(tensor, {
    [INITIALISER.floats]: none,
    [INITIALISER.raw]: none,
    [INITIALISER.name]: none,
  });
  return joined([
    dims,
    field(INITIALISER.name, encoded(name)),
    field(INITIALISER.raw, new Uint8Array(values.buffer)),
  ]);
}

function withFreeBatch(value: Uint8Array): Uint8Array {
  let first = true;
  const dimension = (bytes: Uint8Array): Uint8Array => {
    const batch = first;
    first = false;
    const message = protobuf.Reader.create(bytes);
    // Only a batch of one: another number would mean something.
    if (!batch || message.uint32() >>> 3 !== DIMENSION.value || Number(message.int64()) !== 1) return bytes;
    return field(DIMENSION.name, encoded('n'));
  };
  const shape = (bytes: Uint8Array) => edit(bytes, { [SHAPE.dimension]: dimension });
  const tensor = (bytes: Uint8Array) => edit(bytes, { [TENSOR.shape]: shape });
  return edit(value, { [VALUE.type]: (type) => edit(type, { [TYPE.tensor]: tensor }) });
}

type Change = (value: Uint8Array) => Uint8Array | readonly Uint8Array[];
const none = (): readonly Uint8Array[] => [];

/** A message with some of its length-delimited fields changed: into one, several or none. */
function edit(bytes: Uint8Array, changes: Readonly<Record<number, Change>>): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const change = (tag & 7) === 2 ? changes[tag >>> 3] : undefined;
    if (!change) {
      reader.skipType(tag & 7);
      parts.push(bytes.subarray(start, reader.pos));
      continue;
    }
    const changed = change(reader.bytes());
    for (const value of changed instanceof Uint8Array ? [changed] : changed)
      parts.push(field(tag >>> 3, value));
  }
  return joined(parts);
}

/** The values of a length-delimited field of a message. */
function fields(bytes: Uint8Array, number: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  edit(bytes, { [number]: (value) => (values.push(value), value) });
  return values;
}

const field = (number: number, value: Uint8Array): Uint8Array =>
  protobuf.Writer.create()
    .uint32((number << 3) | 2)
    .bytes(value)
    .finish();

const encoded = (name: string): Uint8Array => new TextEncoder().encode(name);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const nameOf = (bytes: Uint8Array, number: number): string => text(fields(bytes, number)[0]);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
