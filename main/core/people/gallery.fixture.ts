/** The plainest gallery and template, for tests that say what is different in theirs. */
import type { Embeddings } from '../../contract/evidence.ts';
import { deg } from '../../contract/units.ts';
import { PREPROCESSING, type Gallery, type Template } from './gallery.ts';

export const templateOf = (embeddings: Embeddings, change: Partial<Template> = {}): Template => ({
  embeddings,
  preprocessing: PREPROCESSING,
  networks: 'now',
  pose: { yaw: deg(0), pitch: deg(0), roll: deg(0) },
  capturedAt: 1,
  source: 'enrolment',
  look: 'plain',
  ...change,
});

export const galleryOf = (templates: readonly Template[]): Gallery => ({
  user: 'ada',
  sensor: { driver: 'simulated', model: 'kinect-v2', serial: 's' },
  createdAt: 1,
  version: 1,
  templates,
  reliefs: [],
  remembered: [],
});
