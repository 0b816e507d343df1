import { describe, expect, it } from 'vitest';
import { isAttentive, ownLids } from './attention.ts';

const template = (look: string, lids?: number) => ({ look, ...(lids !== undefined && { lids }) });

describe('whether eyes are open', () => {
  it('is judged by how far this person opens theirs', () => {
    const narrow = { attentive: false, lids: 0.125 };
    const wide = { attentive: true, lids: 0.16 };
    expect([isAttentive(narrow, 0.17), isAttentive(narrow, 0.27)]).toEqual([true, false]);
    expect([isAttentive(wide, 0.17), isAttentive(wide, 0.27)]).toEqual([true, false]);
  });

  it("is what anybody's lids say where the own ones are not known, or cannot be seen now", () => {
    for (const attentive of [true, false]) {
      expect(isAttentive({ attentive, lids: 0.2 }, undefined)).toBe(attentive);
      expect(isAttentive({ attentive }, 0.2)).toBe(attentive);
    }
  });

  it('takes the look in which the eyes are least open, by its middle view', () => {
    const views = [0.24, 0.1, 0.25].map((lids) => template('plain', lids));
    expect(ownLids(views)).toBe(0.24);
    expect(ownLids([...views, template('with glasses', 0.2), template('in the dark')])).toBe(0.2);
    expect(ownLids([template('in the dark')])).toBeUndefined();
  });
});
