/** A network of network-spec.ts in TensorFlow: its weights, and its forward pass for training and for checking. */
import type * as tfjs from '@tensorflow/tfjs';
import { Random } from '../../core/random.ts';
import { batchNorm, relu } from './native-ops.ts';
import type { Layer, NetworkSpec, TowerSpec } from './network-spec.ts';

export type Tensorflow = typeof tfjs;

/** Added to variances before their root is taken. */
export const EPSILON = 1e-3;
/** How much of its running mean and variance a batch norm keeps from step to step. */
const MOMENTUM = 0.95;

export interface WeightArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Named arrays of one network: what a checkpoint holds and what is exported. */
export type Weights = ReadonlyMap<string, WeightArray>;

/** A copy. */
export const arrayOf = (tensor: tfjs.Tensor): WeightArray => ({
  shape: tensor.shape,
  data: tensor.dataSync<'float32'>().slice(),
});

export class TfNetwork {
  private readonly variables = new Map<string, tfjs.Variable>();
  /** Decides what dropout leaves out: the step, so that a run that goes on does as it would have done. */
  draw = 0;

  /** Fresh weights (He et al. 2015), decided by the seed. */
  constructor(
    private readonly tf: Tensorflow,
    readonly spec: NetworkSpec,
    seed: string,
  ) {
    const [, rows, columns] = spec.input;
    for (const tower of spec.towers) {
      const random = new Random(`${seed} ${tower.name}`);
      const [top, bottom] = tower.rows ?? [0, rows];
      let shape: Shape = [bottom - top, columns, tower.planes[1] - tower.planes[0]];
      tower.layers.forEach((layer, i) => {
        shape = this.prepare(`${tower.name}/${i}`, layer, shape, random);
      });
    }
  }

  /** What the optimiser changes. @param among their names, `tower/layer/…`; all where left out */
  trainable(among: (name: string) => boolean = () => true): tfjs.Variable[] {
    return [...this.variables]
      .filter(([name]) => !isRunning(name) && among(name))
      .map(([, variable]) => variable);
  }

  /**
   * Unit vectors of one tower, [n, dimensions].
   * @param input [n, planes, rows, columns]
   * @param training batch statistics and dropout; the running statistics follow
   */
  tower(spec: TowerSpec, input: tfjs.Tensor4D, training: boolean): tfjs.Tensor2D {
    return this.tf.tidy(() => this.rest(spec, 0, this.first(spec, 0, input, training), training));
  }

  /**
   * What a tower's layers before one make of the input, [n, rows, columns, channels].
   * @param input [n, planes, rows, columns]
   */
  first(spec: TowerSpec, before: number, input: tfjs.Tensor4D, training = false): tfjs.Tensor {
    const { tf } = this;
    return tf.tidy(() => {
      const [top, bottom] = spec.rows ?? [0, this.spec.input[1]];
      const planes = tf.slice(
        input,
        [0, spec.planes[0], top, 0],
        [-1, spec.planes[1] - spec.planes[0], bottom - top, -1],
      );
      return this.through(spec, [0, before], tf.transpose(planes, [0, 2, 3, 1]), training);
    });
  }

  /** The unit vectors that a tower's layers from one on make of what `first` gave. */
  rest(spec: TowerSpec, from: number, x: tfjs.Tensor, training = false): tfjs.Tensor2D {
    const { tf } = this;
    return tf.tidy(() =>
      unit(tf, this.through(spec, [from, spec.layers.length], x, training) as tfjs.Tensor2D),
    );
  }

  private through(
    { name, layers }: TowerSpec,
    [from, to]: readonly [number, number],
    x: tfjs.Tensor,
    training: boolean,
  ): tfjs.Tensor {
    return layers
      .slice(from, to)
      .reduce((y, layer, i) => this.layer(`${name}/${from + i}`, layer, y, training), x);
  }

  /** The whole embedding: towers side by side by their shares, silent ones left out, scaled to unit length. */
  embed(input: tfjs.Tensor4D): tfjs.Tensor2D {
    const { tf, spec } = this;
    return tf.tidy(() => {
      const parts = spec.towers.map((tower) => {
        const part = tf.mul(this.tower(tower, input, false), Math.sqrt(tower.share));
        if (!tower.optional) return part;
        const planes = tf.slice(
          input,
          [0, tower.planes[0], 0, 0],
          [-1, tower.planes[1] - tower.planes[0], -1, -1],
        );
        const gate = tf.cast(tf.greater(tf.max(tf.abs(planes), [1, 2, 3]), 0), 'float32');
        return tf.mul(part, tf.expandDims(gate, 1));
      });
      return unit(tf, tf.concat(parts, 1) as tfjs.Tensor2D);
    });
  }

  read(): Weights {
    return new Map([...this.variables].map(([name, variable]) => [name, arrayOf(variable)]));
  }

  /** @throws RangeError where the weights are those of another network */
  write(weights: Weights): void {
    for (const [name, variable] of this.variables) {
      const given = weights.get(name);
      if (!given || given.shape.join() !== variable.shape.join())
        throw new RangeError(`no weights of shape [${variable.shape.join()}] for ${name}`);
      variable.assign(this.tf.tensor(given.data, variable.shape));
    }
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
  }

