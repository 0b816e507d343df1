/**
 * The face stack on ONNX Runtime: detector, landmarks and embedders behind the core's ports. A model serves one
 * call at a time: its input tensor is used again.
 */
import {
  BLAZEFACE_SIZE,
  blazefaceAnchors,
  decodeCandidates,
  mergeOverlapping,
  toFaceBox,
} from '../../core/face/blazeface.ts';
import { squareToPicture } from '../../core/face/affine.ts';
import { normalised } from '../../core/face/embedding.ts';
import type { FaceDescriber } from '../../core/face/describe.ts';
import { eyeInputs, opennessOfContours, type EyelidModel, type EyeOpenness } from '../../core/face/eyes.ts';
import type { Region } from '../../core/face/infrared.ts';
import { FACEMESH_SIZE, meshInPicture, meshInput } from '../../core/face/mesh.ts';
import { sample } from '../../core/face/sample.ts';
import type { FaceBox, FaceMesh, PixelSource } from '../../core/face/types.ts';
import type { Embedder, FaceDetector, LandmarkModel } from '../../core/ports.ts';
import type { ModelLibrary } from './model-library.ts';
import { Network, type NetworkOptions } from './network.ts';

/** The descriptor of real faces, in colour and in infrared. */
export const DESCRIPTOR_MODEL = 'sface';

/** Candidates below this are noise; a mesh that does not fit sorts out the rest. */
const LEAST_SCORE = 0.5;

export class BlazefaceDetector implements FaceDetector {
  private readonly anchors = blazefaceAnchors();
  private readonly input = new Float32Array(3 * BLAZEFACE_SIZE * BLAZEFACE_SIZE);

  private constructor(private readonly network: Network) {}

  /** @throws FacetError `model-missing`, `model-altered`. */
  static async open(library: ModelLibrary, options?: NetworkOptions): Promise<BlazefaceDetector> {
    return new BlazefaceDetector(await Network.open(await library.load('blazeface'), options));
  }

  get modelId(): string {
    return this.network.entry.id;
  }

  /** Looks at the whole picture, or only at `region` (which may reach beyond it), padded to a square. */
  async detect(picture: PixelSource, region?: Region): Promise<FaceBox[]> {
    const { x, y, width, height } = region ?? {
      x: -0.5,
      y: -0.5,
      width: picture.width,
      height: picture.height,
    };
    const toPicture = squareToPicture(BLAZEFACE_SIZE, x + width / 2, y + height / 2, Math.max(width, height));
    sample(picture, toPicture, BLAZEFACE_SIZE, BLAZEFACE_SIZE, this.network.entry.input, this.input);
    const [scores, boxes] = (await this.network.run(this.input, 1)) as [Float32Array, Float32Array];
    const candidates = decodeCandidates(scores, boxes, this.anchors, LEAST_SCORE);
    return mergeOverlapping(candidates).map((candidate) => toFaceBox(candidate, toPicture));
  }

  close = (): Promise<void> => this.network.close();
}

export class FacemeshLandmarks implements LandmarkModel {
  private readonly input = new Float32Array(3 * FACEMESH_SIZE * FACEMESH_SIZE);

  private constructor(private readonly network: Network) {}

  /** @throws FacetError `model-missing`, `model-altered`. */
  static async open(library: ModelLibrary, options?: NetworkOptions): Promise<FacemeshLandmarks> {
    return new FacemeshLandmarks(await Network.open(await library.load('facemesh'), options));
  }

  get modelId(): string {
    return this.network.entry.id;
  }

  async fit(picture: PixelSource, box: FaceBox): Promise<FaceMesh> {
    const toPicture = meshInput(box);
    sample(picture, toPicture, FACEMESH_SIZE, FACEMESH_SIZE, this.network.entry.input, this.input);
    const [mesh, score] = (await this.network.run(this.input, 1)) as [Float32Array, Float32Array];
    return { landmarks: meshInPicture(mesh, toPicture), score: score[0] };
  }

  close = (): Promise<void> => this.network.close();
}

/** Lids from a closer look at each eye. */
export class OnnxEyelids implements EyelidModel {
  private constructor(private readonly network: Network) {}

  /** @throws FacetError `model-missing`, `model-altered`. */
  static async open(library: ModelLibrary, options?: NetworkOptions): Promise<OnnxEyelids> {
    return new OnnxEyelids(await Network.open(await library.load('eyelids'), options));
  }

  get modelId(): string {
    return this.network.entry.id;
  }

  async openness(picture: PixelSource, mesh: FaceMesh): Promise<EyeOpenness> {
    const [contours] = await this.network.run(eyeInputs(picture, mesh, this.network.entry.input), 2);
    return opennessOfContours(contours);
  }

  close = (): Promise<void> => this.network.close();
}

/** Any model of the manifest with role `embedder`: one input tensor, one vector out, scaled to unit length. */
export class OnnxEmbedder implements Embedder {
  private constructor(private readonly network: Network) {}

  /** @param id as in models/manifest.json. @throws FacetError `model-missing`, `model-altered`. */
  static async open(library: ModelLibrary, id: string, options?: NetworkOptions): Promise<OnnxEmbedder> {
    return new OnnxEmbedder(await Network.open(await library.load(id), options));
  }

  get modelId(): string {
    return this.network.entry.id;
  }

  get dimensions(): number {
    return this.network.entry.outputs[0].shape[0];
  }

  get inputShape(): readonly number[] {
    return this.network.entry.input.shape;
  }

  /** How the input's values are normalised before they are given to `embed`. */
  get normalisation(): { readonly mean: readonly number[]; readonly divisor: readonly number[] } {
    return this.network.entry.input;
  }

  async embed(inputs: Float32Array, n = inputs.length / this.network.inputLength): Promise<Float32Array[]> {
    const [flat] = (await this.network.run(inputs, n)) as [Float32Array];
    const size = this.dimensions;
    return Array.from({ length: n }, (_, i) => normalised(flat.subarray(i * size, (i + 1) * size)));
  }

  close = (): Promise<void> => this.network.close();
}

/** Everything that describing a face in a picture takes. */
export async function openFaceDescriber(
  library: ModelLibrary,
  options?: NetworkOptions,
): Promise<FaceDescriber> {
  const [detector, landmarks, embedder] = await Promise.all([
    BlazefaceDetector.open(library, options),
    FacemeshLandmarks.open(library, options),
    OnnxEmbedder.open(library, DESCRIPTOR_MODEL, options),
  ]);
  return { detector, landmarks, embedder };
}
