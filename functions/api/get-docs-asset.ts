import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { notFound } from '../domain/errors.ts';
import { type BundledFile, once, readBundledFile } from '../shared/bundled-file.ts';
import { etagOf, noneMatch } from '../shared/etag.ts';
import { docsInitializer } from './docs-page.ts';
import type { Handler } from './request.ts';

interface Content {
  bytes: Uint8Array;
  etag: string;
}
interface Asset {
  type: string;
  plain: () => Promise<Content>;
  gzipped: () => Promise<Content>;
}

const contentOf = (bytes: Uint8Array): Content => ({ bytes, etag: etagOf(Buffer.from(bytes).toString('latin1')) });

/** `gzipped` keeps every answer far below the 6 MB that Lambda may return: the script alone has 2.3 MB in base64. */
function asset(type: string, read: () => Promise<Uint8Array>): Asset {
  const plain = once(async () => contentOf(await read()));
  return { type, plain, gzipped: once(async () => contentOf(await promisify(gzip)((await plain()).bytes))) };
}

const bundled = (type: string, name: BundledFile) => [name, asset(type, () => readBundledFile(name))] as const;

/** A closed list: a name is looked up here and never becomes part of a file's path. */
const assets: ReadonlyMap<string, Asset> = new Map([
  bundled('text/javascript; charset=utf-8', 'swagger-ui-bundle.js'),
  bundled('text/css; charset=utf-8', 'swagger-ui.css'),
  bundled('image/png', 'favicon-32x32.png'),
  ['initializer.js', asset('text/javascript; charset=utf-8', async () => Buffer.from(docsInitializer))],
]);

/** @throws {DomainError} not-found for a name that is not in the list. */
export const getDocsAsset: Handler<'getDocsAsset'> = async ({ params, headers: sent }) => {
  const found = assets.get(params.asset);
  if (!found) throw notFound();
  const compress = found.type !== 'image/png' && acceptsGzip(sent['accept-encoding']);
  const { bytes, etag } = await (compress ? found.gzipped() : found.plain());
  const headers = { etag, vary: 'accept-encoding' };
  if (!noneMatch(sent['if-none-match'], etag)) return { status: 304, headers };
  const encoding = compress ? { 'content-encoding': 'gzip' } : {};
  return { status: 200, body: bytes, headers: { ...headers, ...encoding, 'content-type': found.type } };
};

/** RFC 9110, 12.5.3: named, and not with a weight of zero. */
function acceptsGzip(acceptEncoding = ''): boolean {
  return acceptEncoding.split(',').some((coding) => {
    const [name, weight] = coding.split(';').map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !/^q=0(?:\.0*)?$/.test(weight ?? '');
  });
}
