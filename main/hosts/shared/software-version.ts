import { readFileSync } from 'node:fs';
import { packageFile } from '../../adapters/program-files.ts';

/** Facet's own version, as package.json has it. */
export const softwareVersion = (): string =>
  (JSON.parse(readFileSync(packageFile(), 'utf8')) as { version: string }).version;
