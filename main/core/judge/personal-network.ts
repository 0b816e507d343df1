/**
 * A network of one person's own: the shipped one's shape tower, its end tuned to them. It stands beside the shipped one, as an embedding
 * of a kind of its own that a personal head weighs; templates of the gallery have none of it.
 */
import type { EmbeddingKind, Embeddings } from '../../contract/evidence.ts';

export interface PersonalNetwork {
  /** Names its embeddings, and no other network's. */
  readonly kind: EmbeddingKind;
  /** The file: tensor [n, 4, 60, 52] of the relief to unit vectors. */
  readonly onnx: Uint8Array;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
  /** What it makes of the person: unit vectors. */
  readonly templates: readonly Float32Array[];
}

const NAME = 'facet-personal';

export const isPersonal = (kind: EmbeddingKind): boolean => kind.startsWith(`${NAME} `);

export const personalKind = (sha256: string): EmbeddingKind => `${NAME} ${sha256.slice(0, 16)}`;

/** Its templates, to be compared beside those of the gallery. */
export const personalTemplates = ({
  kind,
  templates,
}: Pick<PersonalNetwork, 'kind' | 'templates'>): Embeddings[] =>
  templates.map((vector) => new Map([[kind, vector]]));

/** What the shipped networks made of a face: all that a gallery may keep of it. */
export const withoutPersonal = <T extends { readonly embeddings: Embeddings }>(seen: T): T => ({
  ...seen,
  embeddings: new Map([...seen.embeddings].filter(([kind]) => !isPersonal(kind))),
});
