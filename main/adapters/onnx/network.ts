/** One ONNX Runtime session behind a call: float32 tensors in, float32 tensors out. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FacetError } from '../../contract/result.ts';
import { remedyFor, type LoadedModel } from './model-library.ts';

export interface NetworkOptions {
  /** Threads inside one operator. */
  readonly threads?: number;
}

const DEFAULT_THREADS = 2;

/** A session as every frame's networks run in. */
export const openSession = (bytes: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    extra: {
      session: {
        // Threads that spin while they wait double the latency when anything else needs the cores.
        intra_op: { allow_spinning: '0' },
        // Quantised weights are unpacked once, when the session opens, and not at every run.
        disable_quant_qdq: '1',
      },
    },
  });

/** A model ready to run; it has run once, so that the first frame waits for nothing. */
export class Network {
  private constructor(
    private readonly session: InferenceSession,
    readonly entry: LoadedModel['entry'],
  ) {}

  /** @throws FacetError `model-altered` if ONNX Runtime refuses the file. */
  static async open(
    { entry, bytes }: LoadedModel,
    { threads = DEFAULT_THREADS }: NetworkOptions = {},
  ): Promise<Network> {
    let network: Network;
    try {
      const session = await openSession(bytes, threads);
      network = new Network(session, entry);
      await network.run(new Float32Array(network.inputLength), 1);
    } catch (cause) {
      throw new FacetError(
        'model-altered',
        `The model ${entry.file} cannot be run (${cause instanceof Error ? cause.message : String(cause)}). ${remedyFor(entry)}`,
        { cause },
      );
    }
    return network;
  }

  /** Values in one input. */
  get inputLength(): number {
    return this.entry.input.shape.reduce((a, b) => a * b, 1);
  }

  /** @param inputs n inputs end to end. @returns the outputs in the manifest's order, n results end to end each. */
  async run(inputs: Float32Array, n: number): Promise<Float32Array[]> {
    const { name, shape } = this.entry.input;
    const results = await this.session.run({ [name]: new Tensor('float32', inputs, [n, ...shape]) });
    return this.entry.outputs.map((output) => results[output.name].data as Float32Array);
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
