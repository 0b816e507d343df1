/** From a picture to the descriptor of one face in it. */
import type { Pose } from '../geometry/pose.ts';
import type { Embedder, FaceDetector, LandmarkModel } from '../ports.ts';
import { faceChip } from './align.ts';
import type { Region } from './infrared.ts';
import { boxOfMesh, poseOfMesh } from './mesh.ts';
import type { Normalisation } from './sample.ts';
import type { FaceBox, FaceMesh, PixelSource } from './types.ts';

/** The models that describing takes. */
export interface FaceDescriber {
  readonly detector: FaceDetector;
  readonly landmarks: LandmarkModel;
  readonly embedder: Embedder & { readonly normalisation: Normalisation };
}

export interface DescribedFace {
  readonly box: FaceBox;
  readonly mesh: FaceMesh;
  readonly pose: Pose;
  /** Unit vector. */
  readonly embedding: Float32Array;
  readonly modelId: string;
}

/** Below this the mesh model itself says that its input shows no face. */
const LEAST_MESH_SCORE = 0.5;

/**
 * Which face is meant where there are several: the largest, or, as in pictures that bear a name (Labeled Faces in the Wild), the one on
 * the middle of the picture, and the largest where none is there.
 */
export type WhichFace = 'largest' | 'middle';

/**
 * Describes one face, or returns undefined where there is none. A picture without a find is looked at
 * again with a border around it (a face that fills the picture) and in overlapping parts (small faces).
 */
export async function describeFace(
  picture: PixelSource,
  { detector, landmarks, embedder }: FaceDescriber,
  which: WhichFace = 'largest',
): Promise<DescribedFace | undefined> {
  for (const region of [undefined, ...searchRegions(picture)]) {
    const boxes = await detector.detect(picture, region);
    boxes.sort((p, q) => q.width * q.height - p.width * p.height);
    if (which === 'middle') boxes.sort((p, q) => Number(onMiddle(q, picture)) - Number(onMiddle(p, picture)));
    for (const box of boxes) {
      const first = await landmarks.fit(picture, box);
      if (first.score < LEAST_MESH_SCORE) continue;
      // The detector's box is rough; a second fit around the first mesh steadies the landmarks.
      const second = await landmarks.fit(picture, boxOfMesh(first));
      const mesh = second.score < first.score / 2 ? first : second;
      const [embedding] = await embedder.embed(faceChip(picture, mesh, embedder.normalisation));
      return { box, mesh, pose: poseOfMesh(mesh), embedding, modelId: embedder.modelId };
    }
  }
  return undefined;
}

const onMiddle = ({ x, y, width, height }: FaceBox, picture: PixelSource): boolean => {
  const [middleX, middleY] = [(picture.width - 1) / 2, (picture.height - 1) / 2];
  return x <= middleX && middleX <= x + width && y <= middleY && middleY <= y + height;
};

/** Where to look when the whole picture shows nothing. */
function searchRegions({ width, height }: PixelSource): Region[] {
  const border = { x: -width / 2, y: -height / 2, width: 2 * width, height: 2 * height };
  const side = Math.round(0.6 * Math.max(width, height));
  const starts = (length: number): number[] =>
    length <= side ? [(length - side) / 2] : [0, (length - side) / 2, length - side];
  const parts = starts(height).flatMap((y) =>
    starts(width).map((x) => ({ x, y, width: side, height: side })),
  );
  return [border, ...parts];
}
