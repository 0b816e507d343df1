/** Arithmetic of embeddings: unit vectors, compared by the distance between their tips. */

/** The mean of unit vectors, itself scaled to unit length. */
export function meanEmbedding(embeddings: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(embeddings[0].length);
  for (const embedding of embeddings) for (let i = 0; i < mean.length; i++) mean[i] += embedding[i];
  return normalised(mean);
}

/** Scaled to length 1; a zero vector stays zero. */
export function normalised(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  return vector.map((value) => value * scale);
}

/** Between two unit vectors, √(2 − 2·cos): 0 for the same direction, 2 for opposite ones. */
export function embeddingDistance(p: Float32Array, q: Float32Array): number {
  let square = 0;
  for (let i = 0; i < p.length; i++) square += (p[i] - q[i]) ** 2;
  return Math.sqrt(square);
}
