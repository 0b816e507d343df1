/** Synthetic people as a dataset needs them: their sessions, drawn anew each, and what each frame gives. */
import { Random } from '../../../core/random.ts';
import { TRAINING_SESSIONS, drawLook, drawMotion, posedWithin, shootSettled } from '../relief-sessions.ts';
import type { Session } from '../relief-sessions.ts';
import type { MeanFace } from '../../../core/shape/mean-face.ts';
import { articlePixels } from '../../../core/shape/tensor.ts';
import { ANCESTRIES, sampleIdentity, type Identity } from '../../synthetic/people/identity.ts';
import { drawGrimace, type Grimace } from '../../synthetic/people/grimace.ts';
import { keeper } from '../../synthetic/people/keeper.ts';
import type { HeadPack } from '../../synthetic/people/pack.ts';
import { buildPerson, type Accessory } from '../../synthetic/people/person.ts';
import type { Person } from '../../synthetic/surface.ts';
import { kinectV1, kinectV2 } from '../../synthetic/render/cameras.ts';
import { LIGHTS, type Light } from '../../synthetic/render/light.ts';
import { room } from '../../synthetic/render/room.ts';
import { encodeCrop } from './crop-code.ts';
import type { DatasetKind, FrameRecord, PersonRecord, SessionRecord, SyntheticSource } from './labels.ts';
import { encodeRelief } from './relief-code.ts';
import { packFrame, type PackedPerson } from './shard.ts';

/** Half of the training people have a head that no morph target makes: smooth fields, their width and strength drawn from these, millimetres. */
const DEFORMATION = { width: [25, 80], rms: [1, 2.5] } as const;

/** Another family of heads: what makes each one's own are smooth fields alone, about as strong as people differ. */
const FIELDS = { width: [25, 70], rms: 2.5 } as const;

/** Who `${pool}/${index}` is. */
export function corpusIdentity(
  pack: HeadPack,
  { pool, heads }: Pick<SyntheticSource, 'pool' | 'heads'>,
  index: number,
): Identity {
  const seed = `${pool}/${index}`;
  const identity = sampleIdentity(pack, seed);
  if (heads === 'fields') {
    const width = new Random(`field width ${seed}`).between(...FIELDS.width);
    return { ...identity, details: {}, deformation: { seed, rms: FIELDS.rms, width } };
  }
  if (pool !== 'train' || index % 2 === 0) return identity;
  const random = new Random(`deformation ${seed}`);
  const width = random.between(...DEFORMATION.width);
  return { ...identity, deformation: { seed, rms: random.between(...DEFORMATION.rms), width } };
}

type Groups = Pick<PersonRecord, 'ancestry' | 'sex' | 'ageClass' | 'deformed'>;

const groupsOf = ({ ancestry, male, age, deformation }: Identity): Groups => ({
  ancestry: ANCESTRIES.reduce((a, b) => (ancestry[b] > ancestry[a] ? b : a)),
  sex: male > 0.5 ? 'male' : 'female',
  // As the skins of the pack are grouped.
  ageClass: age < 38 ? 'young' : age < 60 ? 'middle-aged' : 'old',
  deformed: deformation !== undefined,
});

/** Draws all sessions of one person. @param position in the source's order, from 0 */
export function packPerson(
  pack: HeadPack,
  mean: MeanFace,
  kind: DatasetKind,
  source: SyntheticSource,
  position: number,
): PackedPerson {
  const { from, sessions: count, frames: tries, seed, worn } = source;
  const index = from + position;
  const identity = corpusIdentity(pack, source, index);
  const packed: Uint8Array[] = [];
  let enrolled = false;
  const sessions = Array.from({ length: count }, (_, s): SessionRecord => {
    const name = `dataset ${seed} ${identity.seed} session ${s}`;
    const random = new Random(name);
    const besides = [
      ...(source.pool === 'train' && kind === 'reliefs'
        ? drawWorn(new Random(`${name} worn`), identity)
        : []),
      ...(enrolled && worn ? [worn] : []),
    ];
    // Whoever enrols looks on quietly; training sees every pair of faces.
    const atRest = source.pool !== 'train' && !enrolled;
    const grimace = enrolled && source.heads === 'fields' ? drawGrimace(name) : undefined;
    const { session, label } = drawSession(pack, identity, kind, random, name, besides, atRest, grimace);
    enrolled ||= label.spectrum === 'colour';
    const frames: FrameRecord[] = [];
    for (let f = 0; f < tries; f++) {
      // Triangular: twice as many in the middle as evenly spread ones, none at the ends.
      const within = (range: number) => range * (random.uniform() + random.uniform() - 1);
      const pose = posedWithin(random, session.distance, within, TURN);
      const shot = shootSettled(
        random,
        session,
        mean,
        TRAINING_SESSIONS.startAngleJitter,
        `${name} frame ${f}`,
        pose,
      );
      if (!shot) continue;
      const { relief, registered, settled } = shot;
      const frame = packFrame(
        kind === 'reliefs'
          ? encodeRelief(relief, mean)
          : encodeCrop(articlePixels(registered, settled.translation)),
      );
      packed.push(frame.packed);
      const { yaw, pitch, roll } = pose;
      frames.push({ pose: { yaw, pitch, roll }, bytes: frame.bytes, crc: frame.crc });
    }
    return { ...label, frames };
  });
  return {
    record: { index, name: identity.seed, ...groupsOf(identity), sessions },
    frames: Buffer.concat(packed),
  };
}

