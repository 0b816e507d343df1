import { existsSync } from 'node:fs';
import places from '../scripts/browsers.json' with { type: 'json' };

/** A Chromium or Chrome of the system; undefined leaves Playwright to its own. */
export const browserPath = (): string | undefined => places.find((path) => existsSync(path));
