import { deleteDataDir } from './data-dir.ts';
import { readSettings } from './settings.ts';
import { StackError } from './stack-error.ts';

// `npm run reset`: deletes the data of the local stack.

try {
  const { dataDir } = readSettings(process.env);
  const wasThere = deleteDataDir(dataDir);
  process.stdout.write(wasThere ? `Deleted ${dataDir}.\n` : `There is no ${dataDir}.\n`);
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
