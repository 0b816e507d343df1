/** Batches of the article's crops from a dataset of kind `crops`. */
import type { Random } from '../../core/random.ts';
import { ARTICLE_CROP } from '../../core/shape/tensor.ts';
import type { Dataset, DatasetPerson } from '../corpus/dataset/open-dataset.ts';
import type { Batch, BatchSource } from './train-network.ts';

const SIZE = 4 * ARTICLE_CROP.side ** 2;
/** People of a batch, and crops of each. */
const PEOPLE = 8;
const CROPS = 4;

export class CropBatches implements BatchSource {
  private readonly usable: readonly DatasetPerson[];

  constructor(private readonly dataset: Dataset) {
    this.usable = dataset.people.filter((person) => cropsOf(person).length >= CROPS);
  }

  get people(): number {
    return this.usable.length;
  }

  batch(random: Random): Batch {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(PEOPLE, this.people)) chosen.add(random.below(this.people));
    const input = new Float32Array(chosen.size * CROPS * SIZE);
    const labels = new Int32Array(chosen.size * CROPS);
    let n = 0;
    for (const label of chosen) {
      const crops = cropsOf(this.usable[label]);
      for (let k = 0; k < CROPS; k++, n++) {
        labels[n] = label;
        input.set(this.dataset.crop(crops[random.below(crops.length)]), n * SIZE);
      }
    }
    return { input, labels };
  }

  portrait(label: number): Float32Array {
    return this.dataset.crop(cropsOf(this.usable[label])[0]);
  }
}

const cropsOf = ({ sessions }: DatasetPerson) => sessions.flatMap(({ frames }) => frames);
