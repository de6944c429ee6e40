import { z } from 'zod';
import { type EventBus, eventOf, putEvent } from './event-bus.ts';
import { type Operations, ServiceError } from './json-service.ts';
import type { Sqs } from './sqs.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const PutEvents = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        EventBusName: z.string(),
        Source: z.string().refine((source) => !source.startsWith('aws.'), 'Source: what begins with aws. is reserved'),
        DetailType: z.string().max(128),
        Detail: z.string(),
      }),
    )
    .min(1)
    .max(10),
});
type Entry = z.output<typeof PutEvents>['Entries'][number];

/** The API of the buses of a template: what functions send to them. */
export function busOperations(
  buses: readonly EventBus[],
  parts: { readonly sqs: Sqs; readonly log: (line: string) => void },
): Operations {
  const put = ({ EventBusName: name, Source: source, DetailType: detailType, Detail }: Entry): object => {
    const bus = buses.find(({ resource }) => [resource.ref, resource.attributes.Arn].includes(name));
    if (!bus) return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${name} does not exist.` };
    const detail = objectOf(Detail);
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const event = eventOf(bus, detail, { source, detailType });
    putEvent(bus, event, parts);
    return { EventId: event.id };
  };
  return {
    'AWSEvents.PutEvents': (input) => {
      const read = PutEvents.safeParse(input);
      if (!read.success) throw new ServiceError('ValidationException', z.prettifyError(read.error));
      const outcomes: object[] = [];
      parts.sqs.atOnce(() => outcomes.push(...read.data.Entries.map(put)));
      return { FailedEntryCount: outcomes.filter((outcome) => 'ErrorCode' in outcome).length, Entries: outcomes };
    },
  };
}

function objectOf(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
