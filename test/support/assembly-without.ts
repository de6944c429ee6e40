import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../local/synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
}
interface PolicyProperties {
  readonly PolicyDocument: { Statement: Statement[] };
}

/** The rights to take away: actions by the beginning of the logical id of the policy that gives them. */
export type Missing = Readonly<Record<string, readonly string[]>>;

/**
 * Copies an assembly, without some of the rights that its template gives.
 *
 * @throws {Error} where one of them is not given anyway.
 */
export function assemblyWithout(assemblyDir: string, missing: Missing): string {
  return assemblyWith(assemblyDir, (template) => {
    for (const [prefix, actions] of Object.entries(missing)) takeAway(template, prefix, actions);
  });
}

/** Copies an assembly, with a change of its template. */
export function assemblyWith(assemblyDir: string, change: (template: Template) => void): string {
  const directory = mkdtempSync(join(tmpdir(), 'evently-without-'));
  for (const name of readdirSync(assemblyDir)) {
    const file = join(assemblyDir, name);
    if (!name.endsWith('.template.json')) {
      symlinkSync(file, join(directory, name));
      continue;
    }
    const template: Template = JSON.parse(readFileSync(file, 'utf8'));
    change(template);
    writeFileSync(join(directory, name), JSON.stringify(template));
  }
  return directory;
}

function takeAway({ Resources }: Template, prefix: string, actions: readonly string[]): void {
  const left = new Set(actions);
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::IAM::Policy' || !logicalId.startsWith(prefix)) continue;
    const { PolicyDocument: document } = Properties as unknown as PolicyProperties;
    document.Statement = document.Statement.flatMap((statement) => {
      if (statement.Effect !== 'Allow') return [statement];
      const given = [statement.Action].flat();
      for (const action of given) left.delete(action);
      const kept = given.filter((action) => !actions.includes(action));
      return kept.length > 0 ? [{ ...statement, Action: kept }] : [];
    });
  }
  if (left.size > 0) throw new Error(`No policy ${prefix}… gives ${[...left].join(', ')}.`);
}
