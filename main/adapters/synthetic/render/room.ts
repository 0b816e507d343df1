/** The office behind the people: a wall and some furniture, so that depth has something to see. */
import { Random } from '../../../core/random.ts';
import type { Material, Person, Texture } from '../surface.ts';
import { box, sheet } from './boxes.ts';

const matt = (colour: readonly [number, number, number], infrared: number, gloss = 0): Material => ({
  kind: 'opaque',
  colour,
  infrared,
  infraredTexture: 0.5,
  gloss,
});

/** Plaster or wood: grey around 0.9 with slight irregularity, stretched along one direction by `grain`. */
function grainy(random: Random, size: number, grain: number, strength: number): Texture {
  const data = new Uint8Array(3 * size * size);
  let value = 0;
  for (let i = 0; i < size * size; i++) {
    value = i % grain === 0 ? random.normal() * strength : value * 0.9 + random.normal() * strength * 0.3;
    data.fill(Math.min(255, Math.max(0, 235 + value)), 3 * i, 3 * i + 3);
  }
  return { width: size, height: size, channels: 3, data };
}

/** A room drawn from `seed`: axes x right, y up, z towards the camera, whose place is the origin; millimetres. */
export function room(seed: string): Person {
  const random = new Random(`room ${seed}`);
  const wallZ = -random.between(1900, 2500);
  const warm = random.between(-0.04, 0.06);
  const plaster = grainy(random, 128, 1, 4);
  const wood = grainy(random, 128, 16, 9);
  const wall = matt([0.62 + warm, 0.62, 0.6 - warm], 0.55);
  const surfaces = [
    sheet('wall', [-3200, 2200, wallZ], [6400, 0, 0], [0, -4400, 0], wall, {
      cells: [32, 22],
      texture: plaster,
    }),
  ];
  // A door or a cupboard on one side, shelves with books on the other.
  const side = random.below(2) === 0 ? -1 : 1;
  const doorX = side * random.between(750, 1050) - 400;
  const doorMaterial = matt([0.36, 0.25, 0.16], 0.5, 0.15);
  for (const s of box('door', [doorX, -2000, wallZ], [doorX + 800, 750, wallZ + 45], doorMaterial)) {
    surfaces.push({ ...s, texture: wood });
  }
  const shelfX = -side * random.between(500, 800) - 450;
  for (const y of [-420, 20, 430]) {
    surfaces.push(
      ...box('shelf', [shelfX, y, wallZ], [shelfX + 900, y + 25, wallZ + 260], matt([0.5, 0.42, 0.33], 0.5)),
    );
    for (let x = shelfX + random.between(10, 80); x < shelfX + 840;) {
      const w = random.between(22, 60);
      const h = random.between(170, 290);
      const colour = [
        random.between(0.05, 0.5),
        random.between(0.05, 0.4),
        random.between(0.05, 0.45),
      ] as const;
      const depth = random.between(140, 220);
      surfaces.push(
        ...box(
          'book',
          [x, y + 25, wallZ + 10],
          [x + w, y + 25 + h, wallZ + depth],
          matt(colour, random.between(0.3, 0.7)),
        ),
      );
      x += w + (random.below(5) === 0 ? random.between(40, 160) : 2);
    }
  }
  // The back of a chair or a low cabinet, nearer than the wall.
  const low = random.between(-300, 300);
  surfaces.push(
    ...box(
      'cabinet',
      [low - 420, -1500, wallZ + 60],
      [low + 420, -620, wallZ + 480],
      matt([0.3, 0.31, 0.33], 0.35, 0.1),
    ),
  );
  return { surfaces, pivot: [0, 0, 0] };
}
