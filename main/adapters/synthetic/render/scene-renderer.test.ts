import { describe, expect, it } from 'vitest';
import { deg } from '../../../contract/units.ts';
import type { DepthImage, Intrinsics, Rigid } from '../../../core/sense/frames.ts';
import { rotationFromPose } from '../../../core/geometry/pose.ts';
import { sampleIdentity } from '../people/identity.ts';
import { loadHeadPack } from '../people/pack.ts';
import { buildPerson } from '../people/person.ts';
import type { Material, Person } from '../surface.ts';
import { analyticHead } from './analytic-head.ts';
import { sheet } from './boxes.ts';
import { kinectV1, kinectV2, type SensorGeometry } from './cameras.ts';
import { sigmaV2, V1_NOISE, V2_NOISE } from './depth-noise.ts';
import { ellipsoid } from './ellipsoid.ts';
import { errorField } from './error-field.ts';
import { DARK, OFFICE } from './light.ts';
import { headToCamera, straightAt, type Pose } from './pose.ts';
import { room } from './room.ts';
import { headRegion, SceneRenderer, shootCrop, shootDepthFirst } from './scene-renderer.ts';

const WHITE: Material = {
  kind: 'opaque',
  colour: [0.8, 0.8, 0.8],
  infrared: 0.6,
  infraredTexture: 0,
  gloss: 0,
};
const BOTH = { colour: true, infrared: true };
const ORIGIN = [0, 0, 0] as const;

/** A wall square to the camera, in many triangles, that fills the picture at any distance up to two metres. */
const wall = (material: Material = WHITE): Person => ({
  surfaces: [sheet('wall', [-2500, 2500, 0], [5000, 0, 0], [0, -5000, 0], material, { cells: [31, 29] })],
  pivot: ORIGIN,
});

const whole = ({ width, height }: Intrinsics) => ({ x: 0, y: 0, width, height });
const cropOf = (person: Person, pose: Pose, geometry: SensorGeometry, seed = 's') =>
  shootCrop([{ person, pose }], geometry, whole(geometry.depth), seed).depth;

/** Readings of the middle of a picture, where rays are nearly square to a wall. */
function middle({ width, height, data }: DepthImage): number[] {
  const values: number[] = [];
  for (let y = height / 2 - 50; y < height / 2 + 50; y++) {
    for (let x = width / 2 - 50; x < width / 2 + 50; x++) values.push(data[y * width + x]);
  }
  return values;
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
};

function apply({ rotation: r, translation: t }: Rigid, [x, y, z]: readonly [number, number, number]) {
  return [0, 1, 2].map((i) => r[3 * i] * x + r[3 * i + 1] * y + r[3 * i + 2] * z + t[i]) as [
    number,
    number,
    number,
  ];
}

const pixel = ({ fx, fy, cx, cy }: Intrinsics, [x, y, z]: readonly [number, number, number]) => ({
  x: Math.round((x / z) * fx + cx),
  y: Math.round((y / z) * fy + cy),
});

