/** Films people where that was not done yet, shows the films to the networks of now, and judges them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FacetError } from '../../../contract/result.ts';
import { alonePolicy, matchPolicy, POOLING, type MatchPolicy } from '../../../core/judge/policy.ts';
import type { Embedder } from '../../../core/ports.ts';
import { spread } from '../../corpus/spread.ts';
import { OnnxEmbedder } from '../../onnx/face-models.ts';
import { loadMatchModels, SHAPE_MODEL } from '../../onnx/load-face-models.ts';
import { openModelLibrary } from '../../onnx/model-library.ts';
import { makeNamedFolder } from '../../store/make-folder.ts';
import { develop, developSessions } from '../films/develop.ts';
import { readFilm } from '../films/film-file.ts';
import type { FilmPart, FilmRequest, GradualFilm, PoisonFilm, SuddenFilm } from './film.ts';
import { judgeGradual, type GradualReport } from './gradual.ts';
import { judgePoison, type PoisonRow } from './poison.ts';
import { judgeSudden, type SuddenReport } from './sudden.ts';

export interface AdaptationRequest {
  readonly part: FilmPart;
  readonly pool: 'test' | 'validation';
  readonly from: number;
  readonly count: number;
  /** Where films are kept: rendering them takes minutes, and other networks see the same ones. */
  readonly films: string;
  readonly threads: number;
}

export type AdaptationReport =
  | ({ readonly part: 'sudden' } & SuddenReport)
  | ({ readonly part: 'gradual' } & GradualReport)
  | { readonly part: 'poison'; readonly rows: readonly PoisonRow[] };

/** @throws FacetError `model-missing`, `model-altered`; `bad-argument` where the networks have no bounds of adaptation */
export async function measureAdaptation(
  models: string,
  { part, pool, from, count, films, threads }: AdaptationRequest,
  progress: (done: number) => void,
): Promise<AdaptationReport> {
  const library = await openModelLibrary(models);
  const together = matchPolicy(await loadMatchModels(library));
  if (!together.adaptation)
    throw new FacetError(
      'bad-argument',
      'These networks have no thresholds yet. Run npm run facet -- calibrate.',
    );
  const shape = await OnnxEmbedder.open(library, SHAPE_MODEL, { threads: 1 });
  await makeNamedFolder(films);
  const wanted = Array.from({ length: count }, (_, i) => {
    const film: FilmRequest = { part, pool, index: from + i };
    return { kind: 'film', film, path: join(films, `${part}-${pool}-${film.index}.film`) };
  });
  const missing = wanted.filter(({ path }) => !existsSync(path));
  let done = count - missing.length;
  await spread(missing, () => progress(++done), threads);

  const all = async <Film>(look: (film: Film, shape: Embedder) => Promise<Film>): Promise<Film[]> => {
    const developed: Film[] = [];
    for (const { path } of wanted) developed.push(await look(await readWhole<Film>(path), shape));
    return developed;
  };
  // Reliefs alone were filmed: no picture helps the lock, and whoever wants in may have the right one.
  const alone: MatchPolicy = {
    ...alonePolicy(library.entry(SHAPE_MODEL), POOLING.shape),
    networks: together.networks!,
    adaptation: together.adaptation,
  };
  if (part === 'sudden') return { part, ...judgeSudden(await all(developSudden), together) };
  if (part === 'gradual') return { part, ...judgeGradual(await all(developGradual), alone) };
  return { part, rows: judgePoison(await all(developPoison), alone) };
}

async function readWhole<Film>(path: string): Promise<Film> {
  const film = await readFilm<Film>(path);
  if (film) return film;
  throw new FacetError('bad-input', `The film ${path} cannot be read. Delete it and run this again.`);
}

async function developSudden(film: SuddenFilm, shape: Embedder): Promise<SuddenFilm> {
  const visits = [];
  for (const { change, first, later } of film.visits)
    visits.push({ change, first: await develop(first, shape), later: await develop(later, shape) });
  return { enrolment: await develop(film.enrolment, shape), visits };
}

async function developGradual(film: GradualFilm, shape: Embedder): Promise<GradualFilm> {
  const faces = await develop(
    film.sessions.map(({ face }) => face),
    shape,
  );
  return {
    enrolment: await develop(film.enrolment, shape),
    sessions: film.sessions.map(({ step }, i) => ({ step, face: faces[i] })),
  };
}

const developPoison = async (film: PoisonFilm, shape: Embedder): Promise<PoisonFilm> => ({
  enrolment: await develop(film.enrolment, shape),
  stranger: await developSessions(film.stranger, shape),
  sibling: await developSessions(film.sibling, shape),
  walker: await developSessions(film.walker, shape),
  owner: await developSessions(film.owner, shape),
});
