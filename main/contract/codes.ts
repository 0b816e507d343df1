/** What Facet has to say to a person, as codes: the page and the command line put them into words. */
export type Sector = 'right' | 'up-right' | 'up' | 'up-left' | 'left' | 'down-left' | 'down' | 'down-right';

/** Directions that the nose points to, from the person's own view; anticlockwise as the camera sees it, from picture-right. */
export const SECTORS: readonly Sector[] = [
  'left',
  'up-left',
  'up',
  'up-right',
  'right',
  'down-right',
  'down',
  'down-left',
];

export type GuidanceCode =
  | 'looking'
  | 'closer'
  | 'back'
  | 'hold'
  | 'look-here'
  | 'chin-up'
  | 'chin-down'
  | 'centre'
  | 'open-eyes'
  | 'uncover'
  | 'light'
  | 'no-picture'
  | 'slow'
  | 'two-faces'
  | 'someone-else'
  | 'not-live'
  | 'turn'
  | `turn-${Sector}`
  | 'ahead'
  | 'done';

/** Why an attempt did not open. `nobody` and `slow` are no misses; the others are. */
export type RefusalCode = 'not-recognised' | 'not-live' | 'nobody' | 'slow';

/** What spoke against a live face. Only diagnostics behind the PIN show these. */
export type LivenessReason =
  | 'flat'
  | 'bent-print'
  | 'wrong-size'
  | 'depth-disagrees'
  | 'not-a-face-shape'
  | 'dark-in-infrared'
  | 'depth-missing';

/** What a person says is new in a face that was not recognised. */
export const LOOK_REASONS = [
  'glasses',
  'sunglasses',
  'hat',
  'beard',
  'scarf',
  'make-up',
  'bandage',
  'other',
] as const;
export type LookReason = (typeof LOOK_REASONS)[number];
