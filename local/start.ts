import { firstBookingLine, loadDemoData } from './first-booking.ts';
import { readable } from './readable-log.ts';
import { readSettings } from './settings.ts';
import { type Stack, startStack } from './stack.ts';
import { StackError } from './stack-error.ts';

// `npm start`: runs the stack until Ctrl-C.

const startedAt = performance.now();
const print = (line = '') => process.stdout.write(`${line}\n`);
const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
let isAsked = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // npm passes a signal on that the terminal has sent to everybody already, so one more than the first means nothing.
  process.on(signal, () => {
    isAsked = true;
    ask();
  });
}

try {
  const settings = readSettings(process.env);
  print('Synthesizing the CDK app and starting its parts …');
  const stack = await startStack({ ...settings, log });
  try {
    if (!isAsked) await introduce(stack, settings.dataDir);
    await asked;
    print('\nStopping …');
  } finally {
    await stack.stop();
  }
} catch (error) {
  // Ctrl-C during the start ends the synthesis too, which is no news then.
  if (!isAsked) {
    process.stderr.write(`${error instanceof StackError ? error.message : inspectable(error)}\n`);
    process.exitCode = 1;
  }
}

function log(text: string): void {
  for (const line of text.split('\n')) {
    const shown = readable(line, { color: process.stderr.isTTY === true });
    if (shown !== undefined) process.stderr.write(`${shown}\n`);
  }
}

async function introduce({ outputs, template }: Stack, dataDir: string): Promise<void> {
  print(
    `Found in the template: ${[
      count(template.of('AWS::ApiGatewayV2::Route').length, 'route'),
      count(template.of('AWS::Lambda::Function').length, 'function'),
      count(template.of('AWS::DynamoDB::GlobalTable').length, 'table'),
      count(template.of('AWS::Cognito::UserPool').length, 'user pool'),
      count(template.of('AWS::SQS::Queue').length, 'queue'),
      count(template.of('AWS::Pipes::Pipe').length, 'pipe'),
      count(template.of('AWS::Events::Rule').length, 'rule'),
    ].join(', ')}.`,
  );
  await loadDemoData(outputs);
  const line = await firstBookingLine(outputs);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  print(`Ready after ${seconds} s.\n`);
  print(`  API        ${outputs.apiUrl}`);
  print(`  Reference  ${outputs.apiUrl}/docs`);
  print(`  Metrics    ${outputs.apiUrl}/local/metrics (for Prometheus)`);
  print(`  Inbox      ${outputs.inboxUrl} (the emails that people get)`);
  print(`  Data       ${dataDir} (outputs.json: credentials; functions.log: what the functions print)`);
  if (line) print(`\nA first booking, to paste into another terminal:\n\n${line}\n`);
  print('Ctrl-C stops everything.');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function inspectable(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
