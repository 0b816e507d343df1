/** What may be retrained at the moment, and why the rest may not. */
import type { AppState } from '../../main/contract/states/app.ts';
import type { RetrainScope } from '../../main/contract/states/retrain.ts';
import { NO_SENSOR, ONLY_DEEPER } from '../words.ts';
import { isMeant } from './sensor-offer.ts';

/** @returns why this cannot be retrained now; undefined where it can, or nobody knows yet */
export function lackOf(scope: RetrainScope, app: AppState): string | undefined {
  const { heads, deeper } = app;
  if (scope === 'head') return heads.some((head) => head.inUse && head.deeper) ? ONLY_DEEPER : undefined;
  if (deeper?.ok === false) return deeper.message;
  return lackOfSensor(app);
}

function lackOfSensor({ sensors, settings, visitor }: AppState): string | undefined {
  if (visitor) return visitor.plugged ? undefined : NO_SENSOR;
  const meant = sensors.filter((sensor) => isMeant(settings.sensor, sensor));
  // Before the first list nothing is known.
  if (sensors.length === 0 || meant.some(({ state }) => state === 'available' || state === 'unknown'))
    return undefined;
  const trouble = meant.flatMap(({ troubles }) => troubles).find(({ blocks }) => blocks);
  return trouble ? `${trouble.what} ${trouble.remedy}` : NO_SENSOR;
}
