/** Embeddings on a plane, as the article shows them: each dot a picture, each colour a person. SVG that reads in light and dark. */
import { PCA } from 'ml-pca';
import { UMAP } from 'umap-js';
import type { Projection } from '../../contract/states/face-map.ts';
import { Random } from '../../core/random.ts';

/** Neighbours that UMAP keeps together. */
const NEIGHBOURS = 15;
const SIDE = 420;
const MARGIN = 36;

/** @returns one x, y for each vector, on no particular scale */
export function projected(vectors: readonly Float32Array[], projection: Projection): number[][] {
  const rows = vectors.map((vector) => [...vector]);
  if (projection === 'pca') return new PCA(rows).predict(rows, { nComponents: 2 }).to2DArray();
  const random = new Random('map');
  const nNeighbors = Math.min(NEIGHBOURS, rows.length - 1);
  return new UMAP({ nComponents: 2, nNeighbors, random: () => random.uniform() }).fit(rows);
}

/** @param people whose picture each point is */
export function mapPicture(
  title: string,
  points: readonly (readonly number[])[],
  people: readonly string[],
): string {
  const [x, y] = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number) => (MARGIN + ((SIDE - 2 * MARGIN) * (value - low)) / (high - low || 1)).toFixed(1);
  });
  const names = [...new Set(people)];
  const hue = (name: string) => Math.round((360 * names.indexOf(name)) / names.length);
  const dots = points.map(
    (point, i) =>
      `<circle cx="${x(point[0])}" cy="${y(point[1])}" r="3" fill="hsl(${hue(people[i])} 65% 50%)" fill-opacity="0.7"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" font-family="system-ui, sans-serif" font-size="13">
<style>text { fill: #333; } @media (prefers-color-scheme: dark) { text { fill: #ddd; } }</style>
<text x="${MARGIN}" y="20">${title}</text>
${dots.join('\n')}
</svg>
`;
}