describe('time-of-flight depth', () => {
  it.each([700, 1200])('has the stated noise on a wall at %i mm', (distance) => {
    const geometry = kinectV2();
    const frames = Array.from({ length: 40 }, (_, i) =>
      middle(cropOf(wall(), straightAt(distance), geometry, `${i}`)),
    );
    const within = Math.sqrt(mean(frames.map((values) => deviation(values) ** 2)));
    // Readings are rounded to millimetres, which adds 1/12.
    const expected = Math.sqrt(sigmaV2(distance, 1) ** 2 + 1 / 12);
    expect(within / expected).toBeGreaterThan(0.97);
    expect(within / expected).toBeLessThan(1.03);
    expect(sigmaV2(distance, 1)).toBeCloseTo(V2_NOISE.base + V2_NOISE.growth * (distance / 1000) ** 2, 5);
    const means = frames.map(mean);
    expect(Math.abs(mean(means) - distance)).toBeLessThan(1);
    expect(deviation(means)).toBeGreaterThan(0.6 * V2_NOISE.frameBias);
    expect(deviation(means)).toBeLessThan(1.5 * V2_NOISE.frameBias);
  });

  it('grows noisier as a wall turns away, and loses it when grazing', () => {
    const at = (yaw: number) => {
      const turned: Person = {
        surfaces: wall().surfaces.map((s) => ({ ...s, follow: s.follow.map(() => 1) })),
        pivot: ORIGIN,
      };
      const geometry = kinectV2();
      const { width, height, data } = cropOf(turned, { ...straightAt(900), yaw: deg(yaw) }, geometry);
      // Along a column of the picture the depth of a wall that is turned about the upright stays the same.
      const column = Array.from(
        { length: height },
        (_, y) => data[y * width + Math.round(geometry.depth.cx)],
      );
      return column.filter((d) => d > 0);
    };
    expect(deviation(at(60))).toBeGreaterThan(1.4 * deviation(at(0)));
    expect(at(86).length).toBe(0);
  });

  it('drops and throws back pixels at edges, in the stated shares', () => {
    const geometry = kinectV2();
    const stripe = {
      surfaces: [sheet('stripe', [-40, 2000, 0], [80, 0, 0], [0, -4000, 0], WHITE)],
      pivot: ORIGIN,
    };
    const actors = [
      { person: stripe, pose: straightAt(700) },
      { person: wall(), pose: straightAt(1500) },
    ];
    let edge = 0;
    let missing = 0;
    let flying = 0;
    const { width, height } = geometry.depth;
    const left = Math.ceil((-40 / 700) * geometry.depth.fx + geometry.depth.cx);
    for (let i = 0; i < 30; i++) {
      const { data } = shootCrop(actors, geometry, whole(geometry.depth), `${i}`).depth;
      for (let y = 100; y < height - 100; y++) {
        const d = data[y * width + left];
        edge++;
        if (d === 0) missing++;
        else if (d > 715) flying++;
      }
    }
    expect(missing / edge).toBeCloseTo(V2_NOISE.missing, 1);
    // Some fly less than the 15 mm that tell them apart here.
    expect(flying / edge / (V2_NOISE.flying * (185 / 200))).toBeGreaterThan(0.9);
    expect(flying / edge / (V2_NOISE.flying * (185 / 200))).toBeLessThan(1.1);
  });

  it('reports nothing outside its range', () => {
    const geometry = kinectV2();
    expect(Math.max(...middle(cropOf(wall(), straightAt(250), geometry)))).toBe(0);
    expect(Math.min(...middle(cropOf(wall(), straightAt(450), geometry)))).toBeGreaterThan(400);
  });
});

describe('structured-light depth', () => {
  it('comes in steps of an eighth of a pixel of disparity', () => {
    const values = new Set(middle(cropOf(wall(), straightAt(1000), kinectV1())));
    for (const d of values) {
      const steps = [d - 0.5, d + 0.5].map((z) => (V1_NOISE.steps * V1_NOISE.focalBase) / z);
      expect(Math.floor(steps[0])).toBeGreaterThanOrEqual(Math.ceil(steps[1]));
    }
    expect(values.size).toBeGreaterThan(2);
    expect(values.size).toBeLessThan(12);
  });

  it('leaves a shadow to the left of a near thing only', () => {
    const geometry = kinectV1();
    const stripe = {
      surfaces: [sheet('stripe', [-50, 2000, 0], [100, 0, 0], [0, -4000, 0], WHITE)],
      pivot: ORIGIN,
    };
    const { data } = shootCrop(
      [
        { person: stripe, pose: straightAt(700) },
        { person: wall(), pose: straightAt(1500) },
      ],
      geometry,
      whole(geometry.depth),
      's',
    ).depth;
    const row = Array.from(data.subarray(240 * 640, 241 * 640));
    const [left, right] = [-50, 50].map((x) => Math.round((x / 700) * geometry.depth.fx + geometry.depth.cx));
    const missing = (from: number, to: number) => row.slice(from, to).filter((d) => d === 0).length;
    // The shadow's width is the difference of the two disparities: 43125 · (1/700 − 1/1500) = 33 pixels.
    expect(missing(left - 40, left - 2)).toBeGreaterThan(28);
    expect(missing(left - 90, left - 40)).toBeLessThan(3);
    expect(missing(right + 3, right + 60)).toBeLessThan(3);
  });
});

