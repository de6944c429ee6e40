import { z } from 'zod';
import { integer, noEffect, text } from './resource-schemas.ts';

/** The properties of buses and their rules, as strict as `resource-schemas.ts`. */

export const EventBus = z.strictObject({
  // The default bus has events of AWS.
  Name: text.max(256).refine((name) => name !== 'default', 'only a bus of its own'),
  Description: noEffect,
  // Nobody from outside sends here, and nothing is encrypted with a key that might be missing.
  Policy: noEffect,
  DeadLetterConfig: noEffect,
  KmsKeyIdentifier: noEffect,
  LogConfig: noEffect,
  Tags: noEffect,
});

export const Rule = z.strictObject({
  Name: text.max(64).optional(),
  EventBusName: text,
  // AWS counts the characters of its JSON.
  EventPattern: z
    .record(text, z.json())
    .refine((pattern) => JSON.stringify(pattern).length <= 2_048, 'AWS allows 2,048 characters'),
  Targets: z
    .array(
      z.strictObject({
        Id: text.max(64),
        Arn: text,
        InputPath: z.enum(['$', '$.detail']).default('$'),
        DeadLetterConfig: z.strictObject({ Arn: text }).optional(),
        // As with pipes, one attempt shows the outcome of all.
        RetryPolicy: z
          .strictObject({
            MaximumEventAgeInSeconds: integer.min(60).max(86_400).optional(),
            MaximumRetryAttempts: integer.min(0).max(185).optional(),
          })
          .optional(),
      }),
    )
    .min(1)
    .max(5, 'AWS allows five targets'),
  State: z.literal('ENABLED').optional(),
  Description: noEffect,
  Tags: noEffect,
});
