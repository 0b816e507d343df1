/** People who would like a gallery to become theirs: they try for a thousand sessions, and it is counted whom it lets in then. */
import type { FaceEvidence } from '../../../contract/evidence.ts';
import { learn } from '../../../core/adapt/follow.ts';
import { mayRemember, noteFace, rememberLook } from '../../../core/adapt/remember.ts';
import { rateOf, type Rate } from '../../../core/evaluation/rates.ts';
import type { MatchPolicy } from '../../../core/judge/policy.ts';
import { normalised } from '../../../core/face/embedding.ts';
import type { Gallery } from '../../../core/people/gallery.ts';
import { Random } from '../../../core/random.ts';
import { attempt, DAY, enrolled, ENROLLED_AT } from '../films/film-gallery.ts';
import type { PoisonFilm } from './film.ts';

const SESSIONS = 1000;

export const CAMPAIGNS = {
  stranger: 'a stranger',
  sibling: 'a sibling (70 % of the shape)',
  walker: 'a stranger made up as the person, a little less each time',
} as const;
type Campaign = keyof typeof CAMPAIGNS;

export interface PoisonRow {
  readonly campaign: Campaign;
  /** Whether the PIN was stolen once: after the first refusal, whoever it is accepts every offer to be remembered. */
  readonly stolenPin: boolean;
  /** Galleries that let the impostor in at least once of the rendered sessions before anything adapted. */
  readonly openBefore: Rate;
  /** Galleries that let the impostor in afterwards, and in none of the rendered sessions before. */
  readonly captured: Rate;
  /** Sessions that open, of all: before and after. */
  readonly sessions: { readonly before: Rate; readonly after: Rate };
  /** The person's own sessions that are refused: before and after. */
  readonly owner: { readonly before: Rate; readonly after: Rate };
  /** Templates that the campaign left in the galleries, on average. */
  readonly planted: number;
}

export function judgePoison(films: readonly PoisonFilm[], policy: MatchPolicy): PoisonRow[] {
  return (Object.keys(CAMPAIGNS) as Campaign[]).flatMap((campaign) =>
    [false, true].map((stolenPin) => {
      const outcomes = films.map((film, i) => play(film, campaign, stolenPin, policy, `${campaign} ${i}`));
      const all = (which: 'before' | 'after', of: 'sessions' | 'owner') => {
        const flags = outcomes.flatMap((outcome) => outcome[of][which]);
        return rateOf(flags.filter((opens) => opens === (of === 'sessions')).length, flags.length);
      };
      const galleries = (is: (outcome: (typeof outcomes)[number]) => boolean) =>
        rateOf(outcomes.filter(is).length, outcomes.length);
      return {
        campaign,
        stolenPin,
        openBefore: galleries(({ sessions }) => sessions.before.includes(true)),
        captured: galleries(
          ({ sessions: { before, after } }) => after.includes(true) && !before.includes(true),
        ),
        sessions: { before: all('before', 'sessions'), after: all('after', 'sessions') },
        owner: { before: all('before', 'owner'), after: all('after', 'owner') },
        planted: outcomes.reduce((sum, { planted }) => sum + planted, 0) / outcomes.length,
      };
    }),
  );
}

function play(film: PoisonFilm, campaign: Campaign, stolenPin: boolean, policy: MatchPolicy, seed: string) {
  const random = new Random(seed);
  const first = enrolled(film.enrolment, policy);
  // Who walks ends as the stranger, and it is the stranger who wants in.
  const self = (campaign === 'sibling' ? film.sibling : film.stranger).filter(({ length }) => length > 0);
  const steps = film.walker.filter(({ length }) => length > 0);
  const day = (n: number) => ENROLLED_AT + (n + 1) * DAY;
  let gallery: Gallery = first;
  if (stolenPin)
    gallery =
      withLook(
        campaign === 'walker' ? steps[Math.floor(steps.length / 2)] : self[0],
        gallery,
        policy,
        day(0),
      ) ?? gallery;
  for (let n = 0; n < SESSIONS; n++) {
    const from = campaign === 'walker' ? [steps[Math.floor((n * steps.length) / SESSIONS)]] : self;
    const opened = attempt(another(from, random, self), gallery, policy, day(n));
    if (opened) gallery = learn(gallery, opened, policy, day(n)) ?? gallery;
  }
  const opens = (sessions: readonly (readonly FaceEvidence[])[]) => ({
    before: sessions.map((session) => !!attempt(session, first, policy, day(SESSIONS))),
    after: sessions.map((session) => !!attempt(session, gallery, policy, day(SESSIONS))),
  });
  return {
    sessions: opens(self),
    owner: opens(film.owner.filter(({ length }) => length > 0)),
    planted: gallery.templates.length - first.templates.length,
  };
}

/** The look that a thief of the PIN would leave behind, where one is offered. */
function withLook(
  session: readonly FaceEvidence[],
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
): Gallery | undefined {
  const faces = session.reduce<readonly FaceEvidence[]>((kept, seen) => noteFace(kept, seen), []);
  if (attempt(session, gallery, policy, wallTime) || !mayRemember(faces, gallery, policy, wallTime))
    return undefined;
  const saved = rememberLook(gallery, faces, { look: 'stolen', reason: 'other' }, policy, wallTime);
  return saved.ok ? saved.value : undefined;
}

/**
 * A session like one of these: displaced by half of the difference between two others of the same head, so that no two of the
 * thousand are the same and they scatter as the rendered ones do.
 */
function another(
  from: readonly (readonly FaceEvidence[])[],
  random: Random,
  scatter: readonly (readonly FaceEvidence[])[],
): FaceEvidence[] {
  const session = random.pick(from);
  const [a, b] = [random.pick(scatter).at(-1)!, random.pick(scatter).at(-1)!];
  return session.map((face) => ({
    ...face,
    embeddings: new Map(
      [...face.embeddings].map(([kind, vector]) => {
        const [p, q] = [a.embeddings.get(kind)!, b.embeddings.get(kind)!];
        return [kind, normalised(vector.map((value, i) => value + (p[i] - q[i]) / 2))];
      }),
    ),
  }));
}