describe('what the cameras see', () => {
  const pose: Pose = { yaw: deg(18), pitch: deg(-9), roll: deg(6), at: [35, -20, 680] };

  it('leaves no cracks between triangles', () => {
    const { data } = shootCrop(
      [{ person: wall(), pose: straightAt(1100) }],
      kinectV2(),
      whole(kinectV2().depth),
      's',
      {
        exact: true,
      },
    ).depth;
    expect(data.every((d) => d === 1100)).toBe(true);
  });

  it('moves heads as core takes poses to mean', () => {
    const { rotation } = headToCamera(pose, [0, -80, -95]);
    rotationFromPose(pose).forEach((expected, i) => expect(rotation[i]).toBeCloseTo(expected, 9));
  });

  it('keeps the pivot of a turning head in its place', () => {
    const pivot = [0, -80, -95] as const;
    const expected = [pose.at[0] + pivot[0], pose.at[1] - pivot[1], pose.at[2] - pivot[2]];
    apply(headToCamera(pose, pivot), pivot).forEach((v, i) => expect(v).toBeCloseTo(expected[i], 9));
  });

  it('shows a known point of the head where the truth says, in depth and colour', () => {
    const geometry = kinectV2('full');
    const marker: Material = { ...WHITE, colour: [0, 0.9, 0], infrared: 0.05 };
    const head = analyticHead();
    const spot = ellipsoid('spot', [30, -20, -2], [9, 9, 9], { material: marker, rings: 12 });
    const person = { ...head, surfaces: [...head.surfaces, spot] };
    const shot = new SceneRenderer(geometry, room('r')).shoot([{ person, pose }], OFFICE, BOTH, 's');
    // The ray through the ball's middle meets its front 9 mm nearer.
    const centre = apply(headToCamera(pose, person.pivot), [30, -20, -2]);
    const length = Math.hypot(...centre);
    const front = centre.map((v) => v * (1 - 9 / length)) as [number, number, number];
    const d = pixel(geometry.depth, front);
    const i = d.y * geometry.depth.width + d.x;
    expect(Math.abs(shot.depth.data[i] - front[2])).toBeLessThan(10);
    expect(shot.infrared!.data[i]).toBeLessThan(shot.infrared!.data[i - 20] / 2);
    const c = pixel(geometry.colour, apply(geometry.depthToColour, front));
    const [r, g, b] = shot.colour!.data.subarray(3 * (c.y * geometry.colour.width + c.x));
    expect(g).toBeGreaterThan(100);
    expect(Math.max(r, b)).toBeLessThan(60);
  });

  it('sees through glass in depth and infrared, tinted in colour', () => {
    const geometry = kinectV2();
    const pane: Person = {
      surfaces: [
        sheet('pane', [-100, 100, 0], [200, 0, 0], [0, -200, 0], {
          ...WHITE,
          kind: 'glass',
          colour: [0.3, 0.9, 0.3],
        }),
      ],
      pivot: ORIGIN,
    };
    const behind = { person: wall(), pose: straightAt(1000) };
    const renderer = new SceneRenderer(geometry);
    const clear = renderer.shoot([behind], OFFICE, BOTH, 's');
    const tinted = renderer.shoot([behind, { person: pane, pose: straightAt(600) }], OFFICE, BOTH, 's');
    expect(tinted.depth.data).toEqual(clear.depth.data);
    expect(tinted.infrared!.data).toEqual(clear.infrared!.data);
    const i = 3 * (270 * 960 + 460);
    expect(tinted.colour!.data[i]).toBeLessThan(clear.colour!.data[i] - 40);
    expect(Math.abs(tinted.colour!.data[i + 1] - clear.colour!.data[i + 1])).toBeLessThan(30);
  });

  it('shows screens bright in a dark room and dark in the infrared', () => {
    const screen = wall({ ...WHITE, emissive: true });
    const shot = new SceneRenderer(kinectV2()).shoot(
      [{ person: screen, pose: straightAt(700) }],
      DARK,
      BOTH,
      's',
    );
    expect(mean(Array.from(shot.colour!.data.subarray(0, 3000)))).toBeGreaterThan(200);
    const paper = new SceneRenderer(kinectV2()).shoot(
      [{ person: wall(), pose: straightAt(700) }],
      DARK,
      BOTH,
      's',
    );
    expect(mean(Array.from(paper.colour!.data.subarray(0, 3000)))).toBeLessThan(25);
    const [dark, light] = [shot, paper].map(({ infrared }) => infrared!.data[212 * 512 + 256]);
    expect(dark).toBeLessThan(light / 8);
  });

  it('lights the infrared as one over the square of the distance', () => {
    const at = (distance: number) =>
      mean(
        middle(
          new SceneRenderer(kinectV2()).shoot(
            [{ person: wall(), pose: straightAt(distance) }],
            OFFICE,
            BOTH,
            's',
          ).infrared!,
        ),
      );
    expect(at(700) / at(1400)).toBeCloseTo(4, 1);
    expect(at(700)).toBeGreaterThan(12_000);
  });

  it('finds the whole head in its region, as in the full picture', () => {
    const geometry = kinectV2();
    const actor = { person: analyticHead(), pose };
    const region = headRegion(actor, geometry.depth);
    const crop = shootCrop([actor], geometry, region, 's', { exact: true }).depth;
    const full = shootCrop([actor], geometry, whole(geometry.depth), 's', { exact: true }).depth;
    let head = 0;
    for (let y = 0; y < region.height; y++) {
      const start = (region.y + y) * full.width + region.x;
      expect(crop.data.subarray(y * region.width, (y + 1) * region.width)).toEqual(
        full.data.subarray(start, start + region.width),
      );
      head += crop.data.subarray(y * region.width, (y + 1) * region.width).filter((d) => d > 0).length;
    }
    expect(head).toBeGreaterThan(4000);
    expect(full.data.subarray(0, region.y * full.width).every((d) => d === 0)).toBe(true);
  });

  it('draws a part of the colour picture as the whole shows it, to the last bit, and nothing far from it', () => {
    const pack = loadHeadPack();
    const geometry = kinectV2();
    for (const [n, accessories] of [
      [11, ['hat', 'scarf']],
      [4, ['fringe', 'glasses']],
    ] as const) {
      const person = buildPerson(pack, sampleIdentity(pack, `test/${n}`), { accessories });
      const actor = { person, pose: { ...straightAt(600, 40, -20), yaw: deg(-25), roll: deg(10) } };
      const region = headRegion(actor, geometry.depth);
      const window = headRegion(actor, geometry.colour, 105, geometry.depthToColour);
      const colour = { region: window, light: OFFICE, room: false };
      const full = shootCrop([actor], geometry, region, 's', { colour }).colour!;
      const { shot, drawColour } = shootDepthFirst([actor], geometry, region, 's', { colour });
      const part = shot.colour!;
      expect(part.data.every((v) => v === 0)).toBe(true);
      const view = { x: 50, y: 60, width: 80, height: 70 };
      drawColour(view);
      for (let y = view.y; y < view.y + view.height; y++) {
        const row = ({ data, width }: typeof full) => {
          const start = 3 * (y * width + view.x);
          return data.subarray(start, start + 3 * view.width);
        };
        expect(row(part)).toEqual(row(full));
      }
      expect(part.data.subarray(0, 3 * 30 * part.width).every((v) => v === 0)).toBe(true);
      expect(full.data.subarray(0, 3 * 30 * part.width).some((v) => v > 0)).toBe(true);
    }
  });

  it('shows a window of the full picture, whose noise alone differs', () => {
    const geometry = kinectV2();
    const wallAndDoor = room('window');
    const actor = { person: analyticHead(), pose: { ...straightAt(700, 30, 10), yaw: deg(20) } };
    const region = headRegion(actor, geometry.depth);
    const window = headRegion(actor, geometry.colour, 120, geometry.depthToColour);
    const colour = { region: window, light: OFFICE, room: true };
    const full = new SceneRenderer(geometry, wallAndDoor).shoot(
      [actor],
      OFFICE,
      { colour: true, infrared: true },
      'a',
    );
    const crop = shootCrop([actor], geometry, region, 'b', { room: wallAndDoor, infrared: true, colour });
    const differences = (
      whole: { readonly width: number; readonly data: ArrayLike<number> },
      part: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
      { x, y }: typeof region,
      channels: number,
    ) =>
      Array.from({ length: part.data.length }, (_, i) => {
        const row = Math.floor(i / (channels * part.width));
        const other = whole.data[((y + row) * whole.width + x) * channels + (i % (channels * part.width))];
        return Math.abs(other - part.data[i]);
      }).sort((a, b) => a - b);
    const share = (values: readonly number[], at: number) => values[Math.floor(at * values.length)];
    expect(share(differences(full.colour!, crop.colour!, window, 3), 0.98)).toBeLessThan(8);
    expect(share(differences(full.depth, crop.depth, region, 1), 0.9)).toBeLessThan(25);
    expect(share(differences(full.infrared!, crop.infrared!, region, 1), 0.98)).toBeLessThan(700);
    const [middleU, middleV] = [crop.colour!.intrinsics.cx, crop.colour!.intrinsics.cy];
    expect(middleU + window.x).toBe(geometry.colour.cx);
    expect(middleV + window.y).toBe(geometry.colour.cy);
  });
});