/** Largest yaw, pitch and roll of a frame, degrees. */
const TURN = [45, 30, 15] as const;
/** Share of sessions at a comfortable distance, and the distances of those and of all, millimetres. */
const COMFORTABLE = 0.85;
const DISTANCES = { comfortable: [450, 1000], all: [350, 1300] } as const;
const LIGHT_SHARES = { office: 0.2, window: 0.15, dark: 0.2 } as const;
/** Standard deviation of how far depth and colour are registered beside each other, pixels. */
const OFFSET = 0.8;
/** Share of sessions in which a man without one has grown a beard. */
const BEARD = 0.12;
/** What people whose reliefs train wear besides, and how often: more than is tested as a matter of course, so that it must not matter. */
const WORN_IN_TRAINING = [
  ['fringe', 0.15],
  ['sunglasses', 0.06],
  ['muffler', 0.06],
  ['beard', 0.12],
] as const;
/** Rooms that sessions take place in. */
const ROOMS = 24;
/** What is rendered around a face, millimetres: reliefs end at the face; the article's crop reaches 130 mm. */
const MARGIN = { reliefs: 105, crops: 135 } as const;

const keepRooms = keeper<HeadPack, Person>();

function drawWorn(random: Random, identity: Identity): readonly Accessory[] {
  const drawn = WORN_IN_TRAINING.flatMap(([name, share]) => (random.uniform() < share ? [name] : []));
  return drawn.filter(
    (name) => (name !== 'beard' || identity.male > 0.5) && (name !== 'fringe' || identity.hair !== 'none'),
  );
}

/** What stays the same in a session, and what its label says. */
function drawSession(
  pack: HeadPack,
  identity: Identity,
  kind: DatasetKind,
  random: Random,
  name: string,
  besides: readonly Accessory[],
  atRest: boolean,
  grimace: Grimace | undefined,
): { readonly session: Session; readonly label: Omit<SessionRecord, 'frames'> } {
  const geometry = random.uniform() < TRAINING_SESSIONS.v1 ? kinectV1() : kinectV2();
  const [near, far] = random.uniform() < COMFORTABLE ? DISTANCES.comfortable : DISTANCES.all;
  const distance = random.between(near, far);
  // The article's crop shows colour: there is none of it in the dark.
  const { name: lightName, light } = drawLight(random, kind === 'reliefs');
  const spectrum = lightName === 'dark' ? 'infrared' : 'colour';
  const { name: expressionName, expression, accessories: drawn } = drawLook(random, atRest);
  const shaven = identity.facialHair === 'none' || identity.facialHair === 'stubble';
  const grown = random.uniform() < BEARD && identity.male > 0.5 && shaven;
  const worn = new Set<Accessory>([...drawn, ...(grown ? ['beard' as const] : []), ...besides]);
  if (worn.has('sunglasses')) worn.delete('glasses');
  const accessories = [...worn];
  const gaze = { right: 7 * random.normal(), up: 4 * random.normal() };
  const place = `corpus room ${random.below(ROOMS)}`;
  const depthError = random.between(0, TRAINING_SESSIONS.depthError);
  const session: Session = {
    person: buildPerson(pack, identity, { ...(grimace ? { grimace } : { expression }), accessories, gaze }),
    geometry,
    distance,
    bias: drawMotion(random, TRAINING_SESSIONS.startAngle, TRAINING_SESSIONS.startPlace),
    field: { rms: depthError, width: random.between(20, 60), seed: name },
    sight: {
      light,
      spectrum,
      room: keepRooms(pack, place, () => room(place)),
      offset: [OFFSET * random.normal(), OFFSET * random.normal()],
      margin: MARGIN[kind],
      surroundings: kind === 'crops',
    },
  };
  const label = {
    sensor: geometry.model,
    light: lightName,
    spectrum,
    distance: Math.round(distance),
    expression: grimace ? 'grimace' : expressionName,
    accessories,
    depthError: Math.round(depthError * 1000) / 1000,
  } as const;
  return { session, label };
}

function drawLight(
  random: Random,
  dark: boolean,
): { readonly name: 'office' | 'window' | 'varied' | 'dark'; readonly light: Light } {
  let pick = random.uniform();
  if (!dark) pick *= 1 - LIGHT_SHARES.dark;
  if ((pick -= LIGHT_SHARES.office) < 0) return { name: 'office', light: LIGHTS.office };
  if ((pick -= LIGHT_SHARES.window) < 0) return { name: 'window', light: LIGHTS.window };
  if (pick < 1 - LIGHT_SHARES.office - LIGHT_SHARES.window - LIGHT_SHARES.dark)
    return { name: 'varied', light: variedLight(random) };
  return { name: 'dark', light: LIGHTS.dark };
}

/** A lamp anywhere before and above the person, warm to cold, stronger or weaker against what the room gives back. */
export function variedLight(random: Random): Light {
  const towards = [random.between(-1, 1), random.between(-1, 0.3), random.between(-1, -0.2)] as const;
  const length = Math.sqrt(towards[0] ** 2 + towards[1] ** 2 + towards[2] ** 2);
  const warm = random.between(-0.2, 0.25);
  const tinted = (strength: number, tint: number) =>
    [strength * (1 + tint), strength, strength * (1 - tint)] as const;
  const key = random.between(0.4, 1.2);
  const around = random.between(0.2, 0.55);
  const tint = warm * random.between(0, 1);
  return {
    ...LIGHTS.office,
    towards: [towards[0] / length, towards[1] / length, towards[2] / length],
    key: tinted(key, warm),
    sky: tinted(around, tint),
    ground: tinted(0.45 * around, tint),
    // The camera exposes for what falls on a face, within a third.
    exposure: (random.between(0.8, 1.25) * 1.05) / (key + around),
    shot: LIGHTS.office.shot * random.between(1, 3),
  };
}
