import type { Command } from 'commander';
import { describeAll } from '../../../adapters/evaluation/describe-pictures.ts';
import { readGroups } from '../../../adapters/evaluation/groups-file.ts';
import { personFolders, PICTURES, type PersonFolder } from '../../../adapters/evaluation/picture-folders.ts';
import { curveOf, type EvaluationReport } from '../../../adapters/evaluation/report/report.ts';
import { FacetError } from '../../../contract/result.ts';
import { comparePictures, enrolPictures, templatesOf } from '../../../core/evaluation/picture-gallery.ts';
import { POOLING } from '../../../core/judge/policy.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf, outputOf } from '../options.ts';
import { finish, type Output } from '../output.ts';
import {
  BETWEEN_UNIT_VECTORS,
  descriptorLimit,
  groupsAt,
  groupsOption,
  groupTables,
  listed,
  pictureKind,
  progressOf,
  reportOption,
  syntheticOption,
  tell,
  threadsOption,
  type PictureOptions,
} from './evaluate-output.ts';

interface GalleryOptions extends PictureOptions {
  readonly templates: number;
  readonly groups?: string;
}

export function evaluateGallery(group: Command): void {
  const command = group
    .command('gallery <folder>')
    .description('The descriptor on a folder of pictures a person: everybody against everybody')
    .option(
      '--templates <count>',
      'the first so many pictures of each person enrol, the rest come back',
      countOf,
      10,
    );
  syntheticOption(groupsOption(threadsOption(reportOption(command)))).action(
    async (folder: string, options: GalleryOptions, self: Command) => {
      const output = outputOf(self);
      await finish(output, async () => {
        const limit = await descriptorLimit();
        const groups =
          options.groups === undefined ? new Map<string, string>() : await readGroups(options.groups);
        const people = await personFolders(folder, PICTURES, 'pictures');
        const { described, noFace, unreadable } = await describePeople(people, options.threads, output);
        for (const message of unreadable) output.note(`Left out: ${message}`);
        const gallery = enrolPictures(described, options.templates);
        if (gallery.people.length === 0)
          throw new FacetError(
            'bad-input',
            `Nobody in ${folder} has two pictures with a face; one to enrol with and one to come back are needed.`,
          );
        const compared = comparePictures(
          gallery,
          { full: options.templates, pooling: POOLING.descriptor, groupOf: (name) => groups.get(name) },
          progressOf(output, gallery.probes.length, 'probes compared'),
        );
        const fewer = gallery.people.filter((_, p) => templatesOf(gallery, p) < options.templates).length;
        const pictures = people.reduce((sum, { files }) => sum + files.length, 0);
        const curve = curveOf('Everybody', compared.all, BETWEEN_UNIT_VECTORS, limit);
        const byGroup = groupsAt(curve.report, compared.groups);
        const counts = {
          people: people.length,
          pictures,
          enrolled: gallery.people.length,
          templates: gallery.starts[gallery.people.length],
          probes: gallery.probes.length,
        };
        const report: EvaluationReport = {
          title: 'A gallery of pictures',
          data: `${people.length} people with ${pictures} ${pictureKind(options)} in ${folder}: ${counts.enrolled} enrolled with up to ${options.templates} templates each, ${counts.probes} probes against every one of them; the nearest template counts.`,
          command: `facet evaluate gallery ${folder} --templates ${options.templates}`,
          curves: [
            curve,
            ...(fewer > 0 && fewer < counts.enrolled
              ? [curveOf(`${options.templates} templates`, compared.full, BETWEEN_UNIT_VECTORS, limit)]
              : []),
          ],
          tables: groupTables(byGroup),
          notes: [
            `The first ${options.templates} pictures of each person are templates. Whoever has fewer keeps one as a probe (${fewer} people, with fewer templates); whoever has one is a probe against others only.`,
            ...(noFace.length > 0
              ? [`No face was found in ${noFace.length} pictures: ${listed(noFace)}.`]
              : []),
            ...(unreadable.length > 0
              ? [`${unreadable.length} pictures could not be read and are left out.`]
              : []),
          ],
        };
        await tell(
          output,
          report,
          { synthetic: options.synthetic ?? false, ...counts, noFace, unreadable, byGroup },
          options.report,
        );
        return EXIT.ok;
      });
    },
  );
}

async function describePeople(people: readonly PersonFolder[], threads: number, output: Output) {
  const paths = people.flatMap(({ files }) => files);
  const pictures = await describeAll(paths, threads, progressOf(output, paths.length, 'pictures'));
  const noFace = paths.filter((_, i) => pictures[i].kind === 'no-face');
  const unreadable = pictures.flatMap((picture) => (picture.kind === 'unreadable' ? [picture.message] : []));
  let at = 0;
  const described = people.map(({ name, files }) => ({
    name,
    descriptors: files
      .map(() => pictures[at++])
      .flatMap((picture) => (picture.kind === 'face' ? [picture.descriptor] : [])),
  }));
  return { described, noFace, unreadable };
}
