import type { Command } from 'commander';
import { evaluateAdaptation } from './evaluate-adaptation.ts';
import { evaluateDeeper } from './evaluate-deeper.ts';
import { evaluateGallery } from './evaluate-gallery.ts';
import { evaluatePairs } from './evaluate-pairs.ts';
import { evaluatePeople } from './evaluate-people.ts';
import { evaluateReal } from './evaluate-real.ts';
import { evaluateRecordings } from './evaluate-recordings.ts';
import { evaluateReliefs } from './evaluate-reliefs.ts';
import { evaluateRetrain } from './evaluate-retrain.ts';

export function evaluate(program: Command): void {
  const group = program.command('evaluate').description('Measure accuracy');
  for (const add of [
    evaluatePeople,
    evaluateReliefs,
    evaluatePairs,
    evaluateGallery,
    evaluateRecordings,
    evaluateReal,
    evaluateAdaptation,
    evaluateRetrain,
    evaluateDeeper,
  ])
    add(group);
  for (const command of group.commands) command.option('--json', 'one JSON document on stdout');
}
