/** Films of many people on disk, rendered where they are missing, and what the networks of now make of them. */
import { join } from 'node:path';
import type { Embedder } from '../../../core/ports.ts';
import { spread } from '../../corpus/spread.ts';
import { makeNamedFolder } from '../../store/make-folder.ts';
import { readFilm } from '../films/film-file.ts';
import { develop, developSessions } from '../films/develop.ts';
import type { VisitFilm, VisitRequest } from './visit-film.ts';

export interface Filming {
  /** Where films are kept. */
  readonly folder: string;
  readonly pool: VisitRequest['pool'];
  readonly from: number;
  readonly people: number;
  readonly enrols: boolean;
  readonly visits: number;
  readonly again?: boolean;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly progress: (share: number) => void;
}

/** In the order of the people. @throws the signal's reason where it aborts; the same call goes on from there */
export async function filmPeople(
  shape: Pick<Embedder, 'modelId' | 'embed'>,
  { folder, pool, from, people, enrols, visits, again = false, threads, signal, progress }: Filming,
): Promise<VisitFilm[]> {
  await makeNamedFolder(folder);
  const wanted = Array.from({ length: people }, (_, i) => ({
    path: join(
      folder,
      `${pool}-${from + i}-${enrols ? 'enrolled' : 'seen'}-${visits}${again ? '-again' : ''}.film`,
    ),
    film: { pool, index: from + i, enrols, visits, again } satisfies VisitRequest,
  }));
  const films: VisitFilm[] = [];
  const missing: { readonly at: number; readonly job: object }[] = [];
  for (const [at, { path, film }] of wanted.entries()) {
    const kept = await readFilm<VisitFilm>(path);
    if (kept) films[at] = await developed(kept, shape);
    else missing.push({ at, job: { kind: 'visits', film, path } });
  }
  let done = people - missing.length;
  await spread(
    missing.map(({ job }) => job),
    async (_, i) => {
      const { at } = missing[i];
      films[at] = await developed((await readFilm<VisitFilm>(wanted[at].path))!, shape);
      progress(++done / people);
    },
    threads,
    signal,
  );
  return films;
}

const developed = async (
  { captures, visits, again }: VisitFilm,
  shape: Pick<Embedder, 'modelId' | 'embed'>,
): Promise<VisitFilm> => ({
  captures: await develop(captures, shape),
  again: await develop(again ?? [], shape),
  visits: await developSessions(visits, shape),
});
