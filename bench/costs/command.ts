import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBareTable } from '../support/bare-table.ts';
import { runCommand } from '../support/command.ts';
import { print } from '../support/table.ts';
import { actAsFunction } from './function-environment.ts';
import { isCurrent, markdownTable, writeSection } from './generated-section.ts';
import type { OperationCost } from './operation-costs.ts';

const help = `What every operation of the contract costs, from the units that the real handlers consume.

  npm run costs              prints the table
  npm run costs -- --write   writes it into docs/performance.md
  npm run costs -- --check   ends with 1 where docs/performance.md has another one`;

const document = join(import.meta.dirname, '../../docs/performance.md');
const section = 'operation costs';

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const table = tableOf(await measure());
  if (values.check) {
    const current = isCurrent(document, section, table);
    print(current ? 'The table is current.' : 'The table is out of date: npm run costs -- --write');
    return current ? 0 : 1;
  }
  if (values.write) print(writeSection(document, section, table) ? 'Written.' : 'Nothing has changed.');
  else print(table);
  return 0;
});

async function measure(): Promise<OperationCost[]> {
  const table = await startBareTable();
  actAsFunction(table);
  try {
    // Only now: what speaks DynamoDB reads the environment when it is imported.
    const { measureOperations } = await import('./operation-costs.ts');
    return await measureOperations();
  } finally {
    await table.stop();
  }
}

function tableOf(costs: readonly OperationCost[]): string {
  const rows = costs.map(({ operationId, when, calls, otherCalls, writeUnits, readUnits, dollarsPerMillion }) => [
    when ? `${operationId}, ${when}` : operationId,
    calls.length,
    otherCalls,
    writeUnits,
    readUnits,
    dollarsPerMillion.toFixed(2),
  ]);
  const head = ['operation', 'calls', 'other services', 'write units', 'read units', '$ per million'];
  return markdownTable(head, rows);
}
