/** People who age: how often they are missed, with and without templates that follow them. */
import { learn } from '../../../core/adapt/follow.ts';
import { recognises } from '../../../core/adapt/recognise.ts';
import { rateOf, type Rate } from '../../../core/evaluation/rates.ts';
import type { MatchPolicy } from '../../../core/judge/policy.ts';
import { DAY, enrolled, ENROLLED_AT } from '../films/film-gallery.ts';
import { AGEING_STEPS, type GradualFilm } from './film.ts';

/** Two years. */
const STEP = Math.floor(730 / AGEING_STEPS) * DAY;
/** The table has a row for so many steps. */
const ROW = 20;

export interface GradualReport {
  readonly rows: readonly {
    /** Steps from … to, both included. */
    readonly steps: readonly [from: number, to: number];
    readonly missed: { readonly without: Rate; readonly with: Rate };
  }[];
}

/** One face a step; it is missed where that face alone is not recognised. */
export function judgeGradual(films: readonly GradualFilm[], policy: MatchPolicy): GradualReport {
  const seen: { readonly step: number; readonly without: boolean; readonly with: boolean }[] = [];
  for (const film of films) {
    const first = enrolled(film.enrolment, policy);
    let gallery = first;
    for (const { step, face } of film.sessions) {
      const missed = ({ templates }: typeof first) => !recognises(face, templates, policy);
      const lost = missed(gallery);
      seen.push({ step, without: missed(first), with: lost });
      if (!lost) gallery = learn(gallery, face, policy, ENROLLED_AT + step * STEP) ?? gallery;
    }
  }
  const rows = [0, ...Array.from({ length: AGEING_STEPS / ROW }, (_, i) => i * ROW + 1)];
  return {
    rows: rows.map((from, i) => {
      const to = rows[i + 1] === undefined ? AGEING_STEPS : rows[i + 1] - 1;
      const within = seen.filter(({ step }) => step >= from && step <= to);
      const share = (which: 'without' | 'with') =>
        rateOf(within.filter((each) => each[which]).length, within.length);
      return { steps: [from, to], missed: { without: share('without'), with: share('with') } };
    }),
  };
}