  private prepare(name: string, layer: Layer, [rows, columns, channels]: Shape, random: Random): Shape {
    switch (layer.kind) {
      case 'conv': {
        this.kernel(name, [layer.size, layer.size, channels, layer.filters], random);
        const stride = layer.stride ?? 1;
        return [Math.ceil(rows / stride), Math.ceil(columns / stride), layer.filters];
      }
      case 'fire':
        this.kernel(`${name}/squeeze`, [1, 1, channels, layer.squeeze], random);
        this.kernel(`${name}/expand1`, [1, 1, layer.squeeze, layer.expand], random);
        this.kernel(`${name}/expand3`, [3, 3, layer.squeeze, layer.expand], random);
        return [rows, columns, 2 * layer.expand];
      case 'pool':
        return [Math.ceil(rows / layer.stride), Math.ceil(columns / layer.stride), channels];
      case 'average':
        return [1, 1, channels];
      case 'flatten':
        return [1, 1, rows * columns * channels];
      case 'dropout':
        return [rows, columns, channels];
      case 'dense':
        this.kernel(name, [channels, layer.units], random);
        return [1, 1, layer.units];
    }
  }

  /** A kernel and its batch norm. */
  private kernel(name: string, shape: readonly number[], random: Random): void {
    const fanIn = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const size = fanIn * shape.at(-1)!;
    const scale = Math.sqrt(2 / fanIn);
    const channels = shape.at(-1)!;
    this.variable(`${name}/kernel`, shape, () => scale * random.normal(), true, size);
    this.variable(`${name}/gamma`, [channels], () => 1, true, channels);
    this.variable(`${name}/beta`, [channels], () => 0, true, channels);
    this.variable(`${name}/mean`, [channels], () => 0, false, channels);
    this.variable(`${name}/variance`, [channels], () => 1, false, channels);
  }

  private variable(
    name: string,
    shape: readonly number[],
    value: () => number,
    trainable: boolean,
    size: number,
  ): void {
    const data = Float32Array.from({ length: size }, value);
    const start = this.tf.tensor(data, [...shape]);
    this.variables.set(name, this.tf.variable(start, trainable));
    start.dispose();
  }

  private layer(name: string, layer: Layer, x: tfjs.Tensor, training: boolean): tfjs.Tensor {
    const { tf } = this;
    switch (layer.kind) {
      case 'conv':
        return relu(tf, this.convolve(name, x, layer.stride ?? 1, training));
      case 'fire': {
        const squeezed = relu(tf, this.convolve(`${name}/squeeze`, x, 1, training));
        return tf.concat(
          ['expand1', 'expand3'].map((part) =>
            relu(tf, this.convolve(`${name}/${part}`, squeezed, 1, training)),
          ),
          3,
        );
      }
      case 'pool':
        return tf.maxPool(x as tfjs.Tensor4D, layer.size, layer.stride, 'same');
      case 'average':
        return tf.mean(x, [1, 2]);
      case 'flatten':
        return tf.reshape(x, [x.shape[0], -1]);
      case 'dropout':
        return training ? tf.dropout(x, layer.share, undefined, this.draw) : x;
      case 'dense': {
        const y = this.normalise(name, tf.matMul(x, this.get(name, 'kernel')), training);
        return layer.last ? y : relu(tf, y);
      }
    }
  }

  private convolve(name: string, x: tfjs.Tensor, stride: number, training: boolean): tfjs.Tensor {
    const kernel = this.get(name, 'kernel') as tfjs.Tensor4D;
    return this.normalise(name, this.tf.conv2d(x as tfjs.Tensor4D, kernel, stride, 'same'), training);
  }

  /** Batch norm over all axes but the last. */
  private normalise(name: string, x: tfjs.Tensor, training: boolean): tfjs.Tensor {
    const { tf } = this;
    const [gamma, beta, mean, variance] = (['gamma', 'beta', 'mean', 'variance'] as const).map((part) =>
      this.get(name, part),
    );
    if (!training) return tf.batchNorm(x, mean, variance, beta, gamma, EPSILON);
    const flat = x.rank === 2 ? tf.reshape<tfjs.Rank.R4>(x, [x.shape[0], 1, 1, -1]) : (x as tfjs.Tensor4D);
    const value = batchNorm(tf, flat, gamma, beta, EPSILON, (...latest) => {
      for (const [i, running] of [mean, variance].entries())
        running.assign(tf.add(tf.mul(running, MOMENTUM), tf.mul(latest[i], 1 - MOMENTUM)));
    });
    return tf.reshape(value, x.shape);
  }

  private get(name: string, part: string): tfjs.Variable {
    return this.variables.get(`${name}/${part}`)!;
  }
}

/** Rows, columns, channels. */
type Shape = readonly [number, number, number];

const isRunning = (name: string): boolean => /\/(mean|variance)$/.test(name);

/** Rows scaled to unit length. */
const unit = (tf: Tensorflow, x: tfjs.Tensor2D): tfjs.Tensor2D =>
  tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-12)));
