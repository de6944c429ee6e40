/** What may be deployed: permissive licences, by their SPDX ids. */
const permitted: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unicode-3.0',
]);

/**
 * Whether one may choose a permitted licence, or has to keep to permitted ones only.
 *
 * @param expression an SPDX expression such as `(MIT OR GPL-3.0-or-later)`; one with OR and AND at once is refused.
 */
export function isPermitted(expression: string): boolean {
  const inner = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(inner)) return false;
  const anyOf = inner.split(' OR ');
  const allOf = inner.split(' AND ');
  if (anyOf.length > 1) return allOf.length === 1 && anyOf.some((id) => permitted.has(id));
  return allOf.every((id) => permitted.has(id));
}

/** The packages of package-lock.json, by the folder that npm puts them into. */
export type LockedPackages = Readonly<
  Record<
    string,
    {
      readonly version?: string;
      readonly license?: string;
      /** Only for development; `devOptional`: for development, and optionally at run time. */
      readonly dev?: boolean;
    }
  >
>;

/**
 * The licences of runtime dependencies, and of what these depend on.
 *
 * @returns a line for each licence with its packages, and the packages whose licence is not permitted.
 */
export function reportLicenses(locked: LockedPackages): { readonly lines: string[]; readonly refused: string[] } {
  const packages = Object.entries(locked)
    // Without a folder it is the project itself.
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder, { version, license = 'UNKNOWN' }]) => {
      return { name: `${folder.split('node_modules/').at(-1)}@${version}`, license };
    });
  const byLicense = [...Map.groupBy(packages, ({ license }) => license)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return {
    lines: byLicense.map(([license, some]) => `${license}: ${some.map(({ name }) => name).join(', ')}`),
    refused: packages.filter(({ license }) => !isPermitted(license)).map(({ name, license }) => `${name}: ${license}`),
  };
}
