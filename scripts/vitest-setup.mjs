/** Tests that start the program find it built from the sources at hand; once for all test files, so that no two build at a time. */
import { build } from './build.mjs';

export async function setup() {
  const { code, output } = await build();
  if (code !== 0) throw new Error(output);
}
