/** app://facet: the built page, and nothing else. */
import { pageHeaders } from '../shared/page-headers.ts';
import type { PageFiles } from '../shared/page-files.ts';
import { PAGE_ORIGIN } from './channels.ts';

const refuse = (status: number, message: string) =>
  new Response(`${message}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });

/** Answers one request of the page's scheme. */
export async function answerPage(
  pages: PageFiles,
  { method, url }: Pick<Request, 'method' | 'url'>,
): Promise<Response> {
  if (method !== 'GET') return refuse(405, 'Facet serves pages only.');
  if (!url.startsWith(`${PAGE_ORIGIN}/`)) return refuse(403, 'There is no such place.');
  const path = url.slice(PAGE_ORIGIN.length).replace(/[?#].*$/, '');
  const file = await pages.file(path);
  if (!file)
    return refuse(
      404,
      path === '/' ? 'The page is not built. Run npm run build.' : 'Facet has no such file.',
    );
  return new Response(new Uint8Array(file.bytes), {
    headers: { ...pageHeaders("'none'"), 'Content-Type': file.type },
  });
}
