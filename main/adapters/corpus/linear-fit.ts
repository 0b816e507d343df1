/**
 * The linear shape model: principal components, then linear discriminants (Fisher 1936; Belhumeur et al. 1997), fitted on
 * reliefs of many people. The large matrix products run on ONNX Runtime, the small eigenproblems in ml-matrix.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Random } from '../../core/random.ts';
import { OnnxGraph } from '../onnx/onnx-writer.ts';

export interface LinearFit {
  /** dimensions × length, row-major: the embedding is (weights · (sample − mean)) scaled to unit length. */
  readonly weights: Float32Array;
  readonly mean: Float32Array;
  readonly dimensions: number;
}

export interface LinearRecipe {
  /** Principal components kept. */
  readonly components: number;
  /** Discriminants kept: the embedding's length. */
  readonly dimensions: number;
  /** Share of the within-person scatter's mean eigenvalue that is added to its diagonal. */
  readonly shrinkage: number;
}

export const LINEAR_RECIPE: LinearRecipe = { components: 240, dimensions: 96, shrinkage: 0.02 };

/**
 * @param samples n × length
 * @param people the person of each sample, 0 …
 */
export async function fitLinear(
  samples: Float32Array,
  people: Uint32Array,
  length: number,
  recipe: LinearRecipe = LINEAR_RECIPE,
): Promise<LinearFit> {
  const n = people.length;
  const mean = new Float32Array(length);
  for (let i = 0; i < n; i++) for (let j = 0; j < length; j++) mean[j] += samples[i * length + j] / n;
  const centred = samples.slice();
  for (let i = 0; i < n; i++) for (let j = 0; j < length; j++) centred[i * length + j] -= mean[j];

  const product = await MatrixProduct.open();
  const covariance = new Float32Array(length * length);
  const block = 2048;
  for (let from = 0; from < n; from += block) {
    const rows = Math.min(block, n - from);
    const part = centred.subarray(from * length, (from + rows) * length);
    const sum = await product.transposedTimes(part, part, rows, length, length);
    for (let i = 0; i < covariance.length; i++) covariance[i] += sum[i] / n;
  }
  const components = await leadingEigenvectors(product, covariance, length, recipe.components);
  const projected = await product.times(centred, components, n, length, recipe.components);
  await product.close();
  const discriminants = discriminate(projected, people, recipe);
  const weights = new Matrix(recipe.dimensions, length);
  const c = new Matrix(length, recipe.components);
  for (let i = 0; i < length; i++)
    for (let k = 0; k < recipe.components; k++) c.set(i, k, components[i * recipe.components + k]);
  weights.setSubMatrix(discriminants.transpose().mmul(c.transpose()), 0, 0);
  return { weights: Float32Array.from(weights.to1DArray()), mean, dimensions: recipe.dimensions };
}

/** Subspace iteration with Rayleigh–Ritz; the start is seeded. @returns length × count, by falling eigenvalue */
async function leadingEigenvectors(
  product: MatrixProduct,
  symmetric: Float32Array,
  length: number,
  count: number,
): Promise<Float32Array> {
  const wide = count + 20;
  const random = new Random('subspace');
  let basis = orthonormal(
    Float32Array.from({ length: length * wide }, () => random.normal()),
    length,
    wide,
  );
  for (let round = 0; round < 12; round++)
    basis = orthonormal(await product.times(symmetric, basis, length, length, wide), length, wide);
  const image = await product.times(symmetric, basis, length, length, wide);
  const small = await product.transposedTimes(basis, image, length, wide, wide);
  const { vectors } = sortedEigen(
    new Matrix(wide, wide).apply(function (i, j) {
      this.set(i, j, (small[i * wide + j] + small[j * wide + i]) / 2);
    }),
  );
  const kept = new Float32Array(wide * count);
  for (let i = 0; i < wide; i++) for (let k = 0; k < count; k++) kept[i * count + k] = vectors.get(i, k);
  return product.times(basis, kept, length, wide, count);
}

/** Eigenvectors of a symmetric matrix as columns, by falling eigenvalue, signs fixed. */
function sortedEigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const eigen = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = eigen.realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => eigen.realEigenvalues[b] - eigen.realEigenvalues[a]);
  const vectors = new Matrix(matrix.rows, matrix.rows);
  order.forEach((from, to) => {
    const column = eigen.eigenvectorMatrix.getColumn(from);
    const largest = column.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
    vectors.setColumn(
      to,
      column.map((v) => (largest < 0 ? -v : v)),
    );
  });
  return { values: order.map((i) => eigen.realEigenvalues[i]), vectors };
}

/** Modified Gram–Schmidt on columns of a rows × columns matrix. */
function orthonormal(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const q = Array.from({ length: columns }, (_, k) =>
    Float64Array.from({ length: rows }, (__, i) => matrix[i * columns + k]),
  );
  for (let k = 0; k < columns; k++) {
    const v = q[k];
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < k; j++) {
        const u = q[j];
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += u[i] * v[i];
        for (let i = 0; i < rows; i++) v[i] -= dot * u[i];
      }
    const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    for (let i = 0; i < rows; i++) v[i] /= length;
  }
  return Float32Array.from({ length: rows * columns }, (_, at) => q[at % columns][Math.floor(at / columns)]);
}

