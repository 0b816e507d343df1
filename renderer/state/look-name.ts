/** What a remembered look is called: by what is new in it, and by a number where there is one like it. */
import type { LookReason } from '../../main/contract/codes.ts';
import type { LookState } from '../../main/contract/states/app.ts';
import { LOOK_NAME } from '../words.ts';

export function lookName(reason: LookReason, looks: readonly Pick<LookState, 'name'>[]): string {
  const taken = (name: string) => looks.some((look) => look.name === name);
  const name = LOOK_NAME[reason];
  for (let n = 2; ; n++) {
    if (!taken(name)) return name;
    if (!taken(`${name} ${n}`)) return `${name} ${n}`;
  }
}
