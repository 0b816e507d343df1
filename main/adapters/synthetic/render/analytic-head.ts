/** An egg for a head, with a nose, on a cylinder: exact geometry for tests of the renderer. */
import { ellipsoid } from './ellipsoid.ts';
import type { Person } from '../surface.ts';

/** Head 150×220×190 mm whose front is at z = 0, a nose tip at (0, −40, 25), shoulders. About 10,000 triangles. */
export function analyticHead(): Person {
  return {
    surfaces: [
      ellipsoid('head', [0, -20, -95], [75, 110, 95]),
      ellipsoid('nose', [0, -40, 5], [10, 14, 20], { rings: 10 }),
      ellipsoid('shoulders', [0, -300, -110], [220, 130, 90], { follow: 0, rings: 16 }),
    ],
    pivot: [0, -80, -95],
  };
}