/**
 * Linear discriminants alone, for samples that are short already.
 * @param samples n × length
 * @param people the person of each sample, 0 …
 * @returns dimensions × length, row-major
 */
export function fitDiscriminants(
  samples: Float32Array,
  people: Uint32Array,
  length: number,
  recipe: Pick<LinearRecipe, 'dimensions' | 'shrinkage'>,
): Float32Array {
  const n = people.length;
  const mean = new Float64Array(length);
  samples.forEach((value, i) => (mean[i % length] += value / n));
  const centred = samples.map((value, i) => value - mean[i % length]);
  const found = discriminate(centred, people, { ...recipe, components: length });
  return Float32Array.from(found.transpose().to1DArray());
}

/** Linear discriminants of projected samples: components × dimensions, within-person scatter whitened. */
function discriminate(projected: Float32Array, people: Uint32Array, recipe: LinearRecipe): Matrix {
  const k = recipe.components;
  const n = people.length;
  const count = Math.max(...people) + 1;
  const sums = Array.from({ length: count }, () => new Float64Array(k));
  const sizes = new Uint32Array(count);
  for (let i = 0; i < n; i++) {
    sizes[people[i]]++;
    for (let j = 0; j < k; j++) sums[people[i]][j] += projected[i * k + j];
  }
  const within = new Float64Array(k * k);
  const between = new Float64Array(k * k);
  const d = new Float64Array(k);
  const add = (into: Float64Array, scale: number) => {
    for (let a = 0; a < k; a++) for (let b = 0; b <= a; b++) into[a * k + b] += scale * d[a] * d[b];
  };
  for (let i = 0; i < n; i++) {
    const p = people[i];
    for (let j = 0; j < k; j++) d[j] = projected[i * k + j] - sums[p][j] / sizes[p];
    add(within, 1 / n);
  }
  for (let p = 0; p < count; p++) {
    if (sizes[p] === 0) continue;
    for (let j = 0; j < k; j++) d[j] = sums[p][j] / sizes[p];
    add(between, sizes[p] / n);
  }
  const full = (lower: Float64Array) =>
    new Matrix(k, k).apply(function (i, j) {
      this.set(i, j, i >= j ? lower[i * k + j] : lower[j * k + i]);
    });
  const scatter = full(within);
  const ridge = (recipe.shrinkage * scatter.trace()) / k;
  for (let i = 0; i < k; i++) scatter.set(i, i, scatter.get(i, i) + ridge);
  const { values, vectors } = sortedEigen(scatter);
  const whiten = vectors.mulRowVector(values.map((v) => 1 / Math.sqrt(v)));
  const { vectors: best } = sortedEigen(whiten.transpose().mmul(full(between)).mmul(whiten));
  return whiten.mmul(best.subMatrix(0, k - 1, 0, recipe.dimensions - 1));
}

/** Large float32 matrix products on ONNX Runtime's threads. */
class MatrixProduct {
  private constructor(
    private readonly plain: InferenceSession,
    private readonly transposed: InferenceSession,
  ) {}

  static async open(): Promise<MatrixProduct> {
    const session = (transA: number) => {
      const graph = new OnnxGraph('product');
      graph.node('Gemm', [graph.input('a', ['r', 's']), graph.input('b', ['t', 'u'])], { transA }, 'c');
      graph.output('c', ['v', 'w']);
      return InferenceSession.create(graph.encode());
    };
    return new MatrixProduct(await session(0), await session(1));
  }

  /** a (m × k) · b (k × n). */
  async times(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Promise<Float32Array> {
    const { c } = await this.plain.run({
      a: new Tensor('float32', a, [m, k]),
      b: new Tensor('float32', b, [k, n]),
    });
    return c.data as Float32Array;
  }

  /** aᵀ · b for a (k × m), b (k × n). */
  async transposedTimes(
    a: Float32Array,
    b: Float32Array,
    k: number,
    m: number,
    n: number,
  ): Promise<Float32Array> {
    const { c } = await this.transposed.run({
      a: new Tensor('float32', a, [k, m]),
      b: new Tensor('float32', b, [k, n]),
    });
    return c.data as Float32Array;
  }

  async close(): Promise<void> {
    await Promise.all([this.plain.release(), this.transposed.release()]);
  }
}

/** The fit as an ONNX model: [n, 4, rows, columns] → [n, dimensions], from the height channel alone. */
export function linearModel(
  id: string,
  fit: LinearFit,
  shape: readonly [number, number, number],
): Uint8Array {
  const [, rows, columns] = shape;
  const length = rows * columns;
  const graph = new OnnxGraph(id);
  const input = graph.input('tensor', ['n', ...shape]);
  const height = graph.node('Slice', [input, graph.integers([3]), graph.integers([4]), graph.integers([1])]);
  const flat = graph.node('Flatten', [height]);
  const bias = Float32Array.from({ length: fit.dimensions }, (_, d) => {
    let sum = 0;
    for (let j = 0; j < length; j++) sum -= fit.weights[d * length + j] * fit.mean[j];
    return sum;
  });
  const weights = graph.weights(fit.weights, [fit.dimensions, length]);
  const projected = graph.node('Gemm', [flat, weights, graph.weights(bias, [fit.dimensions])], { transB: 1 });
  graph.node('LpNormalization', [projected], { axis: 1, p: 2 }, 'embedding');
  graph.output('embedding', ['n', fit.dimensions]);
  return graph.encode();
}
