import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Item } from './transact.ts';

const Image = z.record(z.string(), z.looseObject({}));

/** A record of the table's stream, as a pipe hands it on: images in DynamoDB's own JSON. */
export const StreamRecord = z.object({
  eventID: z.string(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({
    SequenceNumber: z.string().optional(),
    NewImage: Image.optional(),
    OldImage: Image.optional(),
  }),
});
export type StreamRecord = z.infer<typeof StreamRecord>;

/** The item after the change, or before it; undefined where there was none. */
export function imageOf(record: StreamRecord, which: 'NewImage' | 'OldImage' = 'NewImage'): Item | undefined {
  const image = record.dynamodb[which];
  return image && unmarshall(image as unknown as Record<string, AttributeValue>);
}

/** Schema of a message whose new image is what `schema` says; yields the record beside that image. */
export function streamRecord<Schema extends z.ZodType>(schema: Schema) {
  return StreamRecord.transform((record, context) => {
    const image = schema.safeParse(imageOf(record));
    if (image.success) return { record, image: image.data };
    for (const { path, message } of image.error.issues) {
      context.addIssue({ code: 'custom', path: ['dynamodb', 'NewImage', ...path], message });
    }
    return z.NEVER;
  });
}
