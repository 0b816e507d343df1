/** How the points of a face map are marked: a colour and a shape for each look, or a colour for the age; and what a point is called. */
import type { FaceMap, MapPoint } from '../../main/contract/states/face-map.ts';
import { MAP_CROWD, MAP_VIEW } from '../words.ts';

export type Colouring = 'look' | 'age';

/** Paths around 0, 0, about 12 wide; looks beyond the last share one. */
const SHAPES = [
  'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z',
  'M-5.500-5.500h11v11h-11Z',
  'M0-7 6.500 5.500h-13Z',
  'M0-7 7 0 0 7-7 0Z',
  'M0 7-6.500-5.500h13Z',
  'M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z',
];
/** Degrees of hue, as far from each other as so many can be. */
const HUES = [72, 240, 150, 320, 25, 195];

export interface Mark {
  readonly shape: string;
  readonly colour: string;
  /** Facet learned it: drawn hollow. */
  readonly hollow: boolean;
}

export const looksOnMap = ({ points }: FaceMap): string[] => [
  ...new Set(points.flatMap(({ view }) => view?.look ?? [])),
];

export const lookMark = (index: number): Omit<Mark, 'hollow'> => ({
  shape: SHAPES[Math.min(index, SHAPES.length - 1)],
  colour: `oklch(0.66 0.15 ${HUES[Math.min(index, HUES.length - 1)]})`,
});

/** From the oldest (0) to the latest (1). */
export const ageColour = (share: number): string => `oklch(${0.5 + 0.3 * share} 0.13 ${290 - 215 * share})`;

/** @returns a mark for each view of the map, in its order; the crowd has none */
export function marksOf(map: FaceMap, colouring: Colouring): (Mark | undefined)[] {
  const looks = looksOnMap(map);
  const times = map.points.flatMap(({ view }) => view?.capturedAt ?? []);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return map.points.map(({ view }) => {
    if (!view) return undefined;
    const { shape, colour } = lookMark(looks.indexOf(view.look));
    const age = ageColour(last > first ? (view.capturedAt - first) / (last - first) : 1);
    return { shape, colour: colouring === 'look' ? colour : age, hollow: view.adapted };
  });
}

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export const pointName = ({ view }: MapPoint): string =>
  view ? MAP_VIEW(view.look, date.format(view.capturedAt), view.adapted) : MAP_CROWD;