describe('error fields', () => {
  it('are smooth, of the asked strength, and new for each seed', () => {
    const camera = kinectV2().depth;
    const fields = Array.from({ length: 12 }, (_, i) =>
      errorField(camera, { rms: 2, width: 30, seed: `${i}` }),
    );
    const rms = Math.sqrt(mean(fields.map((field) => mean(Array.from(field, (v) => v * v)))));
    expect(rms).toBeGreaterThan(1.7);
    expect(rms).toBeLessThan(2.3);
    let step = 0;
    for (let i = 1; i < camera.width; i++) step = Math.max(step, Math.abs(fields[0][i] - fields[0][i - 1]));
    expect(step).toBeLessThan(0.4);
    expect(fields[0]).not.toEqual(fields[1]);
    expect(errorField(camera, { rms: 2, width: 30, seed: '0' })).toEqual(fields[0]);
    // A window shows its part: a head that moves takes no error along.
    const part = errorField(
      camera,
      { rms: 2, width: 30, seed: '0' },
      { x: 101, y: 57, width: 40, height: 30 },
    );
    for (const [x, y] of [
      [0, 0],
      [39, 29],
      [17, 8],
    ] as const)
      expect(part[y * 40 + x]).toBeCloseTo(fields[0][(57 + y) * camera.width + 101 + x], 4);
  });

  it('shift what the sensor measures', () => {
    const geometry = kinectV2();
    const actors = [{ person: wall(), pose: straightAt(800) }];
    const field = { rms: 20, width: 60, seed: 'a' };
    const plain = shootCrop(actors, geometry, whole(geometry.depth), 's').depth;
    const shifted = shootCrop(actors, geometry, whole(geometry.depth), 's', { field }).depth;
    const expected = errorField(geometry.depth, field);
    const worst = middle({
      ...plain,
      data: Uint16Array.from(plain.data, (d, i) => Math.abs(shifted.data[i] - d - expected[i])),
    });
    expect(Math.max(...worst)).toBeLessThanOrEqual(1);
  });
});
