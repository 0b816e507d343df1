/** The simulated visitor as the page directs it, and as the sensor's text says it begins. */
import type { Visitor, VisitorUpdate } from '../../contract/api.ts';

/** @param sensor `--sensor` text. @returns undefined where the sensor is not the simulated one */
export function visitorOf(sensor: string): Visitor | undefined {
  const [, scene] = /^simulated(?::([^@]*)(?:@.*)?)?$/.exec(sensor) ?? [undefined, undefined];
  if (!sensor.startsWith('simulated')) return undefined;
  const [name = 'you', ...modifiers] = (scene ?? 'you').split('+');
  const holds = (['photo', 'tablet', 'mask'] as const).find((prop) => prop === name);
  const who = (['stranger', 'lookalike', 'two'] as const).find((person) => person === name);
  return {
    who: name === 'empty' ? 'nobody' : (who ?? 'you'),
    holds: holds ?? 'nothing',
    yaw: 0,
    pitch: 0,
    distance: modifiers.includes('far') ? 1250 : 650,
    dark: modifiers.includes('dark'),
    glasses: modifiers.includes('glasses'),
    sunglasses: modifiers.includes('sunglasses'),
    hat: modifiers.includes('hat'),
    muffler: modifiers.includes('muffler'),
    turning: modifiers.includes('turn'),
    plugged: true,
  };
}

/** What is left out, or undefined, stays. */
export function changeVisitor(before: Visitor, update: VisitorUpdate): Visitor {
  const given = Object.entries(update).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}
