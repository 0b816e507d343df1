/**
 * Writes ONNX models. A graph is built node by node and encoded as the protobuf message `ModelProto` of
 * onnx.proto (field numbers below are that schema's). The same calls give the same bytes everywhere.
 */

/** Varints and length-delimited fields: the part of the protobuf wire format that ONNX needs. */
class Message {
  private readonly chunks: Uint8Array[] = [];

  int(field: number, value: number | bigint): this {
    return this.varint((field << 3) | 0).varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.varint((field << 3) | 5).chunks.push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array | string | Message): this {
    const bytes =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof Message
          ? value.end()
          : value;
    this.varint((field << 3) | 2)
      .varint(bytes.length)
      .chunks.push(bytes);
    return this;
  }

  end(): Uint8Array {
    const out = new Uint8Array(this.chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  private varint(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    this.chunks.push(Uint8Array.from(bytes));
    return this;
  }
}

const FLOAT = 1;
const INT64 = 7;
const AttributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/** A number is written as an integer attribute, `{ float }` as a float, a list as integers. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** A dimension is a number or the name of a free one, such as the batch `n`. */
export type Dimension = number | string;

/** A model under construction. Names of values are unique; inputs of a node are names given out before. */
export class OnnxGraph {
  private readonly nodes: Message[] = [];
  private readonly initialisers: Message[] = [];
  private readonly inputs: Message[] = [];
  private readonly outputs: Message[] = [];
  private count = 0;

  /** @param name the model's id, kept in the file. @param opset version of the default operator set. */
  constructor(
    private readonly name: string,
    private readonly opset = 17,
  ) {}

  /** Declares a float32 input. @returns its name. */
  input(name: string, shape: readonly Dimension[]): string {
    this.inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Declares a float32 output that some node must have been told to write (see `node`'s last parameter). */
  output(name: string, shape: readonly Dimension[]): void {
    this.outputs.push(valueInfo(name, shape));
  }

  /** Adds a constant float32 tensor, row-major. @returns its name. @throws RangeError if length and shape differ. */
  weights(data: Float32Array, shape: readonly number[]): string {
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      throw new RangeError(`${data.length} weights do not fill [${shape.join(',')}]`);
    const little = new DataView(new ArrayBuffer(data.length * 4));
    for (let i = 0; i < data.length; i++) little.setFloat32(i * 4, data[i], true);
    return this.initialiser(FLOAT, new Uint8Array(little.buffer), shape);
  }

  /** Adds a constant int64 vector: shapes, axes, paddings. @returns its name. */
  integers(values: readonly number[]): string {
    const little = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, i) => little.setBigInt64(i * 8, BigInt(value), true));
    return this.initialiser(INT64, new Uint8Array(little.buffer), [values.length]);
  }

  /**
   * Adds a node with one output. @param op operator name, e.g. `Conv`. @param output name to give the result;
   * left out, a fresh one. @returns the result's name.
   */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.fresh(op),
  ): string {
    const message = new Message();
    for (const input of inputs) message.bytes(1, input);
    message.bytes(2, output).bytes(3, output).bytes(4, op);
    for (const key of Object.keys(attributes).sort()) message.bytes(5, attribute(key, attributes[key]));
    this.nodes.push(message);
    return output;
  }

  /** The file's bytes. */
  encode(): Uint8Array {
    const graph = new Message();
    for (const node of this.nodes) graph.bytes(1, node);
    graph.bytes(2, this.name);
    for (const initialiser of this.initialisers) graph.bytes(5, initialiser);
    for (const input of this.inputs) graph.bytes(11, input);
    for (const output of this.outputs) graph.bytes(12, output);
    const irVersion = 8;
    return new Message()
      .int(1, irVersion)
      .bytes(2, 'facet')
      .bytes(7, graph)
      .bytes(8, new Message().bytes(1, '').int(2, this.opset))
      .end();
  }

  private initialiser(type: number, data: Uint8Array, shape: readonly number[]): string {
    const name = this.fresh('constant');
    const tensor = new Message();
    for (const size of shape) tensor.int(1, size);
    this.initialisers.push(tensor.int(2, type).bytes(8, name).bytes(9, data));
    return name;
  }

  private fresh(prefix: string): string {
    return `${prefix}_${this.count++}`;
  }
}

function valueInfo(name: string, shape: readonly Dimension[]): Message {
  const dimensions = new Message();
  for (const size of shape)
    dimensions.bytes(1, typeof size === 'number' ? new Message().int(1, size) : new Message().bytes(2, size));
  const tensor = new Message().int(1, FLOAT).bytes(2, dimensions);
  return new Message().bytes(1, name).bytes(2, new Message().bytes(1, tensor));
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().bytes(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, AttributeType.int);
  if (typeof value === 'string') return message.bytes(4, value).int(20, AttributeType.string);
  if ('float' in value) return message.float(2, value.float).int(20, AttributeType.float);
  for (const item of value) message.int(8, item);
  return message.int(20, AttributeType.ints);
}
