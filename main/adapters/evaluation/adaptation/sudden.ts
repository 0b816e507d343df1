/** People who put something on: how many are not recognised, before and after one look was remembered. */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import { mayRemember, noteFace, rememberLook } from '../../../core/adapt/remember.ts';
import { rateOf, type Rate } from '../../../core/evaluation/rates.ts';
import type { MatchPolicy } from '../../../core/judge/policy.ts';
import { beginEnrolment, stepEnrolment } from '../../../core/people/enrolment.ts';
import { attempt, DAY, enrolled, ENROLLED_AT } from '../films/film-gallery.ts';
import type { Change, SuddenFilm } from './film.ts';

interface SuddenRow {
  readonly change: Change;
  /** Of everybody, on the first day. */
  readonly refused: Rate;
  /** Of those: how many Facet offered to remember after the PIN. */
  readonly offered: Rate;
  /** Of those who were refused: how many are recognised on a later day, once the first one was remembered. */
  readonly recovered: Rate;
  /** Of everybody, on the later day, without and with what was remembered. */
  readonly later: { readonly without: Rate; readonly with: Rate };
}

export interface SuddenReport {
  readonly failedEnrolments: number;
  readonly rows: readonly SuddenRow[];
}

/** What came of one visit. */
interface Outcome {
  readonly change: Change;
  readonly refused: boolean;
  readonly offered: boolean;
  readonly laterWithout: boolean;
  readonly laterWith: boolean;
}

export function judgeSudden(films: readonly SuddenFilm[], policy: MatchPolicy): SuddenReport {
  const outcomes: Outcome[] = [];
  let failedEnrolments = 0;
  for (const film of films) {
    let state = beginEnrolment();
    for (const seen of film.enrolment)
      state = stepEnrolment(state, seen, seen.capturedAt, { samePerson: () => 'same' });
    if (state.kind === 'done') outcomes.push(...film.visits.map((visit) => play(visit, state.captures)));
    else failedEnrolments++;
  }
  function play(
    { change, first, later }: SuddenFilm['visits'][number],
    captures: Parameters<typeof enrolled>[0],
  ): Outcome {
    const gallery = enrolled(captures, policy);
    const [then, after] = [ENROLLED_AT + DAY, ENROLLED_AT + 2 * DAY];
    const opens = (evidence: readonly Evidence[], to = gallery) => !!attempt(evidence, to, policy, after);
    const refused = !opens(first);
    const faces = first.reduce<readonly FaceEvidence[]>((kept, seen) => noteFace(kept, seen), []);
    const offered = refused && mayRemember(faces, gallery, policy, then);
    const remembered = offered
      ? rememberLook(gallery, faces, { look: change, reason: 'other' }, policy, then)
      : undefined;
    return {
      change,
      refused,
      offered,
      laterWithout: !opens(later),
      laterWith: !opens(later, remembered?.ok ? remembered.value : gallery),
    };
  }
  const share = (list: readonly Outcome[], of: (outcome: Outcome) => boolean) =>
    rateOf(list.filter(of).length, list.length);
  return {
    failedEnrolments,
    rows: [...new Set(outcomes.map(({ change }) => change))].map((change) => {
      const visits = outcomes.filter((outcome) => outcome.change === change);
      const refused = visits.filter((outcome) => outcome.refused);
      return {
        change,
        refused: share(visits, (outcome) => outcome.refused),
        offered: share(refused, (outcome) => outcome.offered),
        recovered: share(refused, (outcome) => outcome.offered && !outcome.laterWith),
        later: {
          without: share(visits, (outcome) => outcome.laterWithout),
          with: share(visits, (outcome) => outcome.laterWith),
        },
      };
    }),
  };
}
