import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LockedPackages, reportLicenses } from './license-report.ts';

// Prints the licence of every runtime dependency, those of dependencies too. Exit 1 for one that is not permitted.
// From the lock file, which has all that `npm ci` installs; tools that walk node_modules were seen to miss half of it.

const file = join(import.meta.dirname, '../../package-lock.json');
const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: LockedPackages };
const { lines, refused } = reportLicenses(packages);
if (lines.length === 0) throw new Error('package-lock.json has no runtime dependency');
console.log(lines.join('\n'));
if (refused.length > 0) {
  console.error(`\nLicences that are not permitted (bin/checks/license-report.ts):\n  ${refused.join('\n  ')}`);
  process.exitCode = 1;
}
