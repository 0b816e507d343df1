/** Losses of siamese training, on unit vectors of a batch. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensorflow } from './tf-network.ts';

/**
 * The article's loss (Hadsell et al. 2006) over all pairs of the batch: the same pulled together, different ones pushed beyond the margin;
 * both kinds count alike.
 * @param embeddings [n, d]
 * @param same [n, n]: 1 where two rows are one person, 0 else
 */
export function contrastive(
  tf: Tensorflow,
  embeddings: tfjs.Tensor2D,
  same: tfjs.Tensor2D,
  margin = 1,
): tfjs.Scalar {
  const cosine = tf.matMul(embeddings, embeddings, false, true);
  const squared = tf.relu(tf.sub(2, tf.mul(2, cosine)));
  const distance = tf.sqrt(tf.add(squared, 1e-8));
  const others = tf.sub(1, tf.eye(same.shape[0]));
  const pairs = tf.mul(same, others);
  const strangers = tf.sub(1, same);
  const pull = tf.div(tf.sum(tf.mul(pairs, squared)), tf.maximum(tf.sum(pairs), 1));
  const push = tf.div(
    tf.sum(tf.mul(strangers, tf.square(tf.relu(tf.sub(margin, distance))))),
    tf.maximum(tf.sum(strangers), 1),
  );
  return tf.add(pull, push);
}

/** Supervised contrastive loss (Khosla et al. 2020). Shapes as in `contrastive`. */
export function supervisedContrastive(
  tf: Tensorflow,
  embeddings: tfjs.Tensor2D,
  same: tfjs.Tensor2D,
  temperature: number,
): tfjs.Scalar {
  const self = tf.eye(same.shape[0]);
  const logits = tf.sub(
    tf.div(tf.matMul(embeddings, embeddings, false, true), temperature),
    tf.mul(self, 1e9),
  );
  const pairs = tf.mul(same, tf.sub(1, self));
  const logShare = tf.sub(logits, tf.logSumExp(logits, 1, true));
  const count = tf.sum(pairs, 1);
  const perRow = tf.div(tf.sum(tf.mul(pairs, tf.mul(logShare, tf.sub(1, self))), 1), tf.maximum(count, 1));
  const counted = tf.cast(tf.greater(count, 0), 'float32');
  return tf.neg(tf.div(tf.sum(tf.mul(perRow, counted)), tf.maximum(tf.sum(counted), 1)));
}

/**
 * CosFace (Wang et al. 2018): each person of the training set has a centre, and the right one must win by a margin.
 * @param centres [people, d], of any length
 * @param labels [n], int32: rows of `centres`
 */
export function cosface(
  tf: Tensorflow,
  embeddings: tfjs.Tensor2D,
  centres: tfjs.Tensor2D,
  labels: tfjs.Tensor1D,
  { scale, margin }: { readonly scale: number; readonly margin: number },
): tfjs.Scalar {
  const lengths = tf.sqrt(tf.add(tf.sum(tf.square(centres), 1, true), 1e-12));
  const cosine = tf.matMul(embeddings, tf.div(centres, lengths), false, true);
  const right = tf.oneHot(labels, centres.shape[0]);
  const logits = tf.mul(tf.sub(cosine, tf.mul(right, margin)), scale);
  const won = tf.sub(tf.sum(tf.mul(right, logits), 1), tf.logSumExp(logits, 1));
  return tf.neg(tf.mean(won));
}
