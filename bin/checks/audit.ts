import { spawnSync } from 'node:child_process';
import { readAudit } from './audit-report.ts';

// Asks the registry for known vulnerabilities of what is deployed. Exit 1 for one; exit 2 where the registry did not
// say, with --required; without, that is told and the exit is 0.

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
  maxBuffer: 64 * 1024 * 1024,
});
const verdict = readAudit(stdout ?? '');

if (verdict.kind === 'clean') {
  console.log('No known vulnerability in what is deployed.');
} else if (verdict.kind === 'vulnerable') {
  console.error(`Known vulnerabilities in what is deployed:\n  ${verdict.findings.join('\n  ')}`);
  process.exitCode = 1;
} else {
  console.error(`NOT CHECKED for known vulnerabilities, the registry did not say: ${verdict.reason}`);
  if (process.argv.includes('--required')) process.exitCode = 2;
}
