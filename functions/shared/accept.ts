/**
 * Whether a client would rather have `type` than `other`.
 *
 * @param accept the header; RFC 9110, 12.5.1
 */
export function prefers(accept: string | undefined, type: string, other: string): boolean {
  const ranges = (accept ?? '*/*').split(',').map(rangeOf);
  return qualityOf(type, ranges) > qualityOf(other, ranges);
}

interface Range {
  name: string;
  quality: number;
}

function rangeOf(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const value = quality === undefined ? 1 : Number(quality);
  return { name, quality: value >= 0 && value <= 1 ? value : 0 };
}

/** The most specific range decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const names = [type, `${type.split('/')[0]}/*`, '*/*'];
  for (const name of names) {
    const range = ranges.find((candidate) => candidate.name === name);
    if (range) return range.quality;
  }
  return 0;
}
