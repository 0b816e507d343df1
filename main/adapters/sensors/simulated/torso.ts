/** The rest of the body: the head pack ends below the shoulders, where a picture taken from afar still looks. */
import { cosine, sine } from '../../synthetic/render/exact.ts';
import type { Person, Surface } from '../../synthetic/surface.ts';

/** Part of the shirt whose outline counts as its lower end, mm. */
const END = 50;
/** Rings of the torso: height above the shirt's end in mm, outline against the shirt's. It narrows inside the shirt. */
const RINGS = [
  [110, 0.8],
  [30, 0.96],
  [-500, 0.98],
] as const;
const AROUND = 24;

/** The person with an oval torso below the surface called `shirt`; unchanged where there is no such surface. */
export function withTorso(person: Person): Person {
  const shirt = person.surfaces.find(({ name }) => name === 'shirt');
  return shirt ? { ...person, surfaces: [...person.surfaces, torsoBelow(shirt)] } : person;
}

function torsoBelow({ positions, material }: Surface): Surface {
  let bottom = 0;
  for (let i = 1; i < positions.length; i += 3) bottom = Math.min(bottom, positions[i]);
  let [x0, x1, z0, z1] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 3) {
    if (positions[i + 1] > bottom + END) continue;
    x0 = Math.min(x0, positions[i]);
    x1 = Math.max(x1, positions[i]);
    z0 = Math.min(z0, positions[i + 2]);
    z1 = Math.max(z1, positions[i + 2]);
  }
  const vertices: number[] = [];
  const triangles: number[] = [];
  RINGS.forEach(([height, share], ring) => {
    for (let k = 0; k <= AROUND; k++) {
      const angle = (k * 6.283185307179586) / AROUND;
      const x = (x0 + x1) / 2 + ((share * (x1 - x0)) / 2) * sine(angle);
      const z = (z0 + z1) / 2 + ((share * (z1 - z0)) / 2) * cosine(angle);
      vertices.push(x, bottom + height, z);
      if (ring === 0 || k === AROUND) continue;
      const below = ring * (AROUND + 1) + k;
      const above = below - AROUND - 1;
      triangles.push(above, below, above + 1, above + 1, below, below + 1);
    }
  });
  const count = vertices.length / 3;
  return {
    name: 'torso',
    positions: Float32Array.from(vertices),
    uvs: new Float32Array(2 * count),
    triangles: Uint32Array.from(triangles),
    follow: new Float32Array(count),
    material,
  };
}
